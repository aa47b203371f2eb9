"""danaus.demo with a stand-in for danaus-run: the table's numbers mean what they say, and failures are told."""
import contextlib
import io
import pathlib
import tempfile
import unittest
import xml.dom.minidom

import numpy as np

from danaus import demo, demo_report, minilm, projection

LAYER = minilm.FeedForward("layer0.up", "w", np.random.default_rng(0).standard_normal((48, 32)).astype("f4"),
                           np.zeros(48, "f4"), True)
X = np.random.default_rng(1).standard_normal((20, 32)).astype("f4")
STRUCTURES = (demo.Monarch(4, 2), demo.LowRank(8))


class NumPyRunner:
    """Computes what danaus-run would, plus `error` (relative) on every element."""

    def __init__(self, error=0.0):
        self.error, self.texts = error, []

    def run(self, slug, text, arguments):
        self.texts.append(text)
        *parameters, x = arguments
        to_dense = projection.monarch_to_dense if parameters[0].ndim == 3 else projection.low_rank_to_dense
        y = (x @ to_dense(*parameters).T * (1 + self.error)).astype("f4")
        return y, {"rel_err": 1e-7, "ours_ms": 0.5}


class MeasureTest(unittest.TestCase):
    def test_errors_and_sizes_are_those_of_the_projection(self):
        runner = NumPyRunner()
        results, projected = demo.measure_layer(LAYER, X, STRUCTURES, runner)
        self.assertEqual([result.structure for result in results], ["Monarch 4 x 4, rank 2", "low rank 8"])
        for result in results:
            dense = projected[result.structure]
            self.assertAlmostEqual(result.weight_error, demo.relative_error(dense, LAYER.weight), places=6)
            self.assertAlmostEqual(result.output_error, demo.relative_error(X @ dense.T, X @ LAYER.weight.T), places=5)
            self.assertGreater(result.dense_milliseconds, 0)
        self.assertEqual(results[0].kept, 32 * (8 + 12) / (48 * 32))
        self.assertEqual(results[1].kept, 8 * (48 + 32) / (48 * 32))
        self.assertIn("#linop.monarch<blocks = [4, 4], middle = 32>", runner.texts[0])

    def test_wrong_numbers_stop_the_demo(self):
        with self.assertRaisesRegex(demo.DemoError, "layer0.up, Monarch 4 x 4, rank 2: wanted an error of 2e-06, found"):
            demo.measure_layer(LAYER, X, STRUCTURES, NumPyRunner(error=1e-3))
        with self.assertRaisesRegex(demo.DemoError, "found nan"):
            demo.measure_layer(LAYER, X, STRUCTURES, NumPyRunner(error=np.nan))

    def test_both_structures_of_a_pair_keep_as_many_parameters(self):
        weight = np.zeros((96, 24))  # equal at one shape, equal at all
        sizes = [sum(p.size for p in structure.project(weight)) for structure in demo.STRUCTURES]
        self.assertEqual(sizes[0], sizes[1])
        self.assertEqual(sizes[2], sizes[3])


class RunnerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def script(self, text):
        program = self.folder / "bin" / "danaus-run"
        program.parent.mkdir()
        program.write_text("#!/bin/sh\n" + text)
        program.chmod(0o755)
        return demo.Runner(self.folder, self.folder)

    def test_missing_build_says_what_to_do(self):
        with self.assertRaisesRegex(demo.DemoError, "danaus-run: build the tree first"):
            demo.Runner(self.folder, self.folder)

    def test_missing_build_is_exit_status_1(self):
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            status = demo.main(["--build", str(self.folder), "--out", str(self.folder / "out")])
        self.assertEqual(status, 1)
        self.assertRegex(errors.getvalue(), "^demo: no .*danaus-run")

    def test_failure_of_the_compiler_is_told_with_its_text(self):
        runner = self.script("echo 'error: no such thing' >&2; exit 3")
        with self.assertRaisesRegex(demo.DemoError, r"case: danaus-run failed \(3\):\nerror: no such thing"):
            runner.run("case", "", [X])

    def test_output_without_json_is_told(self):
        with self.assertRaisesRegex(demo.DemoError, "wanted a JSON object as its last line, found: 'hello"):
            demo.parse_result("hello\n")
        self.assertEqual(demo.parse_result('note\n{"ours_ms": 1}\n'), {"ours_ms": 1})


class ReportTest(unittest.TestCase):
    RESULTS = [demo.Result(f"layer0.{kind}", label, 0.25, 1e-7, 0.5, 0.3, 2.0, 5.0)
               for kind in ("up", "down") for label in ("Monarch <4>", "low rank 8")]

    def test_markdown_has_a_row_for_each_result(self):
        text = demo_report.markdown(self.RESULTS, {"Monarch <4>": 0.5, "low rank 8": 0.75}, 100, 12.3)
        self.assertEqual(sum(line.startswith("| layer0.") for line in text.splitlines()), 4)
        self.assertIn("| 25.0%", text)
        self.assertIn("| 2.50 ", text)

    def test_svg_is_well_formed_with_a_bar_for_each_structure_and_dense(self):
        document = xml.dom.minidom.parseString(demo_report.svg(self.RESULTS))
        self.assertEqual(len(document.getElementsByTagName("rect")), 1 + 2 * 3)


if __name__ == "__main__":
    unittest.main()
