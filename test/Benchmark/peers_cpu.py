#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The peers on the CPU: each package in a process of its own, asked for samples in turns (worker.py)."""
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
MODULES = ["peers_blas", "peers_torch", "peers_onednn", "peers_xsmm", "peers_iree", "peers_faust", "peers_fastkron",
           "peers_fft"]


class Process:
    """A worker, started when first asked and again after it died."""

    def __init__(self, module, threads):
        self.module, self.threads, self.process = module, threads, None
        self.said = tempfile.TemporaryFile()

    def ask(self, **request):
        """The answer, or {'failed': why}."""
        if self.process is None or self.process.poll() is not None:
            environment = dict(os.environ, PYTHONPATH=str(FOLDER), PYTHONWARNINGS="ignore")
            self.process = subprocess.Popen([sys.executable, str(FOLDER / "worker.py"), self.module, str(self.threads)],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said,
                                            text=True, env=environment)
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if line:
            return json.loads(line)
        self.process.wait()
        self.said.seek(0)
        last = [text for text in self.said.read().decode(errors="replace").splitlines() if text.strip()]
        return {"failed": f"ended with {self.process.returncode}" + (f": {last[-1][:200]}" if last else "")}

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()
        self.said.close()


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
