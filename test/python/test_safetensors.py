"""danaus.safetensors: what is written is read back, and bad files are refused with the reason."""
import json
import pathlib
import tempfile
import unittest

import numpy as np

from danaus import safetensors


def file_bytes(header, values=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + values


class SafetensorsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "case.safetensors"

    def refuse(self, data, message):
        self.path.write_bytes(data)
        with self.assertRaisesRegex(safetensors.SafetensorsError, message):
            safetensors.load(self.path)

    def test_round_trip_keeps_values_shapes_and_dtypes(self):
        values = np.random.default_rng(0).standard_normal((3, 4, 5))
        tensors = {"f64": values, "f32": values.astype("f4"), "f16": values.astype("f2"),
                   "transposed": values.astype("f4").T, "bf16": safetensors.to_bf16(values),
                   "scalar": np.float32(3), "empty": np.zeros((0, 4), "f4"), "i64": np.arange(6).reshape(2, 3)}
        safetensors.save(self.path, tensors)
        loaded = safetensors.load(self.path)
        self.assertEqual(list(loaded), list(tensors))
        for name, array in tensors.items():
            self.assertEqual(loaded[name].dtype, array.dtype)
            np.testing.assert_array_equal(loaded[name], array)

    def test_bf16_rounds_to_nearest_even(self):
        one = 1.0
        step = 2.0 ** -7  # between 1 and 2
        cases = {one: one, one + step / 2: one, one + 1.5 * step: one + 2 * step, one + 0.51 * step: one + step,
                 -one - 0.51 * step: -one - step, np.inf: np.inf, 3.4e38: np.inf, 0.0: 0.0}
        for value, wanted in cases.items():
            self.assertEqual(safetensors.from_bf16(safetensors.to_bf16(np.array([value])))[0], wanted)
        self.assertTrue(np.isnan(safetensors.from_bf16(safetensors.to_bf16(np.array([np.nan]))))[0])

    def test_from_bf16_refuses_other_dtypes(self):
        with self.assertRaisesRegex(safetensors.SafetensorsError, "wanted a bf16 array, found float32"):
            safetensors.from_bf16(np.zeros(3, "f4"))

    def test_save_refuses_complex_values(self):
        with self.assertRaisesRegex(safetensors.SafetensorsError, "tensor 'z': safetensors has no dtype for complex128"):
            safetensors.save(self.path, {"z": np.zeros(2, complex)})

    def test_truncated_files(self):
        safetensors.save(self.path, {"x": np.arange(8, dtype="f4")})
        whole = self.path.read_bytes()
        self.refuse(b"", "wanted a header of 8 bytes or more, found 0")
        self.refuse(whole[:20], "the header wants .* bytes, the file has 12")
        self.refuse(whole[:-1], r"tensor 'x': wanted 32 bytes within 31, found \[0, 32\)")

    def test_malformed_headers(self):
        self.refuse(file_bytes(b"{nope"), "the header is not JSON")
        self.refuse(file_bytes([]), "wanted a JSON object as the header, found list")
        self.refuse(file_bytes({"x": 3}), "tensor 'x': wanted an object, found int")
        entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
        for key, value, message in [("dtype", "F8", "wanted a dtype of .*, found F8"), ("shape", [-2], "list of sizes"),
                                    ("shape", [2, 2], "wanted 16 bytes"), ("data_offsets", [8, 0], "wanted 8 bytes"),
                                    ("data_offsets", [0], "two data_offsets"), ("shape", None, "list of sizes")]:
            self.refuse(file_bytes({"x": entry | {key: value}}, bytes(8)), message)

    def test_missing_file_is_an_os_error(self):
        with self.assertRaises(FileNotFoundError):
            safetensors.load(self.path)


if __name__ == "__main__":
    unittest.main()
