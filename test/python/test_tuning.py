"""danaus.tuning and the training script, with tools that compute their times instead of measuring them."""
import contextlib
import importlib.util
import io
import json
import pathlib
import tempfile
import unittest

import numpy as np

from danaus import train_schedule_model as training
from danaus import tuning

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = {"schema": "0123456789abcdef", "target": "x86-avx512", "features": ["a", "b", "c"]}


class ComputedTools:
    """Thirty schedules a problem, whose time is the bound times exp(f(features)); fails where `failing` says so."""

    def __init__(self, failing=lambda schedule: False):
        self.failing, self.measured = failing, 0

    def list_schedules(self, problem, *arguments):
        random = np.random.default_rng(sum(problem.name.encode()))
        entries = [{"schedule": f"s{index}", "bound_ms": 1.0, "predicted_ms": 1.0,
                    "features": [problem.rows, float(index % 5), random.random()]} for index in range(30)]
        return HEADER, entries

    def choose(self, problem, model=None):
        return self.list_schedules(problem)[1][7]

    def measure(self, problem, entry):
        if self.failing(entry["schedule"]):
            raise tuning.TuningError("danaus-run failed (1): no such schedule")
        self.measured += 1
        time = entry["bound_ms"] * np.exp(0.3 * entry["features"][1])  # fewer of "b" is quicker
        return {"problem": problem.name, "family": problem.family, "rows": problem.rows, "schedule": entry["schedule"],
                "device": tuning.device_name(), "p10_ms": float(time)}


class DrawTest(unittest.TestCase):
    def test_problems_are_distinct_and_the_same_for_a_seed(self):
        problems = tuning.draw_problems(60, 3)
        self.assertEqual(len({problem.name for problem in problems}), 60)
        self.assertEqual(problems, tuning.draw_problems(60, 3))
        self.assertNotEqual(problems, tuning.draw_problems(60, 4))
        self.assertEqual({problem.family for problem in problems},
                         {"monarch", "low_rank", "block_diagonal", "kronecker_sparse"})

    def test_picks_hold_the_default_and_nothing_twice(self):
        _, entries = ComputedTools().list_schedules(tuning.draw_problems(1, 0)[0])
        for count in (1, 5, 30, 99):
            picked = tuning.pick_entries(entries, entries[7], count, "seed")
            names = [entry["schedule"] for entry in picked]
            self.assertEqual(names[0], "s7")
            self.assertEqual(len(names), len(set(names)))
            self.assertLessEqual(len(names), max(count, 2))


class DatabaseTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "data" / "samples.jsonl"
        self.problems = tuning.draw_problems(3, 0)

    def test_a_second_collection_measures_nothing(self):
        tools = ComputedTools()
        self.assertEqual(tuning.collect(self.problems, tuning.Database(self.path), tools, 8), 24)
        self.assertEqual(tuning.collect(self.problems, tuning.Database(self.path), tools, 8), 0)
        self.assertEqual(tools.measured, 24)

    def test_an_interrupted_collection_goes_on_where_it_stopped(self):
        tuning.collect(self.problems, tuning.Database(self.path), ComputedTools(), 8)
        whole = self.path.read_text()
        self.path.write_text(whole[:-30])  # in the middle of the last line
        self.assertEqual(tuning.collect(self.problems, tuning.Database(self.path), ComputedTools(), 8), 1)
        self.assertEqual(self.path.read_text(), whole)

    def test_a_broken_line_in_the_middle_is_an_error_with_its_number(self):
        tuning.collect(self.problems[:1], tuning.Database(self.path), ComputedTools(), 3)
        lines = self.path.read_text().splitlines()
        self.path.write_text("\n".join([lines[0], "{oops", lines[1]]) + "\n")
        with self.assertRaisesRegex(tuning.TuningError, r"samples.jsonl:2: wanted a JSON object, found '\{oops'"):
            tuning.Database(self.path)

    def test_a_schedule_that_fails_is_skipped_with_the_reason(self):
        told = []
        tools = ComputedTools(lambda schedule: schedule == "s7")
        self.assertEqual(tuning.collect(self.problems[:1], tuning.Database(self.path), tools, 5, told.append), 4)
        self.assertIn("s7: danaus-run failed (1): no such schedule", told[0])

    def test_missing_tools_say_what_to_do(self):
        with self.assertRaisesRegex(tuning.TuningError, "danaus-run: build the tree first"):
            tuning.Tools(self.path.parent)


class CommittedTest(unittest.TestCase):
    def test_the_database_holds_what_the_model_needs(self):
        samples = tuning.Database(ROOT / training.DATABASE).samples
        names = {problem.name for problem in tuning.judged_problems() + tuning.draw_problems(48, training.COLLECT_SEED)}
        self.assertGreaterEqual(len(samples), 200)
        self.assertLessEqual({sample["problem"] for sample in samples}, names)
        self.assertTrue(all(0 < sample["p10_ms"] <= sample["ours_ms"] <= sample["p90_ms"] for sample in samples))

    def test_the_model_is_small(self):
        self.assertLess((ROOT / training.MODEL).stat().st_size, 200_000)


class TreeTest(unittest.TestCase):
    def test_children_follow_their_node_whatever_the_order_of_the_dump(self):
        leaf = lambda number: {"nodeid": number, "leaf": number / 10}
        root = {"nodeid": 0, "split": "f2", "split_condition": 1.5, "yes": 1, "no": 2,
                "children": [leaf(2), {"nodeid": 1, "split": "f0", "split_condition": -1, "yes": 3, "no": 4,
                                       "children": [leaf(3), leaf(4)]}]}
        tree = training.flatten_tree(root)
        self.assertEqual(tree["feature"], [2, 0, -1, -1, -1])
        self.assertEqual((tree["left"][:2], tree["right"][:2]), ([1, 3], [2, 4]))
        model = {"base_score": 1.0, "trees": [tree]}
        np.testing.assert_allclose(training.predict_exported(model, [[0, 0, 2], [0, 0, 1], [-2, 0, 1]]), [1.2, 1.4, 1.3])


@unittest.skipUnless(importlib.util.find_spec("xgboost"), "needs python/requirements-training.txt")
class TrainingTest(unittest.TestCase):
    def test_learns_what_makes_schedules_quick_and_writes_a_small_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "model.json"
            problems, database = tuning.draw_problems(12, 5), tuning.Database(pathlib.Path(folder) / "samples.jsonl")
            tools = ComputedTools()
            tuning.collect(problems, database, tools, 12)
            with contextlib.redirect_stdout(io.StringIO()) as output:
                training.train(database, tools, problems, path)
            table = training.Table(database, tools, problems)
            ratios = training.rank_quality(table, training.held_out_predictions(table))
            model = json.loads(path.read_text())
        self.assertLess(ratios["model"].max(), 1.01)
        self.assertGreater(ratios["default"].min(), 1.1)
        self.assertIn("144 schedules of 12 problems; 0 dropped", output.getvalue())
        self.assertEqual((model["schema"], model["features"]), (HEADER["schema"], HEADER["features"]))
        self.assertLess(len(json.dumps(model)), 200_000)


if __name__ == "__main__":
    unittest.main()
