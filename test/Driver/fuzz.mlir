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
// A program that takes too long fails, and what is left of it after shrinking is written.
// RUN: rm -rf %t.folder
// RUN: not danaus-fuzz --count=0 --seconds=x 2>&1 | FileCheck %s --check-prefix=SECONDS
// SECONDS: for the --seconds option
