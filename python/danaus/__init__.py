#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Danaus' Python side: readers of weights, projections onto structures, the demo, training of cost models.

Modules import NumPy themselves, so that a program can set OpenBLAS's environment before they do.
"""
