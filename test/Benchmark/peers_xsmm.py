#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Peer: libxsmm's kernels for small products, compiled just in time for this CPU, in a C loop over the blocks.

Batch last needs no permutation at all: block (A, D) of a stage is a matrix with leading dimension d x rows. The two
transposes that batch first needs are charged. Where every stage has d = 1 the products also run batch first.
"""
import ctypes
import pathlib
import subprocess
import tempfile

import numpy as np

from worker import Call, NotFor, Skip, best_of

FOLDER = pathlib.Path(__file__).resolve().parent
STATE = {}


def library():
    """The C loop, built against Debian's libxsmm-dev."""
    if "library" in STATE:
        return STATE["library"]
    out = pathlib.Path(tempfile.mkdtemp()) / "libxsmm_stage.so"
    done = subprocess.run(["cc", "-O2", "-march=native", "-shared", "-fPIC", str(FOLDER / "xsmm_stage.c"), "-o", str(out),
                           "-Wl,--start-group", "-lxsmm", "-lxsmmnoblas", "-Wl,--end-group", "-lpthread", "-ldl", "-lm"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise Skip(f"libxsmm-dev: {(done.stderr or 'no compiler').splitlines()[-1]}")
    STATE["library"] = ctypes.CDLL(str(out))
    STATE["library"].version.restype = ctypes.c_char_p
    return STATE["library"]


def describe():
    try:
        return f"libxsmm {library().version().decode()}, one thread"
    except Skip as reason:
        return str(reason)


def pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def stages_of(layer):
    return [stage for weights in layer.weights for stage in layer.structure.stages(weights)]


def batch_last(layer):
    lib, rows = library(), layer.case.rows
    steps, buffers = [], [np.empty((layer.case.columns[0], rows), np.float32)]
    for stage in stages_of(layer):
        # (A, D) blocks of b x c, each contiguous
        weight = np.ascontiguousarray(stage.full_weight().transpose(0, 3, 1, 2))
        buffers.append(np.empty((stage.a * stage.b * stage.d, rows), np.float32))
        steps.append((lib.stage_last, pointer(buffers[-2]), pointer(weight), pointer(buffers[-1]),
                      stage.a, stage.b, stage.c, stage.d, rows))
        buffers.append(weight)
        buffers[-2], buffers[-1] = buffers[-1], buffers[-2]
    y = np.empty((rows, layer.case.columns[1]), np.float32)
    first, last = pointer(buffers[0]), pointer(buffers[-1])

    def run():
        lib.transposed(pointer(layer.x), first, rows, layer.case.columns[0])
        for function, *arguments in steps:
            if function(*arguments):
                raise RuntimeError("libxsmm made no kernel")
        lib.transposed(last, pointer(y), layer.case.columns[1], rows)

    run()
    return Call(run, lambda: layer.structure.permute(y), keep=buffers)


def batch_first(layer):
    lib, rows = library(), layer.case.rows
    steps, kept, value = [], [], layer.x
    for stage in stages_of(layer):
        weight = np.ascontiguousarray(stage.full_weight()[..., 0].transpose(0, 2, 1))           # a, c, b
        out = np.empty((rows, stage.a * stage.b), np.float32)
        steps.append((pointer(value), pointer(weight), pointer(out), stage.a, stage.b, stage.c, rows))
        kept += [weight, out]
        value = out

    def run():
        for arguments in steps:
            if lib.stage_first(*arguments):
                raise RuntimeError("libxsmm made no kernel")

    run()
    return Call(run, lambda: value, keep=kept)


def products(layer, threads):
    if layer.case.dtype != "f32" or layer.case.spec["structure"] == "dft":
        raise NotFor
    if threads != 1:
        raise Skip("the loop over blocks has one thread")
    if layer.case.spec["structure"] in ("butterfly", "hadamard", "dense"):
        raise NotFor
    plain = not any(layer.case.epilogue(number) for number in range(layer.case.layers))
    variants = [("batch last, transposes charged", batch_last(layer))]
    if all(stage.d == 1 for stage in stages_of(layer)):
        variants.append(("batch first", batch_first(layer)))
    call = best_of(variants)
    call.checked = plain
    return call


def build(layer, threads):
    return {"libxsmm": lambda: products(layer, threads)}
