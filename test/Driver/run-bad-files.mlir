// Every file that cannot be read is a message and status 1, never a crash: `not` fails on a signal.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{make} = python3 %S/Inputs/tensors.py
// DEFINE: %{run} = not danaus-run %s --device=interpreter

// RUN: %{run} --arg 0=%t/none.npy 2>&1 | FileCheck %s --check-prefix=MISSING
// MISSING: danaus-run: error: {{.*}}none.npy: No such file or directory

// RUN: %{run} --arg 0=x.txt 2>&1 | FileCheck %s --check-prefix=EXTENSION
// EXTENSION: danaus-run: error: 'x.txt': wanted FILE.npy, FILE.safetensors or FILE.safetensors:key

// RUN: %{run} --arg zero=x.npy 2>&1 | FileCheck %s --check-prefix=NUMBER
// NUMBER: danaus-run: error: --arg zero=x.npy: wanted NUMBER=FILE

// RUN: %{run} --arg 7=x.npy 2>&1 | FileCheck %s --check-prefix=RANGE
// RANGE: danaus-run: error: --arg 7: the function takes 4 arguments

// RUN: %{make} npy %t/w.npy 3x2 && %{run} --arg 0=%t/w.npy --arg 0=%t/w.npy 2>&1 | FileCheck %s --check-prefix=TWICE
// TWICE: danaus-run: error: --arg 0: given twice

//===--- NumPy files ---===//

// RUN: printf 'PK and more bytes' > %t/zip.npy
// RUN: %{run} --arg 0=%t/zip.npy 2>&1 | FileCheck %s --check-prefix=MAGIC
// MAGIC: danaus-run: error: {{.*}}zip.npy: not a NumPy file: it does not begin with \x93NUMPY

// RUN: %{make} npy %t/v9.npy 3x2 --version=9 && %{run} --arg 0=%t/v9.npy 2>&1 | FileCheck %s --check-prefix=VERSION
// VERSION: danaus-run: error: {{.*}}v9.npy: wanted format version 1, 2 or 3, found 9

// RUN: %{make} npy %t/eight.npy 3x2 && %{make} truncate %t/eight.npy 8
// RUN: %{run} --arg 0=%t/eight.npy 2>&1 | FileCheck %s --check-prefix=EIGHT
// EIGHT: danaus-run: error: {{.*}}eight.npy: truncated: wanted at least 10 bytes, found 8

// RUN: %{make} npy %t/head.npy 3x2 && %{make} truncate %t/head.npy 40
// RUN: %{run} --arg 0=%t/head.npy 2>&1 | FileCheck %s --check-prefix=HEAD
// HEAD: danaus-run: error: {{.*}}head.npy: truncated: wanted a header of 62 bytes, found 30

// RUN: %{make} npy %t/data.npy 3x2 && %{make} truncate %t/data.npy -3
// RUN: %{run} --arg 0=%t/data.npy 2>&1 | FileCheck %s --check-prefix=DATA
// DATA: danaus-run: error: {{.*}}data.npy: truncated: wanted 24 bytes of data, found 21

// RUN: %{make} npy %t/words.npy 3x2 && sed "s/fortran_order/forty_order__/" %t/words.npy > %t/order.npy
// RUN: %{run} --arg 0=%t/order.npy 2>&1 | FileCheck %s --check-prefix=ORDER
// ORDER: danaus-run: error: {{.*}}order.npy: malformed header: wanted {'descr': '<f4', 'fortran_order': False, 'shape': (...)}

// RUN: %{make} npy %t/int.npy 3x2 --dtype="<i4" && %{run} --arg 0=%t/int.npy 2>&1 | FileCheck %s --check-prefix=INT
// INT: danaus-run: error: argument 0: wanted 3x2xf32, found 3x2xi32 in {{.*}}int.npy

// RUN: %{make} npy %t/big.npy 3x2 --dtype=">f4" && %{run} --arg 0=%t/big.npy 2>&1 | FileCheck %s --check-prefix=BIG-ENDIAN
// BIG-ENDIAN: danaus-run: error: {{.*}}big.npy: wanted dtype |i1, <i4, <i8, <f2, <f4, <f8, <c8 or <c16, found >f4

// RUN: %{make} npy %t/c16.npy 3x2 --dtype="<c16" && %{make} truncate %t/c16.npy -8
// RUN: %{run} --arg 0=%t/c16.npy 2>&1 | FileCheck %s --check-prefix=HALF-COMPLEX
// HALF-COMPLEX: danaus-run: error: {{.*}}c16.npy: truncated: wanted 96 bytes of data, found 88

// RUN: %{make} npy %t/f8.npy 3x2 --dtype="<f8" && %{run} --arg 0=%t/f8.npy 2>&1 | FileCheck %s --check-prefix=DTYPE
// DTYPE: danaus-run: error: argument 0: wanted 3x2xf32, found 3x2xf64 in {{.*}}f8.npy

// RUN: %{make} npy %t/shape.npy 2x3 && %{run} --arg 0=%t/shape.npy 2>&1 | FileCheck %s --check-prefix=SHAPE
// SHAPE: danaus-run: error: argument 0: wanted 3x2xf32, found 2x3xf32 in {{.*}}shape.npy

// RUN: %{make} npy %t/bf16.npy 3 && %{run} --arg 2=%t/bf16.npy 2>&1 | FileCheck %s --check-prefix=BF16
// BF16: danaus-run: error: argument 2: wanted bf16, which NumPy files do not have: use .safetensors

// RUN: %{make} safetensors %t/c.safetensors c:C64:2
// RUN: %{run} --arg 3=%t/c.safetensors 2>&1 | FileCheck %s --check-prefix=C128
// C128: danaus-run: error: argument 3: wanted complex<f64>, which safetensors files do not have: use .npy

// RUN: %{run} --output=%t/y.npy --output=%t/b.safetensors --output=%t/c.safetensors 2>&1 | FileCheck %s --check-prefix=C128-OUT
// C128-OUT: danaus-run: error: {{.*}}c.safetensors: safetensors files have no complex<f64>: write .npy

// RUN: %{run} --output=%t/y.npy --output=%t/z.npy 2>&1 | FileCheck %s --check-prefix=BF16-OUT
// BF16-OUT: danaus-run: error: {{.*}}z.npy: NumPy files have no bf16: write .safetensors

//===--- Rows ---===//

// RUN: %{make} npy %t/x.npy 5x2
// RUN: %{run} --rows=6 --arg 1=%t/x.npy 2>&1 | FileCheck %s --check-prefix=ROWS
// ROWS: danaus-run: error: argument 1: wanted 6 rows as --rows has, found 5 in {{.*}}x.npy

// RUN: %{run} --rows=-1 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// NEGATIVE: danaus-run: error: --rows: wanted 0 or more, found -1

// RUN: %{run} --rows=4611686018427387904 2>&1 | FileCheck %s --check-prefix=HUGE
// HUGE: danaus-run: error: a tensor of shape 4611686018427387904x2 does not fit into memory

//===--- Safetensors files ---===//

// RUN: printf 'short' > %t/short.safetensors
// RUN: %{run} --arg 0=%t/short.safetensors 2>&1 | FileCheck %s --check-prefix=SHORT
// SHORT: danaus-run: error: {{.*}}short.safetensors: truncated: wanted at least 8 bytes, found 5

// RUN: printf '\377\377\377\377\377\377\377\377{}' > %t/long.safetensors
// RUN: %{run} --arg 0=%t/long.safetensors 2>&1 | FileCheck %s --check-prefix=LONG
// LONG: danaus-run: error: {{.*}}long.safetensors: truncated: wanted a header of 18446744073709551615 bytes, found 2

// RUN: %{make} header %t/json.safetensors "{'w'"
// RUN: %{run} --arg 0=%t/json.safetensors 2>&1 | FileCheck %s --check-prefix=JSON
// JSON: danaus-run: error: {{.*}}json.safetensors: malformed header: [1:2, byte=2]: Expected object key

// RUN: %{make} header %t/list.safetensors "[1]"
// RUN: %{run} --arg 0=%t/list.safetensors 2>&1 | FileCheck %s --check-prefix=LIST
// LIST: danaus-run: error: {{.*}}list.safetensors: malformed header: wanted a JSON object

// RUN: %{make} header %t/deep.safetensors "[[[[[[[[[[[[[[[[[[[["
// RUN: %{run} --arg 0=%t/deep.safetensors 2>&1 | FileCheck %s --check-prefix=DEEP
// DEEP: danaus-run: error: {{.*}}deep.safetensors: malformed header: nested too deeply

// RUN: %{make} header %t/entry.safetensors '{"w": {"dtype": "F32", "shape": [3, -2], "data_offsets": [0, 24]}}' 24
// RUN: %{run} --arg 0=%t/entry.safetensors 2>&1 | FileCheck %s --check-prefix=ENTRY
// ENTRY: danaus-run: error: {{.*}}entry.safetensors: tensor 'w': wanted an object with dtype, shape and data_offsets

// RUN: %{make} header %t/dtype.safetensors '{"w": {"dtype": "F31", "shape": [3, 2], "data_offsets": [0, 24]}}' 24
// RUN: %{run} --arg 0=%t/dtype.safetensors 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: danaus-run: error: {{.*}}dtype.safetensors: tensor 'w': unknown dtype F31

// RUN: %{make} header %t/huge.safetensors '{"w": {"dtype": "F32", "shape": [4611686018427387904, 4], "data_offsets": [0, 24]}}' 24
// RUN: %{run} --arg 0=%t/huge.safetensors 2>&1 | FileCheck %s --check-prefix=OVERFLOW
// OVERFLOW: danaus-run: error: {{.*}}huge.safetensors: tensor 'w': shape 4611686018427387904x4 overflows

// RUN: %{make} header %t/range.safetensors '{"w": {"dtype": "F32", "shape": [3, 2], "data_offsets": [8, 32]}}' 24
// RUN: %{run} --arg 0=%t/range.safetensors 2>&1 | FileCheck %s --check-prefix=OFFSETS
// OFFSETS: danaus-run: error: {{.*}}range.safetensors: tensor 'w': data_offsets [8, 32] are out of range for 24 bytes of data

// RUN: %{make} header %t/size.safetensors '{"w": {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 20]}}' 24
// RUN: %{run} --arg 0=%t/size.safetensors 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: danaus-run: error: {{.*}}size.safetensors: tensor 'w': wanted 24 bytes for 3x2 F32, found 20

// RUN: %{make} header %t/lap.safetensors '{"w": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}, "v": {"dtype": "F32", "shape": [3], "data_offsets": [8, 20]}}' 24
// RUN: %{run} --arg 0=%t/lap.safetensors:w 2>&1 | FileCheck %s --check-prefix=OVERLAP
// OVERLAP: danaus-run: error: {{.*}}lap.safetensors: tensors 'w' and 'v' overlap

// RUN: %{make} safetensors %t/two.safetensors w:F32:3x2 v:I16:3
// RUN: %{run} --arg 0=%t/two.safetensors:u 2>&1 | FileCheck %s --check-prefix=KEY
// KEY: danaus-run: error: {{.*}}two.safetensors: no tensor 'u': the file has the keys: v, w

// RUN: %{run} --arg 0=%t/two.safetensors 2>&1 | FileCheck %s --check-prefix=NO-KEY
// NO-KEY: danaus-run: error: {{.*}}two.safetensors: wanted FILE:key, as the file has the keys: v, w

// RUN: %{run} --arg 0=%t/two.safetensors:v 2>&1 | FileCheck %s --check-prefix=INTEGERS
// INTEGERS: danaus-run: error: {{.*}}two.safetensors: tensor 'v': wanted dtype I8, I32, I64, F16, BF16, F32, F64 or C64, found I16

//===--- Values ---===//

// RUN: %{make} npy %t/nan.npy 3x2 --values=1,2,3,nan,5,inf
// RUN: %{run} --verify-data --arg 0=%t/nan.npy 2>&1 | FileCheck %s --check-prefix=NAN
// NAN: danaus-run: error: argument 0: wanted finite values, found NaN at [1, 1]

// RUN: %{make} npy %t/inf.npy 3x2 --values=1,2,3,4,5,inf
// RUN: %{run} --verify-data --arg 0=%t/inf.npy 2>&1 | FileCheck %s --check-prefix=INFINITE
// INFINITE: danaus-run: error: argument 0: wanted finite values, found an infinity at [2, 1]

// Without the option a NaN is data like any other; in activations it always is.
// RUN: danaus-run %s --device=interpreter --arg 0=%t/nan.npy | FileCheck %s --check-prefix=UNCHECKED
// RUN: %{make} npy %t/x-nan.npy 2x2 --values=nan,nan,nan,nan
// RUN: danaus-run %s --device=interpreter --verify-data --arg 1=%t/x-nan.npy | FileCheck %s --check-prefix=UNCHECKED
// UNCHECKED: result 0: {{[72]}}x3 f32, rms {{nan|inf}}

func.func @dense(%w: tensor<3x2xf32>, %x: tensor<?x2xf32>, %b: tensor<3xbf16>, %c: tensor<2xcomplex<f64>>)
    -> (tensor<?x3xf32>, tensor<3xbf16>, tensor<2xcomplex<f64>>) {
  %m = linop.assemble %w : (tensor<3x2xf32>) -> tensor<3x2xf32, #linop.dense>
  %y = linop.apply %m, %x : tensor<3x2xf32, #linop.dense>, tensor<?x2xf32> -> tensor<?x3xf32>
  return %y, %b, %c : tensor<?x3xf32>, tensor<3xbf16>, tensor<2xcomplex<f64>>
}
