#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""No cliffs: awkward shapes drawn by seed, each against its structure at round sizes and against dense.

At most 1.4 x the time of the same structure with its sizes rounded up to multiples of 64, and never slower than dense
where the structure saves four times the arithmetic or more. On the CPU in f32, on the GPU in bf16.
"""
import math
import random
import time

import cases
import runner
import timing

SHAPES = 30
LIMIT = 1.4
WORTH = 4
TURNS = 3
ROUND = 64
ROWS = {"cpu": [1, 3, 7, 17, 33, 77, 129, 255, 301, 513], "cuda": [1, 3, 17, 33, 77, 255, 1001, 1777, 2047, 3333, 4999]}
DTYPE = {"cpu": "f32", "cuda": "bf16"}


def round_up(value, unit):
    return -(-value // unit) * unit


def draw(generator):
    """(awkward, round) specs of one structure: sizes that are no multiples of 16, counts of blocks that differ."""
    odd = lambda low, high: next(v for v in iter(lambda: generator.randint(low, high), None) if v % 16)
    kind = generator.choice(["monarch", "monarch", "low_rank", "kronecker", "kronecker_sparse", "btt", "blast", "dense"])
    if kind in ("dense", "low_rank"):
        spec = {"structure": kind, "in": odd(100, 1500), "out": odd(100, 1500)}
        smooth = dict(spec, **{"in": round_up(spec["in"], ROUND), "out": round_up(spec["out"], ROUND)})
        if kind == "low_rank":
            spec["rank"] = odd(9, 100)
            smooth["rank"] = round_up(spec["rank"], 16)
        return spec, smooth
    if kind == "monarch":
        k, l = generator.sample([2, 3, 4, 5, 6, 8, 12, 16], 2)
        unit = math.lcm(k, l)
        spec = {"structure": kind, "blocks": [k, l], "in": k * odd(20, 60), "out": l * odd(20, 60),
                "middle": unit * generator.randint(3, 12)}
        smooth = dict(spec)
        for name, divisor in (("in", k), ("out", l), ("middle", unit)):
            smooth[name] = round_up(spec[name], math.lcm(ROUND, divisor))
        return spec, smooth
    if kind == "kronecker":
        factors = [odd(5, 40), odd(5, 40)]
        smooth = [round_up(factor, 8) for factor in factors]
        return tuple({"structure": kind, "factors": f, "in": f[0] * f[1], "out": f[0] * f[1]} for f in (factors, smooth))
    if kind == "kronecker_sparse":
        a, d = generator.randint(2, 7), generator.randint(2, 7)
        b, c = odd(20, 90), odd(20, 90)
        sizes = ((b, c), (round_up(b, ROUND), round_up(c, ROUND)))
        return tuple({"structure": kind, "patterns": [[a, q, p, d]], "in": a * p * d, "out": a * q * d} for q, p in sizes)
    if kind == "btt":
        split = [[odd(5, 30), odd(5, 30)], [odd(5, 30), odd(5, 30)]]
        smooth = [[round_up(value, 8) for value in pair] for pair in split]
        return tuple({"structure": kind, "split": s, "rank": 2, "in": s[0][0] * s[0][1], "out": s[1][0] * s[1][1]}
                     for s in (split, smooth))
    b, rank = generator.randint(3, 9), odd(9, 50)
    spec = {"structure": "blast", "blocks": b, "rank": rank, "in": b * odd(20, 90), "out": b * odd(20, 90)}
    smooth = dict(spec, rank=round_up(rank, 16))
    for name in ("in", "out"):
        smooth[name] = round_up(spec[name], math.lcm(ROUND, b))
    return spec, smooth


def shapes(seed, device="cpu"):
    """The cases of a seed: (awkward, round)."""
    generator = random.Random(seed)
    found = []
    for number in range(SHAPES):
        rows = generator.choice(ROWS[device])
        awkward, smooth = draw(generator)
        found.append(tuple(cases.Case(f"shape{number}-{kind}", spec, device, rows, DTYPE[device], 1)
                           for kind, spec in (("odd", awkward), ("round", smooth))))
    return found


def dense_flops(case):
    return 2 * case.rows * case.columns[0] * case.columns[1]


def judge(awkward_ms, smooth_ms, dense_ms, saved):
    """What does not hold, or ""."""
    broken = []
    if awkward_ms > LIMIT * smooth_ms:
        broken.append(f"{awkward_ms / smooth_ms:.2f} x the round sizes, wanted at most {LIMIT}")
    if saved >= WORTH and dense_ms is not None and awkward_ms > dense_ms:
        broken.append(f"{awkward_ms / dense_ms:.2f} x dense at 1/{saved:.1f} of its flops")
    return "; ".join(broken)


class OnCpu:
    """Every shape in the same number of turns, checked in the first; dense by the best of the BLAS libraries."""
    turns = range(TURNS, TURNS + 1)

    def __init__(self):
        import peers_cpu
        self.module, self.registry = peers_cpu, peers_cpu.Registry(1, ["blas"])

    def prepare(self, case):
        return self.module.Peers(case, self.registry)

    def ours(self, bin_folder, case, turn):
        return runner.run_ours(bin_folder, case, turn == 0)

    def close(self):
        self.registry.close()


class OnCuda:
    """One turn, and two more for a shape that did not hold in it: a GPU's time is dear. Dense by cuBLAS.

    Results are checked in a run of its own before the first turn, since a GPU that waits for a check is timed at other clocks.
    """
    turns = range(1, TURNS + 1)

    def prepare(self, case):
        import peers_cuda
        return peers_cuda.Peers(case, wanted=[])

    def ours(self, bin_folder, case, turn):
        if turn == 0:
            runner.run_ours(bin_folder, case, True, ("--entry-points",), timed=False)
        return runner.run_ours(bin_folder, case, False, ("--entry-points", "--repeat=50"))

    def close(self):
        pass


def measure(bin_folder, awkward, smooth, device, saved):
    """(awkward, round, dense) in milliseconds, the best of the turns; the schedule of the awkward one behind them."""
    ready = device.prepare(awkward)
    times = {"odd": [], "round": [], "dense": []}
    for turn in range(device.turns[-1]):
        for name, case in (("odd", awkward), ("round", smooth)):
            row = device.ours(bin_folder, case, turn)
            times[name].append(row["ours_ms"])
            schedule = row.get("schedule") if name == "odd" else schedule
        medians = {name: timing.median(found) for name, found in ready.round(0.1).items() if name.startswith("dense-")}
        times["dense"] += [min(medians.values())] if medians else []
        best = tuple(min(found) if found else None for found in times.values())
        if turn + 1 in device.turns and not judge(*best, saved):
            break
    return *best, schedule


def run(bin_folder, seed, budget, device="cpu"):
    """Measures all shapes of a seed and says which do not hold; returns how many."""
    measured = OnCpu() if device == "cpu" else OnCuda()
    start, tried, broken = time.monotonic(), 0, 0
    for awkward, smooth in shapes(seed, device):
        if time.monotonic() - start > budget:
            print(f"the budget of {budget:g} s is spent")
            break
        tried += 1
        name = f"{awkward.id}: {awkward.rows} rows, " + ", ".join(f"{k} {v}" for k, v in awkward.spec.items())
        saved = dense_flops(awkward) / awkward.flops()
        try:
            odd_ms, smooth_ms, dense_ms, schedule = measure(bin_folder, awkward, smooth, measured, saved)
        except RuntimeError as error:
            print(f"{name}: failed: {error}", flush=True)
            broken += 1
            continue
        why = judge(odd_ms, smooth_ms, dense_ms, saved)
        dense = f"{dense_ms:.4g}" if dense_ms is not None else "-"
        print(f"{name}: {odd_ms:.4g} ms, round {smooth_ms:.4g}, dense {dense} ({saved:.1f} x the flops)"
              f"{f': BROKEN: {why}; {schedule}' if why else ''}", flush=True)
        broken += bool(why)
    measured.close()
    print(f"{tried} of {SHAPES} shapes of seed {seed} on {device} tried: {broken} do not hold")
    return broken
