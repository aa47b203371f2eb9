#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The cases of the benchmark: cases.json read, and each case written as MLIR.

A case is one or two structured layers; `cpu` and `cuda` say at how many rows and in which type it is judged there. The id
is the case's name at its first row count and type, with -bf16 behind it in another type, then -rowsN, then -2t.
"""
import dataclasses
import fnmatch
import json
import math
import pathlib

import structures

FOLDER = pathlib.Path(__file__).resolve().parent
BYTES = {"f64": 8, "f32": 4, "f16": 2, "bf16": 2, "complex<f32>": 8}
# Every case of the CPU is judged at these too.
CPU_ROWS = [1, 7]
# Every case of the GPU too: decoding one token, a few, and a short prompt.
CUDA_ROWS = [1, 16, 256]

# v / 2 (1 + erf(v / sqrt 2)), the region of a linalg.generic.
GELU_BODY = """  ^bb0(%v: {t}, %ignored: {t}):
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

# {out} = {in} / 2 (1 + erf({in} / sqrt 2)), element by element.
GELU = """  %{out}_c0 = arith.constant 0 : index
  %{out}_rows = tensor.dim %{in}, %{out}_c0 : {y}
  %{out}_empty = tensor.empty(%{out}_rows) : {y}
  %{out} = linalg.generic {{indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}} ins(%{in} : {y}) outs(%{out}_empty : {y}) {{
""" + GELU_BODY


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
    def layers(self):
        return self.spec.get("layers", 1)

    def layer_spec(self, layer):
        """What a layer is: the spec, with what `then` says of those after the first."""
        return {**self.spec, **(self.spec.get("then", {}) if layer else {})}

    @property
    def columns(self):
        return self.spec["in"], self.layer_spec(self.layers - 1)["out"]

    def structure(self, layer=0):
        return structures.of(self.layer_spec(layer))

    def epilogue(self, layer):
        """What follows a layer: `between` all but the last, `epilogue` the last."""
        return self.spec.get("epilogue" if layer == self.layers - 1 else "between")

    def parameter_shapes(self, layer=0):
        """The shapes of the parameters of one layer, in the order of `linop.assemble`."""
        return self.structure(layer).shapes()

    def parameters(self):
        """How many numbers the layers keep."""
        return sum(math.prod(shape) for layer in range(self.layers) for shape in self.parameter_shapes(layer))

    def flops(self):
        """Multiplications and additions of the structure, two for one pair; of a dense layer where there are no stages."""
        import numpy as np
        n_in, n_out = self.columns
        if self.spec["structure"] == "dft":
            return self.rows * 5 * n_in * int(math.log2(n_in))
        stages = []
        for layer in range(self.layers):
            weights = [np.broadcast_to(np.float32(0), shape) for shape in self.parameter_shapes(layer)]
            stages += self.structure(layer).stages(weights)
        return 2 * self.rows * sum(s.a * s.b * s.c * s.d for s in stages)

    def unavoidable_bytes(self):
        """Activations in and out, and each parameter once."""
        n_in, n_out = self.columns
        return BYTES[self.dtype] * (self.rows * (n_in + n_out) + self.parameters())

    def mlir(self):
        """The layers as a function of their parameters and the activations."""
        arguments, body, names, value = [], "", [], "x"
        width = self.columns[0]
        activations = x = f"tensor<?x{width}x{self.dtype}>"
        for layer in range(self.layers):
            spec, encoding = self.layer_spec(layer), self.structure(layer).encoding().replace("{t}", self.dtype)
            if encoding not in names:
                names.append(encoding)
            y = f"tensor<?x{spec['out']}x{self.dtype}>"
            m = f"tensor<{spec['out']}x{spec['in']}x{self.dtype}, #structure{names.index(encoding) or ''}>"
            types = ["tensor<" + "x".join(map(str, shape)) + f"x{self.dtype}>" for shape in self.parameter_shapes(layer)]
            weights = [f"%w{layer}_{i}" for i in range(len(types))]
            arguments += [f"{name}: {t}" for name, t in zip(weights, types)]
            operands = f" {', '.join(weights)}" if weights else ""
            body += (f"  %m{layer} = linop.assemble{operands} : ({', '.join(types)}) -> {m}\n"
                     f"  %y{layer} = linop.apply %m{layer}, %{value} : {m}, {activations} -> {y}\n")
            value, activations = f"y{layer}", y
            if self.epilogue(layer) == "gelu":
                body += GELU.format(**{"in": value, "out": f"z{layer}", "t": self.dtype, "y": y})
                value = f"z{layer}"
        arguments.append(f"%x: {x}")
        aliases = "".join(f"#structure{number or ''} = {encoding}\n" for number, encoding in enumerate(names))
        return (f"{aliases}func.func @layer({', '.join(arguments)}) -> {activations} {{\n{body}"
                f"  return %{value} : {activations}\n}}\n")

    def apart(self):
        """The layers of a case of several as cases of their own."""
        if self.layers == 1:
            return []
        found = []
        for layer in range(self.layers):
            spec = {key: value for key, value in self.layer_spec(layer).items()
                    if key not in ("layers", "then", "between", "epilogue")}
            if self.epilogue(layer):
                spec["epilogue"] = self.epilogue(layer)
            found.append(dataclasses.replace(self, id=f"{self.id}-layer{layer}", spec=spec))
        return found


def load(device, threads=1):
    """All cases of a device, in the order of cases.json."""
    found = []
    for spec in json.loads((FOLDER / "cases.json").read_text()):
        if device not in spec:
            continue
        judged = spec[device]
        suffix = f"-{threads}t" if device == "cpu" and threads > 1 else ""
        more_rows = judged.get("more_rows", CPU_ROWS if device == "cpu" else CUDA_ROWS)
        for dtype in [judged["dtype"], *judged.get("more_dtypes", [])]:
            name = spec["id"] + (f"-{dtype}" if dtype != judged["dtype"] else "")
            for rows in [judged["rows"], *more_rows]:
                row_suffix = f"-rows{rows}" if rows != judged["rows"] else ""
                found.append(Case(name + row_suffix + suffix, spec, device, rows, dtype, threads))
    return found


def select(found, ids):
    """The cases that the patterns name, in the order of cases.json; one that names none is an error."""
    if not ids:
        return found
    for pattern in ids:
        if not any(fnmatch.fnmatchcase(case.id, pattern) for case in found):
            raise SystemExit(f"bench: unknown id '{pattern}': wanted one of {', '.join(case.id for case in found)}")
    return [case for case in found if any(fnmatch.fnmatchcase(case.id, pattern) for pattern in ids)]
