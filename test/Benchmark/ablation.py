#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""What each part of the CPU path is worth: six cases with one part taken away at a time, numbers still checked."""
import dataclasses
import pathlib
import re

import cases
import runner

IDS = ["monarch-4096-64x64", "monarch-1024-32x32", "monarch-768-3072-b4", "kron-64-64", "ks-vit-up", "lowrank-4096-r64"]
PAGE = runner.ROOT / "docs" / "performance-cpu.md"
BEGIN, END = "<!-- ablation: written by tools/dev/bench --ablation -->", "<!-- end of ablation -->"
TURNS = 3


def with_field(schedule, name, value):
    """A schedule with one field set anew."""
    field = f"{name} = {value}"
    if re.search(rf"\b{name} = (\[[^]]*\]|\w+)", schedule):
        return re.sub(rf"\b{name} = (\[[^]]*\]|\w+)", field, schedule)
    if schedule.endswith("<>"):
        return schedule.replace("<>", f"<{field}>")
    # Fields stand in a fixed order: cuts before axes, block_rows and panel behind them.
    if name == "cuts":
        return re.sub(r"(, )?axes = ", lambda match: f"{match[1] or ''}{field}, axes = ", schedule)
    if name == "block_rows" and ", panel" in schedule:
        return schedule.replace(", panel", f", {field}, panel")
    return schedule[:-1] + f", {field}>"


def fused_apart(case, schedule, stages):
    del case
    return ["--schedule=" + with_field(schedule, "cuts", str(list(range(1, stages))))]


def one_tile(case, schedule, _stages):
    block = int((re.search(r"block_rows = (\d+)", schedule) or [0, 8])[1])
    return ["--schedule=" + with_field(schedule, "rows", -(-case.rows // block) * block)]


def no_register_blocks(_case, schedule, _stages):
    return ["--schedule=" + with_field(with_field(schedule, "block_rows", 1), "panel", 1)]


def packed_each_call(case):
    """The layer in a private function: its weights are then no arguments that could be packed beforehand."""
    text = case.mlir()
    signature = re.search(r"@layer\((.*)\) -> (\S+) \{", text)
    arguments = signature[1].split(", %")
    names = ["%" + argument.lstrip("%").split(":")[0].strip() for argument in arguments]
    types = [argument.split(":", 1)[1].strip() for argument in arguments]
    return (text.replace("func.func @layer", "func.func private @inner") +
            f"func.func @layer({signature[1]}) -> {signature[2]} {{\n"
            f"  %r = func.call @inner({', '.join(names)}) : ({', '.join(types)}) -> {signature[2]}\n"
            f"  return %r : {signature[2]}\n}}\n")


def permutation(sizes, order, t):
    n = 1
    for size in sizes:
        n *= size
    return f"tensor<{n}x{n}x{t}, #linop.permutation<sizes = {sizes}, order = {order}>>"


def explicit_permutations(case):
    """Each strided stage as block-diagonal between two permutations, none of them folded; None where there is none."""
    import numpy as np
    if case.spec["structure"] not in ("monarch", "kronecker_sparse"):
        return None
    weights = [np.broadcast_to(np.float32(0), shape) for shape in case.parameter_shapes()]
    t, factors = case.dtype, []  # the last applied first
    for stage in case.structure().stages(weights):
        a, b, c, d = stage.a, stage.b, stage.c, stage.d
        block = f"tensor<{a * d * b}x{a * d * c}x{t}, #linop.block_diagonal<blocks = {a * d}>>"
        around = [block, f"tensor<{a * d}x{b}x{c}x{t}>"]
        if d == 1:
            factors.insert(0, around)
            continue
        factors[:0] = [[permutation([a, d, b], [0, 2, 1], t), None], around, [permutation([a, c, d], [0, 2, 1], t), None]]
    product = ", ".join(factor for factor, _ in factors)
    text = case.mlir()
    arguments = [kind for _, kind in factors if kind]
    names = [f"%w0_{i}" for i in range(len(arguments))]
    body = text[text.index("  %y0 = "):]
    listed = ", ".join(f"{name}: {kind}" for name, kind in zip(names, arguments))
    x, y = (f"tensor<?x{n}x{t}>" for n in case.columns)
    m = f"tensor<{case.columns[1]}x{case.columns[0]}x{t}, #structure>"
    return (f"#structure = #linop.product<[{product}]>\n"
            f"func.func @layer({listed}, %x: {x}) -> {y} {{\n"
            f"  %m0 = linop.assemble {', '.join(names)} : ({', '.join(arguments)}) -> {m}\n{body}")


# Title, options by case and schedule, text of the layer.
PARTS = [("no fusion", fused_apart, None), ("one row tile", one_tile, None),
         ("no register blocks", no_register_blocks, None),
         ("no vectors", lambda *_: ["--vectorize=false"], None),
         # The tolerance is derived from the function that is run, which only calls.
         ("packed each call", lambda *_: ["--tolerance=4e-6"], packed_each_call),
         ("permutations not folded", lambda *_: ["--passes=danaus-to-chain{fold-permutations=false}"], explicit_permutations)]


def measure(bin_folder, case, options, text):
    """The best median of some turns in milliseconds, the first turn checked; or why there is none."""
    try:
        turns = [runner.run_ours(bin_folder, case, turn == 0, options, text) for turn in range(TURNS)]
    except RuntimeError as error:
        return None, str(error)
    return min(turn["ours_ms"] for turn in turns), ""


def row(bin_folder, case):
    """Times of a case: all parts, then without each; reasons where there is none."""
    import numpy as np
    whole = [runner.run_ours(bin_folder, case, turn == 0) for turn in range(TURNS)]
    schedule = whole[0]["schedule"]
    stages = len(case.structure().stages([np.broadcast_to(np.float32(0), shape) for shape in case.parameter_shapes()]))
    times = [min(turn["ours_ms"] for turn in whole)]
    for title, options, text in PARTS:
        written = text(case) if text else None
        if text and written is None:
            times.append(None)
            continue
        ms, why = measure(bin_folder, case, options(case, schedule, stages) if options else (), written)
        if why:
            print(f"{case.id}: {title}: {why}", flush=True)
        times.append(ms)
    return times


def table(rows):
    lines = ["| case | all parts, ms | " + " | ".join(title for title, _, _ in PARTS) + " |",
             "|---|---|" + "---|" * len(PARTS)]
    for name, (whole, *parts) in rows.items():
        cells = [f"{ms / whole:.2f} x" if ms else "-" for ms in parts]
        lines.append(f"| `{name}` | {whole:.3g} | {' | '.join(cells)} |")
    return "\n".join(lines)


def run(bin_folder):
    """Measures and puts the table into docs/performance-cpu.md; returns how many cases failed."""
    rows, failures = {}, 0
    for case in cases.select(cases.load("cpu"), IDS):
        try:
            rows[case.id] = row(bin_folder, dataclasses.replace(case))
        except RuntimeError as error:
            print(f"{case.id}: failed: {error}", flush=True)
            failures += 1
            continue
        print(f"{case.id}: " + ", ".join(f"{ms:.4g}" if ms else "-" for ms in rows[case.id]), flush=True)
    text = table(rows)
    print(text)
    page = pathlib.Path(PAGE).read_text()
    if rows and BEGIN in page:
        head, rest = page.split(BEGIN, 1)
        PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{rest.split(END, 1)[1]}")
    return failures
