// RUN: not danaus-compile %s --target=sm_12 --emit=ptx 2>&1 | FileCheck %s --check-prefix=TARGET
// TARGET: danaus-compile: error: --target: wanted sm_80 or sm_90a for ptx, found "sm_12"
// RUN: not danaus-compile %s --target=x86-avx2 --emit=ptx 2>&1 | FileCheck %s --check-prefix=CPU
// CPU: danaus-compile: error: --target: wanted sm_80 or sm_90a for ptx, found "x86-avx2"
// RUN: not danaus-compile %s -o %t.exe 2>&1 | FileCheck %s --check-prefix=KIND
// KIND: danaus-compile: error: --emit: wanted o, so, s, ptx, cubin, ll or mlir, found "exe"
// RUN: not danaus-compile %t.missing --emit=ptx 2>&1 | FileCheck %s --check-prefix=FILE
// FILE: danaus-compile: error: cannot open input file '{{.+}}.missing': No such file or directory
// RUN: not danaus-compile %s --emit=ptx 2>&1 | FileCheck %s --check-prefix=NOTHING
// NOTHING: danaus-compile: error: no function of the input became a kernel of sm_90a
// RUN: not danaus-compile %s --emit=ptx --schedule=quick 2>&1 | FileCheck %s --check-prefix=SCHEDULE
// SCHEDULE: error: option schedule: wanted a #chain.schedule attribute, found 'quick'
// SCHEDULE: danaus-compile: error: compilation failed
func.func @nothing() {
  return
}
