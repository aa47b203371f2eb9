#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The benchmark's cases parse, its peers compute one layer, its rows have the agreed fields, its report renders."""
import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import xml.dom.minidom

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Benchmark"))

import ablation  # noqa: E402
import cases  # noqa: E402
import cliffs  # noqa: E402
import layers  # noqa: E402
import peers_cpu  # noqa: E402
import report  # noqa: E402
import runner  # noqa: E402

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

    def test_every_case_of_the_gpu_has_few_rows_too(self):
        ids = {case.id for case in cases.load("cuda")}
        wanted = {f"{id}-rows{rows}" for id in ids if "-rows" not in id for rows in (1, 16, 256)}
        self.assertEqual(wanted - ids, set())

    def test_unknown_id_is_an_error_that_names_the_known_ones(self):
        with self.assertRaisesRegex(SystemExit, "unknown id 'monarch': wanted one of dense-1024"):
            cases.select(cases.load("cpu"), ["monarch"])

    def test_every_layer_parses(self):
        layers = [case.mlir() for device in ("cpu", "cuda") for case in cases.load(device)]
        done = subprocess.run([os.environ["DANAUS_BIN"] + "/danaus-opt", "-", "--split-input-file"], text=True,
                              input="\n// -----\n".join(layers), capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_pattern_selects_all_cases_that_it_matches(self):
        found = [case.id for case in cases.select(cases.load("cpu"), ["monarch-4096-64x64*", "dense-1024"])]
        self.assertEqual(found[0], "dense-1024")
        self.assertIn("monarch-4096-64x64-bf16-rows7", found)


# One small case of each structure, odd sizes where it has them.
SMALL = [{"structure": "dense", "in": 12, "out": 10}, {"structure": "low_rank", "in": 12, "out": 10, "rank": 3},
         {"structure": "monarch", "in": 12, "out": 10, "blocks": [4, 2], "middle": 16},
         {"structure": "monarch", "in": 12, "out": 12, "blocks": [4, 2], "middle": 16, "layers": 2, "between": "gelu"},
         {"structure": "butterfly", "in": 8, "out": 8}, {"structure": "kronecker", "in": 30, "out": 30, "factors": [2, 3, 5]},
         {"structure": "kronecker_sparse", "in": 12, "out": 20, "patterns": [[3, 4, 4, 1], [2, 5, 3, 2]]},
         {"structure": "btt", "in": 6, "out": 20, "split": [[2, 3], [4, 5]], "rank": 2},
         {"structure": "blast", "in": 12, "out": 20, "blocks": 4, "rank": 3},
         {"structure": "hadamard", "in": 16, "out": 16}]


def small(spec, dtype="f32"):
    return cases.Case("case", spec, "cpu", 5, dtype, 1)


class Structures(unittest.TestCase):
    """What peers are fed and compared with is what danaus-run computes."""

    def test_the_reference_of_every_structure_is_that_of_the_compiler(self):
        for spec in SMALL:
            case = small(spec)
            layer = layers.Layer(case)
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder)
                (path / "layer.mlir").write_text(case.mlir())
                values = [weight for weights in layer.weights for weight in weights] + [layer.x]
                arguments = []
                for number, value in enumerate(values):
                    np.save(path / f"{number}.npy", np.ascontiguousarray(value))
                    arguments.append(f"--arg={number}={path / str(number)}.npy")
                done = subprocess.run([os.environ["DANAUS_BIN"] + "/danaus-run", str(path / "layer.mlir"),
                                       f"--output={path / 'y.npy'}", *arguments], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, f"{spec}: {done.stderr}")
                error = np.linalg.norm(np.load(path / "y.npy") - layer.reference) / np.linalg.norm(layer.reference)
            self.assertLess(error, 1e-6, spec)

    def test_the_matrix_of_a_layer_gives_its_result(self):
        for spec in SMALL:
            if spec.get("layers", 1) == 1:
                layer = layers.Layer(small(spec))
                np.testing.assert_allclose(layer.x @ layer.matrices[0].T, layer.reference, rtol=1e-4, atol=1e-5)

    def test_a_check_by_the_definition_holds_for_each_type_and_fails_for_other_values(self):
        bin_folder = pathlib.Path(os.environ["DANAUS_BIN"])
        for dtype, least in (("f32", 1e-9), ("bf16", 1e-4)):
            case = small(dict(SMALL[8], check="definition"), dtype)
            row = runner.run_ours(bin_folder, case, True, timed=False)
            self.assertTrue(least < row["rel_err"] < row["tolerance"], row)
            other = layers.Layer(case).reference * 1.02
            with (unittest.mock.patch.object(layers.Layer, "reference", other),
                  self.assertRaisesRegex(RuntimeError, "check FAILED: rel_err 2.0e-02")):
                runner.run_ours(bin_folder, case, True, timed=False)

    def test_bf16_values_are_rounded_to_nearest_even(self):
        values = np.array([1.0, 1 + 2**-8, 1 + 3 * 2**-8, -1 - 2**-9], np.float32)
        np.testing.assert_array_equal(layers.round_to_bf16(values), np.array([1, 1, 1 + 2**-6, -1], np.float32))

    def test_flops_are_those_of_the_stages(self):
        self.assertEqual(small(SMALL[2]).flops(), 2 * 5 * (4 * 4 * 3 + 2 * 5 * 8))


class Peers(unittest.TestCase):
    """What needs nothing but NumPy runs in its own process and computes the layer."""

    def test_products_of_blas_compute_the_layer(self):
        registry = peers_cpu.Registry(1, ["blas"])
        self.addCleanup(registry.close)
        ready = peers_cpu.Peers(next(c for c in cases.load("cpu") if c.id == "ks-vit-up-rows7"), registry)
        self.assertEqual(ready.skipped.keys() - {"dense-mkl"}, set())
        self.assertLess(ready.errors["blas-transposes"], 1e-5)
        medians = ready.merge({name: found[0] for name, found in ready.round(0.01).items()})
        self.assertLessEqual({"dense-openblas", "blas-transposes", "gemm-sweeps", "copy"}, set(medians))
        self.assertEqual(ready.references, {"gemm-sweeps", "copy"})

    def test_a_process_that_dies_costs_only_its_peers(self):
        process = peers_cpu.Process("no_such_module", 1)
        self.addCleanup(process.close)
        self.assertIn("no_such_module", process.ask(do="describe")["failed"])

    def test_of_two_ways_to_call_a_peer_the_faster_is_kept(self):
        ready = peers_cpu.Peers.__new__(peers_cpu.Peers)
        ready.notes, ready.references = {"a/x": "packed"}, set()
        self.assertEqual(ready.merge({"a/x": 1.0, "a/y": 2.0, "b": 3.0}), {"a": 1.0, "b": 3.0})
        self.assertEqual(ready.notes, {"a": "x, packed"})


class Ablation(unittest.TestCase):
    def test_a_field_of_a_schedule_is_set_or_added_in_its_place(self):
        schedule = "#chain.schedule<rows = 16, axes = [b, d], panel = 4>"
        self.assertEqual(ablation.with_field(schedule, "cuts", [1]),
                         "#chain.schedule<rows = 16, cuts = [1], axes = [b, d], panel = 4>")
        self.assertEqual(ablation.with_field(schedule, "block_rows", 1),
                         "#chain.schedule<rows = 16, axes = [b, d], block_rows = 1, panel = 4>")
        self.assertEqual(ablation.with_field(schedule, "rows", 8), "#chain.schedule<rows = 8, axes = [b, d], panel = 4>")

    def test_every_part_can_be_taken_away(self):
        spec = {"structure": "monarch", "in": 64, "out": 64, "blocks": [8, 8], "middle": 64, "epilogue": "gelu"}
        case = cases.Case("case", spec, "cpu", 20, "f32", 1)
        bin_folder = pathlib.Path(os.environ["DANAUS_BIN"])
        schedule = runner.run_ours(bin_folder, case, True)["schedule"]
        for title, options, text in ablation.PARTS:
            arguments = options(case, schedule, 2) if options else ()
            row = runner.run_ours(bin_folder, case, True, arguments, text(case) if text else None)
            self.assertLess(row["rel_err"], 1e-6, title)


class Cliffs(unittest.TestCase):
    def test_shapes_are_those_of_the_seed_and_parse(self):
        found = cliffs.shapes(3) + cliffs.shapes(3, "cuda")
        self.assertEqual(found, cliffs.shapes(3) + cliffs.shapes(3, "cuda"))
        self.assertEqual(len(found), 2 * cliffs.SHAPES)
        self.assertTrue(any(case.rows > 1000 and case.dtype == "bf16" for case, _ in found[cliffs.SHAPES:]))
        layers_of_both = [case.mlir() for pair in found for case in pair]
        done = subprocess.run([os.environ["DANAUS_BIN"] + "/danaus-opt", "-", "--split-input-file"], text=True,
                              input="\n// -----\n".join(layers_of_both), capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_shape_that_does_not_hold_on_a_gpu_has_more_turns(self):
        class Device:
            turns = cliffs.OnCuda.turns
            asked = 0

            def prepare(self, case):
                return self

            def round(self, seconds):
                return {"dense-cublas": [3.0], "eager": [0.1]}

            def ours(self, bin_folder, case, turn):
                self.asked += 1
                slow_at_first = 9.0 if turn == 0 and case == "odd" else 1.0
                return {"ours_ms": slow_at_first, "schedule": case}

        device = Device()
        self.assertEqual(cliffs.measure(None, "odd", "round", device, 8), (1.0, 1.0, 3.0, "odd"))
        self.assertEqual(device.asked, 4)

    def test_a_shape_on_a_gpu_is_checked_once_and_not_while_it_is_timed(self):
        with unittest.mock.patch.object(runner, "run_ours", return_value={"ours_ms": 1.0}) as asked:
            for turn in range(2):
                cliffs.OnCuda().ours(None, "case", turn)
        found = [(call.args[2], call.kwargs.get("timed", True)) for call in asked.call_args_list]
        self.assertEqual(found, [(True, False), (False, True), (False, True)])

    def test_a_wrong_result_of_a_shape_does_not_hold(self):
        def wrong(*_):
            raise RuntimeError("status 1: check FAILED: rel_err 1.0e+00")

        output = io.StringIO()
        with (unittest.mock.patch.object(cliffs.OnCuda, "prepare"), unittest.mock.patch.object(cliffs.OnCuda, "ours", wrong),
              contextlib.redirect_stdout(output)):
            self.assertEqual(cliffs.run(None, 3, 1000, "cuda"), cliffs.SHAPES)
        self.assertIn("failed: status 1: check FAILED", output.getvalue())

    def test_what_does_not_hold_is_named(self):
        self.assertEqual(cliffs.judge(1.0, 1.0, 2.0, 8), "")
        self.assertEqual(cliffs.judge(1.0, 1.0, 0.5, 2), "")
        self.assertIn("1.50 x the round sizes", cliffs.judge(1.5, 1.0, 2.0, 8))
        self.assertIn("2.00 x dense", cliffs.judge(1.0, 1.0, 0.5, 8))


class Report(unittest.TestCase):
    def test_ratio_is_against_the_best_of_dense_and_structured(self):
        self.assertIn("| **2** | 1 | 20 (dense-mkl) | 10 (blas-transposes) | 5.0 x |", report.table([ROW]))

    def test_the_plot_shows_each_case_once(self):
        rows = [dict(ROW, id=name) for name in ("a-rows1", "a", "a-bf16", "a-2t", "lowrank-4096-r64")]
        self.assertEqual([row["id"] for row in report.primary(rows)], ["a", "a-bf16", "lowrank-4096-r64"])

    def test_products_alone_have_a_table(self):
        text = report.references([dict(ROW, refs={"gemm-sweeps": 1.6})])
        self.assertIn("| `monarch` | 2 | 1.6 | 1.25 | - | - |", text)

    def test_plot_is_well_formed(self):
        xml.dom.minidom.parseString(report.plot([ROW, dict(ROW, id="a<b")], "title"))

    def test_committed_rows_have_the_agreed_fields(self):
        for path in report.RESULTS.glob("*.jsonl"):
            for line in path.read_text().splitlines():
                # `library` says that the vendor's library computed the product of a dense layer.
                self.assertEqual(set(json.loads(line)) - {"library"}, FIELDS, path.name)


if __name__ == "__main__":
    unittest.main()
