#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The benchmark: see tools/dev/bench."""
"""The peers on the GPU, in a process of their own (worker_cuda.py) that is started anew when it dies."""
import dataclasses

from processes import Process

# What takes longer hangs: a search of max-autotune over large layers takes some minutes.
PREPARE_SECONDS, ROUND_SECONDS = 900, 120


class Peers:
    """The peers of one case, ready to be timed round by round; a process that dies costs this case and no other."""

    def __init__(self, case, ask):
        self.ask = ask
        answer = ask(PREPARE_SECONDS, do="prepare", case=dataclasses.asdict(case))
        self.skipped, self.notes, self.errors = answer["skipped"], answer["notes"], answer["errors"]
        self.compiled = answer["compiled"]

    def round(self, seconds):
        """Samples of each peer, in milliseconds."""
        return self.ask(ROUND_SECONDS, do="round", seconds=seconds)["samples"]


class Registry:
    """The process of the peers, and what it is asked to measure."""

    def __init__(self, wanted=None, autotune=False, folder=None, process=None):
        self.request = {"wanted": wanted, "autotune": autotune, "folder": folder and str(folder)}
        self.process, self.warmed = process or Process("worker_cuda.py"), set()
        self.about = self.process.ask(PREPARE_SECONDS, do="describe")
        if "failed" in self.about:
            self.process.close()
            raise ImportError(self.about["failed"])
        if unknown := set(wanted or []) - set(self.about["names"]):
            raise SystemExit(f"bench: unknown peers {', '.join(sorted(unknown))}: wanted some of {', '.join(self.about['names'])}")

    def library(self):
        return self.about["text"]

    def device(self):
        return self.about["device"]

    def ask(self, timeout, **request):
        answer = self.process.ask(timeout, **self.request, **request)
        if "failed" in answer:
            raise RuntimeError(f"peers: {answer['failed']}")
        return answer

    def prepare(self, case):
        found = Peers(case, self.ask)
        if found.compiled and case.id in self.warmed:
            print(f"bench: {case.id}: {found.compiled} graphs compiled that --prepare should have left in the cache")
        return found

    def limit(self, case, _medians):
        return case.unavoidable_bytes() / self.ask(ROUND_SECONDS, do="bandwidth")["bandwidth"] * 1e3

    def searches(self, case):
        """Whether PyTorch looks for schedules by timing them, which wants the GPU for itself."""
        return self.request["autotune"] and "-rows" not in case.id

    def warm(self, process, case):
        """Fills the caches on disk for a case, by a process that does not time it; what went wrong, or ""."""
        answer = process.ask(PREPARE_SECONDS, do="warm", case=dataclasses.asdict(case), **self.request)
        why = answer.get("failed") or "; ".join(f"{name}: {reason}" for name, reason in answer["skipped"].items())
        if not why:
            self.warmed.add(case.id)
        return why

    def close(self):
        self.process.close()
