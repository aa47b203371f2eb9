// Where a schedule prefers the vendor's library, which a simulator has not, the layer's own kernel runs.
// RUN: danaus-run %s --device=sim --check --rows=70 --schedule="#chain.schedule<unit=wgmma,rows=64,warps=4,panel=64,depth=2,library=true>" | FileCheck %s
// CHECK: check passed

// RUN: danaus-run %s --device=sim --rows=70 --json | FileCheck %s --check-prefix=DEFAULT
// DEFAULT: "schedule":"#chain.schedule<unit = wgmma, {{.*}}library = true>"

module attributes {danaus.target = "sm_90a"} {
  func.func @dense(%m: tensor<256x256xbf16, #linop.dense>, %x: tensor<?x256xbf16>) -> tensor<?x256xbf16> {
    %y = linop.apply %m, %x : tensor<256x256xbf16, #linop.dense>, tensor<?x256xbf16> -> tensor<?x256xbf16>
    return %y : tensor<?x256xbf16>
  }
}
