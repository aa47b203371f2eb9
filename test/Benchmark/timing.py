#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Medians and percentiles, alike for every peer on the CPU."""
import time


def percentile(samples, fraction):
    """The sample at a fraction of the sorted ones."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]


def median(samples):
    return percentile(samples, 0.5)


def sample(call, seconds, warm=2, at_least=5):
    """Milliseconds of each of many calls, for about `seconds`, after `warm` that do not count."""
    for _ in range(warm):
        call()
    samples = []
    end = time.perf_counter() + seconds
    while len(samples) < at_least or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        samples.append((time.perf_counter() - start) * 1e3)
    return samples
