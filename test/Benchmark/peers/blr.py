#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Peer `triton-blr`: the kernels of mem-efficient-blr, where its `triton_funcs` lie in the folder of peers.

They are in bf16, whatever their names say, and tune themselves. Monarch wants as many blocks on both sides.
"""
import importlib
import sys
import types

import numpy as np
import torch
import triton

from peers.common import quick
from worker import NotFor, Skip

FOLDER = "mem-efficient-blr"
# Those that its own benchmark runs on layers of this size.
BLAST = ("triton_blast_partial_grouped_fp16", "triton_blast_partial_grouped_persistent_fp16", "triton_blast_bmm_fp16")
# Kernels that keep a tile of all blocks: the extents of the tile and the bytes of a number in it. One that is more than the
# registers of its threads is compiled for a minute, to a kernel that keeps it in memory.
TILES = {"_triton_monarch_left_kernel_fp16": ("BLOCK_SIZE_N", "BLOCK_SIZE_Q", "BLOCK_SIZE_B", 2),
         "_triton_blast_partial_grouped_kernel_fp16": ("BLOCK_SIZE_N", "BLOCK_SIZE_R", "BLOCK_SIZE_B2", 4),
         "_triton_blast_partial_grouped_persistent_kernel_fp16": ("BLOCK_SIZE_N", "BLOCK_SIZE_R", "BLOCK_SIZE_B2", 4)}
TILE_BYTES = 1024


def fitting(tile):
    """Leaves out the configurations whose tile is too large."""
    first, second, blocks, size = tile

    def thread_bytes(config, values):
        return config.kwargs[first] * config.kwargs[second] * values[blocks] * size // (32 * config.num_warps)

    def prune(configs, arguments, **values):
        del arguments
        found = [config for config in configs if thread_bytes(config, values) <= TILE_BYTES]
        if not found:
            raise Skip(f"a tile of all {values[blocks]} blocks is more than registers hold in all of its configurations")
        return found

    return prune


def shorten(module):
    """Tunes as it does, in less time: the same choices from shorter runs, and none twice; anew for each case."""
    for name, kernel in vars(module).items():
        if hasattr(kernel, "configs"):
            kernel._do_bench = quick
            kernel.cache.clear()  # its keys do not have all that differs between cases
        if name in TILES:
            kernel.early_config_prune = fitting(TILES[name])
        if name == "_triton_blast_bmm_sxv_kernel_fp16":
            # It has no loop, so that stages make no difference.
            kernel.configs = [config for config in kernel.configs if config.num_stages == 1]


def kernels(folder, name):
    """One of its modules. Of its `utils`, which loads packages that nothing here needs, they want one function."""
    place = folder / FOLDER
    if not (place / "triton_funcs").is_dir():
        raise Skip(f"no {FOLDER} in {folder}")
    if str(place) not in sys.path:
        sys.path.append(str(place))
    utils = types.ModuleType("utils")
    utils.next_power_of_2 = triton.next_power_of_2
    before = sys.modules.get("utils")
    sys.modules["utils"] = utils
    try:
        module = importlib.import_module(f"triton_funcs.{name}_kernels")
    finally:
        sys.modules.pop("utils") if before is None else sys.modules.update(utils=before)
    shorten(module)
    return module


def batched(function):
    """Its functions take (batches, rows, columns)."""
    return lambda x, *weights: function(x[None], *weights).reshape(x.shape[0], -1)


def monarch(folder, spec, weights, constant):
    (k, l), (w1, w2) = spec["blocks"], weights
    if k != l or w1.shape[1] % l:
        raise Skip("it wants as many blocks on both sides")
    q, p = w1.shape[1:]
    first = w1.transpose(0, 2, 1).reshape(k, p, q // l, l).transpose(0, 1, 3, 2).reshape(k, p, q)
    function = kernels(folder, "monarch").triton_monarch_right_left_fp16
    return [("two kernels", [constant(first), constant(w2.transpose(0, 2, 1))], batched(function))]


def low_rank(folder, weights, constant):
    u, v = weights
    module = kernels(folder, "low_rank")
    return [("one kernel", [constant(v.T), constant(u.T)], batched(module.triton_low_rank_fp16))]


def blast(folder, weights, constant):
    u, v, s = weights
    module = kernels(folder, "blast")
    last, first = constant(u.transpose(0, 2, 1)), constant(v.transpose(0, 2, 1))
    found = []
    for name in BLAST:
        operands = [last, first, constant(s.transpose(1, 0, 2))]
        if "bmm" in name:
            operands = [constant(u), first, constant(s.transpose(2, 0, 1))]
        found.append((name.removeprefix("triton_blast_").removesuffix("_fp16"), operands, batched(getattr(module, name))))
    return found


def forms(folder, spec, dtype, weights):
    """(note, constants, function) of each way that it has for one layer."""
    kind = spec["structure"]
    if kind not in ("monarch", "low_rank", "blast") or dtype != torch.bfloat16:
        raise NotFor

    def constant(array):
        return torch.from_numpy(np.ascontiguousarray(array)).to(dtype)

    if kind == "monarch":
        return monarch(folder, spec, weights, constant)
    return (low_rank if kind == "low_rank" else blast)(folder, weights, constant)
