#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Peers on the GPU that PyTorch does not bring: our own Triton kernels, and packages that lie in a folder given to the benchmark.

Each module has `forms(spec, dtype, weights, epilogue)`, with (note, constants, function) of each way to compute one layer
as torch_forms.py has them, and `models` puts the layers of a case together. What a package has nothing for raises NotFor.
"""
import torch

from torch_forms import TYPES, Form


def models(case, weights, forms, fuses=False):
    """(note, module) of each way to write all layers; `fuses` where the forms compute the epilogue themselves."""
    ways = [forms(case.layer_spec(number), TYPES[case.dtype], arrays, case.epilogue(number) if fuses else None)
            for number, arrays in enumerate(weights)]
    found = []
    for layers in zip(*ways, strict=True):
        parts = []
        for number, (_, constants, function) in enumerate(layers):
            parts.append(Form(constants, function))
            if case.epilogue(number) == "gelu" and not fuses:
                parts.append(torch.nn.GELU())
        found.append((layers[0][0], torch.nn.Sequential(*parts).eval()))
    return found
