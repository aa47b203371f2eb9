"""danaus.demo with a stand-in for danaus-run: the table's numbers mean what they say, and failures are told."""
import contextlib
import io
import pathlib
import tempfile
import unittest
import xml.dom.minidom

import numpy as np

from danaus import demo, demo_report, demo_structures, minilm, safetensors

RANDOM = np.random.default_rng(0)
LAYERS = [minilm.Linear(f"layer{index}.up", f"w{index}", RANDOM.standard_normal((48, 32)).astype("f4"),
                        RANDOM.standard_normal(48).astype("f4")) for index in range(2)]
INPUTS = {layer.name: RANDOM.standard_normal((20, 32)).astype("f4") for layer in LAYERS}
STRUCTURES = (demo_structures.Monarch(4, 2), demo_structures.LowRank(8))


class NumPyRunner(demo.Runner):
    """Computes what danaus-run would, plus `error` (relative) on every element."""

    def __init__(self, folder, error=0.0):
        self.folder, self.error, self.texts = pathlib.Path(folder), error, []

    def run(self, slug, text, runs, timed):
        self.texts.append(text)
        structure = next(s for s in STRUCTURES if s.slug in slug)
        found = []
        for [(path, count)] in runs:
            arrays = safetensors.load(path)
            *parameters, bias, x = (demo.widen(arrays[str(index)]) for index in range(count))
            y = (x @ structure.to_dense(parameters).T + bias) * (1 + self.error)
            found.append((demo.round_to("bf16" if "bf16" in slug else "f32", y), {"ours_ms": 0.5} if timed else {}))
        return found


class MeasureTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_errors_and_sizes_are_those_of_the_projection(self):
        runner = NumPyRunner(self.folder)
        results, replaced = demo.measure_shape(LAYERS, INPUTS, STRUCTURES, runner)
        self.assertEqual([(result.layer, result.structure) for result in results],
                         [(layer.name, structure.label) for structure in STRUCTURES for layer in LAYERS])
        for result, layer in zip(results, LAYERS * 2):
            dense, x = replaced[result.structure][layer.weight_name], INPUTS[layer.name]
            self.assertAlmostEqual(result.weight_error, demo.relative_error(dense, layer.weight), places=6)
            self.assertAlmostEqual(result.output_error, demo.relative_error(x @ dense.T + layer.bias,
                                                                            x @ layer.weight.T + layer.bias), places=5)
            self.assertLess(result.rounding_errors["f32"], 1e-7)
            self.assertTrue(1e-4 < result.rounding_errors["bf16"] < 4e-3)
            self.assertEqual(result.milliseconds, 0.5)
            self.assertGreater(result.dense_milliseconds, 0)
        self.assertEqual((results[0].parameters, results[0].dense_parameters), (32 * (8 + 12), 48 * 32))
        self.assertEqual(results[2].parameters, 8 * (48 + 32))

    def test_layers_of_one_shape_share_a_program(self):
        runner = NumPyRunner(self.folder)
        demo.measure_shape(LAYERS, INPUTS, STRUCTURES, runner)
        self.assertEqual(len(runner.texts), 4)  # two structures, two dtypes
        self.assertIn("#linop.monarch<blocks = [4, 4], middle = 32>", runner.texts[0])
        self.assertIn("tensor<?x32xbf16>", runner.texts[1])

    def test_wrong_numbers_stop_the_demo(self):
        for error in (1e-3, np.nan):
            with self.assertRaisesRegex(demo.DemoError, "layer0.up, Monarch 4 x 4, rank 2: wanted an error of 2e-06 in f32, found"):
                demo.measure_shape(LAYERS, INPUTS, STRUCTURES, NumPyRunner(self.folder, error))


class StructuresTest(unittest.TestCase):
    def test_projections_have_the_shapes_of_their_attribute_and_are_exact_on_their_class(self):
        weight = np.random.default_rng(1).standard_normal((96, 96))
        for structure in demo_structures.STRUCTURES:
            if isinstance(structure, demo_structures.Blast):  # exact for generic parameters only: test_projection.py
                continue
            dense = structure.to_dense(structure.project(weight))
            error = demo.relative_error(structure.to_dense(structure.project(dense)), dense)
            self.assertLess(error, 1e-10, structure.label)

    def test_attributes(self):
        self.assertEqual([structure.encoding((1536, 384)) for structure in demo_structures.STRUCTURES],
                         ["#linop.monarch<blocks = [4, 4], middle = 256>", "#linop.low_rank<rank = 64>",
                          "#linop.btt<in = [96, 4], out = [4, 384], rank = 16>",
                          "#linop.kronecker<rows = [32, 48], columns = [16, 24], terms = 4>",
                          "#linop.blast<blocks = 4, rank = 64>"])

    def test_all_but_kronecker_keep_about_as_many_parameters(self):
        weight = np.zeros((96, 96))
        sizes = {structure.label: sum(p.size for p in structure.project(weight)) for structure in demo_structures.STRUCTURES}
        del sizes["Kronecker, 4 terms"]
        self.assertLess(max(sizes.values()) / min(sizes.values()), 1.1)

    def test_even_splits(self):
        self.assertEqual([demo_structures.split_evenly(size) for size in (384, 1536, 7, 1)], [(16, 24), (32, 48), (1, 7), (1, 1)])


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
            runner.run("case", "", [], timed=False)

    def test_each_run_is_a_line_with_all_its_arguments_and_its_own_result(self):
        runner = self.script(f"""batch=; for word; do case $word in --batch=*) batch=${{word#--batch=}} ;; esac; done
sed 's/.*--output=//' $batch | while read file; do cp {self.folder}/x.safetensors $file; echo '{{"ours_ms": 1}}'; done""")
        x = runner.save("x", [np.ones(2, "f4")])
        found = runner.run("case", "text", [[(x, 1), (x, 1)], [(x, 1), (x, 1)]], timed=True)
        self.assertEqual([record for _, record in found], [{"ours_ms": 1}] * 2)
        np.testing.assert_array_equal(found[1][0], np.ones(2))
        lines = (self.folder / "case.batch").read_text().splitlines()
        self.assertEqual(lines[1], f"--arg=0={x}:0 --arg=1={x}:0 --output={self.folder / 'case.1.out.safetensors'}")

    def test_output_without_json_is_told(self):
        with self.assertRaisesRegex(demo.DemoError, "wanted 1 lines of JSON, found: 'hello"):
            demo.parse_results("hello\n", 1)
        self.assertEqual(demo.parse_results('note\n{"ours_ms": 1}\n{"ours_ms": 2}\n', 2), [{"ours_ms": 1}, {"ours_ms": 2}])


class ReportTest(unittest.TestCase):
    RESULTS = [demo.Result(f"layer0.{kind}", label, 10, 40, 0.5, {"f32": 1e-7, "bf16": 3e-3}, 0.3, 2.0, 5.0)
               for kind in ("q", "up", "down") for label in ("Monarch <4>", "low rank 8")]
    COSINES = {"Monarch <4>": 0.5, "low rank 8": 0.75}

    def test_markdown_has_a_row_for_each_result(self):
        text = demo_report.markdown(self.RESULTS, self.COSINES, 100, 12.3)
        self.assertEqual(sum(line.startswith("| layer0.") for line in text.splitlines()), 6)
        self.assertIn("| 25.0%", text)
        self.assertIn("| 2.50 ", text)
        self.assertIn("over the 3 layers", text)

    def test_svg_is_well_formed_with_a_bar_for_each_structure_and_dense(self):
        document = xml.dom.minidom.parseString(demo_report.svg(self.RESULTS))
        self.assertEqual(len(document.getElementsByTagName("rect")), 1 + 3 * 3)

    def test_summary_replaces_what_is_between_the_marks_and_nothing_else(self):
        text = f"before\n{demo_report.BEGIN}\nold\n{demo_report.END}\nafter\n"
        once = demo_report.replace_summary(text, self.RESULTS, self.COSINES)
        self.assertTrue(once.startswith("before\n") and once.endswith("\nafter\n"))
        self.assertNotIn("old", once)
        self.assertIn("| low rank 8 ", once)
        self.assertEqual(demo_report.replace_summary(once, self.RESULTS, self.COSINES), once)
        with self.assertRaisesRegex(OSError, "README: wanted the lines"):
            demo_report.replace_summary("no marks", self.RESULTS, self.COSINES)


if __name__ == "__main__":
    unittest.main()
