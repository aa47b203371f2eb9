#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Peer `fht`: fast-hadamard-transform, installed, or built in its folder of the peers."""
import importlib
import sys

from worker import NotFor, Skip

FOLDER = "fast-hadamard-transform"


def forms(folder, spec, dtype, weights):
    """(note, constants, function) of the one way that it has."""
    del weights
    if spec["structure"] != "hadamard" or str(dtype) not in ("torch.float32", "torch.float16", "torch.bfloat16"):
        raise NotFor
    for place in (folder / FOLDER, folder / FOLDER / "build"):
        if place.is_dir() and str(place) not in sys.path:
            sys.path.append(str(place))
    try:
        package = importlib.import_module("fast_hadamard_transform")
    except ImportError as error:
        raise Skip(f"not installed, nor built in {folder / FOLDER}: {error}") from error
    return [(f"version {package.__version__}", [], package.hadamard_transform)]
