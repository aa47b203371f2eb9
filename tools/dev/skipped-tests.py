#!/usr/bin/env python3
#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Fails when lit skipped a test that a machine with a feature must run.

skipped-tests.py lit.json feature   (lit.json: what `lit -o` wrote)

A test counts when the feature is all that its REQUIRES line asks for: one that also needs a GPU may be skipped.
"""
import json
import pathlib
import re
import sys


def requires(path):
    """What the REQUIRES lines of a test ask for, as a set of expressions."""
    text = path.read_text(errors="replace") if path.is_file() else ""
    return {e.strip() for found in re.findall(r"REQUIRES:(.*)", text) for e in found.split(",")}


def main(record, feature):
    root = pathlib.Path(__file__).resolve().parents[2] / "test"
    tests = json.loads(pathlib.Path(record).read_text())["tests"]
    skipped = [t["name"].split(" :: ", 1)[1] for t in tests if t["code"] == "UNSUPPORTED"]
    wrong = [name for name in skipped if requires(root / name) == {feature}]
    for name in wrong:
        print(f"skipped-tests: test/{name} was skipped, and needs only {feature}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
