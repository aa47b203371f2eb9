#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Collects measured CPU schedules and trains the model that danaus-assign-schedule ranks schedules with.

    python -m danaus.train_schedule_model collect --build build/dev   measure schedules into the database
    python -m danaus.train_schedule_model train --build build/dev     train, say how well it ranks, write the model
    python -m danaus.train_schedule_model evaluate --build build/dev  measure its choices on problems never seen

The model predicts log(measured / bound); bound and features come from danaus-tune. Quality is told on problems held
out of training, whole problems at a time: the measured time of the model's choice over the best measured.
"""
import argparse
import json
import math
import pathlib
import sys

import numpy as np

from danaus import tuning

DATABASE, MODEL = pathlib.Path("lib/CostModel/data/cpu.jsonl"), pathlib.Path("lib/CostModel/models/cpu-avx512.json")
TREES, FOLDS = 80, 5
PARAMETERS = {"max_depth": 4, "eta": 0.12, "subsample": 0.8, "colsample_bytree": 0.8, "min_child_weight": 1,
              "lambda": 2.0, "objective": "reg:squarederror", "seed": 1, "nthread": 1}
# Among slow schedules it doesn't matter which is the slowest: times past this multiple of the problem's best are
# clipped, and a sample weighs as the square root of best / time. (Chosen by cross-validation.)
CLIP = 6.0
COLLECT_SEED, EVALUATE_SEED = 1, 1_000_003


#===----------------------------------------------------------------------===#
# From samples to a table
#===----------------------------------------------------------------------===#

class Table:
    """One row a sample: features, bound and measured time in ms, the problem's number, whether it is the default."""

    def __init__(self, database, tools, problems):
        """Joins the samples of `problems` with what danaus-tune says of their schedules; `dropped` counts the rest."""
        rows, self.names, self.header, self.dropped = [], [], None, 0
        for problem in problems:
            samples = [sample for sample in database.samples if sample["problem"] == problem.name]
            if not samples:
                continue
            self.header, entries = tools.list_schedules(problem)
            default = tools.choose(problem)
            known = {entry["schedule"]: entry for entry in [default, *entries]}
            for sample in samples:
                entry = known.get(sample["schedule"])
                if entry is None:
                    self.dropped += 1
                    continue
                rows.append((entry["features"], entry["bound_ms"], sample["p10_ms"], len(self.names),
                             sample["schedule"] == default["schedule"]))
            self.names.append(problem.name)
        if not rows:
            raise tuning.TuningError("the database has no samples of these problems: run `collect` first")
        features, bound, measured, problem, is_default = zip(*rows)
        self.features, self.bound = np.array(features), np.array(bound)
        self.measured, self.problem = np.array(measured), np.array(problem)
        self.is_default = np.array(is_default)

    @property
    def best(self):
        """The best measured time of each sample's problem."""
        best = np.full(len(self.names), np.inf)
        np.minimum.at(best, self.problem, self.measured)
        return best[self.problem]

    @property
    def target(self):
        """log(measured / bound), which the trees learn, with slow schedules clipped."""
        return np.log(np.minimum(self.measured, CLIP * self.best) / self.bound)

    @property
    def weight(self):
        """How much a sample counts in training."""
        return np.sqrt(self.best / self.measured)


#===----------------------------------------------------------------------===#
# Trees
#===----------------------------------------------------------------------===#

def fit(table, rows=slice(None), trees=TREES):
    """An XGBoost model of the table's target by its features, trained on some of its rows, and its base score."""
    import xgboost
    target = table.target[rows]
    base_score = float(np.float32(np.mean(target)))
    samples = xgboost.DMatrix(table.features[rows], target, weight=table.weight[rows])
    return xgboost.train({**PARAMETERS, "base_score": base_score}, samples, trees), base_score


def predict(booster, features):
    """log(measured / bound), (samples,)."""
    import xgboost
    return booster.predict(xgboost.DMatrix(features))


def flatten_tree(root):
    """A tree of XGBoost's JSON dump as lists by node; the root is node 0, and children follow their node."""
    nodes, tree = [root], {"feature": [], "threshold": [], "left": [], "right": [], "value": []}
    for node in nodes:  # grows while it is read: breadth first
        leaf = "leaf" in node
        children = [] if leaf else sorted(node["children"], key=lambda child: child["nodeid"] != node["yes"])
        places = (0, 0) if leaf else (len(nodes), len(nodes) + 1)
        nodes += children
        for name, value in [("feature", -1 if leaf else int(node["split"].removeprefix("f"))),
                            ("threshold", 0 if leaf else node["split_condition"]), ("left", places[0]),
                            ("right", places[1]), ("value", node["leaf"] if leaf else 0)]:
            tree[name].append(value)
    return tree


def export(booster, base_score, header, residual):
    """The model file's content (TreeModel.h has the format); `header` is that of danaus-tune."""
    trees = [flatten_tree(json.loads(text)) for text in booster.get_dump(dump_format="json")]
    return {"format": "danaus-tree-model", "version": 1, "schema": header["schema"], "target": header["target"],
            "features": header["features"], "base_score": base_score, "residual_p90": residual, "trees": trees}


def predict_exported(model, features):
    """What the compiler computes from a model file: (samples,) for features (samples, features)."""
    result = np.full(len(features), model["base_score"])
    single = np.asarray(features, dtype=np.float32)
    for tree in model["trees"]:
        for sample, row in enumerate(single):
            node = 0
            while tree["feature"][node] >= 0:
                goes_left = row[tree["feature"][node]] < np.float32(tree["threshold"][node])
                node = tree["left" if goes_left else "right"][node]
            result[sample] += tree["value"][node]
    return result


#===----------------------------------------------------------------------===#
# Quality
#===----------------------------------------------------------------------===#

def held_out_predictions(table):
    """log(measured / bound) of every sample by a model that saw no sample of its problem."""
    predictions = np.empty(len(table.measured))
    fold = np.random.default_rng(0).permutation(len(table.names)) % FOLDS
    for number in range(FOLDS):
        out = fold[table.problem] == number
        if out.any() and not out.all():
            predictions[out] = predict(fit(table, ~out)[0], table.features[out])
        elif out.any():
            raise tuning.TuningError("wanted samples of two problems or more, found one")
    return predictions


def rank_quality(table, predictions):
    """{how chosen: (problems,) measured time of the choice / best measured} for model, bound and default."""
    ratios = {"model": [], "bound": [], "default": []}
    for number in range(len(table.names)):
        mine = np.flatnonzero(table.problem == number)
        if not table.is_default[mine].any():
            continue
        times = table.measured[mine]
        choices = {"model": np.argmin(predictions[mine] + np.log(table.bound[mine])),
                   "bound": np.argmin(table.bound[mine]), "default": np.argmax(table.is_default[mine])}
        for name, choice in choices.items():
            ratios[name].append(times[choice] / times.min())
    return {name: np.array(values) for name, values in ratios.items()}


def quality_text(ratios):
    """A line for each way to choose: geometric mean, 90th percentile and worst of choice / best."""
    lines = []
    for name, values in ratios.items():
        mean = math.exp(np.mean(np.log(values)))
        lines.append(f"  {name:8} mean {mean:.3f}  p90 {np.percentile(values, 90):.3f}  worst {values.max():.3f}")
    return "\n".join(lines)


#===----------------------------------------------------------------------===#
# Commands
#===----------------------------------------------------------------------===#

def train(database, tools, problems, path):
    """Trains on all samples, prints the quality on held-out problems, and writes the model to `path`."""
    table = Table(database, tools, problems)
    predictions = held_out_predictions(table)
    residual = float(np.percentile(np.abs(predictions - table.target), 90))
    print(f"{len(table.measured)} schedules of {len(table.names)} problems; {table.dropped} dropped (no longer legal)")
    print(f"measured time of the choice / best measured, on held-out problems ({FOLDS} folds):")
    print(quality_text(rank_quality(table, predictions)))
    print(f"90 % of predictions of log(time / bound) are within {residual:.2f}; its deviation is {table.target.std():.2f}")
    booster, base_score = fit(table)
    model = export(booster, base_score, table.header, round(residual, 4))
    difference = np.abs(predict_exported(model, table.features[:50]) - predict(booster, table.features[:50])).max()
    if not difference < 1e-4:
        raise tuning.TuningError(f"the exported model differs from XGBoost's by {difference}")
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {name: value for name, value in model.items() if name != "trees"}
    trees = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in model["trees"])
    path.write_text(json.dumps(head, indent=1)[:-2] + ',\n "trees": [\n' + trees + "\n]}\n")
    print(f"written: {path}, {path.stat().st_size / 1000:.0f} kB")


def evaluate(tools, problems, path):
    """Measures the choices with and without the model on `problems`, one after the other, and prints their times."""
    ratios = []
    for problem in problems:
        default, chosen = tools.choose(problem), tools.choose(problem, path)
        times = {}
        for entry in (default, chosen, default, chosen):  # interleaved, the best of two
            time = tools.measure(problem, entry)["p10_ms"]
            times[entry["schedule"]] = min(time, times.get(entry["schedule"], math.inf))
        ratios.append(times[default["schedule"]] / times[chosen["schedule"]])
        print(f"  {problem.name}: default {times[default['schedule']]:.4f} ms, model {times[chosen['schedule']]:.4f} ms "
              f"(predicted {chosen['predicted_ms']:.4f}), {ratios[-1]:.2f} x")
    print(f"default / model: geometric mean {math.exp(np.mean(np.log(ratios))):.3f}, least {min(ratios):.3f}, "
          f"most {max(ratios):.3f} over {len(ratios)} problems that no measurement of the database is of")


def main(arguments=None):
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("collect", "train", "evaluate"))
    parser.add_argument("--build", default=pathlib.Path("build/dev"), type=pathlib.Path, help="build folder")
    parser.add_argument("--database", default=DATABASE, type=pathlib.Path, help="JSONL file of samples")
    parser.add_argument("--model", default=MODEL, type=pathlib.Path, help="file of the model")
    parser.add_argument("--problems", default=48, type=int, help="number of problems to draw")
    parser.add_argument("--per-problem", default=10, type=int, help="schedules measured of each")
    options = parser.parse_args(arguments)
    try:
        tools = tuning.Tools(options.build)
        problems = tuning.judged_problems() + tuning.draw_problems(options.problems, COLLECT_SEED)
        if options.command == "collect":
            tuning.collect(problems, tuning.Database(options.database), tools, options.per_problem,
                           lambda text: print(text, file=sys.stderr, flush=True))
        elif options.command == "train":
            train(tuning.Database(options.database), tools, problems, options.model)
        else:
            seen = {problem.name for problem in problems}
            unseen = tuning.draw_problems(options.problems, EVALUATE_SEED)
            evaluate(tools, [problem for problem in unseen if problem.name not in seen], options.model)
    except (tuning.TuningError, OSError, ImportError) as error:
        print(f"train_schedule_model: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("train_schedule_model: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
