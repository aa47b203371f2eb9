#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The cases of the benchmark: cases.json read, and each case written as MLIR.

A case is a structured layer; `cpu` and `cuda` say at how many rows and in which type it is judged there. The id is
the case's name at its first row count, with -rowsN appended at another, -2t at two threads.
"""
import dataclasses
import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent
BYTES = {"f64": 8, "f32": 4, "f16": 2, "bf16": 2}

# y = x / 2 (1 + erf(x / sqrt 2)), element by element.
GELU = """  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : {x}
  %empty = tensor.empty(%rows) : {y}
  %z = linalg.generic {{indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}} ins(%y : {y}) outs(%empty : {y}) {{
  ^bb0(%v: {t}, %ignored: {t}):
    %half = arith.constant 5.000000e-01 : {t}
    %one = arith.constant 1.000000e+00 : {t}
    %scale = arith.constant 0.707106781 : {t}
    %0 = arith.mulf %v, %scale : {t}
    %1 = math.erf %0 : {t}
    %2 = arith.addf %1, %one : {t}
    %3 = arith.mulf %v, %half : {t}
    %4 = arith.mulf %3, %2 : {t}
    linalg.yield %4 : {t}
  }} -> {y}
"""


@dataclasses.dataclass(frozen=True)
class Case:
    """One row of the results: a layer at a row count, in a type, on a device, with so many threads."""
    id: str
    spec: dict
    device: str
    rows: int
    dtype: str
    threads: int

    @property
    def columns(self):
        return self.spec["in"], self.spec["out"]

    def parameter_shapes(self):
        """The shapes of the parameters, in the order of `linop.assemble`."""
        n_in, n_out = self.columns
        kind = self.spec["structure"]
        if kind == "dense":
            return [(n_out, n_in)]
        if kind == "low_rank":
            return [(n_out, self.spec["rank"]), (self.spec["rank"], n_in)]
        k, l = self.spec["blocks"]
        middle = self.spec["middle"]
        return [(k, middle // k, n_in // k), (l, n_out // l, middle // l)]

    def encoding(self):
        kind = self.spec["structure"]
        if kind == "dense":
            return "#linop.dense"
        if kind == "low_rank":
            return f"#linop.low_rank<rank = {self.spec['rank']}>"
        return f"#linop.monarch<blocks = {self.spec['blocks']}, middle = {self.spec['middle']}>"

    def parameters(self):
        """How many numbers the layer keeps."""
        total = 0
        for shape in self.parameter_shapes():
            count = 1
            for extent in shape:
                count *= extent
            total += count
        return total

    def unavoidable_bytes(self):
        """Activations in and out, and each parameter once."""
        n_in, n_out = self.columns
        return BYTES[self.dtype] * (self.rows * (n_in + n_out) + self.parameters())

    def mlir(self):
        """The layer as a function of its parameters and the activations."""
        n_in, n_out = self.columns
        types = ["tensor<" + "x".join(map(str, shape)) + f"x{self.dtype}>" for shape in self.parameter_shapes()]
        arguments = ", ".join(f"%w{i}: {t}" for i, t in enumerate(types))
        x, y = f"tensor<?x{n_in}x{self.dtype}>", f"tensor<?x{n_out}x{self.dtype}>"
        m = f"tensor<{n_out}x{n_in}x{self.dtype}, #structure>"
        gelu = self.spec.get("epilogue") == "gelu"
        epilogue = GELU.format(t=self.dtype, x=x, y=y) if gelu else ""
        names = ", ".join(f"%w{i}" for i in range(len(types)))
        return (f"#structure = {self.encoding()}\n"
                f"func.func @layer({arguments}, %x: {x}) -> {y} {{\n"
                f"  %m = linop.assemble {names} : ({', '.join(types)}) -> {m}\n"
                f"  %y = linop.apply %m, %x : {m}, {x} -> {y}\n"
                f"{epilogue}  return {'%z' if gelu else '%y'} : {y}\n}}\n")


def load(device, threads=1):
    """All cases of a device, in the order of cases.json."""
    found = []
    for spec in json.loads((FOLDER / "cases.json").read_text()):
        if device not in spec:
            continue
        judged = spec[device]
        suffix = f"-{threads}t" if device == "cpu" and threads > 1 else ""
        for rows in [judged["rows"], *judged.get("more_rows", [])]:
            name = spec["id"] + (f"-rows{rows}" if rows != judged["rows"] else "") + suffix
            found.append(Case(name, spec, device, rows, judged["dtype"], threads))
    return found


def select(found, ids):
    """The named cases; a name that no case has is an error."""
    if not ids:
        return found
    known = {case.id: case for case in found}
    unknown = [i for i in ids if i not in known]
    if unknown:
        raise SystemExit(f"bench: unknown id '{unknown[0]}': wanted one of {', '.join(known)}")
    return [known[i] for i in ids]
