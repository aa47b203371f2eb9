#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Runs a case: the compiled layer and its peers in turns, and one result row of it all."""
import datetime
import json
import os
import pathlib
import platform
import subprocess
import tempfile

import gpu
import timing

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Where packages lie that no registry has, for the GPU.
PEERS = ROOT / ".peers"
# Turns that the compiled layer and each peer take: the machine's mood in one of them does not decide.
ROUNDS = 3
# Of a row, in this order; `library` only where it computed a product.
FIELDS = ("id", "rows", "dtype", "device", "threads", "ours_ms", "p10_ms", "p90_ms", "limit_ms", "rel_err", "tolerance",
          "peers", "refs", "schedule", "library", "pack_ms", "commit", "date")
# Parameters are packed once.
OPTIONS = ("--entry-points",)
# Operations of the reference for one check; rows beyond it are sampled.
REFERENCE_BUDGET = 1e8


def commit(bin_folder):
    """The commit that is measured: the checkout's, or the one written into a bundle."""
    note = bin_folder.parent / "COMMIT"
    if note.is_file():
        return note.read_text().strip()[:12]
    git = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True)
    return git.stdout.strip() or "unknown"


def execute(bin_folder, case, path, arguments):
    """One danaus-run of the layer in `path`: its JSON line as a dictionary. A failure raises with its text."""
    command = [str(bin_folder / "danaus-run"), str(path), f"--device={case.device}", f"--rows={case.rows}",
               f"--id={case.id}", "--seed=0", "--json", *arguments,
               *([f"--threads={case.threads}"] if case.threads > 1 else [])]
    environment = dict(os.environ, DANAUS_NUM_THREADS=str(case.threads))
    if case.spec.get("own"):
        environment["DANAUS_CUBLASLT"] = ""  # our kernel, also where there is a library that would be asked
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        text = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()
        named = [line for line in text if "error" in line or "FAILED" in line]
        raise RuntimeError(f"status {done.returncode}: {(named or text)[0]}")
    return json.loads(lines[-1])


def run_ours(bin_folder, case, check, options=(), text=None, timed=True):
    """One turn of danaus-run on the case, or on `text` in its place, perhaps timed and perhaps checked."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "layer.mlir"
        path.write_text(text or case.mlir())
        by_definition = case.spec.get("check") == "definition"
        checks = ["--check", f"--reference-budget={REFERENCE_BUDGET:g}"] if check and not by_definition else []
        row = execute(bin_folder, case, path, [*(["--time"] if timed else []), *options, *checks])
        if check and by_definition:
            import definition
            run = lambda arguments: execute(bin_folder, case, path, [*options, *arguments])
            row["rel_err"], row["tolerance"] = definition.error(case, path.parent, run)
    return row


class CpuPeers:
    """Peers of the CPU: processes that live as long as the benchmark."""

    def __init__(self, threads, wanted=None):
        import peers_cpu
        self.module = peers_cpu
        self.registry = peers_cpu.Registry(threads, wanted)
        for name, reason in self.registry.missing.items():
            print(f"bench: no peer {name}: {reason}")

    def library(self):
        return "; ".join(self.registry.texts)

    def close(self):
        self.registry.close()

    def prepare(self, case):
        return self.module.Peers(case, self.registry)

    def limit(self, _case, medians):
        """The time of a warm copy of as many bytes as the case cannot avoid; None where it was not measured."""
        return medians.get("copy")


def load_peers(device, threads=1, wanted=None, autotune=False, folder=None):
    """A device's peers, or None with the reason printed when what they need is not here."""
    try:
        peers = CpuPeers(threads, wanted) if device == "cpu" else gpu.Registry(wanted, autotune, folder or PEERS)
    except ImportError as error:
        print(f"bench: no peers: {error}")
        return None
    print(f"bench: peers: {peers.library()}", flush=True)
    return peers


def device_name(device, peers):
    """What the result rows call the machine."""
    if device == "cuda":
        return peers.device() if peers else "cuda"
    models = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
              if line.startswith("model name")]
    return models[0] if models else platform.processor()


def check(case, bin_folder):
    """What danaus-run says of the result that `measure` times, without timing it."""
    return run_ours(bin_folder, case, True, OPTIONS, timed=False)


def measure(case, bin_folder, peers, seconds, checked=None):
    """The result row of a case; `checked` is what `check` said of it, else its first turn is checked."""
    ours, apart, samples = [], [], {}
    ready = peers.prepare(case) if peers else None
    for turn in range(ROUNDS):
        # The reference in float64 takes seconds, and the seed fixes the values: once is enough.
        ours.append(run_ours(bin_folder, case, turn == 0 and checked is None, OPTIONS))
        if case.layers > 1:
            apart.append(sum(run_ours(bin_folder, layer, False, OPTIONS)["ours_ms"] for layer in case.apart()))
        for name, found in (ready.round(seconds / ROUNDS) if ready else {}).items():
            samples.setdefault(name, []).extend(found)
    medians = {name: round(timing.median(found), 6) for name, found in samples.items()}
    if hasattr(ready, "merge"):
        medians = ready.merge(medians)
    references = getattr(ready, "references", set())
    if checked and any(turn["schedule"] != checked["schedule"] for turn in ours):
        checked = check(case, bin_folder)  # what was checked is what was timed
    row = {"id": case.id, "rows": case.rows, "dtype": case.dtype, "device": device_name(case.device, peers),
           "threads": case.threads, **of_turns(ours, checked or ours[0])}
    row["limit_ms"] = peers.limit(case, medians) if peers else None
    row["peers"] = {name: ms for name, ms in medians.items() if name not in references}
    row["refs"] = {name: ms for name, ms in medians.items() if name in references}
    if apart:
        row["refs"]["apart"] = timing.median(apart)
    row["refs"].update(notes(ready, peers), **({"prepared": True} if checked else {}))
    row["commit"] = commit(bin_folder)
    row["date"] = datetime.date.today().isoformat()
    return {key: round(row[key], 6) if isinstance(row[key], float) and key != "rel_err" else row[key]
            for key in FIELDS if key in row}


def of_turns(ours, checked):
    """What a row has of danaus-run's turns and of the one that was checked."""
    # The turn with the middle time stands for all, so that its percentiles and schedule belong together.
    middle = sorted(ours, key=lambda turn: turn["ours_ms"])[ROUNDS // 2]
    row = {key: middle.get(key) for key in ("ours_ms", "p10_ms", "p90_ms", "schedule", "pack_ms")}
    row.update({key: checked.get(key) for key in ("rel_err", "tolerance")})
    if middle.get("library"):
        row["library"] = True
    return row


def notes(ready, peers):
    """What a reader of the row should know: the load, the packages, which form of a peer won, who was left out."""
    # A busy machine slows both sides. Of a row that says `prepared`, the load is that of its preparation too, which ended before.
    found = {"load_average": round(os.getloadavg()[0], 1)}
    if peers:
        found["peers"] = peers.library()
    for key in ("notes", "skipped"):
        if value := getattr(ready, key, None):
            found[key] = value
    return found


def describe(row):
    """One line for the terminal, and one for each peer that was left out."""
    best = min(row["peers"].items(), key=lambda item: item[1], default=None)
    text = f"{row['id']}: {row['ours_ms']:.4g} ms, rel_err {row['rel_err']:.1e}"
    if row["limit_ms"]:
        text += f", {row['ours_ms'] / row['limit_ms']:.2f} x limit"
    times = {**row["peers"], **{name: ms for name, ms in row["refs"].items()
                                if name in ("gemm-sweeps", "copy", "apart")}}
    for name, ms in sorted(times.items(), key=lambda item: item[1]):
        text += f", {name} {ms:.4g}"
    if best:
        text += f"; {best[1] / row['ours_ms']:.2f} x as fast as {best[0]}"
    for name, reason in row["refs"].get("skipped", {}).items():
        text += f"\n    without {name}: {reason}"
    return text
