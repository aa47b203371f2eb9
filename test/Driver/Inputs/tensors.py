"""Tensor files for the tests, with nothing but the standard library.

tensors.py npy FILE SHAPE [--dtype=<f4] [--fortran] [--version=1] [--values=0,1]  else 0, 1, 2, ... in C order
tensors.py safetensors FILE KEY:DTYPE:SHAPE...                         values 0, 1, 2, ... in each
tensors.py truncate FILE BYTES                                         keep the first BYTES (negative: drop)
tensors.py header FILE TEXT [DATA_BYTES]                               a safetensors file with any header
tensors.py show FILE [KEY]                                             dtype, shape and values
"""
import itertools
import json
import math
import struct
import sys

CODES = {"<f2": "e", "<f4": "f", "<f8": "d", ">f4": "f", "|i1": "b", "<i4": "i", "<i8": "q", "<c8": "f", "<c16": "d",
         "F16": "e", "F32": "f", "F64": "d", "I8": "b", "I16": "h", "I32": "i", "I64": "q", "C64": "f"}
COMPLEX = ("<c8", "<c16", "C64")  # two numbers an element


def parse_shape(text):
    return [int(size) for size in text.split("x")] if text else []


def pack(dtype, values):
    if dtype == "BF16":  # the upper half of an f32; exact for the small integers used here
        return b"".join(struct.pack("<f", value)[2:] for value in values)
    if dtype in COMPLEX:
        values = [part for value in values for part in (value.real, value.imag)]
    return struct.pack(f"<{len(values)}{CODES[dtype]}", *values)


def unpack(dtype, data):
    if dtype == "BF16":
        return [struct.unpack("<f", b"\0\0" + data[i:i + 2])[0] for i in range(0, len(data), 2)]
    values = list(struct.unpack(f"<{len(data) // struct.calcsize(CODES[dtype])}{CODES[dtype]}", data))
    return [complex(*pair) for pair in zip(values[::2], values[1::2])] if dtype in COMPLEX else values


def write_npy(path, shape, dtype="<f4", fortran=False, version=1, values=None):
    values = [complex(text) if dtype in COMPLEX else float(text) if dtype[1] == "f" else int(text)
              for text in values.split(",")] if values else list(range(math.prod(shape)))
    if fortran:  # the first index fastest
        strides = [math.prod(shape[i + 1:]) for i in range(len(shape))]
        walk = itertools.product(*(range(size) for size in reversed(shape)))
        values = [sum(i * s for i, s in zip(reversed(index), strides)) for index in walk]
    size = "(" + "".join(f"{n}, " for n in shape) + ")"
    header = f"{{'descr': '{dtype}', 'fortran_order': {fortran}, 'shape': {size}, }}\n".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY" + bytes([version, 0]) + length + header + pack(dtype, values))


def write_safetensors(path, specs):
    header, data = {"__metadata__": {"made": "for a test"}}, b""
    for spec in specs:
        key, dtype, shape = spec.split(":")
        shape = parse_shape(shape)
        values = pack(dtype, list(range(math.prod(shape))))
        header[key] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    write_header(path, json.dumps(header), data)


def write_header(path, text, data):
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text.encode() + data)


def show(path, key):
    data = open(path, "rb").read()
    if data[:6] == b"\x93NUMPY":
        end = 10 + struct.unpack("<H", data[8:10])[0]
        header = eval(data[10:end])
        print(header["descr"], header["shape"], unpack(header["descr"], data[end:]))
        return
    end = 8 + struct.unpack("<Q", data[:8])[0]
    entry = json.loads(data[8:end])[key]
    first, last = entry["data_offsets"]
    print(entry["dtype"], entry["shape"], unpack(entry["dtype"], data[end + first:end + last]))


def main(command, path, *rest):
    flags = dict(item[2:].split("=") if "=" in item else (item[2:], True) for item in rest if item.startswith("--"))
    rest = [item for item in rest if not item.startswith("--")]
    if command == "npy":
        write_npy(path, parse_shape(rest[0]), flags.get("dtype", "<f4"), "fortran" in flags, int(flags.get("version", 1)), flags.get("values"))
    elif command == "safetensors":
        write_safetensors(path, rest)
    elif command == "truncate":
        data = open(path, "rb").read()
        open(path, "wb").write(data[:int(rest[0])])
    elif command == "header":
        write_header(path, rest[0], bytes(int(rest[1]) if len(rest) > 1 else 0))
    elif command == "show":
        show(path, rest[0] if rest else None)


main(*sys.argv[1:])
