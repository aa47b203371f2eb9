"""The structures by their formulas over whole dense matrices, against what a run wrote.

conventions.py IN.safetensors OUT.safetensors: both hold parameters and results in f64 under the keys of
`cases`. Every entry of every matrix is computed from the formula of the conventions, index by index, so that
this shares nothing with the interpreter: neither the order of its loops nor its factored form.
"""
import json
import math
import struct
import sys


def load(path):
    data = open(path, "rb").read()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for key, entry in json.loads(data[8:end]).items():
        if key != "__metadata__":
            first, last = entry["data_offsets"]
            values = struct.unpack(f"<{(last - first) // 8}d", data[end + first:end + last])
            tensors[key] = (entry["shape"], values)
    return tensors


def at(tensor, *index):
    shape, values = tensor
    flat = 0
    for size, i in zip(shape, index):
        assert 0 <= i < size
        flat = flat * size + i
    return values[flat]


def block_diagonal(w, i, j):
    _, o, c = w[0]
    return at(w, i // o, i % o, j % c) if i // o == j // c else 0.0


def kronecker_sparse(w, i, j):
    _, b, c, d = w[0]
    same = i // (b * d) == j // (c * d) and i % d == j % d
    return at(w, i // (b * d), i // d % b, j // d % c, i % d) if same else 0.0


def monarch(w1, w2, i, j):
    (k, q, p), (l, s, r) = w1[0], w2[0]
    assert k * q == l * r
    return math.fsum(at(w2, i % l, i // l, t // l) * at(w1, j // p, t % q, j % p)
                     for t in range(k * q) if t // q == j // p and t % l == i % l)


def low_rank(u, v, i, j):
    return math.fsum(at(u, i, rank) * at(v, rank, j) for rank in range(u[0][1]))


def compare(name, x, y, entry):
    (rows, columns), (_, width) = x[0], y[0]
    for row in range(rows):
        for i in range(width):
            wanted = math.fsum(entry(i, j) * at(x, row, j) for j in range(columns))
            if abs(at(y, row, i) - wanted) > 1e-12:
                sys.exit(f"{name}: row {row}, column {i}: wanted {wanted}, found {at(y, row, i)}")
    print(f"{name}: {rows} x {width} values agree")


def main(given, found):
    p, y = load(given), load(found)
    x = p["x"]
    compare("block_diagonal", x, y["block_diagonal"], lambda i, j: block_diagonal(p["bd"], i, j))
    compare("kronecker_sparse", x, y["kronecker_sparse"], lambda i, j: kronecker_sparse(p["ks"], i, j))
    compare("monarch", x, y["monarch"], lambda i, j: monarch(p["w1"], p["w2"], i, j))
    compare("low_rank", x, y["low_rank"], lambda i, j: low_rank(p["u"], p["v"], i, j))
    compare("transpose", x, y["transpose"], lambda i, j: low_rank(p["u2"], p["v2"], j, i))


main(*sys.argv[1:])
