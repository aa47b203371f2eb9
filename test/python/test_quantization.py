"""danaus.quantization: scales are what they say, bad values are refused, and a compiled i8 layer is near the real one."""
import os
import pathlib
import subprocess
import tempfile
import unittest

import numpy as np

from danaus import projection, quantization

LAYER = """#m = #linop.quantized<#linop.monarch<blocks = [16, 8], middle = 128>, y = f32>
func.func @layer(%m: tensor<96x64xi8, #m>, %x: tensor<?x64xi8>) -> tensor<?x96xf32> {
  %y = linop.apply %m, %x : tensor<96x64xi8, #m>, tensor<?x64xi8> -> tensor<?x96xf32>
  return %y : tensor<?x96xf32>
}
"""


class QuantizationTest(unittest.TestCase):
    def test_a_factor_is_its_integers_times_its_scales(self):
        factor = np.random.default_rng(1).standard_normal((5, 3, 40))
        values, scales = quantization.quantize_factor(factor)
        self.assertEqual((values.dtype, values.shape, scales.dtype, scales.shape),
                         (np.int8, (5, 3, 40), np.float32, (5, 3)))
        self.assertTrue((np.abs(values).max(axis=-1) == 127).all())
        self.assertLessEqual(np.abs(values * scales[..., None] - factor).max(), scales.max() * 0.501)

    def test_a_channel_of_zeros_stays_zero(self):
        values, scales = quantization.quantize_factor(np.zeros((2, 3)))
        self.assertEqual((values.tolist(), scales.tolist()), ([[0] * 3] * 2, [1.0, 1.0]))
        self.assertEqual(quantization.activation_scale(np.zeros(3)), 1)

    def test_activations_round_half_to_even_and_saturate(self):
        x = np.array([0.25, 0.75, 1.25, -0.25, 100, -100])
        self.assertEqual(quantization.quantize_activations(x, 0.5).tolist(), [0, 2, 2, 0, 127, -128])

    def test_bad_values_are_refused(self):
        for call, message in [
                (lambda: quantization.quantize_factor([np.nan]), "factor: wanted finite values, found NaN or infinity"),
                (lambda: quantization.quantize_factor(3.0), "factor: wanted values of rank 1 or more, found shape "),
                (lambda: quantization.activation_scale([]), "sample: wanted values of rank 0 or more, found shape "),
                (lambda: quantization.quantize_activations([1.0], 0), "scale: wanted a value above 0, found 0")]:
            with self.assertRaisesRegex(ValueError, message):
                call()

    def test_a_compiled_layer_is_near_the_real_one(self):
        random = np.random.default_rng(2)
        w1, w2 = random.standard_normal((16, 8, 4)) / 2, random.standard_normal((8, 12, 16)) / 4
        x = random.standard_normal((200, 64))
        middle = np.einsum("kqp,nkp->nkq", w1, x.reshape(200, 16, 4))
        (q1, c1), (q2, c2) = quantization.quantize_factor(w1), quantization.quantize_factor(w2)
        scales = np.array([quantization.activation_scale(x), quantization.activation_scale(middle)])
        found = self.run_layer([q1, q2, c1, c2, scales, quantization.quantize_activations(x, scales[0])])
        wanted = x @ projection.monarch_to_dense(w1, w2).T
        error = np.linalg.norm(found - wanted) / np.linalg.norm(wanted)
        self.assertLess(error, 0.03)  # three roundings to steps of a 30th of the deviation or finer
        self.assertGreater(error, 1e-4)

    def run_layer(self, arguments):
        """The result of LAYER, compiled and checked against its definition."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "layer.mlir").write_text(LAYER)
            for number, argument in enumerate(arguments):
                np.save(folder / f"{number}.npy", argument)
            files = [f"--arg={number}={folder}/{number}.npy" for number in range(len(arguments))]
            subprocess.run([os.environ["DANAUS_BIN"] + "/danaus-run", str(folder / "layer.mlir"), "--check", "--verify-data",
                            f"--output={folder}/y.npy", *files], check=True, capture_output=True, timeout=120)
            return np.load(folder / "y.npy")
