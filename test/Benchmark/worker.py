#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""A process that runs the peers of one package: a crash of theirs, or their threads, touch nothing else.

    worker.py MODULE THREADS

The module has `describe() -> str` and `build(layer, threads) -> {name: Call}`. The parent writes a JSON object a line and
reads one back: `describe`, `prepare` (a case; which calls there are, what was left out and why) and `round` (samples).
"""
import dataclasses
import importlib
import json
import os
import sys
import traceback

import numpy as np

import cases
import layers
import timing

# f32 sums of some thousand products; bf16 rounds once a stage.
TOLERANCE = {"f64": 1e-12, "f32": 2e-5, "f16": 4e-3, "bf16": 2e-2, "complex<f32>": 2e-5}


class Skip(Exception):
    """A peer that has nothing for this case, with the reason."""


class NotFor(Exception):
    """A peer that is not made for this case at all: not worth a word."""


class Broken(Exception):
    """What this process cannot go on after: it answers why, and ends."""


@dataclasses.dataclass
class Call:
    """A peer ready to run: `run` computes into warm memory, `result` gives (rows, out) of the last run."""
    run: callable
    result: callable
    # Not a peer by the rules of comparison but a time to set beside: goes into `refs`.
    reference: bool = False
    # Results that are not the layer's (products without the permutations) cannot be compared.
    checked: bool = True
    # How the best variant was made, for the notes of the row.
    note: str = ""
    # What C code holds pointers into.
    keep: object = None


def best_of(variants, seconds=0.05):
    """The fastest of several (note, Call): a user would have kept that one."""
    timed = []
    for note, call in variants:
        timed.append((timing.median(timing.sample(call.run, seconds, warm=2, at_least=3)), note, call))
    _, note, call = min(timed, key=lambda item: item[0])
    return dataclasses.replace(call, note=note)


def error_of(layer, call):
    """Relative error against float64, in the Frobenius norm."""
    got = np.asarray(call.result())
    wanted = layer.reference
    if got.shape != wanted.shape:
        return float("inf")
    return float(np.linalg.norm(got - wanted) / np.linalg.norm(wanted))


class Worker:
    def __init__(self, module, threads):
        self.module, self.threads = importlib.import_module(module), threads
        self.calls = {}

    def describe(self, _request):
        return {"text": self.module.describe()}

    def prepare(self, request):
        self.calls = {}
        case = cases.Case(**request["case"])
        layer = layers.Layer(case)
        skipped, errors, notes = {}, {}, {}
        tolerance = TOLERANCE[case.dtype] * (1 + case.layers)
        for name, make in self.module.build(layer, self.threads).items():
            try:
                call = make()
                call.run()
                if call.checked:
                    errors[name] = error_of(layer, call)
                    if not errors[name] <= tolerance:
                        raise Skip(f"wrong result: relative error {errors[name]:.1e}")
                self.calls[name] = call
                notes[name] = call.note
            except NotFor:
                pass
            except Skip as reason:
                skipped[name] = str(reason)
            except Exception as error:  # whatever a package raises costs only its own column
                traceback.print_exc()
                skipped[name] = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        return {"names": list(self.calls), "skipped": skipped, "errors": errors, "notes": notes,
                "references": [name for name, call in self.calls.items() if call.reference]}

    def round(self, request):
        return {"samples": {name: timing.sample(call.run, request["seconds"], warm=1, at_least=3) for name, call in self.calls.items()}}


def serve(make):
    """Answers requests, a line each, by the methods of `make()`; what packages print must not mix with the answers."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = make()
    for line in sys.stdin:
        request, broken = json.loads(line), False
        try:
            answer = getattr(worker, request["do"])(request)
        except Exception as error:
            traceback.print_exc()
            broken = isinstance(error, Broken)
            answer = {"failed": f"{type(error).__name__}: {error}".splitlines()[0][:200], **({"ended": True} if broken else {})}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
        if broken:
            # Destructors of a lost context may hang.
            os._exit(1)


def main(module, threads):
    sys.modules["worker"] = sys.modules["__main__"]
    serve(lambda: Worker(module, int(threads)))


if __name__ == "__main__":
    main(*sys.argv[1:])
