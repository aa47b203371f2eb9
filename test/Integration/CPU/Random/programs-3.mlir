// Random programs, compiled naive, optimized and simplified, against the reference: 125 of the 500 of the suite.
// A longer run is `danaus-fuzz --seed=SEED --count=COUNT`.
//
// RUN: danaus-fuzz --seed=251 --count=125 --output=%t | FileCheck %s
// CHECK: danaus-fuzz: 125 programs from seed 251, 0 failed
