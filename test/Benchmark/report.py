#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The results as a table in Markdown and as a plot in SVG: the bars of a case against its limit, on one log axis."""
import html
import json
import math
import pathlib
import re

import cases

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / "test" / "Benchmark" / "results"
BEGIN, END = "<!-- results: written by tools/dev/bench --report -->", "<!-- end of results -->"
COLORS = {"ours": "#1f6feb", "dense": "#8b949e", "structured": "#d29922", "limit": "#2da44e"}


def latest(path):
    """The newest row of each id, in the order of cases.json; ids that it no longer has come first."""
    rows = {}
    for line in path.read_text().splitlines():
        if line.strip():
            row = json.loads(line)
            rows[row["id"]] = row
    known = [case.id for device in ("cpu", "cuda") for threads in (1, 2) for case in cases.load(device, threads)]
    return sorted(rows.values(), key=lambda row: known.index(row["id"]) if row["id"] in known else -1)


def split(row):
    """(name, ms) of the best dense peer and of the best structured one; None where there is none."""
    dense = [item for item in row["peers"].items() if item[0].startswith("dense-")]
    structured = [item for item in row["peers"].items() if not item[0].startswith("dense-")]
    return tuple(min(items, key=lambda item: item[1], default=None) for items in (dense, structured))


def cell(peer):
    return f"{peer[1]:.3g} ({peer[0]})" if peer else "-"


def table(rows):
    """A Markdown table. The last column is against the best of all peers, dense among them."""
    lines = ["| case | rows | ours | limit | best dense | best structured | against the best |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        dense, structured = split(row)
        best = min((ms for _, ms in filter(None, (dense, structured))), default=None)
        ratio = f"{best / row['ours_ms']:.1f} x" if best else "-"
        limit = f"{row['limit_ms']:.3g}" if row["limit_ms"] else "-"
        ours = f"**{row['ours_ms']:.3g}**" + (" (cuBLASLt)" if row.get("library") else "")
        lines.append(f"| `{row['id']}` {row['dtype']} | {row['rows']} | {ours} | {limit} | "
                     f"{cell(dense)} | {cell(structured)} | {ratio} |")
    return "\n".join(lines)


def bars(row):
    """(label, ms, color) of each bar of a case, ours first."""
    dense, structured = split(row)
    found = [("Danaus", row["ours_ms"], COLORS["ours"])]
    if structured:
        found.append((structured[0], structured[1], COLORS["structured"]))
    if dense:
        found.append((dense[0], dense[1], COLORS["dense"]))
    return found


def plot(rows, title):
    """An SVG: one group of bars a case, its length the logarithm of time over limit, the limit at the left edge."""
    rows = [row for row in rows if row["limit_ms"]]
    left, width, bar, gap = 210, 520, 14, 12
    top = max((ms / row["limit_ms"] for row in rows for _, ms, _ in bars(row)), default=10)
    decades = max(1.0, math.log10(top))
    scale = width / decades
    body, y = [], 46
    for row in rows:
        group = bars(row)
        middle = y + len(group) * bar / 2
        body.append(f'<text x="{left - 10}" y="{middle + 4:.0f}" text-anchor="end">{html.escape(row["id"])}</text>')
        for label, ms, color in group:
            ratio = ms / row["limit_ms"]
            length = max(2.0, math.log10(max(ratio, 1.0)) * scale)
            body.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{bar - 2}" fill="{color}"/>'
                        f'<text class="s" x="{left + length + 5:.1f}" y="{y + bar - 4}">'
                        f"{html.escape(label)} {ms:.3g} ms, {ratio:.1f} x</text>")
            y += bar
        y += gap
    for decade in range(int(decades) + 1):
        x = left + decade * scale
        body.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="38" y2="{y}" stroke="#d0d7de"/>'
                    f'<text class="s" x="{x:.1f}" y="34" text-anchor="middle">{10 ** decade} x limit</text>')
    # The grid first, so that bars lie on it.
    body.sort(key=lambda item: not item.startswith("<line"))
    style = "text{font:13px sans-serif;fill:#24292f}.s{font-size:11px}.t{font-weight:bold}"
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 200} {y + 10}">'
            f'<style>{style}</style><rect width="100%" height="100%" fill="#ffffff"/>'
            f'<text class="t" x="10" y="20">{html.escape(title)}</text>{"".join(body)}</svg>\n')


def loaded(rows):
    """A sentence on what else ran on the machine, where that was noted."""
    loads = [row["refs"]["load_average"] for row in rows if row["refs"].get("load_average")]
    return f" The machine was shared: load average {min(loads):g} to {max(loads):g}." if loads and max(loads) > 2 else ""


def primary(rows):
    """The rows of the plot: each case at the size, type and threads by which it is named."""
    return [row for row in rows if not re.search(r"-(rows\d+|\d+t)(-|$)", row["id"])]


def heading(device, rows):
    """What was measured, and how."""
    last = rows[-1]
    threads = f", {last['threads']} thread" + ("" if last["threads"] == 1 else "s") if device == "cpu" else ""
    return (f"**{last['device']}{threads}**, median milliseconds, measured in turns with the peers. Limit: activations in "
            f"and out and each parameter once, at the measured copy bandwidth.{loaded(rows)}")


def references(rows):
    """Times that are no peers, where there are any."""
    found = [row for row in rows if {"gemm-sweeps", "apart"} & set(row["refs"])]
    if not found:
        return ""
    lines = ["| case | ours | products alone | ours / products | layers apart | ours / apart |", "|---|---|---|---|---|---|"]
    for row in found:
        cells = []
        for name in ("gemm-sweeps", "apart"):
            ms = row["refs"].get(name)
            cells += [f"{ms:.3g}", f"{row['ours_ms'] / ms:.2f}"] if ms else ["-", "-"]
        lines.append(f"| `{row['id']}` | {row['ours_ms']:.3g} | {' | '.join(cells)} |")
    return ("\nProducts alone: the sweeps of products that the layer consists of, by the best library, on contiguous operands "
            "that are already in order.\n\n" + "\n".join(lines) + "\n")


def details(device, rows):
    """The text of one device for docs/results.md: all rows."""
    versions = rows[-1]["refs"].get("peers", "no peers")
    return f"## {device}\n\n{heading(device, rows)}\n\nPeers: {versions}.\n\n{table(rows)}\n{references(rows)}"


def summary(device, rows):
    """The text of one device for the README: the rows of the plot, and the plot."""
    return f"{heading(device, rows)} [All rows](docs/results.md).\n\n{table(primary(rows))}\n\n![Time over limit, {device}](docs/results-{device}.svg)\n"


def write():
    """Renders every file of results: plots, docs/results.md, and what stands between the marks of the README."""
    short, long = [], ["# Results\n\nWritten by `tools/dev/bench --report` from `test/Benchmark/results`; the last column is "
                       "the time of the best peer, dense among them, over ours.\n"]
    for path in sorted(RESULTS.glob("*.jsonl")):
        rows = latest(path)
        if not rows:
            continue
        device = path.stem
        title = f"Time over limit: {rows[-1]['device']}"
        (ROOT / "docs" / f"results-{device}.svg").write_text(plot(primary(rows), title))
        short.append(summary(device, rows))
        long.append(details(device, rows))
    (ROOT / "docs" / "results.md").write_text("\n".join(long))
    readme = ROOT / "README.md"
    if readme.is_file() and BEGIN in (old := readme.read_text()):
        head, rest = old.split(BEGIN, 1)
        text = "\n".join(short)
        readme.write_text(f"{head}{BEGIN}\n{text}{END}{rest.split(END, 1)[1]}")
    print("\n".join(long))
