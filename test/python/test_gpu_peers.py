#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The benchmark's peers of the GPU compute the layer: on the CPU, by PyTorch and by Triton's interpreter."""
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Benchmark"))

import cases  # noqa: E402
import layers  # noqa: E402
import preparation  # noqa: E402

HAVE = all(importlib.util.find_spec(name) for name in ("torch", "triton"))
if HAVE:
    os.environ["TRITON_INTERPRET"] = "1"
    import torch
    import peers
    import peers_cuda
    import torch_forms
    from peers import blr, common, fastkron, fht, groups, kron, own, ranks
    from worker import NotFor, Skip

# One small case of each structure, with sizes that every form takes.
SMALL = [{"structure": "low_rank", "in": 200, "out": 100, "rank": 24},
         {"structure": "monarch", "in": 12, "out": 10, "blocks": [4, 2], "middle": 16},
         {"structure": "monarch", "in": 256, "out": 256, "blocks": [16, 16], "middle": 256},
         {"structure": "monarch", "in": 96, "out": 128, "blocks": [4, 4], "middle": 96, "layers": 2, "between": "gelu",
          "then": {"in": 128, "out": 96}},
         {"structure": "butterfly", "in": 256, "out": 256}, {"structure": "butterfly", "in": 128, "out": 128},
         {"structure": "kronecker", "in": 512, "out": 512, "factors": [16, 32]},
         {"structure": "kronecker", "in": 4096, "out": 4096, "factors": [8, 8, 8, 8]},
         {"structure": "kronecker_sparse", "in": 96, "out": 384, "patterns": [[6, 16, 16, 1], [1, 192, 48, 2]]},
         {"structure": "btt", "in": 64, "out": 256, "split": [[8, 8], [16, 16]], "rank": 4},
         {"structure": "blast", "in": 128, "out": 192, "blocks": 4, "rank": 32},
         {"structure": "hadamard", "in": 256, "out": 256}]


def prepared(spec, rows):
    """Peers of a case that run nothing on a GPU, on the values that the reference has."""
    case = cases.Case("case", spec, "cuda", rows, "f32", 1)
    layer = layers.Layer(case)
    ready = peers_cuda.Peers.__new__(peers_cuda.Peers)
    ready.case, ready.weights, ready.x = case, layer.weights, torch.from_numpy(layer.x)
    return ready, layer


@unittest.skipUnless(HAVE, "needs PyTorch and Triton")
class GpuPeers(unittest.TestCase):
    def test_the_reference_on_the_gpu_is_that_of_the_definition(self):
        for spec in SMALL:
            ready, layer = prepared(spec, 5)
            error = np.linalg.norm(ready.reference.numpy() - layer.reference) / np.linalg.norm(layer.reference)
            self.assertLess(error, 1e-12, spec)

    def test_what_a_process_has_warmed_another_finds_in_the_cache(self):
        text = ("import cases, peers_cuda, torch\n"
                f"case = cases.Case('case', {SMALL[1]!r}, 'cuda', 5, 'f32', 1)\n"
                "print(peers_cuda.warm(case, wanted=['compile'], device='cpu'), peers_cuda.graphs_compiled())")
        with tempfile.TemporaryDirectory() as folder:
            for threads, compiled in ((1, 2), (2, 0)):
                told = dict(os.environ, **preparation.Caches(folder).environment(), PYTHONPATH=str(ROOT / "test" / "Benchmark"),
                            TORCHINDUCTOR_COMPILE_THREADS=str(threads))
                done = subprocess.run([sys.executable, "-c", text], env=told, capture_output=True, text=True)
                self.assertEqual(done.stdout.strip(), f"{{}} {compiled}", done.stderr)

    def test_every_form_in_pytorch_computes_the_layer(self):
        for spec in SMALL:
            ready, _ = prepared(spec, 5)
            for note, model in torch_forms.models(ready.case, ready.weights):
                self.assertLess(ready.check(model), 1e-5, f"{spec} {note}")

    def test_every_form_of_our_kernels_computes_the_layer(self):
        for spec in SMALL:
            for rows in (1, 37):
                ready, _ = prepared(spec, rows)
                for note, model in peers.models(ready.case, ready.weights, own.forms, fuses=True):
                    self.assertLess(ready.check(model), 1e-5, f"{spec} {rows} {note}")

    def test_a_kernel_is_tuned_for_each_shape_and_type(self):
        self.assertEqual(groups.fused_kernel.keys, ["rows", "k", "p", "q", "l", "r", "s", "PERMUTED", "GELU", "PREC"])
        self.assertEqual(kron.left_kernel.keys, ["slabs", "b", "c", "d", "BB", "BC", "PREC", "ACC"])
        self.assertEqual(ranks.up_kernel.keys, ["rows", "n_out", "rank", "parts", "R", "PREC", "ACC"])
        kernels = [kernel for module in (groups, kron, ranks) for kernel in vars(module).values() if hasattr(kernel, "configs")]
        self.assertEqual(len(kernels), 9)
        addresses = {"x", "y", "z", "w", "w1", "w2", "f1", "f2", "v", "u"}
        for kernel in kernels:
            self.assertFalse(addresses & set(kernel.keys), kernel.keys)

    def test_only_a_configuration_that_does_not_fit_is_left_out(self):
        self.assertTrue(common.does_not_fit(common.OutOfResources(2, 1, "shared memory")))
        self.assertTrue(common.does_not_fit(RuntimeError("PassManager::run failed")))
        self.assertFalse(common.does_not_fit(RuntimeError("an illegal memory access was encountered")))

    def test_what_has_one_kernel_or_folds_says_so(self):
        ready, _ = prepared(SMALL[2], 5)
        notes = [note for note, _ in peers.models(ready.case, ready.weights, own.forms, fuses=True)]
        self.assertEqual(notes, ["two kernels, the second on several groups", "two kernels, folded permutations", "one kernel"])

    def test_a_wrong_result_is_no_peer(self):
        ready, _ = prepared(SMALL[2], 5)
        with self.assertRaisesRegex(Skip, r"wrong result: relative error 1\.0e\+00"):
            ready.check(torch.zeros_like)
        with self.assertRaisesRegex(Skip, r"wrong result: \(5, 3\), not \(5, 256\)"):
            ready.check(lambda x: x[:, :3])

    def test_a_package_that_is_not_there_is_skipped_with_the_reason(self):
        nowhere = pathlib.Path("/nonexistent")
        weights = [np.zeros((16, 16), np.float32)] * 2
        low_rank = {"structure": "low_rank", "in": 16, "out": 16, "rank": 16}
        with self.assertRaisesRegex(Skip, "no mem-efficient-blr in /nonexistent"):
            blr.forms(nowhere, low_rank, torch.bfloat16, weights)
        with self.assertRaises(NotFor):
            blr.forms(nowhere, low_rank, torch.float32, weights)
        with self.assertRaises(NotFor):
            fht.forms(nowhere, low_rank, torch.float32, weights)
        with self.assertRaises(NotFor):
            fastkron.forms(nowhere, low_rank, torch.float32, weights)


if __name__ == "__main__":
    unittest.main()
