#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The peers on the CPU: each package in a process of its own, asked for samples in turns (worker.py)."""
import dataclasses

import processes

MODULES = ["peers_blas", "peers_torch", "peers_onednn", "peers_xsmm", "peers_iree", "peers_faust", "peers_fastkron",
           "peers_fft"]


class Process(processes.Process):
    """The process of one package."""

    def __init__(self, module, threads):
        super().__init__("worker.py", module, threads)
        self.module = module


class Registry:
    """All packages that answer, each with its versions and settings."""

    def __init__(self, threads, wanted=None):
        self.processes, self.texts, self.missing = [], [], {}
        for module in MODULES:
            name = module.removeprefix("peers_")
            if wanted and name not in wanted:
                continue
            process = Process(module, threads)
            answer = process.ask(do="describe")
            if "text" in answer:
                self.processes.append(process)
                self.texts.append(answer["text"])
            else:
                self.missing[name] = answer["failed"]
                process.close()

    def close(self):
        for process in self.processes:
            process.close()


class Peers:
    """The peers of one case, ready to be timed round by round."""

    def __init__(self, case, registry):
        self.registry, self.skipped, self.notes, self.errors = registry, {}, {}, {}
        self.references, self.names = set(), {}
        for process in registry.processes:
            answer = process.ask(do="prepare", case=dataclasses.asdict(case))
            if "failed" in answer:
                self.skipped[process.module.removeprefix("peers_")] = answer["failed"]
                continue
            self.names[process.module] = answer["names"]
            self.skipped.update(answer["skipped"])
            self.errors.update(answer["errors"])
            self.references.update(answer["references"])
            self.notes.update({name: note for name, note in answer["notes"].items() if note})

    def round(self, seconds):
        """Samples of each peer and reference, in milliseconds."""
        samples = {}
        for process in self.registry.processes:
            if not self.names.get(process.module):
                continue
            answer = process.ask(do="round", seconds=seconds)
            if "failed" in answer:
                self.skipped[process.module.removeprefix("peers_")] = answer["failed"]
            samples.update(answer.get("samples", {}))
        return samples

    def merge(self, medians):
        """One time for each peer: of `dense-onednn/torch` and `dense-onednn/direct` the faster, as `dense-onednn`."""
        best = {}
        for full, ms in medians.items():
            name, _, way = full.partition("/")
            if name not in best or ms < best[name][0]:
                best[name] = ms, way, self.notes.get(full, "")
        self.references = {name.partition("/")[0] for name in self.references}
        self.notes = {name: ", ".join(filter(None, (way, note))) for name, (_, way, note) in best.items() if way or note}
        return {name: ms for name, (ms, _, _) in best.items()}
