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


def make(like, shape, element):
    """An array of the library of `like` on its device, its numbers undefined. PyTorch's memory follows the order of its
    streams, so that a later one may take its place."""
    is_tensor = hasattr(like, "data_ptr")
    if not is_tensor and not hasattr(like, "__cuda_array_interface__"):
        return np.empty(shape, DTYPES[element])
    library = sys.modules[type(like).__module__.split(".", maxsplit=1)[0]]
    if is_tensor:
        return like.new_empty(shape, dtype=getattr(library, TORCH_NAMES[element]))
    return library.empty(shape, dtype=DTYPES[element])


def layout_of(array):
    """All that decides about an array but its address, as a key; None where a call may not rely on it."""
    if isinstance(array, np.ndarray):
        return array.shape, array.strides, array.dtype, array.flags.writeable
    if not hasattr(array, "data_ptr") or array.requires_grad:
        return None
    device = array.device
    return array.shape, array.stride(), array.dtype, device.type, device.index


def address_of(array):
    """Where its first number is."""
    if isinstance(array, np.ndarray):
        return array.ctypes.data
    if hasattr(array, "data_ptr"):
        return array.data_ptr()
    return View(array).address


def torch_stream(like, stream):
    """What makes a given stream PyTorch's current one, so that memory of its allocator follows that one's order; None
    where none is given or PyTorch has no part in the call."""
    torch = sys.modules.get("torch")
    if stream is None or torch is None or not hasattr(like, "data_ptr") or like.device.type != "cuda":
        return None
    if not hasattr(stream, "cuda_stream"):
        stream = torch.cuda.ExternalStream(stream, device=like.device)
    return torch.cuda.stream(stream)


def stream_of(device, stream):
    """The number of a stream: the one given, or that on which PyTorch works on a device, which may be unknown."""
    if stream is not None:
        return int(getattr(stream, "cuda_stream", stream))
    torch = sys.modules.get("torch")
    if torch is None or device in (None, UNKNOWN):
        return 0
    return torch.cuda.current_stream(device).cuda_stream
