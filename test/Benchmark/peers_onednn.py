#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Peer: oneDNN called directly through its C API, weights in the layout that it asks for; the package onednn-cpu-gomp."""
import ctypes
import pathlib
import sys

import numpy as np

import layers
from worker import Call, NotFor, Skip

CPU, IN_ORDER = 1, 1
TYPES = {"bf16": 2, "f32": 3}
TAG_ANY = 1
QUERY_WEIGHTS, QUERY_DESTINATION = 131, 133
SOURCE, DESTINATION, WEIGHTS = 1, 17, 33
ALLOCATE = ctypes.c_void_p(-1)
DENSE_BYTES = 1 << 30


class Argument(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int), ("memory", ctypes.c_void_p)]


class Library:
    """The C API; a call that fails raises."""

    def __init__(self):
        found = sorted((pathlib.Path(sys.prefix) / "lib").glob("libdnnl.so*"))
        if not found:
            raise ImportError("the package onednn-cpu-gomp is not installed")
        self.path = found[0]
        self.dll = ctypes.CDLL(str(self.path))
        self.engine = self.make("dnnl_engine_create", CPU, ctypes.c_size_t(0))
        self.stream = self.make("dnnl_stream_create", self.engine, IN_ORDER)

    def call(self, name, *arguments):
        if status := getattr(self.dll, name)(*arguments):
            raise RuntimeError(f"{name}: status {status}")

    def make(self, name, *arguments):
        """A new object: its address comes back through the first argument."""
        made = ctypes.c_void_p()
        self.call(name, ctypes.byref(made), *arguments)
        return made

    def version(self):
        class Version(ctypes.Structure):
            _fields_ = [("major", ctypes.c_int), ("minor", ctypes.c_int), ("patch", ctypes.c_int)]
        self.dll.dnnl_version.restype = ctypes.POINTER(Version)
        v = self.dll.dnnl_version().contents
        return f"{v.major}.{v.minor}.{v.patch}"

    def strided(self, shape, strides, dtype):
        many = ctypes.c_int64 * len(shape)
        return self.make("dnnl_memory_desc_create_with_strides", len(shape), many(*shape), TYPES[dtype], many(*strides))

    def any(self, shape, dtype):
        many = ctypes.c_int64 * len(shape)
        return self.make("dnnl_memory_desc_create_with_tag", len(shape), many(*shape), TYPES[dtype], TAG_ANY)

    def memory(self, description, array=None):
        handle = ALLOCATE if array is None else ctypes.c_void_p(array.ctypes.data)
        return self.make("dnnl_memory_create", description, self.engine, handle)

    def query(self, primitive_description, what):
        function = self.dll.dnnl_primitive_desc_query_md
        function.restype = ctypes.c_void_p
        return ctypes.c_void_p(function(primitive_description, what, 0))

    def execute(self, primitive, arguments):
        self.call("dnnl_primitive_execute", primitive, self.stream, len(arguments), arguments)

    def reorder(self, source_description, source, target_description, target):
        description = self.make("dnnl_reorder_primitive_desc_create", source_description, self.engine,
                                target_description, self.engine, None)
        self.execute(self.make("dnnl_primitive_create", description),
                     (Argument * 2)(Argument(SOURCE, source), Argument(DESTINATION, target)))
        self.call("dnnl_stream_wait", self.stream)


LIBRARY = Library()


def describe():
    return f"oneDNN {LIBRARY.version()} by its C API ({LIBRARY.path.name}), packed weights"


def contiguous(shape):
    strides = [1]
    for extent in reversed(shape[1:]):
        strides.insert(0, strides[0] * extent)
    return strides


def stored(array, dtype):
    """float32 values, or the upper halves of them as bf16, which they are already rounded to."""
    array = np.ascontiguousarray(array, dtype=np.float32)
    return array if dtype == "f32" else (array.view(np.uint32) >> 16).astype(np.uint16)


def loaded(array, dtype):
    return array if dtype == "f32" else (array.astype(np.uint32) << 16).view(np.float32)


def product(x_memory, x_description, x_shape, weight, dtype):
    """(run, description, memory, shape, array) of x times a weight (.., in, out) that is packed now."""
    shape = (*x_shape[:-1], weight.shape[-1])
    y = np.zeros(shape, np.float32 if dtype == "f32" else np.uint16)
    y_description = LIBRARY.strided(shape, contiguous(shape), dtype)
    description = LIBRARY.make("dnnl_matmul_primitive_desc_create", LIBRARY.engine, x_description,
                               LIBRARY.any(weight.shape, dtype), None, y_description, None)
    values = stored(weight, dtype)
    plain_description = LIBRARY.strided(weight.shape, contiguous(weight.shape), dtype)
    packed_description = LIBRARY.query(description, QUERY_WEIGHTS)
    packed = LIBRARY.memory(packed_description)
    LIBRARY.reorder(plain_description, LIBRARY.memory(plain_description, values), packed_description, packed)
    primitive = LIBRARY.make("dnnl_primitive_create", description)
    y_memory = LIBRARY.memory(y_description, y)
    arguments = (Argument * 3)(Argument(SOURCE, x_memory), Argument(WEIGHTS, packed), Argument(DESTINATION, y_memory))
    execute, wait, stream = LIBRARY.dll.dnnl_primitive_execute, LIBRARY.dll.dnnl_stream_wait, LIBRARY.stream

    def run():
        execute(primitive, stream, 3, arguments)
        wait(stream)

    return run, y_description, y_memory, shape, y


def source(x, dtype):
    values = stored(x, dtype)
    description = LIBRARY.strided(values.shape, contiguous(values.shape), dtype)
    return LIBRARY.memory(description, values), description, values


def dense(layer):
    dtype = layer.case.dtype
    if dtype not in TYPES:
        raise NotFor
    if layer.dense_bytes() > DENSE_BYTES:
        raise Skip(f"a dense matrix of {layer.dense_bytes() >> 20} MiB")
    memory, description, values = source(layer.x, dtype)
    steps, shape = [], layer.x.shape
    for matrix in layer.matrices:
        run, description, memory, shape, y = product(memory, description, shape, matrix.T, dtype)
        steps.append((run, y))

    def all_layers():
        for run, _ in steps:
            run()

    plain = not any(layer.case.epilogue(number) for number in range(layer.case.layers))
    return Call(all_layers, lambda: loaded(steps[-1][1], dtype), checked=plain, keep=values, note="C API")


def sweeps(layer):
    """The products alone on contiguous operands: see peers_blas."""
    dtype, kind = layer.case.dtype, layer.case.spec["structure"]
    if dtype not in TYPES or kind in ("dense", "hadamard", "butterfly", "dft"):
        raise NotFor
    runs, kept = [], []
    for x, weight in layers.products(layer):
        memory, description, values = source(x, dtype)
        run, *rest = product(memory, description, x.shape, weight, dtype)
        runs.append(run)
        kept += [values, rest]

    def all_products():
        for run in runs:
            run()

    return Call(all_products, lambda: None, reference=True, checked=False, keep=kept, note="oneDNN")


def build(layer, threads):
    del threads
    return {"dense-onednn/direct": lambda: dense(layer), "gemm-sweeps/onednn": lambda: sweeps(layer)}
