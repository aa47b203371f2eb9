#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""What a user of PyTorch gets on the GPU for the same layer: cuBLAS dense, eager, torch.compile, each in all of its forms.

Times are of device events around each call, the L2 cache overwritten before it. At 64 rows or fewer, where launches
would be all that is seen, a graph of many calls is timed instead.
"""
import copy
import math

import numpy as np
import torch
import torch._dynamo

import timing
import torch_forms

# Copies of a compiled layer share its code; each may be looked at anew.
torch._dynamo.config.cache_size_limit = 64
GRAPH_ROWS = 64
GRAPH_CALLS = 32
GRAPH_BYTES = 100 << 20
DENSE_BYTES = 4 << 30


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


class Peers:
    """The peers of one case, ready to be timed round by round."""

    def __init__(self, case, seed=0, autotune=False):
        torch.manual_seed(seed)
        torch.backends.cuda.matmul.allow_tf32 = False
        self.case, self.notes, self.skipped, self.calls = case, {}, {}, {}
        # Few rows are timed in a graph that rotates over copies, so that no parameter waits in a cache.
        self.graph = case.rows <= GRAPH_ROWS
        self.flush = torch.empty(64 << 20, dtype=torch.int32, device="cuda")
        self.x = torch.randn(case.rows, case.columns[0], device="cuda", dtype=torch_forms.TYPES[case.dtype])
        if dense := dense_model(case):
            self.calls["dense-cublas"] = self.prepare(dense)
        if case.spec["structure"] == "dense":
            return
        models = [(note, model.cuda()) for note, model in torch_forms.models(case, random_weights(case))]
        self.add("eager", models)
        mode = "max-autotune-no-cudagraphs" if autotune else "default"
        self.add("compile", [(f"{note}, {mode}", torch.compile(model, mode=mode, dynamic=False)) for note, model in models])

    def add(self, name, models):
        """The fastest of the forms that run."""
        timed, failures = [], []
        for note, model in models:
            torch._dynamo.reset()
            try:
                call = self.prepare(model)
                timed.append((timing.median(events(call, 5, self.flush)), note, call))
            except Exception as error:  # pylint: disable=broad-exception-caught
                failures.append(f"{note}: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
        if not timed:
            self.skipped[name] = "; ".join(failures)[:200]
            return
        _, self.notes[name], self.calls[name] = min(timed, key=lambda item: item[0])

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


def copy_bandwidth(_case):
    """Bytes a second, read plus written, of a device copy of 1 GiB."""
    source = torch.empty(1 << 30, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    flush = torch.empty(1, device="cuda")
    target.copy_(source)
    return 2 * source.numel() / (timing.median(events(lambda: target.copy_(source), 20, flush)) * 1e-3)


def library():
    return f"PyTorch {torch.__version__}, CUDA {torch.version.cuda}, {torch.cuda.get_device_name()}"
