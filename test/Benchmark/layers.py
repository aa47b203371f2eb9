#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The values of a case, drawn from its seed: every process that runs a peer draws the same."""
import functools
import math
import zlib

import numpy as np

SEED = 0


def round_to_bf16(values):
    """float32 values, each rounded to the nearest bf16, ties to even."""
    bits = values.view(np.uint32)
    rounded = bits + 0x7FFF + ((bits >> 16) & 1)
    return (rounded & 0xFFFF0000).view(np.float32)


class Layer:
    """Parameters of each layer and activations, float32 (complex64 for complex), scaled so that results are of order one."""

    def __init__(self, case):
        generator = np.random.default_rng([SEED, zlib.crc32(case.spec["structure"].encode())])

        def draw(shape):
            values = generator.standard_normal(shape, dtype=np.float32)
            return round_to_bf16(values) if case.dtype == "bf16" else values

        self.case, self.structure = case, case.structure()
        self.structures = [case.structure(number) for number in range(case.layers)]
        self.weights = []
        for number, structure in enumerate(self.structures):
            drawn = [generator.standard_normal(shape, dtype=np.float32) / np.float32(math.sqrt(structure.fan_in(i)))
                     for i, shape in enumerate(case.parameter_shapes(number))]
            self.weights.append([round_to_bf16(w) if case.dtype == "bf16" else w for w in drawn])
        shape = (case.rows, case.columns[0])
        self.x = draw(shape)
        if case.dtype.startswith("complex"):
            self.x = (self.x + 1j * draw(shape)).astype(np.complex64)

    @functools.cached_property
    def reference(self):
        """The result in float64, every epilogue with it."""
        y = self.x.astype(np.complex128 if np.iscomplexobj(self.x) else np.float64)
        for number, weights in enumerate(self.weights):
            y = self.structures[number].apply([w.astype(np.float64) for w in weights], y)
            if self.case.epilogue(number) == "gelu":
                y = gelu(y)
        return y

    def dense_bytes(self):
        n_in, n_out = self.case.columns
        return 4 * n_in * n_out * (2 if np.iscomplexobj(self.x) else 1)

    @functools.cached_property
    def matrices(self):
        """Each layer as one (out, in) matrix, by applying it to the identity."""
        if self.case.spec["structure"] == "dense":
            return [weights[0] for weights in self.weights]
        def dense(structure, weights):
            identity = np.eye(structure.n_in, dtype=self.x.dtype)
            return np.ascontiguousarray(structure.apply(weights, identity).T).astype(self.x.dtype)

        return [dense(structure, weights) for structure, weights in zip(self.structures, self.weights)]


def products(layer):
    """x (batch, rows, c) and weight (batch, c, b) of every stage's product, contiguous; a shared weight is one tall product."""
    found = []
    for structure, weights in zip(layer.structures, layer.weights):
        for stage in structure.stages(weights):
            batch, rows = stage.a * stage.d, layer.case.rows
            weight = stage.full_weight().transpose(0, 3, 2, 1).reshape(batch, stage.c, stage.b)
            if stage.weight.shape[0] * stage.weight.shape[3] == 1:
                batch, rows, weight = 1, rows * batch, weight[:1]
            x = np.random.default_rng(1).standard_normal((batch, rows, stage.c), dtype=np.float32)
            found.append((x, np.ascontiguousarray(weight)))
    return found


def gelu(y):
    """The exact one; without SciPy, by the error function of the C library."""
    try:
        from scipy.special import erf
    except ImportError:
        erf = np.vectorize(math.erf)
    return 0.5 * y * (1 + erf(y * math.sqrt(0.5)))
