"""Functions for a GPU on tensors that look like PyTorch's, with a driver that only tells what it is asked (fake-cuda.c)."""
import ctypes
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import types
import unittest
from unittest import mock

import numpy as np

import danaus
from danaus import arrays, compiler

ROOT = pathlib.Path(__file__).resolve().parents[2]
INPUTS = ROOT / "test" / "AheadOfTime" / "Inputs"

try:
    COMPILE = pathlib.Path(compiler.find_library()).parents[1] / "bin" / "danaus-compile"
except OSError as error:
    raise unittest.SkipTest(str(error))
if not shutil.which("cc") or not COMPILE.exists():
    raise unittest.SkipTest("needs a C compiler and danaus-compile")

LAYER = (INPUTS / "gpu-layers.mlir").read_text()
torch = types.ModuleType("torch")
SIZES = {"bfloat16": 2, "float16": 2, "float32": 4, "int8": 1}
for dtype in SIZES:
    setattr(torch, dtype, f"torch.{dtype}")
torch.is_grad_enabled = lambda: True
current = []  # streams that are made current, the last counts


class Current:
    def __init__(self, stream):
        self.stream = stream

    def __enter__(self):
        current.append(self.stream)

    def __exit__(self, *_):
        current.pop()


def stream(number):
    return types.SimpleNamespace(cuda_stream=number)


torch.cuda = types.SimpleNamespace(current_stream=lambda device: current[-1] if current else stream(0x70 + device),
                                   ExternalStream=lambda number, device: stream(number), stream=Current)


class Tensor:
    """As much of a tensor as compiled functions look at, in memory of the driver's device `index`."""

    def __init__(self, driver, shape, dtype="torch.bfloat16", index=0, offset=0, stride=None, requires_grad=False):
        self.driver, self.shape, self.dtype, self.requires_grad = driver, tuple(shape), dtype, requires_grad
        self.device = types.SimpleNamespace(type="cpu" if index is None else "cuda", index=index)
        sizes = np.cumprod([1, *reversed(self.shape)])[:-1]
        self._stride = stride or tuple(int(size) for size in reversed(sizes))
        count = int(np.prod(self.shape)) * self.element_size()
        self._memory = driver.fakeAllocate(0 if index is None else index, count + offset) + offset

    def element_size(self):
        return SIZES[self.dtype.split(".")[1]]

    def stride(self):
        return self._stride

    def data_ptr(self):
        return self._memory

    def new_empty(self, shape, dtype=None):
        return Tensor(self.driver, shape, dtype or self.dtype, self.device.index)

    def contiguous(self):
        return Tensor(self.driver, self.shape, self.dtype, self.device.index)


Tensor.__module__ = "torch"


def setUpModule():
    """A library for sm_90a without a cubin, and the driver, of which a process has one."""
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    GpuCase.folder = pathlib.Path(folder.name)
    GpuCase.path = GpuCase.folder / "layers.so"
    subprocess.run([COMPILE, INPUTS / "gpu-layers.mlir", "--target=sm_90a", "-o", GpuCase.path], check=True,
                   env=dict(os.environ, DANAUS_PTXAS=""))
    fake = GpuCase.folder / "libcuda.so.1"
    subprocess.run(["cc", "-shared", "-fPIC", INPUTS / "fake-cuda.c", "-Wl,-soname,libcuda.so.1", "-o", fake],
                   check=True)
    # Who opens libcuda.so.1 by its name from here on gets this one.
    GpuCase.driver = ctypes.CDLL(str(fake), ctypes.RTLD_GLOBAL)
    GpuCase.driver.fakeAllocate.restype = ctypes.c_void_p
    GpuCase.driver.fakeAllocate.argtypes = [ctypes.c_int, ctypes.c_size_t]


class GpuCase(unittest.TestCase):
    """Tensors of the driver's devices, and what it prints."""

    def setUp(self):
        patches = [mock.patch.dict(sys.modules, torch=torch),
                   mock.patch.dict(os.environ, DANAUS_CACHE_DIR=str(self.folder / "cache"), DANAUS_PTXAS="")]
        for patch in patches:
            patch.start()
            self.addCleanup(patch.stop)

    def tensor(self, *shape, **options):
        return Tensor(self.driver, shape, **options)

    def log(self, call):
        """What the driver prints during a call."""
        libc = ctypes.CDLL(None)
        with tempfile.TemporaryFile() as file:
            libc.fflush(None)
            saved = os.dup(1)
            os.dup2(file.fileno(), 1)
            try:
                call()
            finally:
                libc.fflush(None)
                os.dup2(saved, 1)
                os.close(saved)
            file.seek(0)
            return file.read().decode()

    def params(self, **options):
        return [self.tensor(8, 8, 8, **options) for _ in range(2)]

    def packed(self, **options):
        layer = danaus.load(self.path, "monarch")
        self.log(lambda: layer.pack(self.params(**options)))
        return layer


class CallTest(GpuCase):
    def check_layer(self, layer):
        self.assertTrue(layer.is_on_gpu)
        packing = self.log(lambda: layer.pack(self.params(index=1)))
        self.assertIn("stream 0x71, device 1", packing)
        x = self.tensor(100, 64, index=1)
        results = []
        running = self.log(lambda: results.append(layer(x)))
        self.assertIn("launch monarch_kernel_0", running)
        self.assertIn("stream 0x71, device 1", running)
        self.assertNotIn("forbidden", packing + running)
        [y] = results
        self.assertEqual((y.shape, y.dtype, y.device.index), ((100, 64), "torch.bfloat16", 1))

    def test_a_loaded_library_runs_on_the_current_stream(self):
        self.check_layer(danaus.load(self.path, "monarch"))

    def test_text_compiled_here_runs_on_the_current_stream(self):
        layer = danaus.compile(LAYER, "monarch", target="sm_90a")
        self.assertFalse(layer.is_from_cache)
        self.check_layer(layer)
        self.assertTrue(danaus.compile(LAYER, "monarch", target="sm_90a").is_from_cache)

    def test_as_many_clusters_are_launched_as_run_at_once(self):
        text = """
          #low = #linop.low_rank<rank = 16>
          func.func @low_rank(%u: tensor<256x16xbf16>, %v: tensor<16x512xbf16>, %x: tensor<?x512xbf16>)
              -> tensor<?x256xbf16> {
            %m = linop.assemble %u, %v : (tensor<256x16xbf16>, tensor<16x512xbf16>) -> tensor<256x512xbf16, #low>
            %y = linop.apply %m, %x : tensor<256x512xbf16, #low>, tensor<?x512xbf16> -> tensor<?x256xbf16>
            return %y : tensor<?x256xbf16>
          }"""
        schedule = "#chain.schedule<unit=mma_sync,placement=registers,rows=16,warps=4,depth=1,cluster=8>"
        layer = danaus.compile(text, target="sm_90a", schedule=schedule, cache=False)
        self.log(lambda: layer.pack([self.tensor(256, 16), self.tensor(16, 512)]))
        # The driver runs three clusters at once; few tiles need fewer.
        for rows, blocks in ((1000, 24), (20, 16)):
            x = self.tensor(rows, 512)
            self.assertIn(f"early launch low_rank_kernel_0, grid {blocks} x 1, block 128", self.log(lambda: layer(x)))

    def test_a_stream_may_be_given(self):
        layer = self.packed()
        x, y = self.tensor(5, 64), self.tensor(5, 64)
        for given in (0x99, stream(0x99)):
            results = []
            self.assertIn("stream 0x99,", self.log(lambda: results.append(layer(x, out=y, stream=given))))
            self.assertIs(results[0], y)
            self.assertIn("stream 0x99,", self.log(lambda: layer.pack(self.params(), stream=given)))

    def test_parameters_are_copied_where_they_lie_apart(self):
        layer = danaus.load(self.path, "monarch")
        apart = self.tensor(8, 8, 8, stride=(128, 8, 1))
        self.log(lambda: layer.pack([apart, self.tensor(8, 8, 8)]))

    def test_constants_are_packed_at_the_first_call(self):
        layer = danaus.load(self.path, "shift")
        x = self.tensor(3, 4, dtype="torch.float32")
        self.assertIn("copy 16 bytes to the device", self.log(lambda: layer(x)))
        self.assertNotIn("copy", self.log(lambda: layer(x)))

    def test_the_cuda_array_interface_is_enough(self):
        layer = self.packed()

        class Array:
            def __init__(self, tensor, read_only=False, strides=None):
                self.__cuda_array_interface__ = {"shape": tensor.shape, "typestr": "<u2", "version": 3,
                                                 "data": (tensor.data_ptr(), read_only), "strides": strides}
                self.tensor = tensor

        sys.modules["torch"].empty = lambda shape, dtype: self.tensor(*shape, dtype="torch.int8")
        self.addCleanup(delattr, torch, "empty")
        Array.__module__ = "torch"
        x, y = (Array(self.tensor(5, 64)) for _ in range(2))
        self.assertIn("launch monarch_kernel_0", self.log(lambda: layer(x, out=y, stream=3)))
        with self.assertRaisesRegex(ValueError, "result 0: wanted an array that may be written"):
            layer(x, out=Array(y.tensor, read_only=True))
        with self.assertRaisesRegex(ValueError, r"wanted rows whose elements lie side by side, found strides \(2, 10\)"):
            layer(Array(x.tensor, strides=(2, 10)), out=y)


class RefusalTest(GpuCase):
    def assert_refused(self, error, message, call):
        with self.assertRaisesRegex(error, message):
            self.log(call)

    def test_shapes_and_types(self):
        layer = self.packed()
        self.assert_refused(ValueError, r"activation 0: wanted shape \[None, 64\], found \[5, 63\]",
                            lambda: layer(self.tensor(5, 63)))
        self.assert_refused(TypeError, "activation 0: wanted bf16, found float16",
                            lambda: layer(self.tensor(5, 64, dtype="torch.float16")))
        self.assert_refused(TypeError, "parameter 1: wanted bf16, found float32",
                            lambda: layer.pack([self.tensor(8, 8, 8), self.tensor(8, 8, 8, dtype="torch.float32")]))
        self.assert_refused(ValueError, "result 0: wanted 5 rows, found 4",
                            lambda: layer(self.tensor(5, 64), out=self.tensor(4, 64)))

    def test_places(self):
        layer, x = self.packed(), self.tensor(5, 64)
        self.assert_refused(ValueError, "activation 0: wanted a tensor on a CUDA device, since monarch was compiled for "
                            "sm_90a, found one of the host", lambda: layer(np.zeros((5, 64), np.uint16)))
        self.assert_refused(ValueError, "activation 0: wanted a tensor on a CUDA device",
                            lambda: layer(self.tensor(5, 64, index=None)))
        self.assert_refused(ValueError, "tensor 1: wanted a tensor on cuda:0, as tensor 0, found one on cuda:1",
                            lambda: layer(x, out=self.tensor(5, 64, index=1)))
        self.assert_refused(ValueError, "activation 0: wanted a tensor on cuda:0, where the parameters were packed, "
                            "found one on cuda:1", lambda: layer(self.tensor(5, 64, index=1)))
        self.assert_refused(ValueError, "parameter 1: wanted a tensor on cuda:0, as parameter 0, found one on cuda:1",
                            lambda: layer.pack([self.tensor(8, 8, 8), self.tensor(8, 8, 8, index=1)]))
        on_host = danaus.compile(LAYER, "shift", target="x86-avx2")
        self.assert_refused(ValueError, "activation 0: wanted an array of the host, since shift was compiled for "
                            "x86-avx2, found a tensor on a CUDA device",
                            lambda: on_host(self.tensor(3, 4, dtype="torch.float32")))

    def test_memory(self):
        layer = self.packed()
        self.assert_refused(compiler.DanausError, "activation 0: wanted rows one behind the other, 64 elements apart, "
                            "found 80; on a GPU make it contiguous", lambda: layer(self.tensor(5, 64, stride=(80, 1))))
        self.assert_refused(compiler.DanausError, "activation 0: wanted an address that is a multiple of 16 bytes",
                            lambda: layer(self.tensor(5, 64, offset=8)))
        x = self.tensor(5, 64)
        self.assert_refused(compiler.DanausError, "overlaps another argument", lambda: layer(x, out=x))
        host = np.zeros((5, 64), np.uint16)
        liar = self.tensor(5, 64)
        liar._memory = host.ctypes.data // 16 * 16
        self.assert_refused(compiler.DanausError, "activation 0: wanted memory of a CUDA device, found .* of the host",
                            lambda: layer(liar))

    def test_gradients_do_not_vanish_in_silence(self):
        layer, x = self.packed(), self.tensor(5, 64, requires_grad=True)
        self.assert_refused(ValueError, "wanted a tensor without gradient, since none flows back", lambda: layer(x))
        with mock.patch.object(torch, "is_grad_enabled", lambda: False):
            self.log(lambda: layer(x))

    def test_libraries(self):
        self.assert_refused(ValueError, "wanted a compiled function 'dense'", lambda: danaus.load(self.path, "dense"))
        self.assert_refused(OSError, "nowhere", lambda: danaus.load(self.folder / "nowhere.so", "monarch"))

    def test_launches(self):
        layer = self.packed()
        with mock.patch.dict(os.environ, FAKE_FAIL="launch"), self.assertRaises(compiler.DanausError) as raised:
            self.log(lambda: layer(self.tensor(5, 64)))
        self.assertEqual(raised.exception.code, 12)
        self.assertRegex(str(raised.exception), "the launch failed")
        self.log(lambda: layer(self.tensor(5, 64)))


class HostTest(unittest.TestCase):
    def test_a_library_for_the_host_takes_numpy(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "layers.so"
            subprocess.run([COMPILE, INPUTS / "gpu-layers.mlir", "--target=x86-avx2", "-o", path], check=True)
            shift = danaus.load(path, "shift")
            x = np.zeros((3, 4), np.float32)
            np.testing.assert_array_equal(shift(x), np.tile([1, 2, 3, 4], (3, 1)))
            with self.assertRaisesRegex(compiler.DanausError, "overlaps another argument"):
                shift(x, out=x)

    def test_views_of_numpy_arrays(self):
        view = arrays.View(np.zeros((3, 4), np.float32)[:, ::2])
        self.assertFalse(view.is_contiguous())
        self.assertTrue(view.contiguous().is_contiguous())
        self.assertEqual(arrays.stream_of(view.device, None), 0)
        self.assertEqual(arrays.View([1.0, 2.0]).shape, (2,))


if __name__ == "__main__":
    unittest.main()
