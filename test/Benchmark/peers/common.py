#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""What the Triton kernels share: lists of configurations, those worth a try at given sizes, the precision of f32."""
import os

import torch
import triton
import triton.language as tl
from triton.compiler.errors import CompilationError
from triton.runtime.errors import OutOfResources, PTXASError

# Multiprocessors, for kernels whose programs loop over tiles.
PROCESSORS = torch.cuda.get_device_properties(0).multi_processor_count if torch.cuda.is_available() else 1


def configs(names, *rows):
    """Configurations from rows of numbers: the values of `names`, then warps and stages."""
    return [triton.Config(dict(zip(names, row)), num_warps=row[-2], num_stages=row[-1]) for row in rows]


def quick(call, quantiles):
    """Times one configuration, in about a third of the usual time.

    Triton's interpreter, without a GPU, has no times; nor has a process that only fills the caches (preparation.py).
    """
    if not torch.cuda.is_available() or os.environ.get("DANAUS_BENCH_WARM"):
        call()
        return [0.0] * len(quantiles)
    return triton.testing.do_bench(call, warmup=5, rep=30, quantiles=quantiles)


def does_not_fit(error):
    """Whether the compiler did not manage a configuration: a failed pass has no class of its own."""
    return isinstance(error, (OutOfResources, CompilationError, PTXASError)) or "PassManager::run failed" in str(error)


def tuned(found, tensors, fits):
    """Autotuned over the configurations for which `fits(values of the arguments, its own values)` holds; the first if none.

    Anew for all values of the arguments behind the first `tensors`, which are addresses.
    """
    def prune(candidates, arguments, **more):
        values = {**arguments, **more}
        return [config for config in candidates if fits(values, config.kwargs)] or candidates[:1]

    def decorate(kernel):
        key = [name for name in kernel.arg_names[tensors:] if name not in found[0].kwargs]
        tuner = triton.autotune(configs=found, key=key, prune_configs_by={"early_config_prune": prune}, do_bench=quick)(kernel)
        measure = tuner._bench

        def measure_or_skip(*arguments, **more):
            # One configuration that does not fit costs itself, not the kernel.
            try:
                return measure(*arguments, **more)
            except Exception as error:  # pylint: disable=broad-exception-caught
                if not does_not_fit(error):
                    raise
                return [float("inf")] * 3

        tuner._bench = measure_or_skip
        return tuner

    return decorate


def covers(extent, tile, least=16):
    """Whether a tile is not much more than what there is to cover."""
    return tile <= max(least, triton.next_power_of_2(extent))


def row_tile(rows, tile):
    """Whether a tile of rows suits: no padding beyond a power of two, no tiny tiles where rows are many."""
    return covers(rows, tile) and tile >= min(64, triton.next_power_of_2(rows) // 4)


def precision(dtype):
    """Of tl.dot, such that f32 holds 1e-5: three products in tf32."""
    return "tf32x3" if dtype == torch.float32 else "ieee"


def sums(dtype):
    """The type of an accumulator."""
    return tl.float64 if dtype == torch.float64 else tl.float32


@triton.jit
def gelu(v):
    return 0.5 * v * (1 + tl.erf(v * 0.7071067811865476))
