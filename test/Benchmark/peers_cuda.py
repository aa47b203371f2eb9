#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""What a user of PyTorch gets on the GPU for the same layer: cuBLAS dense, eager, torch.compile, our own and others' kernels.

Each in all of its forms, of which the fastest is kept; one whose result is not that of the definition in float64 is left out.

Times are of device events around each call, the L2 cache overwritten before it. At 64 rows or fewer, where launches
would be all that is seen, a graph of many calls is timed instead.
"""
import copy
import functools
import importlib.util
import math

import numpy as np
import torch
import torch._dynamo
from torch.nn import functional

import peers
import timing
import torch_forms
from worker import TOLERANCE, NotFor, Skip

# Copies of a compiled layer share its code; each may be looked at anew.
torch._dynamo.config.cache_size_limit = 64
GRAPH_ROWS = 64
GRAPH_CALLS = 32
GRAPH_BYTES = 100 << 20
DENSE_BYTES = 4 << 30
# Numbers of activations that the reference takes at once.
REFERENCE_CHUNK = 1 << 27
NAMES = ("eager", "compile", "triton-own", "triton-blr", "fht", "fastkron")
# Those whose compilers keep their code on disk.
COMPILED = ("compile", "triton-own", "triton-blr")


def events(call, count, flush):
    """Milliseconds of each of `count` calls."""
    samples = []
    for _ in range(count):
        flush.zero_()
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        call()
        end.record()
        end.synchronize()
        samples.append(start.elapsed_time(end))
    return samples


def settle(seed=0):
    """Settings that results depend on, and keys of caches: the same where a case is warmed and where it is timed."""
    torch.manual_seed(seed)
    torch.backends.cuda.matmul.allow_tf32 = False


def dense_model(case):
    """The dense layers of the same sizes, random; None where there is none to compare with."""
    shapes = [(case.layer_spec(i)["out"], case.layer_spec(i)["in"]) for i in range(case.layers)]
    dtype = torch_forms.TYPES[case.dtype]
    if dtype.is_complex or max(map(math.prod, shapes)) * dtype.itemsize > DENSE_BYTES:
        return None
    parts = []
    for number, (n_out, n_in) in enumerate(shapes):
        linear = torch.nn.Linear(n_in, n_out, bias=False, device="cuda", dtype=dtype)
        torch.nn.init.normal_(linear.weight, std=1 / math.sqrt(n_in))
        parts.append(linear)
        if case.epilogue(number) == "gelu":
            parts.append(torch.nn.GELU())
    return torch.nn.Sequential(*parts).eval()


def random_weights(case):
    """Parameters of each layer, scaled so that results are of order one."""
    generator = np.random.default_rng(0)
    return [[generator.standard_normal(shape, dtype=np.float32) / np.float32(math.sqrt(case.structure(layer).fan_in(i)))
             for i, shape in enumerate(case.parameter_shapes(layer))] for layer in range(case.layers)]


def stage_in_float64(x, stage):
    """A stage (a, b, c, d, w) on (rows, a c d), by one batched product."""
    rows = x.shape[0]
    weight = torch.from_numpy(np.ascontiguousarray(stage.weight)).to(x)
    inner = x.reshape(rows, stage.a, stage.c, stage.d).permute(1, 3, 0, 2)
    return torch.matmul(inner, weight.permute(0, 3, 2, 1)).permute(2, 0, 3, 1).reshape(rows, -1)


def layer_in_float64(case, number, weights, x):
    """One layer by the stages of its definition, on x in float64."""
    structure = case.structure(number)
    if case.spec["structure"] == "dft":
        return torch.fft.fft(x)
    for stage in structure.stages(weights):
        x = stage_in_float64(x, stage)
    # Where the permutation behind the stages takes each result from.
    places = structure.permute(np.arange(x.shape[1])[None])[0]
    x = x[:, torch.from_numpy(places).to(x.device)]
    return functional.gelu(x) if case.epilogue(number) == "gelu" else x


def in_float64(case, weights, x):
    """The result of all layers in float64 on x and the weights as they are in the case's type."""
    dtype = torch_forms.TYPES[case.dtype]
    wide = torch.complex128 if dtype.is_complex else torch.float64
    exact = [[torch.from_numpy(w).to(dtype).to(torch.float64).numpy() for w in arrays] for arrays in weights]
    found = []
    for rows in x.split(max(1, REFERENCE_CHUNK // max(case.columns))):
        y = rows.to(wide)
        for number, arrays in enumerate(exact):
            y = layer_in_float64(case, number, arrays, y)
        found.append(y)
    return torch.cat(found)


class Peers:
    """The peers of one case, ready to be timed round by round."""

    def __init__(self, case, seed=0, autotune=False, wanted=None, folder=None):
        settle(seed)
        self.case, self.notes, self.skipped, self.calls, self.errors = case, {}, {}, {}, {}
        # Few rows are timed in a graph that rotates over copies, so that no parameter waits in a cache.
        self.graph = case.rows <= GRAPH_ROWS
        self.flush = torch.empty(64 << 20, dtype=torch.int32, device="cuda")
        self.x = torch.randn(case.rows, case.columns[0], device="cuda", dtype=torch_forms.TYPES[case.dtype])
        if dense := dense_model(case):
            self.calls["dense-cublas"] = self.prepare(dense)
        if case.spec["structure"] == "dense":
            return
        self.weights = random_weights(case)
        for name in NAMES if wanted is None else [name for name in NAMES if name in wanted]:
            try:
                self.add(name, self.models(name, autotune, folder))
            except NotFor:
                pass
            except Exception as error:  # pylint: disable=broad-exception-caught
                self.skipped[name] = str(error) if isinstance(error, Skip) else first_line(error)
        # What was only for the check and for tuning is the compiled layer's.
        self.__dict__.pop("reference", None)
        torch.cuda.empty_cache()

    @functools.cached_property
    def reference(self):
        return in_float64(self.case, self.weights, self.x)

    def models(self, name, autotune, folder, device="cuda"):
        """(note, module on the device) of each form of a peer."""
        if name in ("eager", "compile"):
            found = torch_forms.models(self.case, self.weights)
        elif name == "triton-own":
            from peers import own
            found = peers.models(self.case, self.weights, own.forms, fuses=True)
        else:
            from peers import blr, fastkron, fht
            module = {"triton-blr": blr, "fht": fht, "fastkron": fastkron}[name]
            found = peers.models(self.case, self.weights, lambda spec, dtype, weights, _: module.forms(folder, spec, dtype, weights))
            if self.graph and hasattr(module, "NO_GRAPH"):
                raise Skip(module.NO_GRAPH)
        found = [(note, model.to(device)) for note, model in found]
        if name != "compile":
            return found
        # The search takes minutes: only for the row counts by which a case is named.
        mode = "max-autotune-no-cudagraphs" if autotune and "-rows" not in self.case.id else "default"
        return [(f"{note}, {mode}", torch.compile(model, mode=mode, dynamic=False)) for note, model in found]

    def check(self, model):
        """The relative error of a model; one that is too large raises."""
        y = model(self.x)
        if y.shape != self.reference.shape:
            raise Skip(f"wrong result: {tuple(y.shape)}, not {tuple(self.reference.shape)}")
        error = float(torch.linalg.vector_norm(y.to(self.reference.dtype) - self.reference) / torch.linalg.vector_norm(self.reference))
        if not error <= TOLERANCE[self.case.dtype] * (1 + self.case.layers):
            raise Skip(f"wrong result: relative error {error:.1e}")
        return error

    def add(self, name, models):
        """The fastest of the forms that run and are right."""
        timed, failures = [], {}
        for note, model in models:
            torch._dynamo.reset()
            try:
                error = self.check(model)
                call = self.prepare(model)
                timed.append((timing.median(events(call, 5, self.flush)), f"{note}, error {error:.1e}", error, call))
            except Exception as failure:  # pylint: disable=broad-exception-caught
                failures[note] = str(failure) if isinstance(failure, Skip) else first_line(failure)
        if timed:
            _, self.notes[name], self.errors[name], self.calls[name] = min(timed, key=lambda item: item[0])
            self.skipped.update({f"{name} ({note})": reason for note, reason in failures.items()})
        elif failures:
            self.skipped[name] = "; ".join(f"{note}: {reason}" for note, reason in failures.items())[:300]

    def prepare(self, model):
        """A closure that runs one peer once (or a graph of GRAPH_CALLS), warmed up."""
        if not self.graph:
            for _ in range(3):
                model(self.x)
            torch.cuda.synchronize()
            return lambda: model(self.x)
        size = sum(p.numel() * p.element_size() for p in [*model.parameters(), *model.buffers()]) + 1
        count = max(1, min(GRAPH_CALLS, math.ceil(GRAPH_BYTES / size)))
        copies = [model] + [copy.deepcopy(model) for _ in range(count - 1)]
        stream = torch.cuda.Stream()
        with torch.cuda.stream(stream):
            for _ in range(3):
                for one in copies:
                    one(self.x)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for call in range(GRAPH_CALLS):
                copies[call % count](self.x)
        # The copies must outlive the graph that reads them.
        return lambda kept=copies: graph.replay()

    def round(self, seconds):
        """Samples of each peer, in milliseconds a call."""
        del seconds
        divisor = GRAPH_CALLS if self.graph else 1
        return {name: [ms / divisor for ms in events(call, 30, self.flush)] for name, call in self.calls.items()}


def warm(case, autotune=False, wanted=None, folder=None, device="cuda"):
    """Calls each form that is compiled once, so that caches on disk have its code; what failed, with the reason.

    No result is compared and nothing is timed: others run on the GPU meanwhile.
    """
    settle()
    ready, skipped = Peers.__new__(Peers), {}
    ready.case, ready.graph, ready.weights = case, case.rows <= GRAPH_ROWS, random_weights(case)
    x = torch.zeros(case.rows, case.columns[0], device=device, dtype=torch_forms.TYPES[case.dtype])
    for name in [name for name in COMPILED if wanted is None or name in wanted]:
        try:
            for note, model in ready.models(name, autotune, folder, device):
                torch._dynamo.reset()
                try:
                    model(x)
                except Exception as failure:  # pylint: disable=broad-exception-caught
                    skipped[f"{name} ({note})"] = first_line(failure)
        except NotFor:
            pass
        except Exception as error:  # pylint: disable=broad-exception-caught
            skipped[name] = first_line(error)
    return skipped


def graphs_compiled():
    """How many graphs inductor has compiled and not found in its cache, in this process."""
    return torch._dynamo.utils.counters["inductor"]["fxgraph_cache_miss"]


def first_line(error):
    """What an exception says, as a line."""
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


def copy_bandwidth(_case):
    """Bytes a second, read plus written, of a device copy of 1 GiB."""
    source = torch.empty(1 << 30, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    flush = torch.empty(1, device="cuda")
    target.copy_(source)
    return 2 * source.numel() / (timing.median(events(lambda: target.copy_(source), 20, flush)) * 1e-3)


def library():
    found = importlib.util.find_spec("triton")
    triton = f"Triton {importlib.import_module('triton').__version__}" if found else "no Triton"
    return f"PyTorch {torch.__version__}, {triton}, CUDA {torch.version.cuda}, {torch.cuda.get_device_name()}"
