#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The benchmark's cases parse, its peers compute one layer, its rows have the agreed fields, its report renders."""
import json
import os
import pathlib
import subprocess
import sys
import unittest
import xml.dom.minidom

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Benchmark"))

import cases  # noqa: E402
import peers_cpu  # noqa: E402
import report  # noqa: E402

FIELDS = {"id", "rows", "dtype", "device", "threads", "ours_ms", "p10_ms", "p90_ms", "limit_ms", "rel_err", "tolerance",
          "peers", "refs", "schedule", "pack_ms", "commit", "date"}
ROW = {"id": "monarch", "rows": 4, "dtype": "f32", "device": "a CPU", "threads": 1, "ours_ms": 2.0, "p10_ms": 1.9,
       "p90_ms": 2.1, "limit_ms": 1.0, "rel_err": 1e-7, "tolerance": 1e-6,
       "peers": {"dense-openblas": 30.0, "dense-mkl": 20.0, "blas-transposes": 10.0}, "refs": {"peers": "NumPy"},
       "schedule": "rows=16", "pack_ms": 0.1, "commit": "0", "date": "2026-01-01"}


class Cases(unittest.TestCase):
    def test_an_id_stands_for_one_case(self):
        for device in ("cpu", "cuda"):
            ids = [case.id for case in cases.load(device)]
            self.assertEqual(len(ids), len(set(ids)))

    def test_more_rows_and_threads_are_in_the_id(self):
        self.assertIn("monarch-4096-b16-r1024-rows16", [case.id for case in cases.load("cuda")])
        self.assertIn("monarch-4096-64x64-2t", [case.id for case in cases.load("cpu", threads=2)])

    def test_unknown_id_is_an_error_that_names_the_known_ones(self):
        with self.assertRaisesRegex(SystemExit, "unknown id 'monarch': wanted one of monarch-4096-64x64"):
            cases.select(cases.load("cpu"), ["monarch"])

    def test_every_layer_parses(self):
        layers = [case.mlir() for device in ("cpu", "cuda") for case in cases.load(device)]
        done = subprocess.run([os.environ["DANAUS_BIN"] + "/danaus-opt", "-", "--split-input-file"], text=True,
                              input="\n// -----\n".join(layers), capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_blas_and_dense_compute_the_same_layer(self):
        specs = [{"structure": "dense", "in": 12, "out": 10}, {"structure": "low_rank", "in": 12, "out": 10, "rank": 3},
                 {"structure": "monarch", "in": 12, "out": 10, "blocks": [4, 2], "middle": 16}]
        for spec in specs:
            peers_cpu.Peers(cases.Case("case", spec, "cpu", 5, "f32", 1))  # raises when they differ


class Report(unittest.TestCase):
    def test_ratio_is_against_the_best_of_dense_and_structured(self):
        self.assertIn("| **2** | 1 | 20 (dense-mkl) | 10 (blas-transposes) | 5.0 x |", report.table([ROW]))

    def test_plot_is_well_formed(self):
        xml.dom.minidom.parseString(report.plot([ROW, dict(ROW, id="a<b")], "title"))

    def test_committed_rows_have_the_agreed_fields(self):
        for path in report.RESULTS.glob("*.jsonl"):
            for line in path.read_text().splitlines():
                self.assertEqual(set(json.loads(line)), FIELDS, path.name)


if __name__ == "__main__":
    unittest.main()
