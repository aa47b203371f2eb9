#!/usr/bin/env python3
#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Finds lit tests that look as if they check something and do not.

lint-tests.py [folder or file...]   (default: test)

A test passes when nothing fails, so a comment that no tool reads passes too. This fails on
  * a RUN without its colon, or a file without any RUN line;
  * a FileCheck prefix that no command of the file uses;
  * a misspelt suffix (CHECK-NXT:) or a check without its colon;
  * a command that nothing judges: its output reaches no FileCheck, and its exit status says nothing.
"""
import pathlib
import re
import sys

SUFFIX = r"(?:-(?:NEXT|SAME|NOT|DAG|LABEL|EMPTY|COUNT-\d+))?"
KEYWORDS = {"RUN", "REQUIRES", "UNSUPPORTED", "XFAIL", "DEFINE", "REDEFINE", "ALLOW_RETRIES", "END", "NOTE"}
COMMENT = r"^\s*(?://|#|;)\s*"
# What makes a command's own exit status a verdict.
JUDGES = re.compile(r"\bFileCheck\b|-verify-diagnostics\b|--danaus-simulate\b|\bdanaus-run\b.*\s--check\b|%ptxas|\b%?python3?\b"
                    r"|^(not|diff|cmp|test|grep|\[)\s|\|\s*(diff|cmp|grep)\s")
PREPARES = re.compile(r"^(rm|mkdir|cp|mv|cd|touch|printf|echo|split-file|chmod|ln|head|env|export)\b|(-o|>|--output=)\s*%t")


def directives(lines):
    """(line number, keyword, text) of the RUN, DEFINE and REDEFINE lines, continuations joined."""
    joined, start = "", 0
    for number, line in enumerate(lines, 1):
        match = re.match(COMMENT + r"(RUN|DEFINE|REDEFINE):(.*)$", line)
        if not match:
            continue
        start = start if joined else number
        joined += match[2].strip()
        if joined.endswith("\\"):
            joined = joined[:-1]
            continue
        yield start, match[1], joined
        joined = ""


def commands(lines):
    """(line number, command) of the RUN lines: substitutions made, `a && b` taken apart."""
    values = {}
    for number, keyword, text in directives(lines):
        if keyword != "RUN":
            name, _, value = text.partition("=")
            values[name.strip()] = value.strip()
            continue
        for _ in range(len(values)):  # a value may use others, but not itself
            text = re.sub(r"%\{[\w-]+\}", lambda found: values.get(found[0], found[0]), text)
        for command in re.split(r"&&|;(?!\s*\})", text):
            yield number, command.strip()


def used_prefixes(runs):
    """The FileCheck prefixes of all commands; CHECK where a FileCheck names none."""
    used = set()
    for _, command in runs:
        for part in re.findall(r"FileCheck\b[^|]*", command):
            named = re.findall(r"--?check-prefix(?:es)?[= ]([\w,-]+)", part)
            used.update(",".join(named).split(",") if named else ["CHECK"])
    return used


def check_line(line, used):
    """What is wrong with one comment line, or None."""
    if re.match(COMMENT + r"RUN(?!:)(\s|$)", line):
        return "RUN without a colon"
    for prefix in used:
        if re.match(COMMENT + re.escape(prefix) + SUFFIX + r"(\s|$)", line):
            return f"{prefix} without a colon: no command reads it"
    match = re.match(COMMENT + r"([A-Z][\w-]*)(?:\{LITERAL\})?\s*:", line)
    if not match or match[1] in KEYWORDS or not match[1].isupper():
        return None
    if any(re.fullmatch(re.escape(prefix) + SUFFIX, match[1]) for prefix in used):
        return None
    near = next((p for p in used if match[1].startswith(p)), None)
    if near:
        return f"{match[1]}: no such suffix of {near}"
    return f"{match[1]}: a prefix that no command uses"


def lint(path):
    """All findings of one file, as (line number, text)."""
    lines = path.read_text(errors="replace").splitlines()
    runs = list(commands(lines))
    findings = [] if runs else [(1, "no RUN line")]
    judged = " ".join(command for _, command in runs if JUDGES.search(command))
    for number, command in runs:
        prepares = PREPARES.search(command) and "%t" in judged
        if not JUDGES.search(command) and not prepares:
            findings.append((number, f"checked by nothing: {command}"))
    used = used_prefixes(runs)
    findings += [(n, text) for n, line in enumerate(lines, 1) if (text := check_line(line, used))]
    return findings


def main(arguments):
    roots = [pathlib.Path(a) for a in arguments or ["test"]]
    files = [f for r in roots for f in ([r] if r.is_file() else sorted(r.rglob("*")))]
    tests = [f for f in files if f.suffix in (".mlir", ".test") and ("Inputs" not in f.parts or f in roots)]
    findings = [f"{f}:{number}: {text}" for f in tests for number, text in sorted(lint(f))]
    print("\n".join(findings + [f"lint-tests: {len(tests)} files, {len(findings)} findings"]))
    return 1 if findings or not tests else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
