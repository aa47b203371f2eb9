// Random edits of random programs are refused or compiled, and crash nothing. tools/dev/fuzz runs more of them under
// AddressSanitizer.
//
// RUN: danaus-fuzz --mutate --seed=1 --count=100 --output=%t | FileCheck %s
// CHECK: danaus-fuzz: 100 mutants from seed 1, 0 failed
