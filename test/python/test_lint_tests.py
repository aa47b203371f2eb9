#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""tools/dev/lint-tests.py finds each kind of planted fault, and nothing in a sound test."""
import contextlib
import importlib.util
import io
import pathlib
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def load(name):
    """A script of tools/dev as a module."""
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"), ROOT / "tools/dev" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class LintTests(unittest.TestCase):
    def findings(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "case.mlir"
            path.write_text(text)
            return [text for _, text in load("lint-tests").lint(path)]

    def test_a_sound_test_has_no_findings(self):
        self.assertEqual(self.findings(
            "// RUN: danaus-opt %s -o %t && FileCheck %s --input-file=%t\n"
            "// RUN: danaus-opt %s \\\n// RUN:   | FileCheck %s --check-prefix=FUSED\n"
            "// RUN: danaus-opt %s --verify-diagnostics\n"
            "// RUN: danaus-run %s --check\n// RUN: not danaus-opt %t\n"
            "// CHECK-LABEL: @f\n// CHECK-COUNT-2: x\n// FUSED-NOT: y\n// A note: with a colon.\n"), [])

    def test_run_without_colon(self):
        self.assertIn("RUN without a colon", self.findings("// RUN danaus-opt %s | FileCheck %s\n"))

    def test_no_run_line(self):
        self.assertEqual(self.findings("func.func @f()\n"), ["no RUN line"])

    def test_prefix_that_no_command_uses(self):
        self.assertEqual(self.findings("// RUN: danaus-opt %s | FileCheck %s\n// CHECK: a\n// FUSED: b\n"),
                         ["FUSED: a prefix that no command uses"])

    def test_check_prefix_replaces_the_default_one(self):
        self.assertEqual(
            self.findings("// RUN: danaus-opt %s | FileCheck %s --check-prefixes=A,B\n// A: x\n// B: x\n// CHECK: y\n"),
            ["CHECK: a prefix that no command uses"])

    def test_misspelt_suffix(self):
        self.assertEqual(self.findings("// RUN: danaus-opt %s | FileCheck %s\n// CHECK-NXT: a\n"),
                         ["CHECK-NXT: no such suffix of CHECK"])

    def test_check_without_colon(self):
        self.assertEqual(self.findings("// RUN: danaus-opt %s | FileCheck %s\n// CHECK-LABEL @f\n"),
                         ["CHECK without a colon: no command reads it"])

    def test_command_checked_by_nothing(self):
        for command in ["danaus-opt %s", "danaus-opt %s -o %t", "danaus-run %s --time"]:
            self.assertEqual(self.findings(f"// RUN: {command}\n"), [f"checked by nothing: {command}"])

    def test_the_tests_of_this_tree_have_no_findings(self):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            status = load("lint-tests").main([str(ROOT / "test")])
        self.assertEqual(status, 0, output.getvalue())


class SkippedTests(unittest.TestCase):
    def test_requires_reads_the_expressions(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "case.mlir"
            path.write_text("// REQUIRES: ptxas, sm90\n")
            self.assertEqual(load("skipped-tests").requires(path), {"ptxas", "sm90"})


if __name__ == "__main__":
    unittest.main()
