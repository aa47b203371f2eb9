#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Danaus' Python side: the compiler, readers of weights, projections onto structures, the demo, training of cost models.

Modules import NumPy themselves, so that a program can set OpenBLAS's environment before they do.
"""


def compile(*arguments, **options):
    """danaus.compiler.compile: MLIR text to a function on arrays of NumPy or CUDA tensors."""
    from danaus import compiler
    return compiler.compile(*arguments, **options)


def load(path, name):
    """danaus.compiler.load: a function of a shared library that danaus-compile made."""
    from danaus import compiler
    return compiler.load(path, name)
