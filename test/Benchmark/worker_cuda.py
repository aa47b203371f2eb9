#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The benchmark: see tools/dev/bench."""
"""The process that runs the peers of the GPU: PyTorch and the CUDA context start once for many cases.

Requests: `describe`, `prepare` (a case; what it held before is freed), `round` (samples), `bandwidth`, and `warm`, which only
fills the caches on disk for a later `prepare` by another process. One whose context is lost answers and ends.
"""
import gc
import pathlib

import cases
import worker


def asked(request):
    """What a request wants made ready, as arguments of peers_cuda.Peers and warm."""
    return {"case": cases.Case(**request["case"]), "autotune": request["autotune"], "wanted": request["wanted"],
            "folder": request["folder"] and pathlib.Path(request["folder"])}


class Worker:
    def __init__(self):
        import peers_cuda
        import torch
        self.module, self.torch, self.ready = peers_cuda, torch, None

    def describe(self, _request):
        if not self.torch.cuda.is_available():
            raise ImportError("no CUDA device")
        return {"text": self.module.library(), "device": self.torch.cuda.get_device_name(), "names": self.module.NAMES}

    def free(self):
        self.ready = None
        gc.collect()
        self.torch._dynamo.reset()
        self.torch.cuda.empty_cache()

    def look_at_context(self):
        """An access outside memory spoils every later call of the process, and shows only now."""
        try:
            self.torch.cuda.synchronize()
        except RuntimeError as error:
            raise worker.Broken(self.module.first_line(error)) from error

    def prepare(self, request):
        self.free()
        before = self.module.graphs_compiled()
        self.ready = self.module.Peers(**asked(request))
        self.look_at_context()
        return {"skipped": self.ready.skipped, "notes": self.ready.notes, "errors": self.ready.errors,
                "compiled": self.module.graphs_compiled() - before}

    def warm(self, request):
        self.free()
        skipped = self.module.warm(**asked(request))
        self.look_at_context()
        return {"skipped": skipped}

    def round(self, request):
        samples = self.ready.round(request["seconds"])
        self.look_at_context()
        return {"samples": samples}

    def bandwidth(self, request):
        return {"bandwidth": self.module.copy_bandwidth(request.get("case"))}


if __name__ == "__main__":
    worker.serve(Worker)
