#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Peer: IREE on the CPU of this machine, the layer as `linalg`: each stage one contraction on digits, all sizes known.

Weights are constants' equals: arguments that stay on the device. Calls go through IREE's Python runtime.
"""
import numpy as np
import iree.compiler
import iree.runtime

import cases
from worker import Call, NotFor, Skip

TYPES = {"f32": "f32", "bf16": "bf16"}
PARALLEL, REDUCTION = '"parallel"', '"reduction"'
GELU = """  %e{n} = tensor.empty() : {y}
  %{out} = linalg.generic {{indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}} ins(%{value} : {y}) outs(%e{n} : {y}) {{
""" + cases.GELU_BODY


def describe():
    text = iree.compiler.version.VERSION if hasattr(iree.compiler, "version") else ""
    return f"IREE {text or '3.13.0'} llvm-cpu for the host CPU, weights as arguments"


def tensor(shape, dtype):
    return f"tensor<{'x'.join(map(str, shape))}x{dtype}>"


def contraction(number, stage, rows, value, t):
    """x (rows, a, c, d) and w (a, b, c, d) to (rows, a, b, d); a shared digit of w is left out of its map."""
    a, b, c, d = stage.a, stage.b, stage.c, stage.d
    shared_a, shared_d = stage.weight.shape[0] != a, stage.weight.shape[3] != d
    w_shape = [*([] if shared_a else [a]), b, c, *([] if shared_d else [d])]
    w_map = ", ".join([*([] if shared_a else ["a"]), "b", "c", *([] if shared_d else ["d"])])
    flat_x, flat_y = tensor((rows, a * c * d), t), tensor((rows, a * b * d), t)
    x, y, w = tensor((rows, a, c, d), t), tensor((rows, a, b, d), t), tensor(w_shape, t)
    product = (f"    %p = arith.mulf %v, %u : {t}\n    %s = arith.addf %o, %p : {t}\n" if t == "f32" else
               f"    %ve = arith.extf %v : {t} to f32\n    %ue = arith.extf %u : {t} to f32\n"
               f"    %p = arith.mulf %ve, %ue : f32\n    %s = arith.addf %o, %p : f32\n")
    wide = tensor((rows, a, b, d), "f32")
    text = (f"  %x{number} = tensor.expand_shape %{value} [[0], [1, 2, 3]] output_shape [{rows}, {a}, {c}, {d}] : {flat_x} into {x}\n"
            f"  %z{number} = arith.constant 0.0 : f32\n"
            f"  %i{number} = tensor.empty() : {wide}\n"
            f"  %f{number} = linalg.fill ins(%z{number} : f32) outs(%i{number} : {wide}) -> {wide}\n"
            f"  %q{number} = linalg.generic {{indexing_maps = [affine_map<(z, a, b, d, c) -> (z, a, c, d)>,\n"
            f"      affine_map<(z, a, b, d, c) -> ({w_map})>, affine_map<(z, a, b, d, c) -> (z, a, b, d)>],\n"
            f"      iterator_types = [{', '.join([PARALLEL] * 4 + [REDUCTION])}]}}\n"
            f"      ins(%x{number}, %w{number} : {x}, {w}) outs(%f{number} : {wide}) {{\n"
            f"  ^bb0(%v: {t}, %u: {t}, %o: f32):\n{product}    linalg.yield %s : f32\n  }} -> {wide}\n")
    result = f"q{number}"
    if t != "f32":
        text += (f"  %n{number} = arith.truncf %q{number} : {wide} to {y}\n")
        result = f"n{number}"
    text += f"  %y{number} = tensor.collapse_shape %{result} [[0], [1, 2, 3]] : {y} into {flat_y}\n"
    return text, w, w_shape


def module(layer):
    """The text of the layers, and the weights in the order and shapes of its arguments."""
    t, rows = TYPES[layer.case.dtype], layer.case.rows
    body, arguments, weights, value, number = "", [], [], "x", 0
    for index, parameters in enumerate(layer.weights):
        for stage in layer.structure.stages(parameters):
            text, kind, shape = contraction(number, stage, rows, value, t)
            body += text
            arguments.append(f"%w{number}: {kind}")
            weights.append(np.ascontiguousarray(stage.weight.reshape(shape)))
            value, number = f"y{number}", number + 1
        if layer.case.epilogue(index) == "gelu":
            y = tensor((rows, layer.case.columns[1]), t)
            body += GELU.format(n=f"g{number}", out=f"g{number}", value=value, y=y, t=t)
            value = f"g{number}"
    if layer.case.spec["structure"] == "btt":
        _, (phi, epsilon) = layer.case.spec["split"]
        y, apart, turned = (tensor(s, t) for s in ((rows, phi * epsilon), (rows, epsilon, phi), (rows, phi, epsilon)))
        body += (f"  %ta = tensor.expand_shape %{value} [[0], [1, 2]] output_shape [{rows}, {epsilon}, {phi}] : {y} into {apart}\n"
                 f"  %te = tensor.empty() : {turned}\n"
                 f"  %tt = linalg.transpose ins(%ta : {apart}) outs(%te : {turned}) permutation = [0, 2, 1]\n"
                 f"  %ty = tensor.collapse_shape %tt [[0], [1, 2]] : {turned} into {y}\n")
        value = "ty"
    x, y = tensor((rows, layer.case.columns[0]), t), tensor((rows, layer.case.columns[1]), t)
    return (f"func.func @layer({', '.join([*arguments, f'%x: {x}'])}) -> {y} {{\n{body}  return %{value} : {y}\n}}\n",
            weights)


def call(layer, threads):
    if layer.case.dtype not in TYPES or layer.case.spec["structure"] == "dft":
        raise NotFor
    text, weights = module(layer)
    flat = iree.compiler.compile_str(text, target_backends=["llvm-cpu"],
                                     extra_args=["--iree-llvmcpu-target-cpu=host", "--iree-opt-level=O3"])
    config = iree.runtime.Config("local-sync" if threads == 1 else "local-task")
    context = iree.runtime.SystemContext(config=config)
    context.add_vm_module(iree.runtime.VmModule.copy_buffer(context.instance, flat))
    function = context.modules.module["layer"]

    def device(array):
        if layer.case.dtype == "bf16":
            import ml_dtypes
            array = array.astype(ml_dtypes.bfloat16)
        return iree.runtime.asdevicearray(config.device, np.ascontiguousarray(array))

    operands = [device(w) for w in [*weights, layer.x]]
    state = {}

    def run():
        state["y"] = function(*operands)

    return Call(run, lambda: np.asarray(state["y"].to_host()).astype(np.float32), keep=context)


def build(layer, threads):
    return {"iree": lambda: call(layer, threads)}
