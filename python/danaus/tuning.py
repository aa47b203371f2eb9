#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Layers to measure, and the database of what was measured.

The database is a JSONL file, append-only: one line is one measured schedule of one layer, the winner or not.
Features are not in it: danaus-tune computes them from the schedule, so they can change without a new measurement.
"""
import dataclasses
import datetime
import json
import os
import pathlib
import random
import subprocess
import tempfile

from danaus import mlir_text

SECONDS_A_SAMPLE = 0.04  # spent in measured calls
TIMEOUT_SECONDS = 60


class TuningError(RuntimeError):
    """A tool failed, or a file isn't what it should be."""


@dataclasses.dataclass(frozen=True)
class Problem:
    """A layer at a number of rows. `name` identifies it in the database; `text` is its MLIR."""
    name: str
    family: str
    rows: int
    text: str


#===----------------------------------------------------------------------===#
# Drawing problems
#===----------------------------------------------------------------------===#

_SIZES = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
_ROWS = (1, 7, 16, 64, 100, 256, 735, 1024)
_MIN_WORK, _MAX_WORK = 5e4, 1.5e8  # multiply-adds: from a few microseconds to a few milliseconds


def _monarch_of(k, p, l, s, middle):
    """(attribute, shapes of the parameters, shape, multiply-adds a row) of a Monarch."""
    shapes = [(k, middle // k, p), (l, s, middle // l)]
    return f"#linop.monarch<blocks = [{k}, {l}], middle = {middle}>", shapes, (l * s, k * p), middle * (p + s)


def _monarch(draw):
    k, p, l, s = (draw.choice(_SIZES) for _ in range(4))
    if draw.random() < 0.5:  # square, the most frequent use
        l, s = k, p
    return _monarch_of(k, p, l, s, k * l * draw.choice((1, 1, 2, 4, max(1, p // l))))


def _low_rank_of(out, in_, rank):
    return f"#linop.low_rank<rank = {rank}>", [(out, rank), (rank, in_)], (out, in_), rank * (out + in_)


def _low_rank(draw):
    out, in_, rank = 16 * draw.choice(_SIZES), 16 * draw.choice(_SIZES), draw.choice((4, 8, 16, 32, 64, 100))
    return _low_rank_of(out, in_, min(out, in_, rank))


def _block_diagonal(draw):
    blocks, out, in_ = draw.choice(_SIZES), 2 * draw.choice(_SIZES), 2 * draw.choice(_SIZES)
    return (f"#linop.block_diagonal<blocks = {blocks}>", [(blocks, out, in_)], (blocks * out, blocks * in_),
            blocks * out * in_)


def _kronecker_sparse(draw):
    a, b, c, d = (draw.choice(_SIZES) for _ in range(4))
    return (f"#linop.kronecker_sparse<a = {a}, b = {b}, c = {c}, d = {d}>", [(a, b, c, d)],
            (a * b * d, a * c * d), a * b * c * d)


_FAMILIES = {"monarch": _monarch, "low_rank": _low_rank, "block_diagonal": _block_diagonal,
             "kronecker_sparse": _kronecker_sparse}
_WEIGHTS = (5, 2, 2, 2)


def _problem(family, layer, rows):
    encoding, parameters, shape, _ = layer
    name = f"{encoding.removeprefix('#linop.')} {shape[0]}x{shape[1]}xf32 rows {rows}"
    return Problem(name, family, rows, mlir_text.layer(encoding, parameters, shape))


def judged_problems():
    """The layers that the benchmark and the demo judge on a CPU: always measured, never drawn."""
    return [_problem("monarch", _monarch_of(64, 64, 64, 64, 4096), 256),
            _problem("monarch", _monarch_of(32, 32, 32, 32, 1024), 256),
            _problem("monarch", _monarch_of(4, 96, 4, 384, 512), 735),
            _problem("monarch", _monarch_of(4, 384, 4, 96, 512), 735),
            _problem("low_rank", _low_rank_of(1536, 384, 128), 735),
            _problem("low_rank", _low_rank_of(384, 1536, 128), 735)]


def draw_problems(count, seed):
    """`count` distinct problems, float32, the same ones for the same seed."""
    draw = random.Random(seed)
    problems = {}
    while len(problems) < count:
        (family,) = draw.choices(list(_FAMILIES), _WEIGHTS)
        layer = _FAMILIES[family](draw)
        rows = draw.choice(_ROWS)
        if not _MIN_WORK <= layer[3] * rows <= _MAX_WORK or max(layer[2]) > 8192:
            continue
        problem = _problem(family, layer, rows)
        problems.setdefault(problem.name, problem)
    return list(problems.values())


#===----------------------------------------------------------------------===#
# The database
#===----------------------------------------------------------------------===#

class Database:
    """Measured samples in a JSONL file. A line that an interrupt cut short is dropped, and cut off by the next."""

    def __init__(self, path):
        """Reads `path` where it exists. Raises TuningError for a broken line that isn't the last."""
        self.path = pathlib.Path(path)
        self.samples = []
        self._whole = True
        lines = self.path.read_text().split("\n") if self.path.exists() else []
        for number, line in enumerate(lines, 1):
            if not line:
                continue
            try:
                self.samples.append(json.loads(line))
            except ValueError:
                if number < len(lines):
                    raise TuningError(f"{path}:{number}: wanted a JSON object, found {line[:60]!r}") from None
                self._whole = False
        self._known = {self._key(sample) for sample in self.samples}

    @staticmethod
    def _key(sample):
        return sample["problem"], sample["schedule"], sample["device"]

    def __contains__(self, key):
        """Whether (problem, schedule, device) was measured."""
        return key in self._known

    def append(self, sample):
        """Adds a sample to the file at once: an interrupt loses at most the one that is being written."""
        if not self._whole:
            text = self.path.read_text()
            self.path.write_text(text[:text.rfind("\n") + 1])
            self._whole = True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a") as file:
            file.write(json.dumps(sample) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.samples.append(sample)
        self._known.add(self._key(sample))


#===----------------------------------------------------------------------===#
# The tools
#===----------------------------------------------------------------------===#

def device_name():
    """The CPU's model name with its number in the family, which tells server generations apart."""
    fields = {}
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    return f"{fields.get('model name', 'unknown')} (family {fields.get('cpu family')}, model {fields.get('model')})"


class Tools:
    """danaus-tune and danaus-run of a build folder."""

    def __init__(self, build):
        self.bin = pathlib.Path(build) / "bin"
        for name in ("danaus-run", "danaus-tune"):
            if not (self.bin / name).is_file():
                raise TuningError(f"no {self.bin / name}: build the tree first")

    def _call(self, tool, text, *arguments):
        """The JSON objects that a tool prints for the module `text`."""
        with tempfile.NamedTemporaryFile("w", suffix=".mlir") as file:
            file.write(text)
            file.flush()
            command = [str(self.bin / tool), file.name, *arguments]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                raise TuningError(f"{tool}: took more than {TIMEOUT_SECONDS} s") from None
        if done.returncode:
            raise TuningError(f"{tool} failed ({done.returncode}): {done.stderr.strip()[-500:]}")
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def list_schedules(self, problem, *arguments):
        """(header, entries) of danaus-tune --list: `schedule`, `bound_ms`, `predicted_ms`, `features` of each."""
        header, *entries = self._call("danaus-tune", problem.text, "--list", f"--rows={problem.rows}", *arguments)
        return header, entries

    def choose(self, problem, model=None):
        """The entry that danaus-assign-schedule takes: of `model` (a file), or the default."""
        arguments = [f"--model={model}"] if model else []
        return self._call("danaus-tune", problem.text, "--choose", f"--rows={problem.rows}", *arguments)[1]

    def measure(self, problem, entry):
        """The database's sample of one schedule: its times in ms."""
        repeat = min(max(int(SECONDS_A_SAMPLE / (3e-3 * entry["bound_ms"])), 7), 500)
        (record,) = self._call("danaus-run", problem.text, f"--schedule={entry['schedule']}",
                               f"--rows={problem.rows}", "--time", "--json", f"--repeat={repeat}")
        return {"problem": problem.name, "family": problem.family, "rows": problem.rows,
                "schedule": entry["schedule"], "device": device_name(), "threads": record["threads"],
                "ours_ms": record["ours_ms"], "p10_ms": record["p10_ms"], "p90_ms": record["p90_ms"],
                "calls": repeat, "date": datetime.date.today().isoformat()}


def pick_entries(entries, default, count, seed):
    """`count` of the legal schedules: the default, the best by bound, and the rest at random. The same for a seed."""
    chosen = {default["schedule"]: default}
    for entry in entries[:max(1, count // 5)]:
        chosen.setdefault(entry["schedule"], entry)
    others = [entry for entry in entries if entry["schedule"] not in chosen]
    picked = random.Random(seed).sample(others, min(max(count - len(chosen), 0), len(others)))
    return list(chosen.values()) + picked


def collect(problems, database, tools, per_problem, report=lambda text: None):
    """Measures `per_problem` schedules of each problem that the database doesn't have; returns how many it measured.

    A schedule that can't be compiled or run is reported and skipped. Safe to interrupt, and resumes.
    """
    device, measured = device_name(), 0
    for index, problem in enumerate(problems):
        _, entries = tools.list_schedules(problem)
        for entry in pick_entries(entries, tools.choose(problem), per_problem, problem.name):
            if (problem.name, entry["schedule"], device) in database:
                continue
            try:
                sample = tools.measure(problem, entry)
            except TuningError as error:
                report(f"skipped {problem.name}, {entry['schedule']}: {error}")
                continue
            database.append(sample)
            measured += 1
        report(f"{index + 1} of {len(problems)} problems, {measured} schedules measured")
    return measured
