#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""MLIR text in, a function on arrays out: a thin face of libdanaus.so (danaus/CAPI/Compiler.h) by ctypes.

    layer = danaus.compile(text)          # or from the cache on disk
    layer.pack([w1, w2])                  # once, and again when a parameter changes
    y = layer(x)                          # x is read where it lies; rows may lie apart
    layer(x, out=y)                       # no memory is allocated once there is workspace for as many rows

    layer = danaus.compile(text, target="sm_90a")        # a function on CUDA tensors of PyTorch, in order on its stream
    layer = danaus.load("layer.so", "layer")             # what danaus-compile made, for a CPU or a GPU
"""
import ctypes
import os
import pathlib
import warnings

import numpy as np

from danaus import arrays

ABI_VERSION = 1
ALIGNMENT = 64
MAX_RANK = 8
# Layouts of arrays that a function remembers: those of the layers of a model, at a few numbers of rows.
MAX_PLANS = 64


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
    library.danausPackOnStream.argtypes = [pointer, pointer, i64, pointer, i64, pointer]
    library.danausRunOnStream.argtypes = [pointer, pointer, i64, pointer, pointer, i64, i64, pointer, i64, pointer]
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
    """Bytes aligned as compiled functions want them: on the host, or where the array `like` is."""

    def __init__(self, num_bytes, like=None):
        self.num_bytes, self.address, self.device = num_bytes, None, None
        if num_bytes == 0:
            return
        self._buffer = arrays.make(like, (num_bytes + ALIGNMENT,), "i8")
        self.address = -(-arrays.address_of(self._buffer) // ALIGNMENT) * ALIGNMENT


class _Plan:
    """What calls on arrays of one layout have in common, once it has been checked: shapes of results, strides in elements,
    the device, bytes of workspace."""

    def __init__(self, rows, shapes, strides, device, workspace_bytes):
        self.rows, self.shapes, self.device, self.workspace_bytes = rows, shapes, device, workspace_bytes
        self.strides = (ctypes.c_int64 * len(strides))(*strides)
        self.pointers = ctypes.c_void_p * len(strides)


class _Compiled:
    """A function of this process, behind libdanaus.so."""

    def __init__(self, handle, library):
        self._handle, self._library = handle, library
        self.info = library.danausGetInfo(handle).contents
        self.is_from_cache = bool(library.danausIsFromCache(handle))

    def __del__(self):
        self._library.danausDestroy(self._handle)

    def packed_bytes(self):
        return self._library.danausGetPackedBytes(self._handle)

    def workspace_bytes(self, rows):
        return self._library.danausGetWorkspaceBytes(self._handle, rows)

    def pack(self, pointers, packed, stream):
        self.check(self._library.danausPackOnStream(self._handle, pointers, len(pointers), packed.address,
                                                    packed.num_bytes, stream))

    def run(self, packed, data, strides, rows, workspace, stream):
        self.check(self._library.danausRunOnStream(self._handle, packed.address, packed.num_bytes, data, strides,
                                                   len(data), rows, workspace.address, workspace.num_bytes, stream))

    def check(self, code):
        _check(code)


class _Loaded:
    """A function of a shared library that danaus-compile made: its entry points, and the texts of their errors."""

    is_from_cache = False

    def __init__(self, path, name):
        library = self._library = ctypes.CDLL(str(path))
        try:
            self._packed_bytes, self._pack, self._workspace_bytes, self._call, info = (
                getattr(library, f"{name}_{suffix}")
                for suffix in ("packed_bytes", "pack", "workspace_bytes", "call", "info"))
        except AttributeError as error:
            raise ValueError(f"{path}: wanted a compiled function '{name}': {error}") from None
        pointer, i64 = ctypes.c_void_p, ctypes.c_int64
        self._packed_bytes.restype = self._workspace_bytes.restype = i64
        self._workspace_bytes.argtypes = [i64]
        self._pack.argtypes = [pointer] * 3
        self._call.argtypes = [pointer, pointer, pointer, i64, pointer, pointer]
        info.restype = ctypes.POINTER(_Function)
        self.info = info().contents
        library.danausErrorText.restype = ctypes.c_char_p
        if self.info.abi_version != ABI_VERSION:
            raise ValueError(f"{path}: wanted version {ABI_VERSION} of the interface, found {self.info.abi_version}")

    def packed_bytes(self):
        return self._packed_bytes()

    def workspace_bytes(self, rows):
        return self._workspace_bytes(rows)

    def pack(self, pointers, packed, stream):
        self.check(self._pack(pointers, packed.address, stream))

    def run(self, packed, data, strides, rows, workspace, stream):
        self.check(self._call(packed.address, data, strides, rows, workspace.address, stream))

    def check(self, code):
        if code == 0:
            return
        text = self._library.danausErrorText
        if self.info.target.startswith(b"sm_"):
            self._library.danausCudaLastError.restype = ctypes.c_char_p
            text = self._library.danausCudaLastError
        raise DanausError(code, (text(code) if text is self._library.danausErrorText else text()).decode())


class TensorInfo:
    """Element type and shape of a parameter, activation or result; a size of None is the number of rows."""

    def __init__(self, tensor):
        self.element = tensor.element.decode()
        self.dtype = np.dtype(arrays.DTYPES[self.element])
        self.shape = tuple(None if size < 0 else size for size in tensor.shape[:tensor.rank])

    def __repr__(self):
        return f"{self.element}{list(self.shape)}"

    def check(self, view, what):
        """Raises where `view` cannot be read as this: other shape or element type."""
        fits = len(view.shape) == len(self.shape) and all(
            wanted is None or wanted == found for wanted, found in zip(self.shape, view.shape))
        if not fits:
            raise ValueError(f"{what}: wanted shape {list(self.shape)}, found {list(view.shape)}")
        if not view.is_of(self.element):
            raise TypeError(f"{what}: wanted {self.element}, found {view.name}")

    def row_stride(self, view, what):
        """Elements between two rows, each of which must be contiguous."""
        self.check(view, what)
        expected, is_empty = view.itemsize, 0 in view.shape
        for size, stride in zip(reversed(view.shape[1:]), reversed(view.strides[1:])):
            if stride != expected and size > 1 and not is_empty:
                raise ValueError(f"{what}: wanted rows whose elements lie side by side, found strides {view.strides}")
            expected *= size
        row = expected // view.itemsize
        if view.shape[0] <= 1 or is_empty:
            return row
        if view.strides[0] % view.itemsize:
            raise ValueError(f"{what}: wanted rows a whole number of elements apart, found {view.strides[0]} bytes")
        return view.strides[0] // view.itemsize


class Function:
    """A compiled function with its packed parameters and workspace: for one thread at a time.

    One for a GPU takes tensors of one CUDA device, and its work is in order on the current stream of PyTorch, or on
    `stream`: a number, or what has one as its `cuda_stream`.
    """

    def __init__(self, calls):
        self._calls, info = calls, calls.info
        self.name, self.target, self.schedule = (field.decode() for field in (info.name, info.target, info.schedule))
        self.is_on_gpu = self.target.startswith("sm_")
        self.is_from_cache = calls.is_from_cache
        counts = info.num_parameters, info.num_activations, info.num_results
        tensors = [TensorInfo(info.tensors[i]) for i in range(sum(counts))]
        self.parameters = tensors[:counts[0]]
        self.activations = tensors[counts[0]:counts[0] + counts[1]]
        self.results = tensors[counts[0] + counts[1]:]
        self._packed, self._workspace = None, _Memory(0)
        self._plans = {}

    def _view(self, array, what):
        """Where an array lies, which must be where the function works."""
        view = arrays.View(array)
        if self.is_on_gpu and view.device is None:
            raise ValueError(f"{what}: wanted a tensor on a CUDA device, since {self.name} was compiled for "
                             f"{self.target}, found one of the host")
        if not self.is_on_gpu and view.device is not None:
            raise ValueError(f"{what}: wanted an array of the host, since {self.name} was compiled for {self.target}, "
                             "found a tensor on a CUDA device")
        return view

    def _check_device(self, views, names):
        """Raises where two tensors are on different devices, as far as they say."""
        known = [(view, name) for view, name in zip(views, names) if view.device not in (None, arrays.UNKNOWN)]
        for view, name in known[1:]:
            if view.device != known[0][0].device:
                raise ValueError(f"{name}: wanted a tensor on cuda:{known[0][0].device}, as {known[0][1]}, found one "
                                 f"on cuda:{view.device}")

    def _check_packed(self, view):
        """Raises where the parameters were packed on another device."""
        packed = getattr(self._packed, "device", None)
        if view.device not in (None, arrays.UNKNOWN) and packed not in (None, arrays.UNKNOWN, view.device):
            raise ValueError(f"activation 0: wanted a tensor on cuda:{packed}, where the parameters were packed, found "
                             f"one on cuda:{view.device}")

    def pack(self, params, stream=None):
        """Packs the parameters, arrays in the order of the function's arguments; copies those that are not contiguous.

        They may be changed or freed afterwards, on a GPU in the order of the stream.
        """
        params = list(params)
        current = arrays.torch_stream(params[0], stream) if params else None
        if current is not None:
            with current:
                return self.pack(params)
        if len(params) != len(self.parameters):
            raise ValueError(f"wanted {len(self.parameters)} parameters, found {len(params)}")
        names = [f"parameter {number}" for number in range(len(params))]
        views = [self._view(array, name).contiguous() for array, name in zip(params, names)]
        for info, view, name in zip(self.parameters, views, names):
            if info.shape == () and view.shape == (1,):
                view.shape = view.strides = ()
            info.check(view, name)
        self._check_device(views, names)
        if not self.is_on_gpu:
            self._pack(views, None, None, None)
        elif views:
            device = views[0].device
            self._pack(views, views[0].array, device, arrays.stream_of(device, stream))
        return self

    def _pack(self, views, like, device, stream):
        packed = _Memory(self._calls.packed_bytes(), like)
        packed.device = device
        self._calls.pack((ctypes.c_void_p * len(views))(*(view.address for view in views)), packed, stream)
        self._packed = packed
        self._plans.clear()

    def _get_workspace(self, num_bytes, like):
        """Kept on the host. On a device new at each call, in the order of PyTorch's streams."""
        if like is not None:
            return _Memory(num_bytes, like)
        if num_bytes > self._workspace.num_bytes:
            self._workspace = _Memory(num_bytes)
        return self._workspace

    def _get_rows(self, views):
        for number, (info, view) in enumerate(zip(self.activations, views)):
            info.check(view, f"activation {number}")
            if view.wants_gradient():
                raise ValueError(f"activation {number}: wanted a tensor without gradient, since none flows back; call "
                                 "it under torch.no_grad()")
        rows = [view.shape[0] for info, view in zip(self.activations, views) if info.shape[0] is None]
        if len(set(rows)) > 1:
            raise ValueError(f"activations: wanted one number of rows, found {sorted(set(rows))}")
        return rows[0] if rows else views[0].shape[0]

    def _view_outputs(self, given, rows):
        """Where the arrays for results lie."""
        if len(given) != len(self.results):
            raise ValueError(f"out: wanted {len(self.results)} arrays, found {len(given)}")
        views = [self._view(array, f"result {number}") for number, array in enumerate(given)]
        for number, (info, view) in enumerate(zip(self.results, views)):
            info.check(view, f"result {number}")
            if info.shape[0] is None and view.shape[0] != rows:
                raise ValueError(f"result {number}: wanted {rows} rows, found {view.shape[0]}")
            if not view.writable:
                raise ValueError(f"result {number}: wanted an array that may be written")
        return views

    def _make_plan(self, inputs, given):
        """Checks the arrays of a call; `given` is None where results are made."""
        if len(inputs) != len(self.activations):
            raise ValueError(f"wanted {len(self.activations)} activations, found {len(inputs)}")
        views = [self._view(array, f"activation {number}") for number, array in enumerate(inputs)]
        rows = self._get_rows(views)
        shapes = [tuple(rows if size is None else size for size in info.shape) for info in self.results]
        views += [] if given is None else self._view_outputs(given, rows)
        names = [f"tensor {number}" for number in range(len(views))]
        strides = [info.row_stride(view, name)
                   for info, view, name in zip([*self.activations, *self.results], views, names)]
        if given is None:
            strides += [int(np.prod(shape[1:])) for shape in shapes]
        self._check_device(views, names)
        self._check_packed(views[0])
        num_bytes = self._calls.workspace_bytes(rows)
        self._calls.check(0 if num_bytes >= 0 else -num_bytes)
        return _Plan(rows, shapes, strides, views[0].device, num_bytes)

    def _find_plan(self, inputs, given):
        """That of an earlier call on arrays of this layout, or a new one."""
        layouts = [arrays.layout_of(array) for array in (*inputs, *(given or ()))]
        key = (len(inputs), *layouts)
        plan = None if None in layouts else self._plans.get(key)
        if plan is None:
            plan = self._make_plan(inputs, given)
            if None not in layouts:
                if len(self._plans) >= MAX_PLANS:
                    self._plans.clear()
                self._plans[key] = plan
        return plan

    def __call__(self, *inputs, out=None, stream=None):
        """The result, or a tuple of several; written to `out` where that is given."""
        if self._packed is None and self.parameters:
            raise ValueError(f"{self.name}: wanted its parameters, call pack() first")
        current = arrays.torch_stream(inputs[0], stream) if inputs else None
        if current is not None:
            with current:
                return self(*inputs, out=out)
        given = out if out is None else list(out) if isinstance(out, (list, tuple)) else [out]
        plan = self._find_plan(inputs, given)
        outputs = given
        if given is None:
            outputs = [arrays.make(inputs[0], shape, info.element) for shape, info in zip(plan.shapes, self.results)]
        like = inputs[0] if self.is_on_gpu else None
        number = arrays.stream_of(plan.device, stream) if self.is_on_gpu else None
        if self._packed is None:
            self._pack([], like, plan.device, number)
        data = plan.pointers(*map(arrays.address_of, (*inputs, *outputs)))
        workspace = self._get_workspace(plan.workspace_bytes, like)
        self._calls.run(self._packed, data, plan.strides, plan.rows, workspace, number)
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
    return Function(_Compiled(handle, library))


def load(path, name):
    """The function `name` of a shared library that danaus-compile made. It needs no libdanaus.so."""
    return Function(_Loaded(path, name))
