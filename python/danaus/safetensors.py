#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Reading and writing of .safetensors files in NumPy alone.

A file is the length of its header (8 bytes, little-endian), the header (JSON: name -> dtype, shape and the
[begin, end) of the tensor in what follows), then the values, little-endian and in C order. (Convention of
huggingface/safetensors.)
"""
import json
import math
import os

import numpy as np

# bf16 values travel as their 16 bits; the field's name keeps them apart from integers.
BF16 = np.dtype([("bf16", "<u2")])

_DTYPES = {
    "BF16": BF16, "F16": np.dtype("<f2"), "F32": np.dtype("<f4"), "F64": np.dtype("<f8"),
    "BOOL": np.dtype("?"), "U8": np.dtype("u1"), "I8": np.dtype("i1"), "I16": np.dtype("<i2"),
    "I32": np.dtype("<i4"), "I64": np.dtype("<i8"),
}
_MAX_HEADER_BYTES = 100_000_000


class SafetensorsError(ValueError):
    """A file is no valid safetensors file, or a tensor can't be stored in one."""


def to_bf16(values):
    """float array, any shape -> BF16 array of that shape, rounded to nearest, ties to even; NaN stays NaN."""
    single = np.ascontiguousarray(values, dtype=np.float32)
    bits = single.view(np.uint32)
    # Adding half of the last place, less one where the kept bit is even, carries as rounding does.
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    quiet_nan = (bits >> 16) | 0x40
    return np.where(np.isnan(single), quiet_nan, rounded).astype("<u2").view(BF16)


def from_bf16(values):
    """BF16 array -> float32 array of the same shape, exact. Raises SafetensorsError for another dtype."""
    if values.dtype != BF16:
        raise SafetensorsError(f"wanted a bf16 array, found {values.dtype}")
    return (np.ascontiguousarray(values).view("<u2").astype(np.uint32) << 16).view(np.float32)


def _parse_header(data, path):
    if len(data) < 8:
        raise SafetensorsError(f"{path}: wanted a header of 8 bytes or more, found {len(data)}")
    length = int.from_bytes(data[:8], "little")
    if length > _MAX_HEADER_BYTES or 8 + length > len(data):
        raise SafetensorsError(f"{path}: the header wants {length} bytes, the file has {len(data) - 8} after its length")
    try:
        header = json.loads(bytes(data[8:8 + length]))
    except (ValueError, RecursionError) as error:
        raise SafetensorsError(f"{path}: the header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise SafetensorsError(f"{path}: wanted a JSON object as the header, found {type(header).__name__}")
    return header, memoryview(data)[8 + length:]


def _is_size(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _parse_tensor(name, entry, values, path):
    where = f"{path}: tensor '{name}'"
    if not isinstance(entry, dict):
        raise SafetensorsError(f"{where}: wanted an object, found {type(entry).__name__}")
    kind = entry.get("dtype")
    dtype = _DTYPES.get(kind) if isinstance(kind, str) else None
    if dtype is None:
        raise SafetensorsError(f"{where}: wanted a dtype of {', '.join(sorted(_DTYPES))}, found {entry.get('dtype')}")
    shape, offsets = entry.get("shape"), entry.get("data_offsets")
    if not isinstance(shape, list) or not all(map(_is_size, shape)):
        raise SafetensorsError(f"{where}: wanted a list of sizes as shape, found {shape}")
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(map(_is_size, offsets)):
        raise SafetensorsError(f"{where}: wanted two data_offsets, found {offsets}")
    begin, end = offsets
    wanted = math.prod(shape) * dtype.itemsize
    if begin > end or end > len(values) or end - begin != wanted:
        raise SafetensorsError(f"{where}: wanted {wanted} bytes within {len(values)}, found [{begin}, {end})")
    return np.frombuffer(values[begin:end], dtype=dtype).reshape(shape)


def load(path):
    """The tensors of a file: {name: array}, read-only, in C order; bf16 as BF16 (see from_bf16).

    Raises OSError where the file can't be read, SafetensorsError where it is truncated or malformed.
    """
    with open(path, "rb") as file:
        header, values = _parse_header(file.read(), path)
    return {name: _parse_tensor(name, entry, values, path)
            for name, entry in header.items() if name != "__metadata__"}


def save(path, tensors):
    """Writes {name: array} to a file that appears whole or not at all.

    Raises SafetensorsError for a dtype that the format lacks, OSError where the file can't be written.
    """
    kinds = {dtype: kind for kind, dtype in _DTYPES.items()}
    header, blobs, offset = {}, [], 0
    for name, array in tensors.items():
        array = np.asarray(array)
        kind = kinds.get(array.dtype)
        if kind is None:
            raise SafetensorsError(f"tensor '{name}': safetensors has no dtype for {array.dtype}")
        blob = array.tobytes()  # C order
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # the values begin at a multiple of 8
    partial = f"{path}.partial"
    with open(partial, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + b"".join(blobs))
    os.replace(partial, path)
