#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""tools/dev/coverage and tools/dev/mutate: what counts as registered, as covered, and as a killed pattern."""
import importlib.machinery
import importlib.util
import pathlib
import stat
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def load(name):
    """A script of tools/dev, which has no suffix, as a module."""
    sys.path.insert(0, str(ROOT / "tools/dev"))
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        loader = importlib.machinery.SourceFileLoader(name, str(ROOT / "tools/dev" / name))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
        sys.path.pop(0)
    return module


coverage, mutate = load("coverage"), load("mutate")
cxx_source = coverage.cxx_source


class Tree(unittest.TestCase):
    """A folder for files of one test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


class SourceTest(Tree):
    def messages(self, text):
        self.write("lib/file.cpp", text)
        return [(line, parts) for _, line, parts in coverage.diagnostics(self.root)]

    def test_message_is_its_literal_parts_with_adjacent_literals_joined(self):
        self.assertEqual(self.messages('\nop.emitOpError() << "wanted " << n\n  << " rows, "\n  "found " << m;'),
                         [(2, ["wanted ", " rows, found "])])

    def test_places_of_format_strings_divide_a_message(self):
        self.assertEqual(self.messages('broken.push_back(formatv("{0}: wanted {1:F1}, found", a, b));'),
                         [(1, ["", ": wanted ", ", found"])])

    def test_choices_and_arguments_are_messages_of_their_own(self):
        self.assertEqual(self.messages('return fail(x != "some text", y ? "wanted one" : "wanted more", "name");'),
                         [(1, ["wanted one"]), (1, ["wanted more"])])

    def test_escapes_raw_strings_and_comments(self):
        self.assertEqual(self.messages('// emitError("wanted a")\nemitError("wanted \\"b\\"");\n/* "\n */ emitError(R"(wanted\n c)");'),
                         [(2, ['wanted "b"']), (4, ["wanted\n c"])])

    def test_texts_that_are_handed_on_are_messages(self):
        self.assertEqual(self.messages('return "no floats in " + name;\nwhy = isTable ? "one is a table" : pair + ": no refinement of both";\n'
                                       'remarkMissed(loc, "Name", cost + " as written");\nnames = "of no use";\nreturn "one";'),
                         [(1, ["no floats in "]), (2, ["one is a table"]), (2, [": no refinement of both"]), (3, [" as written"])])

    def test_asserts_help_texts_and_includes_are_no_diagnostics(self):
        self.assertEqual(self.messages('#include "wanted a"\nassert(x && "wanted b");\ncl::desc("wanted c");\n'
                                       'return rewriter.notifyMatchFailure(op, "wanted d");'), [])

    def test_patterns_are_those_given_to_addPatterns(self):
        self.write("lib/a.cpp", "struct A : OpRewritePattern<X> {};\ntemplate <typename T> struct B final : "
                   "mlir::ConvertOpToLLVMPattern<T> {};\nstruct C : B<Y> {};\nstruct NotOne : Base<Y> {};\n"
                   "template <typename T> struct D : OpRewritePattern<T> {};\nusing E = D<Z>;\n"
                   "danaus::addPatterns<A, B<gpu::AllocOp>, B<X, Y>,\n C, E>(patterns);")
        found = cxx_source.rewrite_patterns(self.root)
        self.assertEqual((list(found.added), found.faults), (["A", "B", "C", "D"], []))

    def test_patterns_that_cannot_be_switched_off_are_faults(self):
        self.write("lib/a.cpp", "struct A : OpRewritePattern<X> {};\nstruct B : RewritePattern {};\n"
                   "// patterns.add<B>()\npatterns.add<A>(context);")
        self.assertEqual(cxx_source.rewrite_patterns(self.root).faults,
                         ["lib/a.cpp: A is added without addPatterns", "lib/a.cpp: B is never added"])


class ExpectedTest(Tree):
    def read_tests(self, text):
        self.write("a.mlir", text)
        return coverage.Tests(self.root)

    def test_expected_error_and_check_lines_count_and_comments_do_not(self):
        tests = self.read_tests("// wanted 1 row\n// expected-error @below {{'op' wanted 2 rows, found 3}}\n"
                           "// expected-remark-re @+1 {{wanted {{[0-9]+}} columns}}\n// ERR-NEXT: wanted {{\\[}}x], found y\n")
        self.assertFalse(coverage.is_expected(["wanted 1 row"], tests.expected))
        self.assertTrue(coverage.is_expected(["wanted ", " rows, found "], tests.expected))
        self.assertFalse(coverage.is_expected([" rows, found ", "wanted "], tests.expected))
        self.assertTrue(coverage.is_expected(["wanted ", " columns"], tests.expected))
        self.assertTrue(coverage.is_expected(["wanted [", "], found "], tests.expected))

    def test_op_names_are_whole_words_of_the_ir(self):
        code = self.read_tests("// a.commented\n%0 = a.apply %x : tensor<2xf32, #a.mon<1>> // a.behind\n").code
        for name, wanted in [("a.apply", True), ("a.app", False), ("apply", False), ("#a.mon", True),
                             ("a.commented", False), ("a.behind", False)]:
            self.assertEqual(coverage.occurs(name, code), wanted, name)

    def test_run_lines_are_joined(self):
        self.assertEqual(self.read_tests("// RUN: danaus-opt \\\n// RUN:   --flag\n// RUN: x\n").runs,
                         [" danaus-opt    --flag", " x"])

    def test_flag_and_option_must_be_in_a_run_line(self):
        registered = [("pass", "danaus-do", ["rows", "all"]), ("pipeline", "danaus-do-all", [])]
        coverage.registered_passes, before = lambda: registered, coverage.registered_passes
        self.addCleanup(setattr, coverage, "registered_passes", before)
        self.assertEqual(list(coverage.uncovered_passes(['danaus-opt --danaus-do="rows=3"'])),
                         [("option", "danaus-do: all"), ("pipeline", "danaus-do-all")])
        self.assertEqual(list(coverage.uncovered_passes(["--pass-pipeline='builtin.module(danaus-do{rows=1 all=true})'"])),
                         [("pipeline", "danaus-do-all")])


class RegisteredTest(unittest.TestCase):
    @unittest.skipUnless(pathlib.Path(coverage.TBLGEN).is_file(), "no llvm-tblgen")
    def test_this_tree_has_ops_attributes_types_keywords_passes_and_options(self):
        in_ir = list(coverage.registered_in_ir())
        for wanted in [("op", "linop.apply"), ("attribute", "#linop.monarch"), ("type", "!tile.fragment"),
                       ("keyword", "panel_b")]:
            self.assertIn(wanted, in_ir)
        self.assertFalse([name for _, name in in_ir if "arith" in name])
        passes = {flag: (kind, options) for kind, flag, options in coverage.registered_passes()}
        self.assertEqual(passes["danaus-assign-schedule"], ("pass", ["schedule", "model", "rows"]))
        options = ["schedule", "model", "rows", "simplify", "threads", "regroup", "max-block", "vectorize"]
        self.assertEqual(passes["danaus-to-kernels"], ("pipeline", options))

    def test_no_pattern_of_this_tree_escapes_the_switch(self):
        found = cxx_source.rewrite_patterns()
        self.assertEqual(found.faults, [])
        self.assertIn("StageToGeneric", found.added)


class MutateTest(Tree):
    TESTS = ["Conversion/ant-to-bee.mlir", "Dialect/A/ops.mlir", "Integration/slow.mlir"]

    def lit(self, fails):
        """A Lit whose tests fail as the shell condition `fails` says of $DANAUS_DISABLE_PATTERN and $test."""
        program = self.write("lit", f"""#!/bin/sh
for word; do
  case "$word" in --output=*) output="${{word#--output=}}" ;; */test/*) tests="$tests ${{word#*/test/}}" ;; esac
done
echo "$DANAUS_DISABLE_PATTERN:$tests" >>{self.root}/log
for test in $tests; do
  if {fails}; then code=FAIL; else code=PASS; fi
  results="$results${{results:+,}}{{\\"name\\": \\"Danaus :: $test\\", \\"code\\": \\"$code\\"}}"
done
echo "{{\\"tests\\": [$results]}}" >"$output"
""")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return mutate.Lit(self.root, str(program))

    def log(self):
        return (self.root / "log").read_text().splitlines()

    def test_likeliest_tests_run_first_and_none_twice(self):
        found = list(mutate.rounds(pathlib.Path("lib/AntToBee.cpp"), ["Dialect/A/ops.mlir", "gone"], self.TESTS))
        self.assertEqual(found, [["Dialect/A/ops.mlir"], ["Conversion/ant-to-bee.mlir"], ["Integration/slow.mlir"]])

    def test_failure_without_the_pattern_kills_it_and_ends_the_search(self):
        lit = self.lit('[ "$DANAUS_DISABLE_PATTERN" = P ] && [ "$test" = Dialect/A/ops.mlir ]')
        self.assertEqual(mutate.find_failure(lit, "P", pathlib.Path("AntToBee.cpp"), [], self.TESTS), "Dialect/A/ops.mlir")
        self.assertEqual(self.log(), ["P: Conversion/ant-to-bee.mlir", "P: Dialect/A/ops.mlir", ": Dialect/A/ops.mlir"])

    def test_pattern_that_no_test_misses_survives_all_of_lit(self):
        self.assertIsNone(mutate.find_failure(self.lit("false"), "P", pathlib.Path("AntToBee.cpp"), [], self.TESTS))
        self.assertEqual(" ".join(self.log()).count(".mlir"), 3)

    def test_test_that_always_fails_kills_nothing(self):
        with self.assertRaisesRegex(mutate.BrokenTest, "Conversion/ant-to-bee.mlir fails with every pattern on"):
            mutate.find_failure(self.lit("true"), "P", pathlib.Path("AntToBee.cpp"), [], self.TESTS)

    def test_names_of_tests_follow_from_those_of_sources(self):
        self.assertEqual([mutate.kebab(name) for name in ("FuseStages", "ChainToLinalg", "TileToNVVM")],
                         ["fuse-stages", "chain-to-linalg", "tile-to-nvvm"])


if __name__ == "__main__":
    unittest.main()
