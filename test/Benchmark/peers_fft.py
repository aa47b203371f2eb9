#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Peers for transforms: FFTW with measured plans (a Hadamard transform is a DFT of size 2 along every digit), SciPy's FFT,
and fht-cpu's Hadamard transform, generated code for AVX."""
import importlib.metadata
import math

import fht_cpu
import numpy as np
import pyfftw
import scipy.fft

from worker import Call, NotFor


def describe():
    return (f"FFTW {pyfftw.fftw_version} (pyFFTW {pyfftw.__version__}), FFTW_MEASURE; SciPy {scipy.__version__} (pocketfft); "
            f"fht-cpu {importlib.metadata.version('fht-cpu')}")


def fftw(layer, threads):
    kind, (rows, n) = layer.case.spec["structure"], layer.x.shape
    if kind == "dft":
        x, y = (pyfftw.empty_aligned((rows, n), "complex64") for _ in range(2))
        plan = pyfftw.FFTW(x, y, axes=(1,), flags=("FFTW_MEASURE",), threads=threads)
    elif kind == "hadamard":
        digits = (2,) * int(math.log2(n))
        x, y = (pyfftw.empty_aligned((rows, *digits), "float32") for _ in range(2))
        axes = tuple(range(1, len(digits) + 1))
        # REDFT00 of size 2 is (x0 + x1, x0 - x1).
        plan = pyfftw.FFTW(x, y, axes=axes, direction=("FFTW_REDFT00",) * len(axes), flags=("FFTW_MEASURE",),
                           threads=threads)
    else:
        raise NotFor
    x[:] = layer.x.reshape(x.shape)
    return Call(plan.execute, lambda: y.reshape(rows, n))


def scipy_fft(layer, threads):
    if layer.case.spec["structure"] != "dft":
        raise NotFor
    state = {}

    def run():
        state["y"] = scipy.fft.fft(layer.x, axis=1, workers=threads)

    return Call(run, lambda: state["y"])


def fht(layer):
    if layer.case.spec["structure"] != "hadamard":
        raise NotFor
    y = np.empty_like(layer.x)
    return Call(lambda: fht_cpu.fht(layer.x, out=y), lambda: y)


def build(layer, threads):
    return {"fftw": lambda: fftw(layer, threads), "scipy": lambda: scipy_fft(layer, threads),
            "fht": lambda: fht(layer)}
