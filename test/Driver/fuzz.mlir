// A seed gives the same program every time, and it runs as danaus-run is told to by its first line.
//
// RUN: danaus-fuzz --print --seed=3 --count=2 > %t.first
// RUN: danaus-fuzz --print --seed=3 --count=2 > %t.second
// RUN: diff %t.first %t.second
// RUN: FileCheck %s --check-prefix=PRINT --input-file=%t.first
// PRINT: // seed 3, --rows=
// PRINT: func.func @main(
// PRINT: // seed 4, --rows=
//
// RUN: not danaus-fuzz --count=-1 2>&1 | FileCheck %s --check-prefix=COUNT
// COUNT: danaus-fuzz: --count: wanted 0 or more, found -1
// RUN: not danaus-fuzz --count=0 --output=/dev/null/folder 2>&1 | FileCheck %s --check-prefix=OUTPUT
// OUTPUT: danaus-fuzz: --output: /dev/null/folder:
//
// RUN: not danaus-fuzz --count=0 --seconds=x 2>&1 | FileCheck %s --check-prefix=SECONDS
// SECONDS: for the --seconds option
//
// Without the lowering of a product every program fails. Of three products shrinking leaves one, which is written and
// fails for that reason alone.
// RUN: danaus-fuzz --print --seed=5 --count=1 | FileCheck %s --check-prefix=WHOLE
// WHOLE-COUNT-3: linop.apply
// RUN: rm -rf %t.folder
// RUN: env DANAUS_DISABLE_PATTERN=ApplyToStages not danaus-fuzz --seed=5 --count=1 --output=%t.folder 2>&1 | FileCheck %s --check-prefix=FAILED
// FAILED: naive: compilation failed
// FAILED: danaus-fuzz: seed 5 failed
// FAILED: danaus-fuzz: see {{.*}}fuzz-5.mlir
// FAILED: danaus-fuzz: 1 programs from seed 5, 1 failed
// RUN: FileCheck %s --check-prefix=SMALLER --input-file=%t.folder/fuzz-5.mlir
// SMALLER: // seed 5, --rows=1
// SMALLER-COUNT-1: linop.apply
// SMALLER-NOT: linop.apply
// RUN: env DANAUS_DISABLE_PATTERN=ApplyToStages not danaus-run %t.folder/fuzz-5.mlir
// RUN: danaus-run %t.folder/fuzz-5.mlir --check
