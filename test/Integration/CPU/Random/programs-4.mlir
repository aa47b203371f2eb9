// Random programs, compiled naive, optimized and simplified, against the reference: 125 of the 500 of the suite.
// A longer run is `danaus-fuzz --seed=SEED --count=COUNT`.
//
// RUN: danaus-fuzz --seed=376 --count=125 --output=%t | FileCheck %s
// CHECK: danaus-fuzz: 125 programs from seed 376, 0 failed
