#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The benchmark: see tools/dev/bench."""
import argparse
import json
import os
import pathlib
import sys
import time

import ablation
import cases
import cliffs
import preparation
import report
import runner


def recorded(path, commit):
    """The ids that a results file has of this commit."""
    if not path.is_file():
        return set()
    rows = (json.loads(line) for line in path.read_text().splitlines() if line.strip())
    return {row["id"] for row in rows if row["commit"] == commit}


def parse(arguments):
    parser = argparse.ArgumentParser(prog="bench", description="Times layers against what users have today.")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--ids", nargs="*", default=[], help="the cases to run, * and ? allowed (default: all of the device)")
    parser.add_argument("--peers", nargs="*", help="only these packages, such as blas torch (cuda: columns, such as eager triton-own); with no name, none")
    parser.add_argument("--peers-dir", type=pathlib.Path, help="cuda: where packages lie that no registry has (default: .peers)")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each peer of a case, all rounds together")
    parser.add_argument("--budget", type=float, default=600, help="start no case after so many seconds")
    parser.add_argument("--prepare", type=int, metavar="N",
                        help="check and compile cases N at a time before they are timed (default: half the cores on cuda, 0 on cpu)")
    parser.add_argument("--cache", type=pathlib.Path, default=runner.ROOT / "build" / "bench-cache",
                        help="where --prepare keeps what compilers made")
    parser.add_argument("--bin", type=pathlib.Path, help="where danaus-run is (default: build/release or build/dev)")
    parser.add_argument("--out", type=pathlib.Path, help="the results file to append to")
    parser.add_argument("--again", action="store_true", help="run also what this commit has recorded")
    parser.add_argument("--autotune", action="store_true",
                        help="cuda: torch.compile looks for the best schedules where the id has no -rows, a minute or more a case")
    parser.add_argument("--dry-run", action="store_true", help="print the layers, run nothing")
    parser.add_argument("--ablation", action="store_true", help="what each part of the CPU path is worth, on six cases")
    parser.add_argument("--cliffs", action="store_true", help="awkward shapes against round ones and dense")
    parser.add_argument("--seed", type=int, default=0, help="of the shapes of --cliffs")
    parser.add_argument("--report", action="store_true", help="only write tables and plots from the results")
    return parser.parse_args(arguments)


def find_bin(given):
    for folder in [given] if given else [runner.ROOT / "build" / preset / "bin" for preset in ("release", "dev")]:
        if (folder / "danaus-run").exists():
            return folder
    raise SystemExit(f"bench: no danaus-run in {given or 'build/release or build/dev'}: build it, or give --bin")


def session(options, bin_folder, may_start):
    """(peers, Preparation or None): environments are set before a process that reads them starts."""
    count = options.prepare
    if count is None:
        count = max(1, preparation.cores() // 2) if options.device == "cuda" else 0
    caches = preparation.Caches(options.cache)
    if count:
        os.environ.update(caches.environment())
    peers = None if options.peers == [] else runner.load_peers(options.device, options.threads, options.peers,
                                                                       options.autotune, options.peers_dir)
    if not count:
        return peers, None
    return peers, preparation.Preparation(count, lambda case: runner.check(case, bin_folder), peers, caches, may_start)


def prepare(prepared, group):
    """What was found while a group of cases was prepared; nothing without preparation."""
    if prepared is None or not prepared.may_start():
        return {}
    start = time.monotonic()
    checked = prepared.run(group)
    print(f"bench: {len(checked)} cases prepared in {time.monotonic() - start:.0f} s, {prepared.count} at a time", flush=True)
    return checked


def run(options, chosen):
    """Measures the chosen cases, group by group; returns how many failed."""
    bin_folder = find_bin(options.bin).resolve()
    out = options.out or report.RESULTS / f"{options.device}.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    done = set() if options.again else recorded(out, runner.commit(bin_folder))
    for case in chosen:
        if case.id in done:
            print(f"{case.id}: recorded for this commit")
    start, failures = time.monotonic(), 0
    may_start = lambda: time.monotonic() - start <= options.budget
    peers, prepared = session(options, bin_folder, may_start)
    try:
        for group in preparation.groups([case for case in chosen if case.id not in done], prepared.count if prepared else 0):
            checked = prepare(prepared, group)
            for case in group:
                if not may_start():
                    print(f"{case.id}: not run, the budget of {options.budget:g} s is spent")
                    continue
                failures += not record(case, bin_folder, peers, options.seconds, checked.get(case.id), out)
    finally:
        if peers:
            peers.close()
    return failures


def record(case, bin_folder, peers, seconds, checked, out):
    """Measures a case and appends its row; whether that went well."""
    start = time.monotonic()
    try:
        if isinstance(checked, RuntimeError):
            raise checked
        row = runner.measure(case, bin_folder, peers, seconds, checked)
    except RuntimeError as error:
        print(f"{case.id}: failed: {error}", file=sys.stderr, flush=True)
        return False
    with out.open("a") as results:
        results.write(json.dumps(row) + "\n")
    print(f"{runner.describe(row)} ({time.monotonic() - start:.1f} s)", flush=True)
    return True


def main(arguments):
    options = parse(arguments)
    if options.report:
        report.write()
        return 0
    if options.ablation:
        return 1 if ablation.run(find_bin(options.bin).resolve()) else 0
    if options.cliffs:
        return 1 if cliffs.run(find_bin(options.bin).resolve(), options.seed, options.budget, options.device) else 0
    chosen = cases.select(cases.load(options.device, options.threads), options.ids)
    if options.dry_run:
        for case in chosen:
            print(f"// {case.id}, {case.rows} rows\n{case.mlir()}// -----\n")
        return 0
    return 1 if run(options, chosen) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
