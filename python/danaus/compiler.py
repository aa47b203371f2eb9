#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""MLIR text in, a function on NumPy arrays out: a thin face of libdanaus.so (danaus/CAPI/Compiler.h) by ctypes.

    layer = danaus.compile(text)          # or from the cache on disk
    layer.pack([w1, w2])                  # once, and again when a parameter changes
    y = layer(x)                          # x is read where it lies; rows may lie apart
    layer(x, out=y)                       # no memory is allocated once there is workspace for as many rows
"""
import ctypes
import os
import pathlib
import warnings

import numpy as np

ALIGNMENT = 64
MAX_RANK = 8


class DanausError(RuntimeError):
    """What the compiler or a compiled function refuses; `code` is its number in the C headers."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class _Tensor(ctypes.Structure):
    _fields_ = [("element", ctypes.c_char * 16), ("element_bytes", ctypes.c_int64), ("rank", ctypes.c_int64),
                ("shape", ctypes.c_int64 * MAX_RANK)]


class _Function(ctypes.Structure):
    _fields_ = [("abi_version", ctypes.c_int64), ("name", ctypes.c_char_p), ("target", ctypes.c_char_p),
                ("features", ctypes.c_char_p), ("schedule", ctypes.c_char_p), ("packed_bytes", ctypes.c_int64),
                ("num_parameters", ctypes.c_int64), ("num_activations", ctypes.c_int64),
                ("num_results", ctypes.c_int64), ("tensors", ctypes.POINTER(_Tensor))]


class _Options(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("entry", ctypes.c_char_p), ("target", ctypes.c_char_p),
                ("schedule", ctypes.c_char_p), ("model", ctypes.c_char_p), ("rows", ctypes.c_int64),
                ("threads", ctypes.c_int64), ("simplify", ctypes.c_int32), ("no_cache", ctypes.c_int32)]


# NumPy has no bf16: its bits in uint16, or an array of ml_dtypes.bfloat16, which has the same size.
_DTYPES = {"f16": np.float16, "bf16": np.uint16, "f32": np.float32, "f64": np.float64, "i8": np.int8, "i16": np.int16,
           "i32": np.int32, "i64": np.int64, "index": np.int64, "complex<f32>": np.complex64,
           "complex<f64>": np.complex128}


def find_library():
    """libdanaus.so: what DANAUS_LIBRARY names, else beside this package, else in a build of the source tree."""
    if "DANAUS_LIBRARY" in os.environ:
        return os.environ["DANAUS_LIBRARY"]
    here = pathlib.Path(__file__).resolve().parent
    builds = [here.parents[1] / "build" / name / "lib" for name in ("dev", "release")]
    for folder in [here, *builds]:
        if (folder / "libdanaus.so").exists():
            return str(folder / "libdanaus.so")
    raise OSError("libdanaus.so: not beside the package nor in a build of it, and no DANAUS_LIBRARY")


_library = None


def _load():
    """The library, loaded once, its functions declared."""
    global _library
    if _library is not None:
        return _library
    library = ctypes.CDLL(find_library())
    pointer, i64 = ctypes.c_void_p, ctypes.c_int64
    library.danausCompile.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_Options),
                                      ctypes.POINTER(pointer)]
    library.danausDestroy.argtypes = [pointer]
    library.danausDestroy.restype = None
    library.danausLastMessage.restype = ctypes.c_char_p
    library.danausGetInfo.argtypes = [pointer]
    library.danausGetInfo.restype = ctypes.POINTER(_Function)
    library.danausIsFromCache.argtypes = [pointer]
    library.danausGetPackedBytes.argtypes = [pointer]
    library.danausGetPackedBytes.restype = i64
    library.danausGetWorkspaceBytes.argtypes = [pointer, i64]
    library.danausGetWorkspaceBytes.restype = i64
    library.danausPack.argtypes = [pointer, pointer, i64, pointer, i64]
    library.danausRun.argtypes = [pointer, pointer, i64, pointer, pointer, i64, i64, pointer, i64]
    library.danausSetNumThreads.argtypes = [i64]
    library.danausSetNumThreads.restype = None
    library.danausGetNumThreads.restype = i64
    _library = library
    return library


def set_num_threads(threads):
    """Threads that compiled functions use; 0 asks DANAUS_NUM_THREADS again."""
    _load().danausSetNumThreads(threads)


def get_num_threads():
    """Threads that compiled functions use."""
    return _load().danausGetNumThreads()


def _check(code):
    if code != 0:
        raise DanausError(code, _load().danausLastMessage().decode())


class _Memory:
    """Bytes aligned as compiled functions want them."""

    def __init__(self, num_bytes):
        self.num_bytes = num_bytes
        self._buffer = np.empty(num_bytes + ALIGNMENT, np.uint8)
        self.address = -(-self._buffer.ctypes.data // ALIGNMENT) * ALIGNMENT


class TensorInfo:
    """Element type and shape of a parameter, activation or result; a size of None is the number of rows."""

    def __init__(self, tensor):
        self.element = tensor.element.decode()
        self.dtype = np.dtype(_DTYPES[self.element])
        self.shape = tuple(None if size < 0 else size for size in tensor.shape[:tensor.rank])

    def __repr__(self):
        return f"{self.element}{list(self.shape)}"

    def check(self, array, what):
        """Raises where `array` cannot be read as this: other shape or element size, or elements of a row apart."""
        fits = array.ndim == len(self.shape) and all(
            wanted is None or wanted == found for wanted, found in zip(self.shape, array.shape))
        if not fits:
            raise ValueError(f"{what}: wanted shape {list(self.shape)}, found {list(array.shape)}")
        same = array.dtype == self.dtype or (self.element == "bf16" and array.dtype.itemsize == 2
                                             and array.dtype != np.float16)
        if not same:
            raise TypeError(f"{what}: wanted {self.element}, found {array.dtype}")

    def row_stride(self, array, what):
        """Elements between two rows, each of which must be contiguous."""
        self.check(array, what)
        expected = array.itemsize
        for size, stride in zip(reversed(array.shape[1:]), reversed(array.strides[1:])):
            if stride != expected and size > 1 and array.size:
                raise ValueError(f"{what}: wanted rows whose elements lie side by side, found strides {array.strides}")
            expected *= size
        row = expected // array.itemsize
        if array.shape[0] <= 1 or not array.size:
            return row
        if array.strides[0] % array.itemsize:
            raise ValueError(f"{what}: wanted rows a whole number of elements apart, found {array.strides[0]} bytes")
        return array.strides[0] // array.itemsize


class Function:
    """A compiled function with its packed parameters and one workspace: for one thread at a time."""

    def __init__(self, handle, library):
        self._handle, self._library = handle, library
        info = library.danausGetInfo(handle).contents
        self.name, self.target, self.schedule = (field.decode() for field in (info.name, info.target, info.schedule))
        self.is_from_cache = bool(library.danausIsFromCache(handle))
        counts = info.num_parameters, info.num_activations, info.num_results
        tensors = [TensorInfo(info.tensors[i]) for i in range(sum(counts))]
        self.parameters = tensors[:counts[0]]
        self.activations = tensors[counts[0]:counts[0] + counts[1]]
        self.results = tensors[counts[0] + counts[1]:]
        self._packed = None
        self._workspace, self._workspace_rows = None, None

    def __del__(self):
        if getattr(self, "_handle", None):
            self._library.danausDestroy(self._handle)

    def pack(self, params):
        """Packs the parameters, arrays in the order of the function's arguments; copies those that are not contiguous.

        They may be changed or freed afterwards.
        """
        params = list(params)
        if len(params) != len(self.parameters):
            raise ValueError(f"wanted {len(self.parameters)} parameters, found {len(params)}")
        arrays = [np.ascontiguousarray(array) for array in params]
        arrays = [array.reshape(()) if info.shape == () else array for info, array in zip(self.parameters, arrays)]
        for number, (info, array) in enumerate(zip(self.parameters, arrays)):
            info.check(array, f"parameter {number}")
        packed = _Memory(self._library.danausGetPackedBytes(self._handle))
        pointers = (ctypes.c_void_p * max(len(arrays), 1))(*(array.ctypes.data for array in arrays))
        _check(self._library.danausPack(self._handle, pointers, len(arrays), packed.address, packed.num_bytes))
        self._packed = packed
        return self

    def _get_workspace(self, rows):
        if self._workspace_rows is None or rows > self._workspace_rows:
            num_bytes = self._library.danausGetWorkspaceBytes(self._handle, rows)
            _check(0 if num_bytes >= 0 else -num_bytes)
            self._workspace, self._workspace_rows = _Memory(num_bytes), rows
        return self._workspace

    def _get_rows(self, inputs):
        for number, (info, array) in enumerate(zip(self.activations, inputs)):
            info.check(array, f"activation {number}")
        rows = [array.shape[0] for info, array in zip(self.activations, inputs) if info.shape[0] is None]
        if len(set(rows)) > 1:
            raise ValueError(f"activations: wanted one number of rows, found {sorted(set(rows))}")
        return rows[0] if rows else inputs[0].shape[0]

    def _get_outputs(self, out, rows):
        if out is None:
            return [np.empty([rows if size is None else size for size in info.shape], info.dtype)
                    for info in self.results]
        outputs = list(out) if isinstance(out, (list, tuple)) else [out]
        if len(outputs) != len(self.results):
            raise ValueError(f"out: wanted {len(self.results)} arrays, found {len(outputs)}")
        for number, (info, array) in enumerate(zip(self.results, outputs)):
            info.check(array, f"result {number}")
            if info.shape[0] is None and array.shape[0] != rows:
                raise ValueError(f"result {number}: wanted {rows} rows, found {array.shape[0]}")
            if not array.flags.writeable:
                raise ValueError(f"result {number}: wanted an array that may be written")
        return outputs

    def __call__(self, *inputs, out=None):
        """The result, or a tuple of several; written to `out` where that is given."""
        if self._packed is None:
            if self.parameters:
                raise ValueError(f"{self.name}: wanted its parameters, call pack() first")
            self.pack([])
        if len(inputs) != len(self.activations):
            raise ValueError(f"wanted {len(self.activations)} activations, found {len(inputs)}")
        rows = self._get_rows(inputs)
        outputs = self._get_outputs(out, rows)
        arrays = [*inputs, *outputs]
        infos = [*self.activations, *self.results]
        strides = [info.row_stride(array, f"tensor {number}")
                   for number, (info, array) in enumerate(zip(infos, arrays))]
        workspace = self._get_workspace(rows)
        count = len(arrays)
        data = (ctypes.c_void_p * count)(*(array.ctypes.data for array in arrays))
        _check(self._library.danausRun(self._handle, self._packed.address, self._packed.num_bytes, data,
                                       (ctypes.c_int64 * count)(*strides), count, rows, workspace.address,
                                       workspace.num_bytes))
        return outputs[0] if len(outputs) == 1 else tuple(outputs)


def compile(text, entry=None, *, target=None, schedule=None, model=None, rows=0, threads=0, simplify=False,
            cache=True):
    """Compiles the function `entry` of MLIR text, or its only public one, or loads it from the cache on disk.

    A cache that cannot be written is a warning.
    """
    library = _load()
    encoded = text.encode()
    optional = [None if value is None else str(value).encode() for value in (entry, target, schedule, model)]
    options = _Options(ctypes.sizeof(_Options), *optional, rows, threads, simplify, not cache)
    handle = ctypes.c_void_p()
    _check(library.danausCompile(encoded, len(encoded), ctypes.byref(options), ctypes.byref(handle)))
    warning = library.danausLastMessage().decode()
    if warning:
        warnings.warn(warning, RuntimeWarning, stacklevel=2)
    return Function(handle, library)
