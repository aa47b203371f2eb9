#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The linear layers of a real sentence encoder, projected, compiled, run and measured.

    PYTHONPATH=python build/venv/bin/python -m danaus.demo --build build/dev

For each of the 36 linear layers of all-MiniLM-L6-v2 (query, key, value, output, 384 -> 1536 and 1536 -> 384, six times)
and each structure: project the weight, write the layer, W x + bias, as MLIR, compile it, run it on the activations that
real sentences cause in f32 and in bf16, compare with float64, and time it in f32; and time the dense layer with
NumPy's BLAS in between. Layers of one shape share one compilation: danaus-run --batch takes their weights from files.
Nothing is retrained, so the projection errors are those of the projection alone.
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

from danaus import demo_report, minilm, mlir_text, safetensors
from danaus.demo_structures import STRUCTURES

SENTENCES = pathlib.Path(__file__).with_name("demo_sentences.txt")
README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
RUN_TIMEOUT_SECONDS = 120
DENSE_CALLS, DENSE_WARMUP_CALLS = 7, 2
OUR_CALLS = 15  # the dense layer is timed in several rounds of DENSE_CALLS
# Of ||y - r|| / ||r||. f32: sums of up to 512 products, twice, with errors of 6e-8 that grow as a random walk; bf16: every
# stage rounds to 8 bits, 2e-3 in the mean.
ROUNDING_TOLERANCES = {"f32": 2e-6, "bf16": 1e-2}


class DemoError(RuntimeError):
    """A step of the demo failed; the text says which and how."""


@dataclasses.dataclass
class Result:
    """One layer under one structure. Errors are relative, in the Frobenius norm; times are medians in ms."""
    layer: str
    structure: str
    parameters: int
    dense_parameters: int
    weight_error: float  # projected weight against the dense one
    rounding_errors: dict = dataclasses.field(default_factory=dict)  # dtype -> compiled output against float64
    output_error: float = 0.0  # compiled output in f32 against the dense layer's, on the real activations
    milliseconds: float = 0.0
    dense_milliseconds: float = 0.0


def relative_error(found, wanted):
    """||found - wanted||_F / ||wanted||_F in float64."""
    wanted = np.asarray(wanted, dtype=np.float64)
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


def parse_results(text, count):
    """The `count` JSON objects that danaus-run printed, one a line. Raises DemoError where there are not that many."""
    try:
        results = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    except ValueError:
        results = []
    if len(results) != count:
        raise DemoError(f"danaus-run --json: wanted {count} lines of JSON, found: {text[-500:]!r}")
    return results


def round_to(dtype, array):
    """`array` as values of dtype, "f32" or "bf16": what safetensors stores."""
    return safetensors.to_bf16(array) if dtype == "bf16" else np.asarray(array, dtype=np.float32)


def widen(array):
    """A stored array as float64."""
    return (safetensors.from_bf16(array) if array.dtype == safetensors.BF16 else array).astype(np.float64)


class Runner:
    """Compiles layers with danaus-run and runs them; files go to `folder`."""

    def __init__(self, build, folder):
        self.program = pathlib.Path(build) / "bin" / "danaus-run"
        if not self.program.is_file():
            raise DemoError(f"no {self.program}: build the tree first (tools/dev/demo does)")
        self.folder = folder

    def save(self, name, arrays):
        """Writes a list of arrays as NAME.safetensors and returns its path; they are `0`, `1`, ..."""
        path = self.folder / f"{name}.safetensors"
        safetensors.save(path, {str(index): array for index, array in enumerate(arrays)})
        return path

    def run(self, slug, text, runs, timed):
        """Compiles the function of `text` once and runs it for each of `runs`: lists of (file, number of arrays in it),
        whose arrays are the arguments in order. Returns (result, JSON record) of each.
        """
        source, batch = self.folder / f"{slug}.mlir", self.folder / f"{slug}.batch"
        outputs = [self.folder / f"{slug}.{number}.out.safetensors" for number in range(len(runs))]
        lines = []
        for files, output in zip(runs, outputs):
            places = [f"{path}:{index}" for path, count in files for index in range(count)]
            lines.append(" ".join([*(f"--arg={number}={place}" for number, place in enumerate(places)), f"--output={output}"]))
        source.write_text(text)
        batch.write_text("\n".join(lines) + "\n")
        command = [str(self.program), str(source), f"--batch={batch}", "--json"]
        command += ["--time", f"--repeat={OUR_CALLS}"] if timed else []
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            raise DemoError(f"{slug}: danaus-run took more than {RUN_TIMEOUT_SECONDS} s") from None
        if done.returncode:
            raise DemoError(f"{slug}: danaus-run failed ({done.returncode}):\n{done.stderr.strip()}")
        results = [next(iter(safetensors.load(output).values())) for output in outputs]
        return list(zip(results, parse_results(done.stdout, len(runs))))


def time_dense(x, weight, bias):
    """Median time in ms of y = x W^T + bias, float32, one thread, warm: same buffers each call."""
    y = np.empty((x.shape[0], weight.shape[0]), np.float32)
    times = []
    for call in range(DENSE_WARMUP_CALLS + DENSE_CALLS):
        start = time.perf_counter()
        np.matmul(x, weight.T, out=y)
        np.add(y, bias, out=y)
        if call >= DENSE_WARMUP_CALLS:
            times.append(time.perf_counter() - start)
    return float(np.median(times) * 1e3)


def check_rounding(result, dtype, error):
    """Notes the error of a compiled layer in `result`. Raises DemoError where it is more than rounding explains."""
    if not error <= ROUNDING_TOLERANCES[dtype]:
        raise DemoError(f"{result.layer}, {result.structure}: wanted an error of {ROUNDING_TOLERANCES[dtype]} in {dtype}, "
                        f"found {error}")
    result.rounding_errors[dtype] = error


def run_structure(structure, layers, inputs, projected, dtype, runner):
    """One structure on layers of one shape: (compiled output, float64 output, JSON record) of each.

    The float64 output is that of the parameters as dtype stores them, by NumPy, which shares no code with danaus-run.
    """
    slug, runs, wanted = f"{structure.slug}-{dtype}", [], []
    for layer in layers:
        stored = [round_to(dtype, array) for array in (*projected[layer.name], layer.bias, inputs[layer.name])]
        *parameters, bias, x = stored
        runs.append([(runner.save(f"{layer.name}-{slug}", stored), len(stored))])
        wanted.append(widen(x) @ structure.to_dense([widen(p) for p in parameters]).T + widen(bias))
    out, in_ = layers[0].weight.shape
    text = mlir_text.layer(structure.encoding((out, in_)), [p.shape for p in parameters], (out, in_), dtype)
    found = runner.run(f"{out}x{in_}-{slug}", text, runs, timed=dtype == "f32")
    return [(widen(y), reference, record) for (y, record), reference in zip(found, wanted)]


def measure_shape(layers, inputs, structures, runner):
    """All structures on layers of one shape: (results, projected dense weights by label and name of the weight).

    The dense layer is timed before, between and after the runs, and its best median counts for all of them.
    """
    results, replaced, first = [], {}, layers[0]
    dense_times = [time_dense(inputs[first.name], first.weight, first.bias)]
    for structure in structures:
        projected = {layer.name: structure.project(layer.weight) for layer in layers}
        dense = {layer.name: structure.to_dense(projected[layer.name]) for layer in layers}
        replaced[structure.label] = {layer.weight_name: dense[layer.name].astype(np.float32) for layer in layers}
        found = [Result(layer.name, structure.label, sum(p.size for p in projected[layer.name]), layer.weight.size,
                        relative_error(dense[layer.name], layer.weight)) for layer in layers]
        for dtype in ROUNDING_TOLERANCES:
            runs = run_structure(structure, layers, inputs, projected, dtype, runner)
            for result, layer, (y, reference, record) in zip(found, layers, runs):
                check_rounding(result, dtype, relative_error(y, reference))
                if dtype == "f32":
                    result.milliseconds = record["ours_ms"]
                    original = inputs[layer.name].astype(np.float64) @ layer.weight.T + layer.bias
                    result.output_error = relative_error(y, original)
        dense_times.append(time_dense(inputs[first.name], first.weight, first.bias))
        results += found
    for result in results:
        result.dense_milliseconds = min(dense_times)
    return results, replaced


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
    layers = list(model.linears())
    results, replaced = [], {structure.label: {} for structure in STRUCTURES}
    for shape in dict.fromkeys(layer.weight.shape for layer in layers):
        of_shape = [layer for layer in layers if layer.weight.shape == shape]
        print(f"  {len(of_shape)} layers of {shape[0]} x {shape[1]}", file=sys.stderr, flush=True)
        found, projected = measure_shape(of_shape, inputs, STRUCTURES, runner)
        results += found
        for label, weights in projected.items():
            replaced[label].update(weights)
    order = [layer.name for layer in layers]
    results.sort(key=lambda result: order.index(result.layer))  # stable: structures keep their order
    cosines = {label: mean_cosine(model, sentences, embeddings, weights) for label, weights in replaced.items()}
    return results, cosines, len(inputs[order[0]])


def main(arguments=None):
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Compile the linear layers of all-MiniLM-L6-v2.")
    parser.add_argument("--build", default="build/dev", type=pathlib.Path, help="build folder with bin/danaus-run")
    parser.add_argument("--out", default=pathlib.Path("build/demo"), type=pathlib.Path, help="folder for all files")
    parser.add_argument("--readme", action="store_true", help="put the summary into README.md")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    try:
        results, cosines, tokens = run_demo(options.build, options.out)
        report = demo_report.markdown(results, cosines, tokens, time.perf_counter() - start)
        (options.out / "demo.md").write_text(report)
        (options.out / "demo.svg").write_text(demo_report.svg(results))
        if options.readme:
            README.write_text(demo_report.replace_summary(README.read_text(), results, cosines))
    except (DemoError, minilm.ModelError, safetensors.SafetensorsError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    print(report)
    print(f"Written: {options.out / 'demo.md'}, {options.out / 'demo.svg'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
