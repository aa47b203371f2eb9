#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""What a user of PyTorch gets on the GPU for the same layer: cuBLAS dense, eager, torch.compile.

Times are of device events around each call, the L2 cache overwritten before it. At 64 rows or fewer, where launches
would be all that is seen, a graph of many calls is timed instead.
"""
import math

import torch

import timing

TYPES = {"bf16": torch.bfloat16, "f16": torch.float16, "f32": torch.float32}
GRAPH_ROWS = 64
GRAPH_CALLS = 32


def structured(case, weights, x):
    """The layer as its papers' code writes it: batched products and the copies between them."""
    kind = case.spec["structure"]
    if kind == "dense":
        return torch.nn.functional.linear(x, weights[0])
    if kind == "low_rank":
        return torch.nn.functional.linear(torch.nn.functional.linear(x, weights[1]), weights[0])
    w1, w2 = weights
    (k, q, p), (l, s, r) = w1.shape, w2.shape
    rows = x.shape[0]
    middle = torch.bmm(x.view(rows, k, p).transpose(0, 1), w1.transpose(1, 2))                 # k, rows, q
    middle = middle.transpose(0, 1).reshape(rows, r, l).permute(2, 0, 1)                       # l, rows, r
    y = torch.bmm(middle, w2.transpose(1, 2))                                                  # l, rows, s
    return y.permute(1, 2, 0).reshape(rows, s * l)


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


class Peers:
    """The peers of one case, ready to be timed round by round."""

    def __init__(self, case, seed=0, compile_mode="max-autotune-no-cudagraphs"):
        torch.manual_seed(seed)
        dtype = TYPES[case.dtype]
        torch.backends.cuda.matmul.allow_tf32 = False
        n_in, n_out = case.columns
        # Few rows are timed in a graph that rotates over copies, so that no parameter waits in a cache: one copy
        # of each peer's own parameters, in total more than 100 MB.
        self.graph = case.rows <= GRAPH_ROWS
        self.flush = torch.empty(64 << 20, dtype=torch.int32, device="cuda")
        self.x = torch.randn(case.rows, n_in, device="cuda", dtype=dtype)
        shapes = {"dense-cublas": [(n_out, n_in)]}
        if case.spec["structure"] != "dense":
            shapes.update({name: case.parameter_shapes() for name in ("eager", "compile")})
        functions = {"dense-cublas": lambda x, w: torch.nn.functional.linear(x, w[0]),
                     "eager": lambda x, w: structured(case, w, x)}
        mode = "default" if self.graph else compile_mode
        functions["compile"] = torch.compile(functions["eager"], mode=mode, dynamic=False)
        self.calls = {}
        for name, parameter_shapes in shapes.items():
            self.calls[name] = self.prepare(functions[name], parameter_shapes, dtype)

    def prepare(self, function, shapes, dtype):
        """A closure that runs one peer once (or a graph of GRAPH_CALLS), warmed up."""
        def layer():
            return [torch.randn(shape, device="cuda", dtype=dtype) / math.sqrt(shape[-1]) for shape in shapes]

        if not self.graph:
            weights = layer()
            for _ in range(3):
                function(self.x, weights)
            torch.cuda.synchronize()
            return lambda: function(self.x, weights)
        size = sum(math.prod(shape) for shape in shapes) * self.x.element_size()
        copies = [layer() for _ in range(max(1, min(GRAPH_CALLS, math.ceil((100 << 20) / size))))]
        stream = torch.cuda.Stream()
        with torch.cuda.stream(stream):
            for _ in range(3):
                function(self.x, copies[0])
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for call in range(GRAPH_CALLS):
                function(self.x, copies[call % len(copies)])
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
