// Thread blocks that hand tiles on through a ring in device memory: simulated in turns, since they wait for each other.

// DEFINE: %{run} = danaus-run %s --device=sim --check
// RUN: %{run} --rows=37 --schedule="#chain.schedule<unit = mma_sync, rows = 16, cuts = [1], warps = 4, depth = 2, placement = registers, ring = 2048>"
// RUN: %{run} --rows=150 --schedule="#chain.schedule<unit = mma_sync, rows = 16, cuts = [1], warps = 4, depth = 1, placement = streamed, ring = 2048>"

// A signal that is not given, and one that is given before the tile is stored.
// RUN: sed -e 's/^func/module attributes {danaus.target = "sm_90a"} {\nfunc/' -e '$s/$/\n}/' %s > %t.target.mlir
// RUN: danaus-opt %t.target.mlir --danaus-to-device='schedule="#chain.schedule<unit=mma_sync,rows=16,cuts=[1],warps=4,depth=2,placement=registers,ring=2048>"' > %t.mlir
// RUN: danaus-opt %t.mlir --danaus-simulate="rows=37"
// RUN: sed -e '/tile.signal/d' %t.mlir | not danaus-opt --danaus-simulate="rows=37" 2>&1 | FileCheck %s --check-prefix=SIGNAL
// SIGNAL: error: 'tile.await' op thread {{[0-9]+}} of block {{[0-9]+}}: waits for ever for {{[0-9]+}} at byte {{[0-9]+}} of allocation {{[0-9]+}}, found 0
// RUN: sed -e '/tile.await/d' %t.mlir | not danaus-opt --danaus-simulate="rows=37" 2>&1 | FileCheck %s --check-prefix=AWAIT
// AWAIT: error: '{{.+}}' op thread {{[0-9]+}} of block {{[0-9]+}}: {{.+}} of allocation {{[0-9]+}}: a race with a write by block {{[0-9]+}} of the same launch

#mon = #linop.monarch<blocks = [16, 16], middle = 256>
func.func @layer(%m: tensor<256x256xbf16, #mon>, %x: tensor<?x256xbf16>) -> tensor<?x256xbf16> {
  %y = linop.apply %m, %x : tensor<256x256xbf16, #mon>, tensor<?x256xbf16> -> tensor<?x256xbf16>
  return %y : tensor<?x256xbf16>
}
