// Bad input gives a message and a non-zero exit status.

// RUN: not danaus-tune %t.none --list 2>&1 | FileCheck %s --check-prefix=MISSING
// MISSING: danaus-tune: cannot open input file '{{.*}}none': No such file or directory

// RUN: echo "func.func @f() {" > %t.broken.mlir
// RUN: not danaus-tune %t.broken.mlir --list 2>&1 | FileCheck %s --check-prefix=BROKEN
// BROKEN: error:

// RUN: echo "func.func private @f()" > %t.empty.mlir
// RUN: not danaus-tune %t.empty.mlir --list 2>&1 | FileCheck %s --check-prefix=EMPTY
// EMPTY: danaus-tune: wanted one function with a linop.apply, found 0

// RUN: not danaus-tune %t.empty.mlir 2>&1 | FileCheck %s --check-prefix=NEITHER
// NEITHER: danaus-tune: wanted one of --list and --choose

// RUN: not danaus-tune %t.empty.mlir --list --rows=0 2>&1 | FileCheck %s --check-prefix=ROWS
// ROWS: danaus-tune: rows: wanted at least 1, found 0

// RUN: not danaus-tune %t.empty.mlir --list --target=sm_90a 2>&1 | FileCheck %s --check-prefix=TARGET
// TARGET: danaus-tune: target 'sm_90a': wanted a CPU of x86-avx512, sapphirerapids, x86-avx2

// RUN: not danaus-tune %t.empty.mlir --list --model=%t.empty.mlir 2>&1 | FileCheck %s --check-prefix=MODEL
// MODEL: danaus-tune: cannot read model '{{.*}}empty.mlir': not JSON:

// RUN: danaus-tune %S/tune.mlir --choose --target=x86-avx512 --model=%S/../Transforms/Inputs/narrow-panels.json | FileCheck %s --check-prefix=CHIP
// RUN: not danaus-tune %S/tune.mlir --choose --target=x86-avx2 --model=%S/../Transforms/Inputs/narrow-panels.json 2>&1 | FileCheck %s --check-prefix=OTHER
// CHIP: "schedule":
// OTHER: danaus-tune: model: wanted one for x86-avx2, found one for x86-avx512

// RUN: not danaus-tune %S/Inputs/two-layers.mlir --list 2>&1 | FileCheck %s --check-prefix=CHAIN
// CHAIN: danaus-tune: wanted a single linop.apply, found several that are no chain
