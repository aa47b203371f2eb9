// Each message whole; each command fails.
//
// RUN: not danaus-compile %s --target=sm_7 --emit=ptx 2>&1 | FileCheck %s --check-prefix=TARGET
// RUN: not danaus-compile %s --target=x86-avx2 --emit=ptx 2>&1 | FileCheck %s --check-prefix=CPU
// RUN: not danaus-compile %s 2>&1 | FileCheck %s --check-prefix=NO-EMIT
// RUN: not danaus-compile %s -o %t.sass 2>&1 | FileCheck %s --check-prefix=SUFFIX
// RUN: not danaus-compile %t.nowhere --emit=ptx 2>&1 | FileCheck %s --check-prefix=INPUT
// RUN: not danaus-compile %s -o %t.nowhere/a.ptx 2>&1 | FileCheck %s --check-prefix=OUTPUT
// RUN: not danaus-compile %s --emit=ptx --schedule="#chain.schedule<unit=amx,rows=8,axes=[b]>" 2>&1 | FileCheck %s --check-prefix=UNIT
// RUN: not danaus-compile %s --emit=ptx --schedule="#chain.schedule<unit=mma_sync,rows=8,warps=64>" 2>&1 | FileCheck %s --check-prefix=ROWS
// RUN: not danaus-compile %s --emit=ptx --schedule="#chain.schedule<unit=mma_sync,rows=16,cuts=[1]>" 2>&1 | FileCheck %s --check-prefix=CUTS
// RUN: not danaus-compile %s --emit=ptx --schedule="#chain.schedule<unit=mma_sync,placement=registers,rows=64,depth=40,warps=4>" 2>&1 | FileCheck %s --check-prefix=SHARED
// RUN: not danaus-compile %s --emit=ptx --schedule="rows 16" 2>&1 | FileCheck %s --check-prefix=PARSE
// RUN: echo 'func.func @f(' > %t.broken.mlir
// RUN: not danaus-compile %t.broken.mlir --emit=ptx 2>&1 | FileCheck %s --check-prefix=BROKEN
// RUN: echo 'func.func @f() { return }' > %t.empty.mlir
// RUN: not danaus-compile %t.empty.mlir --emit=ptx 2>&1 | FileCheck %s --check-prefix=EMPTY

// TARGET:  danaus-compile: error: --target: wanted sm_80 or sm_90a for ptx, found "sm_7"
// CPU:     danaus-compile: error: --target: wanted sm_80 or sm_90a for ptx, found "x86-avx2"
// NO-EMIT: danaus-compile: error: --emit: wanted o, so, s, ptx, cubin, ll or mlir, found ""
// SUFFIX:  danaus-compile: error: --emit: wanted o, so, s, ptx, cubin, ll or mlir, found "sass"
// INPUT:   danaus-compile: error: cannot open input file '{{.*}}nowhere': No such file or directory
// OUTPUT:  danaus-compile: error: cannot open output file '{{.*}}a.ptx': No such file or directory
// UNIT:    error: 'chain.kernel' op schedule is not legal on sm_90a: unit: wanted mma_sync on sm_90a; rows: wanted 16, 32, 48 or 64, found 8
// UNIT:    danaus-compile: error: compilation failed
// ROWS:    error: 'chain.kernel' op schedule is not legal on sm_90a: rows: wanted 16, 32, 48 or 64, found 8; warps: wanted at most 32, found 64
// CUTS:    error: 'chain.kernel' op schedule is not legal on sm_90a: cuts: wanted ascending indices from 1 to 0, found 1
// SHARED:  error: 'chain.kernel' op schedule is not legal on sm_90a: launch 0: wanted at most 232448 bytes of shared memory, found {{[0-9]+}}
// PARSE:   danaus-compile: error: compilation failed
// BROKEN:  error: expected
// EMPTY:   danaus-compile: error: no function of the input became a kernel of sm_90a

func.func @layer(%w: tensor<64x64xbf16>, %x: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %c0 = arith.constant 0 : index
  %m = linop.assemble %w : (tensor<64x64xbf16>) -> tensor<64x64xbf16, #linop.dense>
  %y = linop.apply %m, %x : tensor<64x64xbf16, #linop.dense>, tensor<?x64xbf16> -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}
