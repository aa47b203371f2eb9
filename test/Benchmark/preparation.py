#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The benchmark: see tools/dev/bench."""
"""Before a group of cases is timed, what they need is built, several at a time: caches of compilers, and the checks.

    prepare  a b c d     each in a process of its own, the GPU shared
             e f g h     nothing is timed, and what was tuned meanwhile is forgotten
    search   c           with --autotune: one at a time, since PyTorch chooses by its timings
    time     a           one after the other, alone, by a process that finds the caches
             b ...
"""
import concurrent.futures
import os
import pathlib
import queue
import shutil
import sys

from processes import FOLDER, Process

# Cases that one process prepares before its group is timed: starting PyTorch is worth it, and a call cut off has its rows.
CASES_EACH = 4


def cores():
    return len(os.sched_getaffinity(0))


class Caches:
    """Where compilers keep what they made, in one folder; it may be kept from one call of the benchmark to the next."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()

    def environment(self):
        """Of all processes: the same for those that prepare and those that are timed, or nothing would be found."""
        found = {"TORCHINDUCTOR_CACHE_DIR": str(self.folder / "inductor"), "TRITON_CACHE_DIR": str(self.folder / "triton"),
                 "TORCHINDUCTOR_FX_GRAPH_CACHE": "1", "TORCHINDUCTOR_AUTOGRAD_CACHE": "1"}
        ptxas = find_ptxas()
        if ptxas:
            found.update(DANAUS_PTXAS=str(FOLDER / "ptxas_once"), PTXAS_ONCE=ptxas, PTXAS_ONCE_FOLDER=str(self.folder / "cubins"))
        return found

    def forget_tuning(self):
        """Drops which of several kernels inductor found fastest: it was timed while others ran, and is timed again alone."""
        for path in (self.folder / "inductor").rglob("*.best_config"):
            path.unlink(missing_ok=True)


def find_ptxas():
    """Where danaus-run looks for it, ptxas_once aside; None where it would find none."""
    given = os.environ.get("PTXAS_ONCE", os.environ.get("DANAUS_PTXAS"))
    if given is not None:
        return shutil.which(given) if given else None
    folders = [os.environ.get("CUDA_PATH", "") + "/bin", "/usr/local/cuda/bin"]
    return shutil.which("ptxas") or shutil.which("ptxas", path=os.pathsep.join(folders))


def groups(cases, count):
    """The cases in the order given, so many together that each of `count` processes has some."""
    size = CASES_EACH * count if count else max(1, len(cases))
    return [cases[start:start + size] for start in range(0, len(cases), size)]


def worker_process(count):
    """A process that only fills caches; with `count` at a time each has its share of the cores."""
    return Process("worker_cuda.py", environment={"DANAUS_BENCH_WARM": "1",
                                                  "TORCHINDUCTOR_COMPILE_THREADS": str(max(1, cores() // count))})


class Preparation:
    """Prepares groups of cases: `check(case)` for each, and its peers' caches where `peers` has such."""

    def __init__(self, count, check, peers, caches, may_start, make_process=worker_process):
        self.count, self.check, self.caches, self.may_start, self.make_process = count, check, caches, may_start, make_process
        self.peers = peers if hasattr(peers, "warm") else None

    def run(self, cases):
        """{id: the checked row, or why there is none} of those that the budget let start."""
        checked = {}
        searched = [case for case in cases if self.peers and self.peers.searches(case)]

        def one(case, processes):
            if not self.may_start():
                return
            try:
                checked[case.id] = self.check(case)
            except RuntimeError as error:
                checked[case.id] = error
            if self.peers and case not in searched:
                self.warm(case, processes)

        self.at_once(one, cases, self.count)
        self.caches.forget_tuning()
        self.at_once(lambda case, processes: self.may_start() and self.warm(case, processes), searched, 1)
        return checked

    def at_once(self, work, cases, count):
        """`work(case, processes)` for all cases, `count` at a time; its processes have ended when it returns."""
        processes = queue.SimpleQueue()
        made = [self.make_process(count) for _ in range(min(count, len(cases)) if self.peers else 0)]
        for process in made:
            processes.put(process)
        try:
            with concurrent.futures.ThreadPoolExecutor(max(1, count)) as pool:
                list(pool.map(lambda case: work(case, processes), cases))
        finally:
            for process in made:
                process.close()

    def warm(self, case, processes):
        """What fails here costs only time: the process that is timed tries again and says why."""
        process = processes.get()
        try:
            if why := self.peers.warm(process, case):
                print(f"{case.id}: not prepared: {why}", file=sys.stderr, flush=True)
        finally:
            processes.put(process)
