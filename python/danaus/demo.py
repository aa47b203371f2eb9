#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The feed-forward layers of a real sentence encoder, projected, compiled, run and measured.

    PYTHONPATH=python build/venv/bin/python -m danaus.demo --build build/dev

For each of the 12 feed-forward matrices of all-MiniLM-L6-v2 (384 -> 1536 -> 384, six times) and each structure:
project the weight in closed form, write the layer as MLIR and its parameters as safetensors, let danaus-run
compile it, check it against the float64 interpreter and time it on the activations that real sentences cause,
and time the dense layer with NumPy's BLAS in between. Nothing is retrained, so the projection errors are
those of the closed form alone.
"""
import os


def _prepare_blas():
    """One thread, and the kernels that fit the CPU, whatever the environment asks of OpenBLAS.

    Some builds of it don't recognize new CPUs with AVX-512, and run at half of the speed.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(name, None)
    try:
        with open("/proc/cpuinfo") as file:
            if " avx512f " in file.read():
                os.environ["OPENBLAS_CORETYPE"] = "SkylakeX"
    except OSError:
        pass  # not Linux: leave the choice to the library


_prepare_blas()  # OpenBLAS reads its environment when NumPy is imported

import argparse
import dataclasses
import json
import pathlib
import subprocess
import sys
import time

import numpy as np

from danaus import demo_report, minilm, mlir_text, projection, safetensors

SENTENCES = pathlib.Path(__file__).with_name("demo_sentences.txt")
RUN_TIMEOUT_SECONDS = 120
DENSE_CALLS, DENSE_WARMUP_CALLS = 9, 2
OUR_CALLS = 25  # the dense layer is timed 5 x DENSE_CALLS
# Of ||y - r|| / ||r|| in float32: sums of up to 512 products, twice, with errors of 6e-8 that grow as a random walk.
ROUNDING_TOLERANCE = 2e-6
# danaus-run also holds every element to 8 x its tolerance x the root mean square; real activations have outliers of
# hundreds of times that, so this bound only finds gross faults.
CHECK_TOLERANCE = 100 * ROUNDING_TOLERANCE


class DemoError(RuntimeError):
    """A step of the demo failed; the text says which and how."""


@dataclasses.dataclass(frozen=True)
class Monarch:
    """k = l = blocks, with `rank` terms in each of the blocks^2 submatrices."""
    blocks: int
    rank: int

    @property
    def label(self):
        return f"Monarch {self.blocks} x {self.blocks}, rank {self.rank}"

    @property
    def slug(self):
        return f"monarch{self.blocks}-r{self.rank}"

    @property
    def encoding(self):
        return f"#linop.monarch<blocks = [{self.blocks}, {self.blocks}], middle = {self.blocks ** 2 * self.rank}>"

    def project(self, weight):
        """weight (out, in) -> its parameters in the order of `linop.assemble`, float64."""
        return projection.project_monarch(weight, (self.blocks, self.blocks), self.blocks ** 2 * self.rank)

    def to_dense(self, parameters):
        return projection.monarch_to_dense(*parameters)


@dataclasses.dataclass(frozen=True)
class LowRank:
    rank: int

    @property
    def label(self):
        return f"low rank {self.rank}"

    @property
    def slug(self):
        return f"lowrank{self.rank}"

    @property
    def encoding(self):
        return f"#linop.low_rank<rank = {self.rank}>"

    def project(self, weight):
        """weight (out, in) -> its parameters in the order of `linop.assemble`, float64."""
        return projection.project_low_rank(weight, self.rank)

    def to_dense(self, parameters):
        return projection.low_rank_to_dense(*parameters)


# Pairs of equal size: 41.7 % and 20.8 % of the dense parameters.
STRUCTURES = (Monarch(4, 32), LowRank(128), Monarch(4, 16), LowRank(64))


@dataclasses.dataclass
class Result:
    """One layer under one structure. Errors are relative, in the Frobenius norm; times are medians in ms."""
    layer: str
    structure: str
    kept: float  # parameters / dense parameters
    rounding_error: float  # compiled output against float64 with the same parameters
    weight_error: float  # projected weight against the dense one
    output_error: float  # compiled output against the dense layer's, on the real activations
    milliseconds: float
    dense_milliseconds: float = 0.0


def relative_error(found, wanted):
    """||found - wanted||_F / ||wanted||_F in float64."""
    wanted = np.asarray(wanted, dtype=np.float64)
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


def parse_result(text):
    """The last line of danaus-run's output that is a JSON object. Raises DemoError where there is none."""
    for line in reversed(text.splitlines()):
        if line.startswith("{"):
            try:
                return json.loads(line)
            except ValueError:
                break
    raise DemoError(f"danaus-run --json: wanted a JSON object as its last line, found: {text[-500:]!r}")


class Runner:
    """Compiles and runs layers with danaus-run; files go to `folder`."""

    def __init__(self, build, folder):
        self.program = pathlib.Path(build) / "bin" / "danaus-run"
        if not self.program.is_file():
            raise DemoError(f"no {self.program}: build the tree first (tools/dev/demo does)")
        self.folder = folder

    def run(self, slug, text, arguments):
        """Runs the function of `text` on float32 `arguments`: its result and the JSON record of check and times."""
        source, tensors = self.folder / f"{slug}.mlir", self.folder / f"{slug}.safetensors"
        output = self.folder / f"{slug}.out.safetensors"
        source.write_text(text)
        safetensors.save(tensors, {f"arg{index}": array for index, array in enumerate(arguments)})
        command = [str(self.program), str(source), "--check", f"--tolerance={CHECK_TOLERANCE}", "--time",
                   f"--repeat={OUR_CALLS}", "--json", f"--output={output}"]
        command += [f"--arg={index}={tensors}:arg{index}" for index in range(len(arguments))]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            raise DemoError(f"{slug}: danaus-run took more than {RUN_TIMEOUT_SECONDS} s") from None
        if done.returncode:
            raise DemoError(f"{slug}: danaus-run failed ({done.returncode}):\n{done.stderr.strip()}")
        (result,) = safetensors.load(output).values()
        return result, parse_result(done.stdout)


def time_dense(x, weight):
    """Median time in ms of y = x W^T, float32, one thread, warm: same buffers each call."""
    y = np.empty((x.shape[0], weight.shape[0]), np.float32)
    times = []
    for call in range(DENSE_WARMUP_CALLS + DENSE_CALLS):
        start = time.perf_counter()
        np.matmul(x, weight.T, out=y)
        if call >= DENSE_WARMUP_CALLS:
            times.append(time.perf_counter() - start)
    return float(np.median(times) * 1e3)


def measure_layer(layer, x, structures, runner):
    """All structures on one layer: (results, projected dense weights by label).

    The dense layer is timed before, between and after the runs, and its best median counts.
    """
    results, projected = [], {}
    dense_output = x.astype(np.float64) @ layer.weight.T.astype(np.float64)
    dense_times = [time_dense(x, layer.weight)]
    for structure in structures:
        parameters = [array.astype(np.float32) for array in structure.project(layer.weight)]
        dense = structure.to_dense(parameters)
        text = mlir_text.layer(structure.encoding, [array.shape for array in parameters], layer.weight.shape)
        y, record = runner.run(f"{layer.name}-{structure.slug}", text, [*parameters, x])
        dense_times.append(time_dense(x, layer.weight))
        # danaus-run compared with its own interpreter; this definition shares no code with it.
        ours = relative_error(y, x.astype(np.float64) @ dense.T)
        if not max(ours, record["rel_err"]) <= ROUNDING_TOLERANCE:
            raise DemoError(f"{layer.name}, {structure.label}: wanted an error of {ROUNDING_TOLERANCE}, found {ours} "
                            f"(danaus-run: {record['rel_err']})")
        projected[structure.label] = dense.astype(np.float32)
        results.append(Result(layer.name, structure.label, sum(p.size for p in parameters) / layer.weight.size,
                              record["rel_err"], relative_error(dense, layer.weight),
                              relative_error(y, dense_output), record["ours_ms"]))
    for result in results:
        result.dense_milliseconds = min(dense_times)
    return results, projected


def mean_cosine(model, sentences, embeddings, weights):
    """Mean cosine between sentence embeddings and those of the model with `weights` in place of its own."""
    original = model.weights
    model.weights = {**original, **weights}
    try:
        changed = model.embed_sentences(sentences)
    finally:
        model.weights = original
    return float(np.mean(np.sum(embeddings * changed, axis=1)))


def run_demo(build, folder):
    """The whole demo: (results, cosine by structure, number of tokens). Raises DemoError, ModelError or OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    runner = Runner(build, folder)
    model = minilm.MiniLM(minilm.find_model())
    sentences = SENTENCES.read_text().splitlines()
    inputs, embeddings = model.capture_inputs(sentences)
    results, replaced = [], {structure.label: {} for structure in STRUCTURES}
    for layer in model.feed_forwards():
        print(f"  {layer.name}", end="", flush=True, file=sys.stderr)
        found, projected = measure_layer(layer, inputs[layer.name], STRUCTURES, runner)
        results += found
        for label, weight in projected.items():
            replaced[label][layer.weight_name] = weight
    print(file=sys.stderr)
    cosines = {label: mean_cosine(model, sentences, embeddings, weights) for label, weights in replaced.items()}
    return results, cosines, len(inputs["layer0.up"])


def main(arguments=None):
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Compile the feed-forward layers of all-MiniLM-L6-v2.")
    parser.add_argument("--build", default="build/dev", type=pathlib.Path, help="build folder with bin/danaus-run")
    parser.add_argument("--out", default=pathlib.Path("build/demo"), type=pathlib.Path, help="folder for all files")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    try:
        results, cosines, tokens = run_demo(options.build, options.out)
        report = demo_report.markdown(results, cosines, tokens, time.perf_counter() - start)
        (options.out / "demo.md").write_text(report)
        (options.out / "demo.svg").write_text(demo_report.svg(results))
    except (DemoError, minilm.ModelError, safetensors.SafetensorsError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    print(report)
    print(f"Written: {options.out / 'demo.md'}, {options.out / 'demo.svg'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
