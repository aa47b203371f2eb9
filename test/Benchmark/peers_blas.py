#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Peer: BLAS by NumPy over OpenBLAS and by MKL, and the products alone on operands already in order.

An epilogue is left out (NumPy's own would cost more than the product), which favors these peers.
"""
import ctypes

import numpy as np

import layers
import mkl
from worker import Call, NotFor, Skip, best_of

# A dense matrix larger than this is not built.
DENSE_BYTES = 1 << 30


def describe():
    text = f"NumPy {np.__version__} over {openblas_config()}"
    found = mkl.load()
    return f"{text}; {mkl.version(found)}" if found else text


def openblas_config():
    """What NumPy's OpenBLAS says of itself: version and the kernel that it chose."""
    for line in open("/proc/self/maps", encoding="utf-8"):
        path = line.split(maxsplit=5)[-1].strip()
        if "openblas" not in path:
            continue
        blas = ctypes.CDLL(path)
        for name in ("scipy_openblas_get_config64_", "openblas_get_config64_", "openblas_get_config"):
            if hasattr(blas, name):
                getattr(blas, name).restype = ctypes.c_char_p
                return " ".join(getattr(blas, name)().decode().split())
    return "an unknown BLAS"


def needs_f32(layer):
    if layer.case.dtype != "f32":
        raise NotFor


def dense_needs(layer):
    if layer.dense_bytes() > DENSE_BYTES:
        raise Skip(f"a dense matrix of {layer.dense_bytes() >> 20} MiB")
    if layer.case.dtype not in ("f32", "complex<f32>"):
        raise NotFor


def dense_openblas(layer):
    dense_needs(layer)
    state = {"y": [np.empty((layer.case.rows, layer.case.columns[1]), layer.x.dtype) for _ in layer.matrices]}

    def run():
        value = layer.x
        for matrix, y in zip(layer.matrices, state["y"]):
            np.matmul(value, matrix.T, out=y)
            value = y

    return Call(run, lambda: state["y"][-1], checked=not has_epilogue(layer))


def has_epilogue(layer):
    return any(layer.case.epilogue(number) for number in range(layer.case.layers))


def dense_mkl(layer):
    library = mkl.load()
    if not library:
        raise Skip("the package mkl is not installed")
    dense_needs(layer)
    needs_f32(layer)
    ys = [np.empty((layer.case.rows, layer.case.columns[1]), np.float32) for _ in layer.matrices]
    calls, value = [], layer.x
    for matrix, y in zip(layer.matrices, ys):
        calls.append(mkl.linear(library, value, matrix, y))
        value = y

    def run():
        for call in calls:
            call()

    return Call(run, lambda: ys[-1], checked=not has_epilogue(layer))


def blas_transposes(layer):
    """The stages as products of BLAS and the transposes that they force."""
    needs_f32(layer)
    if layer.case.spec["structure"] in ("dense", "hadamard", "butterfly"):
        raise NotFor
    state = {}

    def run():
        y = layer.x
        for weights in layer.weights:
            y = layer.structure.apply(weights, y)
        state["y"] = y

    return Call(run, lambda: state["y"], checked=not has_epilogue(layer))


def gemm_sweeps(layer):
    """The products alone, on contiguous operands in the order that they want, warm: no permutation is paid for."""
    needs_f32(layer)
    if layer.case.spec["structure"] in ("dense", "hadamard", "butterfly", "dft"):
        raise NotFor
    operands = [(x, weight, np.empty((*x.shape[:2], weight.shape[2]), np.float32)) for x, weight in layers.products(layer)]

    def openblas():
        for x, weight, y in operands:
            np.matmul(x, weight, out=y)

    variants = [("openblas", Call(openblas, lambda: None))]
    if library := mkl.load():
        batches = [mkl.batch(library, x, weight, y) for x, weight, y in operands]

        def batched():
            for call in batches:
                call()

        variants.append(("mkl", Call(batched, lambda: None)))
    call = best_of(variants)
    call.reference, call.checked = True, False
    return call


def copy(layer):
    """A warm copy that reads and writes as many bytes as the layer cannot avoid: its limit."""
    numbers = max(1, layer.case.unavoidable_bytes() // 8)
    source, target = np.ones(numbers, np.float32), np.empty(numbers, np.float32)
    return Call(lambda: np.copyto(target, source), lambda: None, reference=True, checked=False)


def build(layer, threads):
    del threads
    return {"dense-openblas": lambda: dense_openblas(layer), "dense-mkl": lambda: dense_mkl(layer),
            "blas-transposes": lambda: blas_transposes(layer), "gemm-sweeps/blas": lambda: gemm_sweeps(layer),
            "copy": lambda: copy(layer)}
