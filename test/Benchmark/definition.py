#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The benchmark: see tools/dev/bench."""
"""The check of a case by the float64 products of its definition, for what takes danaus-run's reference by loops a minute and more."""
import pathlib
import sys

import numpy as np

import layers

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "python"))
from danaus import safetensors  # noqa: E402  pylint: disable=wrong-import-position

# Of f32 against float64 by products: five stages of sums of 8 err by some 1e-7, by three products in tf32 by some 1e-6.
# bf16 has the largest tolerance that danaus-run --check gives any layer.
TOLERANCE = {("cpu", "f32"): 1e-6, ("cuda", "f32"): 1e-5, ("cpu", "bf16"): 1e-2, ("cuda", "bf16"): 1e-2}


def save(stem, array, dtype):
    """The file of an array whose values are exact in `dtype`; NumPy's files have no bf16."""
    if dtype != "bf16":
        np.save(f"{stem}.npy", np.ascontiguousarray(array))
        return f"{stem}.npy"
    safetensors.save(f"{stem}.safetensors", {"x": safetensors.to_bf16(array)})
    return f"{stem}.safetensors:x"


def load(path, dtype):
    if dtype != "bf16":
        return np.load(path)
    return safetensors.from_bf16(next(iter(safetensors.load(path).values())))


def error(case, folder, run):
    """(rel_err, tolerance) of `run(arguments)`, a danaus-run on the values that the peers are given; too large an error raises."""
    layer = layers.Layer(case)
    values = [weight for weights in layer.weights for weight in weights] + [layer.x]
    files = [f"--arg={number}={save(folder / str(number), value, case.dtype)}" for number, value in enumerate(values)]
    output = folder / ("y.safetensors" if case.dtype == "bf16" else "y.npy")
    run([*files, f"--output={output}"])
    found = np.linalg.norm(load(output, case.dtype) - layer.reference) / np.linalg.norm(layer.reference)
    tolerance = TOLERANCE[case.device, case.dtype]
    if not found <= tolerance:
        raise RuntimeError(f"check FAILED: rel_err {found:.1e} tolerance {tolerance:g}")
    return float(found), tolerance
