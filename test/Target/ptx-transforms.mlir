// What a kernel of transforms is made of: 16 numbers of x and y as pairs side by side, four passes through shared memory with addresses
// that are one base and constants, 30 twiddles, and nothing in local memory.
//
// RUN: danaus-compile %s --target=sm_90a --rows=16384 --emit=ptx -o %t.ptx
// RUN: FileCheck %s --input-file=%t.ptx --implicit-check-not=.local --implicit-check-not=__local_depot

#dft = #linop.dft

// CHECK-LABEL: .visible .entry fourier_kernel_0(
// CHECK:         .maxntid 256, 1, 1
// CHECK:         .minnctapersm 4
// CHECK:         griddepcontrol.wait;
// CHECK-COUNT-16: ld.global.v2.b32
// CHECK:          bar.sync
// CHECK-COUNT-16: st.shared.v2.b32
// CHECK:          bar.sync
// CHECK-COUNT-16: st.shared.v2.b32 {{\[}}%rd{{[0-9]+(\+[0-9]+)?}}]
// CHECK:          bar.sync
// CHECK-NOT:      bar.sync
// CHECK-COUNT-16: st.global.v2.b32
func.func @fourier(%x: tensor<?x4096xcomplex<f32>>) -> tensor<?x4096xcomplex<f32>> {
  %m = linop.assemble : () -> tensor<4096x4096xcomplex<f32>, #dft>
  %y = linop.apply %m, %x : tensor<4096x4096xcomplex<f32>, #dft>, tensor<?x4096xcomplex<f32>> -> tensor<?x4096xcomplex<f32>>
  return %y : tensor<?x4096xcomplex<f32>>
}
