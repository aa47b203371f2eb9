#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Parameters of #linop.quantized from those of a real layer, in the ways of ONNX: symmetric, without zero points.

A factor's last dimension is the one summed, and every other index is an output channel with a scale of its own. The
scales of activations come from a sample of them:

    w1, w2 = projection.project_monarch(weight, (4, 4), 16)
    (q1, c1), (q2, c2) = quantize_factor(w1), quantize_factor(w2)
    scales = [activation_scale(x), activation_scale(middle), activation_scale(y)]
"""
import numpy as np


def _check(values, name, rank):
    values = np.asarray(values, dtype=np.float64)
    if values.ndim < rank or values.size == 0:
        raise ValueError(f"{name}: wanted values of rank {rank} or more, found shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name}: wanted finite values, found NaN or infinity")
    return values


def _to_i8(ratios):
    return np.clip(np.rint(ratios), -128, 127).astype(np.int8)  # rint rounds half to even


def quantize_factor(factor):
    """A factor (.., terms) as i8 of its shape, and the f32 scales (..) of its channels: factor is about i8 x scale.

    The largest value of a channel becomes 127; a channel of zeros has scale 1. Raises ValueError for values not finite.
    """
    factor = _check(factor, "factor", 1)
    largest = np.abs(factor).max(axis=-1)
    scales = np.where(largest > 0, largest / 127, 1.0).astype(np.float32)
    return _to_i8(factor / scales[..., None].astype(np.float64)), scales


def activation_scale(sample):
    """The f32 scale with which the largest of `sample` becomes 127; 1 for zeros. Raises ValueError as quantize_factor."""
    largest = np.abs(_check(sample, "sample", 0)).max()
    return np.float32(largest / 127 if largest > 0 else 1)


def quantize_activations(x, scale):
    """x as i8 with one scale. Raises ValueError for values not finite or a scale not above 0."""
    if not scale > 0:
        raise ValueError(f"scale: wanted a value above 0, found {scale}")
    return _to_i8(_check(x, "x", 0) / np.float64(scale))
