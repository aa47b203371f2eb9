#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""What compiled functions need to know of an array: NumPy's, a tensor of PyTorch, or what shows __cuda_array_interface__.

Neither PyTorch nor another library is imported for it: an array is known by what it can do.
"""
import sys

import numpy as np

# NumPy has no bf16: its bits in uint16, or an array of ml_dtypes.bfloat16, which has the same size.
DTYPES = {"f16": np.float16, "bf16": np.uint16, "f32": np.float32, "f64": np.float64, "i8": np.int8, "i16": np.int16,
          "i32": np.int32, "i64": np.int64, "index": np.int64, "complex<f32>": np.complex64,
          "complex<f64>": np.complex128}
TORCH_NAMES = {"f16": "float16", "bf16": "bfloat16", "f32": "float32", "f64": "float64", "i8": "int8", "i16": "int16",
               "i32": "int32", "i64": "int64", "index": "int64", "complex<f32>": "complex64",
               "complex<f64>": "complex128"}
# The device of memory that does not say where it is.
UNKNOWN = -1


class View:
    """Where an array lies. `strides` count bytes, `dtype` is as its library names it, `device` is None for the host."""

    def __init__(self, array):
        self.array = array
        self.is_tensor = hasattr(array, "data_ptr")
        if isinstance(array, np.ndarray):
            self._read_numpy(array)
        elif self.is_tensor:
            self._read_tensor(array)
        elif hasattr(array, "__cuda_array_interface__"):
            self._read_interface(array.__cuda_array_interface__)
        else:
            self._read_numpy(np.asarray(array))

    def _read_numpy(self, array):
        self.array, self.address, self.device = array, array.ctypes.data, None
        self.shape, self.strides, self.itemsize = array.shape, array.strides, array.itemsize
        self.dtype, self.name, self.writable = array.dtype, str(array.dtype), array.flags.writeable

    def _read_tensor(self, tensor):
        self.address, self.shape, self.itemsize = tensor.data_ptr(), tuple(tensor.shape), tensor.element_size()
        self.strides = tuple(stride * self.itemsize for stride in tensor.stride())
        self.device = tensor.device.index if tensor.device.type == "cuda" else None
        self.dtype, self.writable = None, True
        self.name = str(tensor.dtype).rsplit(".", maxsplit=1)[-1]

    def _read_interface(self, interface):
        self.dtype = np.dtype(interface["typestr"])
        self.shape, self.itemsize, self.name = tuple(interface["shape"]), self.dtype.itemsize, str(self.dtype)
        self.address, is_read_only = interface["data"]
        self.writable = not is_read_only
        sizes = np.cumprod([self.itemsize, *reversed(self.shape)])[:-1]
        self.strides = tuple(interface.get("strides") or (int(size) for size in reversed(sizes)))
        self.device = UNKNOWN  # the function looks it up by the address

    def is_of(self, element):
        """Whether its numbers are those that compiled code calls `element`."""
        if self.is_tensor:
            return self.name == TORCH_NAMES[element]
        return self.dtype == DTYPES[element] or (element == "bf16" and self.itemsize == 2
                                                 and self.dtype != np.float16)

    def is_contiguous(self):
        """Whether its numbers lie side by side, in order."""
        expected = self.itemsize
        for size, stride in zip(reversed(self.shape), reversed(self.strides)):
            if stride != expected and size > 1:
                return False
            expected *= size
        return True

    def contiguous(self):
        """Itself, or where its numbers lie apart a copy, made by its own library."""
        if self.is_contiguous():
            return self
        return View(self.array.contiguous() if self.is_tensor else np.ascontiguousarray(self.array))

    def wants_gradient(self):
        """Whether PyTorch would expect a gradient to flow back through it."""
        torch = sys.modules.get("torch")
        return bool(getattr(self.array, "requires_grad", False)) and (torch is None or torch.is_grad_enabled())

    def make(self, shape, element):
        """An array of the same library on the same device, its numbers undefined. PyTorch's memory follows the order
        of its streams, so that a later one may take its place."""
        if self.device is None and not self.is_tensor:
            return np.empty(shape, DTYPES[element])
        library = sys.modules[type(self.array).__module__.split(".", maxsplit=1)[0]]
        if self.is_tensor:
            return self.array.new_empty(tuple(shape), dtype=getattr(library, TORCH_NAMES[element]))
        return library.empty(tuple(shape), dtype=DTYPES[element])


def stream_of(view, stream):
    """The number of a stream: the one given, or that on which PyTorch works on the array's device."""
    if stream is not None:
        return int(getattr(stream, "cuda_stream", stream))
    torch = sys.modules.get("torch")
    if torch is None or not view.is_tensor or view.device is None:
        return 0
    return torch.cuda.current_stream(view.device).cuda_stream
