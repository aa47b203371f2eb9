#!/usr/bin/env python3
#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Runs every ```mlir block of the documentation through danaus-opt, so that no example rots.

doc-examples.py [--bin build/dev/bin] [file...]   (default: all .td and .md files of the tree)

A block that holds a function or a module is taken as it is. A fragment is put into a function whose arguments are the
values that it uses and does not define; their types are read off the operation that uses them. A lone terminator has
no place of its own and is passed over.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^[ ]*```mlir\n(.*?)^[ ]*```", re.S | re.M)
OPERATION = re.compile(r"^\s*(?:(%[\w:, %]+?)\s*=\s*)?([a-z_]\w*(?:\.\w+)+|return)\b")
VALUE = re.compile(r"%\w+")


def split_top(text):
    """Splits at commas, and at the word `into`, outside of all brackets."""
    parts, depth, current = [], 0, ""
    text = text.replace("->", "\0")
    for token in re.findall(r"\binto\b|.", text, re.S):
        depth += token in "<([{"
        depth -= token in ">)]}"
        if depth == 0 and token in (",", "into"):
            parts.append(current)
            current = ""
        else:
            current += token
    return [part.replace("\0", "->").strip() for part in parts + [current] if part.strip()]


def top_position(text, wanted):
    """Where `wanted` stands outside of all brackets, last of all; -1 if nowhere."""
    depth, found = 0, -1
    for index, character in enumerate(text.replace("->", "\0\0")):
        depth += character in "<([{"
        depth -= character in ">)]}"
        if depth == 0 and text.startswith(wanted, index):
            found = index
    return found


def pair(operands, types):
    """A type for each operand; one type may stand for all."""
    names = VALUE.findall(operands)
    if len(types) == 1:
        types = types * len(names)
    if len(names) != len(types):
        raise ValueError(f"{len(names)} operands, {len(types)} types in '{operands.strip()}'")
    return dict(zip(names, types))


def operand_types(statement):
    """The types of the values that one operation uses."""
    types = {}
    text = OPERATION.sub(r"\2", statement, count=1)
    for subscript in re.findall(r"\[([^\]:]*%[^\]:]*)\]", text):
        types.update({name: "index" for name in VALUE.findall(subscript)})
    text = re.sub(r"\[[^\]:]*%[^\]:]*\]", "", text)
    # ins(%x, %w : type, type): a list with its own types.
    for whole, names, inner in re.findall(r"(\(((?:%\w+,?\s*)+):((?:[^()]|\([^()]*\))*)\))", text):
        types.update(pair(names, split_top(inner)))
        text = text.replace(whole, "")
    colon = top_position(text, ": ")
    if colon < 0 or not VALUE.search(text[:colon]):
        return types
    tail = text[colon + 1:]
    arrow = top_position(tail, "->")
    tail = (tail[:arrow] if arrow >= 0 else tail).strip()
    tail = tail[1:-1] if tail.startswith("(") and tail.endswith(")") else tail
    tail = re.sub(r"\s+at\s+", ", ", tail)  # as in `x, values at indices : type, type at type`
    # The types of `^bb0` and of attributes do not come here: only operands stand before the last colon.
    types.update(pair(text[:colon], split_top(tail)))
    return types


def statements(lines):
    """Operations, each with the lines that continue it, without the body that it opens."""
    found = []
    for line in lines:
        if OPERATION.match(line):
            found.append(line)
        elif found and not line.strip().startswith(("^", "}", "//")):
            found[-1] += " " + line.strip()
        elif found:
            found.append("")
    return [re.sub(r"\s*\{\s*$", "", statement) for statement in found if statement]


def wrap(block):
    """The block as a module, or None for a lone terminator."""
    if re.search(r"^\s*(func\.func|module|gpu\.module|llvm\.func)\b", block, re.M):
        return block
    lines = block.splitlines()
    aliases = [line for line in lines if re.match(r"\s*[#!]\w+ = ", line)]
    body = [line for line in lines if line not in aliases]
    ops = statements(body)
    if len(ops) == 1 and re.match(r"\s*\w+\.(yield|return)\b", ops[0]):
        return None
    defined = set(re.findall(r"(%\w+)(?::\d+)?(?=[\w:, %]*\s=\s)", block))
    for arguments in re.findall(r"\^\w+\(([^)]*)\)", block):
        defined.update(VALUE.findall(arguments))
    types = {}
    for statement in ops:
        types.update({n: t for n, t in operand_types(statement).items() if n not in types})
    free = [name for name in dict.fromkeys(VALUE.findall(block)) if name not in defined]
    missing = [name for name in free if name not in types]
    if missing:
        raise ValueError(f"no type found for {', '.join(missing)}")
    arguments = ", ".join(f"{name}: {types[name]}" for name in free)
    return "\n".join([*aliases, f"func.func @example({arguments}) {{", *body, "  return", "}", ""])


def check(path, opt):
    """(blocks run, blocks passed over, texts of failures) of one file."""
    text = path.read_text()
    ran, passed_over, failures = 0, 0, []
    for match in BLOCK.finditer(text):
        place = f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
        try:
            source = wrap(textwrap.dedent(match[1]))
        except ValueError as error:
            failures.append(f"{place}: {error}")
            continue
        if source is None:
            passed_over += 1
            continue
        ran += 1
        done = subprocess.run([opt, "-"], input=source, capture_output=True, text=True)
        if done.returncode != 0:
            failures.append(f"{place}:\n{done.stderr.strip()}\n{source}")
    return ran, passed_over, failures


def main(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default=str(ROOT / "build/dev/bin"))
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args(arguments)
    folders = [ROOT / folder for folder in ("dialects", "docs", "include", "python")]
    files = [f.resolve() for f in options.files] or [ROOT / "README.md", *sorted(
        f for folder in folders for f in folder.rglob("*") if f.suffix in (".td", ".md"))]
    results = [check(f, f"{options.bin}/danaus-opt") for f in files if f.is_file()]
    failures = [text for _, _, found in results for text in found]
    print("\n".join([*failures, f"doc-examples: {sum(r[0] for r in results)} run, "
                     f"{sum(r[1] for r in results)} passed over, {len(failures)} failures"]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
