#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Peer: PyTorch on the CPU, eager and compiled, in each form of torch_forms.py, of which the fastest is kept.

Weights are constants for the compiler too (freezing).
"""
import torch
import torch._inductor.config

import torch_forms
from torch_forms import TYPES
from worker import Call, NotFor, Skip, best_of

torch._inductor.config.freezing = True
DENSE_BYTES = 1 << 30


def describe():
    mkl = next((line.strip(" -") for line in torch.__config__.show().splitlines() if "Math Kernel" in line), "no MKL")
    onednn = next((line.strip(" -") for line in torch.__config__.show().splitlines() if "MKL-DNN" in line), "no oneDNN")
    return f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, inductor with freezing; {mkl}; {onednn}"


def calling(layer, model):
    x = torch.from_numpy(layer.x).to(TYPES[layer.case.dtype])
    state = {}

    def run():
        state["y"] = model(x)

    def result():
        y = state["y"]
        return (y if y.is_complex() else y.float()).numpy()

    return Call(run, result)


def eager(layer):
    return best_of([(note, calling(layer, model)) for note, model in torch_forms.models(layer.case, layer.weights)])


def compiled(layer):
    if layer.case.spec["structure"] in ("dense", "dft"):
        raise NotFor
    found, failures = [], []
    for note, model in torch_forms.models(layer.case, layer.weights):
        torch._dynamo.reset()
        try:
            call = calling(layer, torch.compile(model, dynamic=False))
            call.run()
            found.append((note, call))
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}".splitlines()[0])
    if not found:
        raise Skip("; ".join(failures)[:200])
    return best_of(found)


def dense_onednn(layer):
    """oneDNN's linear with its weight packed beforehand, as inductor calls it."""
    if layer.case.spec["structure"] == "dft":
        raise NotFor
    if layer.dense_bytes() > DENSE_BYTES:
        raise Skip(f"a dense matrix of {layer.dense_bytes() >> 20} MiB")
    dtype = TYPES[layer.case.dtype]
    matrices = [torch.from_numpy(matrix).to(dtype) for matrix in layer.matrices]
    packed = [torch.ops.mkldnn._reorder_linear_weight(matrix, layer.case.rows) for matrix in matrices]
    epilogues = [layer.case.epilogue(number) == "gelu" for number in range(layer.case.layers)]

    def onednn(x):
        for weight, gelu in zip(packed, epilogues):
            x = torch.ops.mkldnn._linear_pointwise(x, weight, None, "gelu" if gelu else "none", [],
                                                   "none" if gelu else "")
        return x

    call = calling(layer, onednn)
    call.note = "inductor's packed linear"
    return call


def build(layer, threads):
    torch.set_num_threads(threads)
    return {"eager": lambda: eager(layer), "compile": lambda: compiled(layer), "dense-onednn/torch": lambda: dense_onednn(layer)}
