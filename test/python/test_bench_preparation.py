#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The benchmark: see tools/dev/bench."""
"""The benchmark's preparation: several at a time, never beside a timing; what dies or fails costs its own case."""
import argparse
import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
import unittest.mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Benchmark"))

import cases  # noqa: E402
import gpu  # noqa: E402
import main  # noqa: E402
import preparation  # noqa: E402
import processes  # noqa: E402

# Both write what they do, with its begin and end, to a log that tests read.
LOG = '''
import json, os, sys, time
def log(what, id, start):
    with open(os.environ["LOG"], "a") as file:
        file.write(json.dumps([what, id, start, time.time()]) + "\\n")
'''

# Peers that compute nothing; which case kills them, and when, is in the environment.
WORKER = LOG + '''
sys.path.insert(0, os.environ["BENCHMARK"])
import worker
class Stub:
    def describe(self, _):
        return {"text": "stub", "device": "a stub", "names": ["eager", "compile"]}
    def act(self, request, what):
        start, self.id = time.time(), request["case"]["id"]
        if self.id == os.environ.get("DIES") and what in os.environ["DIES_IN"]:
            os._exit(3)
        if self.id == os.environ.get("BREAKS") and what == "prepare":
            raise worker.Broken("an illegal access")
        time.sleep(0.1)
        log(what, self.id, start)
        return {"skipped": {}, "notes": {}, "errors": {}, "compiled": int(self.id == os.environ.get("MISSES"))}
    def prepare(self, request):
        return self.act(request, "prepare")
    def warm(self, request):
        tuned = os.path.join(os.environ["TORCHINDUCTOR_CACHE_DIR"], "ab")
        os.makedirs(tuned, exist_ok=True)
        answer = self.act(request, "warm")
        open(os.path.join(tuned, self.id + ".best_config"), "w").close()
        return dict(answer, skipped={"compile (bmm)": "out of memory"} if self.id == os.environ.get("FULL") else {})
    def round(self, request):
        start = time.time()
        time.sleep(0.02)
        log("round", self.id, start)
        return {"samples": {"dense-cublas": [2.0, 2.0]}}
    def bandwidth(self, request):
        return {"bandwidth": 1e12}
worker.serve(Stub)
'''

RUN = "#!" + sys.executable + LOG + '''
start, options = time.time(), sys.argv[1:]
case = next(o.split("=", 1)[1] for o in options if o.startswith("--id="))
row = {"id": case, "schedule": "rows=" + ("2" if "--check" in options and case == os.environ.get("CHANGES") else "1")}
time.sleep(0.02)
if "--time" in options:
    row.update(ours_ms=1.0, p10_ms=0.9, p90_ms=1.1, pack_ms=0.5)
if "--check" in options:
    if case == os.environ.get("WRONG"):
        print("check FAILED: rel_err 1.0e+00")
        sys.exit(1)
    row.update(rel_err=1e-3, tolerance=1e-2)
log("time" if "--time" in options else "check", case, start)
print(json.dumps(row))
'''

SPEC = {"structure": "dense", "in": 4, "out": 4}


def chosen(*ids):
    return [cases.Case(id, SPEC, "cuda", 1, "bf16", 1) for id in ids]


class Bench(unittest.TestCase):
    """`main.run` with peers and a danaus-run that only write down when they were called."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "danaus-run").write_text(RUN)
        (self.folder / "bin" / "danaus-run").chmod(0o755)
        (self.folder / "COMMIT").write_text("0123456789ab\n")
        (self.folder / "stub.py").write_text(WORKER)

    def bench(self, found, environment=(), **changed):
        """(failures, rows, calls by kind, text) of a run."""
        settings = {"device": "cuda", "prepare": 2, "budget": 100, "seconds": 0.1, "again": False, "peers": ["compile"],
                    "peers_dir": None, "threads": 1, "autotune": False, "cache": self.folder / "cache",
                    "bin": self.folder / "bin", "out": self.folder / "rows.jsonl", **changed}
        told = {"LOG": str(self.folder / "log"), "BENCHMARK": str(processes.FOLDER), **dict(environment)}
        stub = lambda *_, **more: processes.Process(self.folder / "stub.py", **more)
        printed = io.StringIO()
        with (unittest.mock.patch.dict(os.environ, told), unittest.mock.patch.object(gpu, "Process", stub),
              unittest.mock.patch.object(preparation, "Process", stub),
              contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed)):
            failures = main.run(argparse.Namespace(**settings), found)
        log = self.folder / "log"
        calls = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        out = self.folder / "rows.jsonl"
        rows = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
        return failures, rows, calls, printed.getvalue()

    def ids(self, calls, *kinds):
        return [id for kind, id, _, _ in calls if kind in kinds]

    def assert_apart(self, calls, kinds, others):
        """No call of one kind overlaps with one of the others."""
        for _, _, start, end in [call for call in calls if call[0] in kinds]:
            for _, _, begin, stop in [call for call in calls if call[0] in others]:
                self.assertTrue(end <= begin or stop <= start)

    def most_at_once(self, calls, kind):
        times = [(start, end) for found, _, start, end in calls if found == kind]
        return max(sum(start <= moment < end for start, end in times) for moment, _ in times)

    def test_preparation_is_parallel_and_never_beside_a_timing(self):
        found = chosen(*"abcdefghij")
        failures, rows, calls, _ = self.bench(found)
        self.assertEqual((failures, [row["id"] for row in rows]), (0, list("abcdefghij")))
        self.assertEqual(self.most_at_once(calls, "warm"), 2)
        self.assertEqual(self.most_at_once(calls, "prepare"), 1)
        self.assert_apart(calls, ("time", "round", "prepare"), ("warm", "check"))
        # Two groups: the first has its rows before the second is prepared.
        last_of_first = max(end for kind, id, _, end in calls if kind == "time" and id == "h")
        self.assertLess(last_of_first, min(start for kind, id, start, _ in calls if kind == "warm" and id in "ij"))

    def test_a_row_is_checked_once_and_has_the_fields_of_one_without_preparation(self):
        _, with_it, calls, _ = self.bench(chosen("a"))
        self.assertEqual(self.ids(calls, "check"), ["a"])
        self.assertEqual(self.ids(calls, "time"), ["a"] * 3)
        (self.folder / "rows.jsonl").unlink()
        _, without, _, _ = self.bench(chosen("a"), prepare=0)
        self.assertEqual(with_it[0]["refs"].pop("prepared"), True)
        for row in (with_it[0], without[0]):
            row["refs"].pop("load_average")
        self.assertEqual(with_it, without)

    def test_peers_and_compiled_layer_take_turns(self):
        _, _, calls, _ = self.bench(chosen("a"))
        self.assertEqual([kind for kind, *_ in calls if kind in ("time", "round")], ["time", "round"] * 3)

    def test_a_process_that_dies_in_preparation_costs_nothing_but_time(self):
        failures, rows, calls, text = self.bench(chosen(*"abcd"), {"DIES": "b", "DIES_IN": "warm"})
        self.assertEqual((failures, [row["id"] for row in rows]), (0, list("abcd")))
        self.assertEqual(sorted(self.ids(calls, "warm")), list("acd"))
        self.assertIn("b: not prepared: ended with 3", text)

    def test_a_process_that_dies_while_it_is_timed_costs_its_case(self):
        failures, rows, _, text = self.bench(chosen(*"abc"), {"DIES": "b", "DIES_IN": "prepare"})
        self.assertEqual((failures, [row["id"] for row in rows]), (1, ["a", "c"]))
        self.assertIn("b: failed: peers: ended with 3", text)

    def test_a_lost_context_costs_its_case(self):
        failures, rows, _, text = self.bench(chosen(*"abc"), {"BREAKS": "a"})
        self.assertEqual((failures, [row["id"] for row in rows]), (1, ["b", "c"]))
        self.assertIn("a: failed: peers: Broken: an illegal access", text)

    def test_what_the_timed_process_did_not_find_is_said(self):
        _, rows, _, text = self.bench(chosen(*"ab"), {"MISSES": "b"})
        self.assertEqual((len(rows), text.count("should have left in the cache")), (2, 1))
        self.assertIn("b: 1 graphs compiled that --prepare", text)

    def test_a_form_that_could_not_be_prepared_is_named_and_tried_again(self):
        failures, rows, _, text = self.bench(chosen(*"ab"), {"FULL": "a", "MISSES": "a"})
        self.assertEqual((failures, len(rows)), (0, 2))
        self.assertIn("a: not prepared: compile (bmm): out of memory", text)
        self.assertNotIn("should have left in the cache", text)

    def test_a_wrong_result_is_not_timed(self):
        failures, rows, calls, text = self.bench(chosen(*"ab"), {"WRONG": "a"})
        self.assertEqual((failures, [row["id"] for row in rows], self.ids(calls, "time")), (1, ["b"], ["b"] * 3))
        self.assertIn("a: failed: status 1: check FAILED", text)

    def test_another_schedule_than_the_checked_one_is_checked_too(self):
        _, _, calls, _ = self.bench(chosen(*"ab"), {"CHANGES": "b"})
        self.assertEqual(sorted(self.ids(calls, "check")), ["a", "b", "b"])

    def test_what_is_recorded_is_neither_prepared_nor_timed(self):
        self.bench(chosen("a"))
        (self.folder / "log").unlink()
        _, rows, calls, text = self.bench(chosen(*"ab"))
        self.assertEqual([row["id"] for row in rows], ["a", "b"])
        self.assertEqual(set(self.ids(calls, "warm", "check", "prepare", "time")), {"b"})
        self.assertIn("a: recorded for this commit", text)

    def test_a_spent_budget_starts_no_preparation_and_no_case(self):
        _, rows, calls, text = self.bench(chosen(*"ab"), budget=-1)
        self.assertEqual((rows, calls), ([], []))
        self.assertIn("b: not run, the budget of -1 s is spent", text)

    def test_preparation_counts_in_the_budget(self):
        begin = time.monotonic()
        with unittest.mock.patch.object(main.time, "monotonic", lambda: begin + 60 * (self.folder / "cache").exists()):
            _, rows, calls, text = self.bench(chosen(*"abcdefgh"), budget=30)
        self.assertLess(len(self.ids(calls, "warm")), 8)
        self.assertEqual(rows, [])
        self.assertIn("a: not run, the budget of 30 s is spent", text)

    def test_a_search_has_the_gpu_for_itself_and_is_kept(self):
        _, rows, calls, _ = self.bench(chosen("a", "a-rows1", "a-rows16", "b"), autotune=True)
        self.assertEqual(len(rows), 4)
        warm = [call for call in calls if call[0] == "warm"]
        searched, others = ([call for call in warm if ("-rows" not in call[1]) == own] for own in (True, False))
        self.assertEqual(self.most_at_once(searched, "warm"), 1)
        self.assertLess(max(end for *_, end in others), min(start for _, _, start, _ in searched))
        kept = {path.stem for path in (self.folder / "cache").rglob("*.best_config")}
        self.assertEqual(kept, {"a", "b"})

    def test_without_peers_only_the_compiled_layer_is_prepared(self):
        _, rows, calls, _ = self.bench(chosen(*"ab"), peers=[])
        self.assertEqual((len(rows), self.ids(calls, "warm", "round"), sorted(self.ids(calls, "check"))), (2, [], ["a", "b"]))


class PtxasOnce(unittest.TestCase):
    """A ptxas that writes what it was given, and fails on what holds an error."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        script = self.folder / "ptxas"
        script.write_text(textwrap.dedent('''\
            #!/usr/bin/env bash
            echo called >>"$0.calls"
            echo "log of ${*:1:$#-3}" >&2
            ! grep -q error "${*: -3:1}" || exit 7
            cp "${*: -3:1}" "${*: -1}"
            '''))
        script.chmod(0o755)

    def assemble(self, text, *options):
        source, result = self.folder / "a.ptx", self.folder / "a.cubin"
        source.write_text(text)
        result.write_text("what was there before, and longer than any of the results")
        done = subprocess.run([processes.FOLDER / "ptxas_once", *options, source, "-o", result], capture_output=True, text=True,
                              env=dict(os.environ, PTXAS_ONCE=str(self.folder / "ptxas"),
                                       PTXAS_ONCE_FOLDER=str(self.folder / "kept")))
        return done.returncode, result.read_text(), done.stdout

    def calls(self):
        return (self.folder / "ptxas.calls").read_text().count("called")

    def test_the_same_text_is_assembled_once(self):
        for _ in range(2):
            self.assertEqual(self.assemble("k1", "-arch", "sm_90a", "-v"), (0, "k1", "log of -arch sm_90a -v\n"))
        self.assertEqual(self.calls(), 1)

    def test_other_text_and_other_options_are_assembled_anew(self):
        self.assemble("k1", "-arch", "sm_90a")
        self.assertEqual(self.assemble("k2", "-arch", "sm_90a")[1], "k2")
        self.assertEqual(self.assemble("k1", "-arch", "sm_80")[2], "log of -arch sm_80\n")
        self.assertEqual(self.calls(), 3)

    def test_a_failure_is_that_of_ptxas_and_is_not_kept(self):
        for _ in range(2):
            status, _, log = self.assemble("error", "-v")
            self.assertEqual((status, log), (7, "log of -v\n"))
        self.assertEqual(self.calls(), 2)


if __name__ == "__main__":
    unittest.main()
