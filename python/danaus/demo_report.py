#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""What the demo prints: a table, the same as Markdown, and bars as SVG."""
import ctypes
import html
import os
import pathlib
import platform

import numpy as np

HEADER = ("layer", "structure", "parameters", "f32 error", "bf16 error", "projection of W", "of the output", "time", "dense",
          "dense / ours")
BEGIN, END = "<!-- demo: written by tools/dev/demo --readme -->", "<!-- end of demo -->"


def cpu_name():
    """The CPU's model name, or what Python knows of it."""
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def blas_name():
    """NumPy's BLAS with the kernels that it chose, such as 'OpenBLAS 0.3.30 (SkylakeX)'."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    name = f"{blas.get('name', 'BLAS')} {blas.get('version', '')}".strip()
    for library in pathlib.Path(np.__file__).parent.with_name("numpy.libs").glob("*openblas*"):
        try:
            core = ctypes.CDLL(str(library)).scipy_openblas_get_corename64_
        except (AttributeError, OSError):
            continue
        core.restype = ctypes.c_char_p
        return f"{name} ({core().decode()} kernels)"
    return name


def machine():
    """CPU, BLAS and how busy the machine has been in the last minute."""
    return f"{cpu_name()}, load average {os.getloadavg()[0]:.1f}; dense: {blas_name()}"


def _cells(result):
    return (result.layer, result.structure, f"{result.parameters / result.dense_parameters:.1%}",
            f"{result.rounding_errors['f32']:.1e}", f"{result.rounding_errors['bf16']:.1e}", f"{result.weight_error:.1%}",
            f"{result.output_error:.1%}", f"{result.milliseconds:.3f} ms", f"{result.dense_milliseconds:.3f} ms",
            f"{result.dense_milliseconds / result.milliseconds:.2f}")


def table(rows):
    """Rows of strings, the first the header, as a Markdown table whose source is aligned too."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def labels_of(results):
    """The structures, in the order of their first result."""
    return list(dict.fromkeys(result.structure for result in results))


def _geometric_mean(values):
    return float(np.exp(np.mean(np.log(list(values)))))


def summary(results, cosines):
    """A row for each structure, over all layers."""
    rows = [("structure", "parameters", "worst f32 error", "worst bf16 error", "mean projection of W", "of the output",
             "dense / ours", "slowest layer", "cosine of sentences")]
    for label in labels_of(results):
        of_label = [result for result in results if result.structure == label]
        ratios = [result.dense_milliseconds / result.milliseconds for result in of_label]
        kept = sum(r.parameters for r in of_label) / sum(r.dense_parameters for r in of_label)
        rows.append((label, f"{kept:.1%}", *(f"{max(r.rounding_errors[dtype] for r in of_label):.1e}" for dtype in ("f32", "bf16")),
                     f"{np.mean([r.weight_error for r in of_label]):.1%}",
                     f"{np.mean([r.output_error for r in of_label]):.1%}",
                     f"{_geometric_mean(ratios):.2f}", f"{min(ratios):.2f}", f"{cosines[label]:.2f}"))
    return table(rows)


def replace_summary(text, results, cosines):
    """`text` with the summary between BEGIN and END. Raises OSError where it lacks them."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise OSError(f"README: wanted the lines {BEGIN} and {END}")
    count = len({result.layer for result in results})
    note = f"{count} layers, f32, one thread, {machine()}"
    return f"{before}{BEGIN}\n{note}.\n\n{summary(results, cosines)}\n{END}{after}"


def markdown(results, cosines, tokens, seconds):
    """The whole report as Markdown text. `cosines` is by structure, `seconds` is how long the demo took."""
    count = len({result.layer for result in results})
    return f"""# The linear layers of all-MiniLM-L6-v2, structured

{tokens} tokens of real sentences, 1 thread. {machine()}.
Demo time {seconds:.0f} s.

{table([HEADER, *map(_cells, results)])}

* f32 and bf16 error: the compiled output against float64 with the same parameters, ||y - r|| / ||r||.
* projection: what the projection loses, of the weight and of the output y = W x + bias on these activations. Nothing was
  retrained.
* time: f32, median of warm calls; dense is the best of the medians measured before, between and after our runs of a shape.

{summary(results, cosines)}

* dense / ours: geometric mean over the {count} layers, then the layer where it is least. Above 1, the compiled layer is faster.
* cosine of sentences: mean cosine between the model's sentence embeddings and those with all {count} matrices replaced.
"""


_KINDS = {"384 to 384": ("q", "k", "v", "o"), "384 to 1536": ("up",), "1536 to 384": ("down",)}


def _bars(results):
    """(label, mean ms, is dense) for each kind of layer and structure."""
    for shape, names in _KINDS.items():
        of_kind = [result for result in results if result.layer.split(".")[1] in names]
        if not of_kind:
            continue
        yield f"{shape}: dense", np.mean([r.dense_milliseconds for r in of_kind]), True
        for label in labels_of(results):
            yield label, np.mean([r.milliseconds for r in of_kind if r.structure == label]), False


def svg(results):
    """Bars of the mean time of a layer, by structure, dense first; an SVG picture as text."""
    bars = list(_bars(results))
    left, width, step = 230, 420, 26
    longest = max(milliseconds for _, milliseconds, _ in bars)
    height = 70 + step * len(bars)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 90} {height}" '
             f'font-family="sans-serif" font-size="13">',
             f'<rect width="100%" height="100%" fill="#ffffff"/>',
             f'<text x="16" y="26" font-size="16">Mean time of a linear layer, ms (shorter is better)</text>']
    for index, (label, milliseconds, is_dense) in enumerate(bars):
        y = 50 + step * index
        length = width * milliseconds / longest
        color = "#9aa0a6" if is_dense else "#e07b00"
        parts += [f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{html.escape(label)}</text>',
                  f'<rect x="{left}" y="{y}" width="{length:.1f}" height="18" fill="{color}"/>',
                  f'<text x="{left + length + 6:.1f}" y="{y + 13}">{milliseconds:.2f}</text>']
    return "\n".join([*parts, "</svg>", ""])
