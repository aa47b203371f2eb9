#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Peer: FastKron on NumPy arrays. It computes X (F1 (x) .. (x) FN), so its factors are ours transposed."""
import os

import numpy as np
import pyfastkron
import pyfastkron.fastkronnumpy as fastkron

from worker import Call, NotFor


def describe():
    return f"FastKron {pyfastkron.__version__}, OMP_NUM_THREADS={os.environ.get('OMP_NUM_THREADS')}"


def gemkm(layer):
    if layer.case.spec["structure"] != "kronecker" or layer.case.dtype != "f32":
        raise NotFor
    factors = [np.ascontiguousarray(w.T) for w in layer.weights[0]]
    state = {}

    def run():
        state["y"] = fastkron.gemkm(layer.x, factors)

    return Call(run, lambda: state["y"])


def build(layer, threads):
    del threads
    return {"fastkron": lambda: gemkm(layer)}
