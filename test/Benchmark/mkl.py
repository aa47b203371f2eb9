#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""MKL's matrix product on NumPy arrays, without copies; sequential at one thread."""
import ctypes
import os
import pathlib
import sys

ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE = 101, 111, 112


def load():
    """The library, or None where the package `mkl` is not installed (tools/dev/setup --bench installs it)."""
    found = sorted((pathlib.Path(sys.prefix) / "lib").glob("libmkl_rt.so*"))
    if not found:
        return None
    # Read when the library first computes. Its threads are those of GNU's OpenMP, which needs no other package.
    os.environ["MKL_THREADING_LAYER"] = "SEQUENTIAL" if os.environ.get("MKL_NUM_THREADS", "1") == "1" else "GNU"
    os.environ["MKL_INTERFACE_LAYER"] = "LP64"
    return ctypes.CDLL(str(found[0]))


def version(library):
    text = ctypes.create_string_buffer(200)
    library.MKL_Get_Version_String(text, 200)
    return text.value.decode().strip()


def linear(library, x, weight, out):
    """A closure that writes x weight^T into `out`: float32, C order, weight (out, in)."""
    rows, inner = x.shape
    columns = weight.shape[0]
    pointer = ctypes.POINTER(ctypes.c_float)
    arguments = (ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, rows, columns, inner, ctypes.c_float(1.0),
                 x.ctypes.data_as(pointer), inner, weight.ctypes.data_as(pointer), inner, ctypes.c_float(0.0),
                 out.ctypes.data_as(pointer), columns)
    return lambda: library.cblas_sgemm(*arguments)


def batch(library, x, weight, out):
    """A closure that writes x[i] weight[i] into out[i]: (batch, rows, inner) by (batch, inner, columns), C order."""
    count, rows, inner = x.shape
    columns = weight.shape[2]
    pointer = ctypes.POINTER(ctypes.c_float)
    arguments = (ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, rows, columns, inner, ctypes.c_float(1.0),
                 x.ctypes.data_as(pointer), inner, rows * inner,
                 weight.ctypes.data_as(pointer), columns, inner * columns, ctypes.c_float(0.0),
                 out.ctypes.data_as(pointer), columns, rows * columns, count)
    return lambda: library.cblas_sgemm_batch_strided(*arguments)
