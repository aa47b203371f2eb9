#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Peer `fastkron`: FastKron's kernels for CUDA, installed or in the folder of peers.

It computes X (F1 (x) .. (x) FN), so its factors are ours transposed. Its own `gemkm` leaves the GPU's kernels where the CPU's
are missing, so the method behind it is called.
"""
import importlib
import sys

import numpy as np
import torch

from worker import NotFor, Skip

FOLDER = "fastkron"
NO_GRAPH = "it launches on the stream on which it was loaded, which no graph records"


def forms(folder, spec, dtype, weights):
    """(note, constants, function) of the one way that it has."""
    if spec["structure"] != "kronecker" or dtype not in (torch.float32, torch.float64):
        raise NotFor
    place = folder / FOLDER
    if place.is_dir() and str(place) not in sys.path:
        sys.path.append(str(place))
    try:
        package = importlib.import_module("pyfastkron.fastkrontorch")
    except ImportError as error:
        raise Skip(f"not installed, nor in {place}: {error}") from error
    if not package.fastkrontorch.hasCUDA():
        raise Skip("its CUDA library does not load")

    def gemkm(x, *factors):
        return package.fastkrontorch.gemkm(False, x, list(factors))[0]

    version = importlib.import_module("pyfastkron").__version__
    factors = [torch.from_numpy(np.ascontiguousarray(w.T)).to(dtype) for w in weights]
    return [(f"version {version}", factors, gemkm)]
