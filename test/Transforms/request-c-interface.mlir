// RUN: danaus-opt %s --danaus-request-c-interface | FileCheck %s
// RUN: danaus-opt %s --danaus-request-c-interface -o %t.once
// RUN: danaus-opt %t.once --danaus-request-c-interface | diff %t.once -

// CHECK-LABEL: func.func @public_functions_get_one()
// CHECK-SAME: attributes {llvm.emit_c_interface}
func.func @public_functions_get_one() {
  return
}

// CHECK-LABEL: func.func private @private_functions_do_not() {
func.func private @private_functions_do_not() {
  return
}

// CHECK-LABEL: func.func private @declarations_do_not(){{$}}
func.func private @declarations_do_not()
