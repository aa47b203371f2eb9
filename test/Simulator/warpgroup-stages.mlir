// Two stages as products of warpgroups, and the transposition behind the second.

// RUN: danaus-run %s --device=sim --check --rows=70 --schedule="#chain.schedule<unit=wgmma,rows=64,warps=4,panel=64,depth=2,cuts=[1]>" | FileCheck %s
// CHECK: check passed

#mon = #linop.monarch<blocks = [2, 2], middle = 256>
func.func @monarch(%m: tensor<256x256xbf16, #mon>, %x: tensor<?x256xbf16>) -> tensor<?x256xbf16> {
  %y = linop.apply %m, %x : tensor<256x256xbf16, #mon>, tensor<?x256xbf16> -> tensor<?x256xbf16>
  return %y : tensor<?x256xbf16>
}
