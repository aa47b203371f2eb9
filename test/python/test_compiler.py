"""danaus.compile: numbers, arrays without copies, bad input, and the cache on disk with two processes."""
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest
import warnings
from unittest import mock

import numpy as np

import danaus
from danaus import compiler

try:
    compiler.find_library()
except OSError as error:
    raise unittest.SkipTest(str(error))

LAYER = """
#mon = #linop.monarch<blocks = [4, 3], middle = 24>
func.func @monarch(%w1: tensor<4x6x5xf32>, %w2: tensor<3x7x8xf32>, %x: tensor<?x20xf32>) -> tensor<?x21xf32> {
  %m = linop.assemble %w1, %w2 : (tensor<4x6x5xf32>, tensor<3x7x8xf32>) -> tensor<21x20xf32, #mon>
  %y = linop.apply %m, %x : tensor<21x20xf32, #mon>, tensor<?x20xf32> -> tensor<?x21xf32>
  return %y : tensor<?x21xf32>
}
func.func @twice(%x: tensor<?x4xf32>, %z: tensor<?x2x3xf64>) -> (tensor<?x4xf32>, tensor<?x2x3xf64>) {
  %y = arith.addf %x, %x : tensor<?x4xf32>
  %w = arith.addf %z, %z : tensor<?x2x3xf64>
  return %y, %w : tensor<?x4xf32>, tensor<?x2x3xf64>
}
"""


def random(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def monarch(w1, w2, x):
    """x as (k p), the middle k q = t, read again as (r l); the output is (s l)."""
    middle = np.einsum("kqp,nkp->nkq", w1.astype(float), x.reshape(-1, 4, 5).astype(float)).reshape(-1, 8, 3)
    return np.einsum("lsr,nrl->nsl", w2.astype(float), middle).reshape(-1, 21)


class CompilerCase(unittest.TestCase):
    """A cache of its own, and the Monarch with its parameters."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        environment = mock.patch.dict(os.environ, DANAUS_CACHE_DIR=str(self.folder / "cache"))
        environment.start()
        self.addCleanup(environment.stop)
        self.w1, self.w2 = random(4, 6, 5), random(3, 7, 8)

    def compile(self, entry="monarch", **options):
        return danaus.compile(LAYER, entry, **options)

    def assert_close(self, found, expected):
        self.assertLessEqual(np.linalg.norm(found - expected), 1e-6 * np.linalg.norm(expected))


class FunctionTest(CompilerCase):
    def test_numbers_of_every_row_count(self):
        layer = self.compile().pack([self.w1, self.w2])
        for rows in (0, 1, 7, 256):
            x = random(rows, 20)
            y = layer(x)
            self.assertEqual((y.shape, y.dtype), ((rows, 21), np.float32))
            self.assert_close(y, monarch(self.w1, self.w2, x))

    def test_threads_give_the_same(self):
        layer = self.compile(threads=3).pack([self.w1, self.w2])
        compiler.set_num_threads(3)
        self.addCleanup(compiler.set_num_threads, 0)
        self.assertEqual(compiler.get_num_threads(), 3)
        x = random(100, 20)
        self.assert_close(layer(x), monarch(self.w1, self.w2, x))

    def test_rows_that_lie_apart_are_not_copied(self):
        layer = self.compile().pack([self.w1, self.w2])
        wide, out = random(9, 50), np.full((9, 30), 7, np.float32)
        result = layer(wide[:, 4:24], out=out[:, 5:26])
        self.assertIs(result.base, out)
        self.assert_close(out[:, 5:26], monarch(self.w1, self.w2, wide[:, 4:24]))
        self.assertTrue((out[:, :5] == 7).all() and (out[:, 26:] == 7).all())

    def test_packed_parameters_are_the_functions_own(self):
        layer = self.compile().pack([self.w1, self.w2])
        x, expected = random(5, 20), monarch(self.w1, self.w2, random(5, 20))
        self.w1[:] = 0
        self.assert_close(layer(x), expected)
        layer.pack([self.w1, self.w2])
        self.assertFalse(layer(x).any())

    def test_several_activations_and_results(self):
        twice = self.compile("twice")
        x, z = random(6, 4), np.arange(36.0).reshape(6, 2, 3)
        y, w = twice(x, z)
        np.testing.assert_array_equal(y, 2 * x)
        np.testing.assert_array_equal(w, 2 * z)

    def test_what_is_known_of_a_function(self):
        layer = self.compile(target="x86-avx2")
        self.assertEqual((layer.name, layer.target), ("monarch", "x86-avx2"))
        self.assertIn("#chain.schedule<", layer.schedule)
        self.assertEqual(str(layer.parameters), "[f32[4, 6, 5], f32[3, 7, 8]]")
        self.assertEqual(layer.results[0].shape, (None, 21))

    def test_bad_arrays_are_refused(self):
        layer = self.compile()
        x = random(5, 20)
        with self.assertRaisesRegex(ValueError, "monarch: wanted its parameters, call pack"):
            layer(x)
        with self.assertRaisesRegex(ValueError, "wanted 2 parameters, found 1"):
            layer.pack([self.w1])
        with self.assertRaisesRegex(ValueError, r"parameter 0: wanted shape \[4, 6, 5\], found \[3, 7, 8\]"):
            layer.pack([self.w2, self.w1])
        with self.assertRaisesRegex(TypeError, "parameter 1: wanted f32, found float64"):
            layer.pack([self.w1, self.w2.astype(float)])
        layer.pack([self.w1, self.w2])
        with self.assertRaisesRegex(ValueError, "wanted 1 activations, found 2"):
            layer(x, x)
        with self.assertRaisesRegex(ValueError, r"activation 0: wanted shape \[None, 20\], found \[5, 19\]"):
            layer(x[:, 1:])
        with self.assertRaisesRegex(TypeError, "activation 0: wanted f32, found int32"):
            layer(x.view(np.int32))
        with self.assertRaisesRegex(ValueError, "wanted rows whose elements lie side by side"):
            layer(np.asfortranarray(x))
        with self.assertRaisesRegex(ValueError, "result 0: wanted 5 rows, found 4"):
            layer(x, out=np.empty((4, 21), np.float32))
        fixed = np.empty((5, 21), np.float32)
        fixed.flags.writeable = False
        with self.assertRaisesRegex(ValueError, "result 0: wanted an array that may be written"):
            layer(x, out=fixed)
        with self.assertRaises(compiler.DanausError) as raised:
            memory = random(5, 21)
            layer(memory[:, :20], out=memory)
        self.assertEqual((raised.exception.code, str(raised.exception)),
                         (5, "memory to be written overlaps another argument"))
        with self.assertRaises(compiler.DanausError) as raised:
            layer(x[::-1])
        self.assertEqual(raised.exception.code, 3)
        with self.assertRaisesRegex(ValueError, "activations: wanted one number of rows, found"):
            self.compile("twice")(random(6, 4), np.zeros((5, 2, 3)))

    def test_bad_text_is_refused_with_the_diagnostic(self):
        cases = [("func.func", "the text is no MLIR module"), (LAYER, "wanted --entry=NAME"),
                 ("func.func @f(%p: tensor<4xf32>) -> tensor<4xf32> { return %p : tensor<4xf32> }",
                  "wanted an activation")]
        for text, message in cases:
            with self.subTest(message), self.assertRaisesRegex(compiler.DanausError, message) as raised:
                danaus.compile(text)
            self.assertEqual(raised.exception.code, 100)
        with self.assertRaisesRegex(compiler.DanausError, "found 'z80'"):
            self.compile(target="z80")
        with self.assertRaisesRegex(compiler.DanausError, "wanted rows and threads of 0 or more"):
            self.compile(threads=-1)
        with self.assertRaisesRegex(compiler.DanausError, "model: cannot read"):
            self.compile(model=self.folder / "nowhere")


class CacheTest(CompilerCase):
    def files(self):
        return sorted((self.folder / "cache").glob("*"))

    def test_the_second_time_comes_from_the_cache(self):
        self.assertFalse(self.compile().is_from_cache)
        start = time.perf_counter()
        layer = self.compile()
        milliseconds = (time.perf_counter() - start) * 1e3
        self.assertTrue(layer.is_from_cache)
        self.assertLess(milliseconds, 200, "20 ms on a quiet machine")
        x = random(7, 20)
        self.assert_close(layer.pack([self.w1, self.w2])(x), monarch(self.w1, self.w2, x))

    def test_every_option_has_its_own_entry(self):
        for number, options in enumerate([{}, {"threads": 2}, {"rows": 7}, {"target": "x86-avx2"}, {"simplify": True}]):
            self.assertFalse(self.compile(**options).is_from_cache)
            self.assertEqual(len(self.files()), number + 1)

    def test_the_cache_can_be_off(self):
        self.compile(cache=False)
        self.assertEqual(self.files(), [])

    def test_a_damaged_file_is_compiled_again(self):
        self.compile()
        [file] = self.files()
        for damage in (lambda data: data[:-100], lambda data: b"junk", lambda data: data[:-1] + b"\1", lambda data: b""):
            good = file.read_bytes()
            file.write_bytes(damage(good))
            self.assertFalse(self.compile().is_from_cache)
            self.assertEqual(file.read_bytes(), good)

    def test_a_cache_that_cannot_be_written_is_a_warning(self):
        (self.folder / "file").write_text("")
        with mock.patch.dict(os.environ, DANAUS_CACHE_DIR=str(self.folder / "file" / "cache")):
            with self.assertWarnsRegex(RuntimeWarning, "cannot make the cache .*: Not a directory"):
                layer = self.compile()
        x = random(7, 20)
        self.assert_close(layer.pack([self.w1, self.w2])(x), monarch(self.w1, self.w2, x))

    def test_where_the_cache_is(self):
        places = [({"XDG_CACHE_HOME": "a", "HOME": "b"}, "a/danaus"), ({"HOME": "b"}, "b/.cache/danaus")]
        for names, place in places:
            environment = {name: str(self.folder / value) for name, value in names.items()}
            environment["DANAUS_CACHE_DIR"] = ""
            with mock.patch.dict(os.environ, environment):
                self.compile()
            self.assertEqual(len(list((self.folder / place).glob("*.o"))), 1)

    def test_two_processes_race(self):
        program = self.folder / "race.py"
        program.write_text(f"""
import numpy as np
import danaus
for i in range(5):
    layer = danaus.compile({LAYER!r}, "monarch", rows=100 + i)
    layer.pack([np.ones((4, 6, 5), np.float32), np.ones((3, 7, 8), np.float32)])
    print(layer(np.ones((3, 20), np.float32)).sum())
""")
        environment = dict(os.environ, PYTHONPATH=str(pathlib.Path(danaus.__file__).parents[1]), PYTHONWARNINGS="error")
        with contextlib.ExitStack() as stack:
            racers = [stack.enter_context(subprocess.Popen([sys.executable, program], env=environment, text=True,
                                                           stdout=subprocess.PIPE)) for _ in range(2)]
            outputs = [racer.communicate()[0] for racer in racers]
            self.assertEqual([racer.returncode for racer in racers], [0, 0])
        self.assertEqual(outputs[0].split(), ["2520.0"] * 5)
        self.assertEqual(outputs[0], outputs[1])
        self.assertEqual([file.suffix for file in self.files()], [".o"] * 5)


if __name__ == "__main__":
    warnings.simplefilter("error")
    unittest.main()
