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

import timing

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Turns that the compiled layer and each peer take: the machine's mood in one of them does not decide.
ROUNDS = 3


def commit(bin_folder):
    """The commit that is measured: the checkout's, or the one written into a bundle."""
    note = bin_folder.parent / "COMMIT"
    if note.is_file():
        return note.read_text().strip()[:12]
    git = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True)
    return git.stdout.strip() or "unknown"


def run_ours(bin_folder, case, check):
    """One turn of danaus-run: its JSON line as a dictionary. A failure raises with its text."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "layer.mlir"
        path.write_text(case.mlir())
        command = [str(bin_folder / "danaus-run"), str(path), f"--device={case.device}", f"--rows={case.rows}",
                   f"--id={case.id}", "--seed=0", "--time", "--json", *(["--check"] if check else [])]
        environment = dict(os.environ, DANAUS_NUM_THREADS=str(case.threads))
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        raise RuntimeError((done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1])
    return json.loads(lines[-1])


def load_peers(device):
    """The module of a device's peers, or None with the reason printed when what it needs is not here."""
    try:
        if device == "cpu":
            import peers_cpu as peers
        else:
            import peers_cuda as peers
            import torch
            if not torch.cuda.is_available():
                raise ImportError("no CUDA device")
    except ImportError as error:
        print(f"bench: no peers: {error}")
        return None
    print(f"bench: peers: {peers.library()}")
    return peers


def device_name(device, peers):
    """What the result rows call the machine."""
    if device == "cuda" and peers:
        import torch
        return torch.cuda.get_device_name()
    if device == "cuda":
        return "cuda"
    models = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
              if line.startswith("model name")]
    return models[0] if models else platform.processor()


def measure(case, bin_folder, peers, seconds):
    """The result row of a case."""
    ours, samples = [], {}
    ready = peers.Peers(case) if peers else None
    for turn in range(ROUNDS):
        # The reference in float64 takes seconds, and the seed fixes the values: once is enough.
        ours.append(run_ours(bin_folder, case, check=turn == 0))
        for name, found in (ready.round(seconds / ROUNDS) if ready else {}).items():
            samples.setdefault(name, []).extend(found)
    # The turn with the middle time stands for all, so that its percentiles and schedule belong together.
    middle = sorted(ours, key=lambda turn: turn["ours_ms"])[ROUNDS // 2]
    limit = case.unavoidable_bytes() / peers.copy_bandwidth(case) * 1e3 if peers else None
    row = {"id": case.id, "rows": case.rows, "dtype": case.dtype, "device": device_name(case.device, peers),
           "threads": case.threads}
    for key in ("ours_ms", "p10_ms", "p90_ms"):
        row[key] = middle.get(key)
    row["limit_ms"] = limit
    row["rel_err"] = ours[0].get("rel_err")
    row["tolerance"] = ours[0].get("tolerance")
    row["peers"] = {name: round(timing.median(found), 6) for name, found in samples.items()}
    # A busy machine slows both sides; the reader should know that it was.
    row["refs"] = {"load_average": round(os.getloadavg()[0], 1)}
    if peers:
        row["refs"]["peers"] = peers.library()
    row["schedule"] = middle.get("schedule")
    row["pack_ms"] = middle.get("pack_ms")
    row["commit"] = commit(bin_folder)
    row["date"] = datetime.date.today().isoformat()
    return {key: round(value, 6) if isinstance(value, float) and key != "rel_err" else value
            for key, value in row.items()}


def describe(row):
    """One line for the terminal."""
    best = min(row["peers"].items(), key=lambda item: item[1], default=None)
    text = f"{row['id']}: {row['ours_ms']:.4g} ms, rel_err {row['rel_err']:.1e}"
    if row["limit_ms"]:
        text += f", {row['ours_ms'] / row['limit_ms']:.2f} x limit"
    for name, ms in row["peers"].items():
        text += f", {name} {ms:.4g} ms"
    if best:
        text += f"; {best[1] / row['ours_ms']:.2f} x as fast as {best[0]}"
    return text
