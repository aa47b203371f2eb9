#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Peer: FAuST, a product of sparse factors on activations in its own order (batch last, Fortran), conversions not charged.

Each stage is one factor, as BSR where its blocks are contiguous (d = 1) and as CSR otherwise.
"""
import os

import numpy as np
import pyfaust
import scipy.sparse

from worker import Call, NotFor


def describe():
    return f"FAuST {pyfaust.__version__}, batch last, OMP_NUM_THREADS={os.environ.get('OMP_NUM_THREADS')}"


def matrix(stage):
    """The sparse matrix of a stage: W[(A b + B) d + D, (A c + C) d + D] = w[A, B, C, D]."""
    a, b, c, d = stage.a, stage.b, stage.c, stage.d
    # A copy: FAuST scales its factors in place.
    weight = np.array(stage.full_weight())
    if a == 1 and d == 1:
        return np.asfortranarray(weight.reshape(b, c))
    if d == 1:
        return scipy.sparse.bsr_matrix((np.ascontiguousarray(weight.reshape(a, b, c)), np.arange(a), np.arange(a + 1)),
                                       shape=(a * b, a * c))
    A, B, C, D = np.ix_(range(a), range(b), range(c), range(d))
    rows = np.broadcast_to((A * b + B) * d + D, weight.shape).ravel()
    columns = np.broadcast_to((A * c + C) * d + D, weight.shape).ravel()
    return scipy.sparse.csr_matrix((weight.ravel(), (rows, columns)), shape=(a * b * d, a * c * d))


def faust(layer):
    kind = layer.case.spec["structure"]
    if layer.case.dtype != "f32" or kind in ("dense", "dft"):
        raise NotFor
    if any(layer.case.epilogue(number) for number in range(layer.case.layers)):
        raise NotFor
    stages = layer.structure.stages(layer.weights[0])
    if kind == "hadamard":
        operator = pyfaust.wht(layer.case.columns[0], normed=False, dtype="float32")
    else:
        operator = pyfaust.Faust([matrix(stage) for stage in reversed(stages)])
    x = np.asfortranarray(layer.x.T)
    state = {}

    def run():
        state["y"] = operator @ x

    return Call(run, lambda: layer.structure.permute(np.ascontiguousarray(state["y"].T)))


def build(layer, threads):
    del threads
    return {"faust": lambda: faust(layer)}
