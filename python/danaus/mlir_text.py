#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""MLIR text of one structured layer."""


def tensor_type(shape, dtype="f32"):
    """The type of a tensor, such as tensor<4x3xf32>; None stands for a size known at run time."""
    return f"tensor<{''.join('?x' if size is None else f'{size}x' for size in shape)}{dtype}>"


def layer(encoding, parameter_shapes, shape, dtype="f32"):
    """A function @layer of y = M x + bias for rows of activations; M has `shape` (out, in) and the attribute `encoding`.

    Its arguments are the parameters, in the order of `linop.assemble`, the bias (out), then x (rows, in); its result
    is y (rows, out).
    """
    types = [tensor_type(parameter, dtype) for parameter in parameter_shapes]
    names = [f"%p{index}" for index in range(len(types))]
    signature = ", ".join(f"{name}: {type_}" for name, type_ in zip(names, types))
    matrix = f"tensor<{shape[0]}x{shape[1]}x{dtype}, #structure>"
    bias, x, y = (tensor_type(sizes, dtype) for sizes in (shape[:1], (None, shape[1]), (None, shape[0])))
    return f"""#structure = {encoding}
#rows = affine_map<(i, j) -> (i, j)>
#columns = affine_map<(i, j) -> (j)>
func.func @layer({signature}, %bias: {bias}, %x: {x}) -> {y} {{
  %m = linop.assemble {', '.join(names)} : ({', '.join(types)}) -> {matrix}
  %y = linop.apply %m, %x : {matrix}, {x} -> {y}
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : {x}
  %init = tensor.empty(%rows) : {y}
  %z = linalg.generic {{indexing_maps = [#rows, #columns, #rows], iterator_types = ["parallel", "parallel"]}}
      ins(%y, %bias : {y}, {bias}) outs(%init : {y}) {{
  ^bb0(%a: {dtype}, %b: {dtype}, %o: {dtype}):
    %sum = arith.addf %a, %b : {dtype}
    linalg.yield %sum : {dtype}
  }} -> {y}
  return %z : {y}
}}
"""
