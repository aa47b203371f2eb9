//===- ChainDialect.td - The chain dialect -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CHAIN_CHAINDIALECT_TD
#define DIALECTS_CHAIN_CHAINDIALECT_TD

include "mlir/IR/DialectBase.td"

def Chain_Dialect : Dialect {
  let name = "chain";
  let cppNamespace = "::danaus::chain";
  let summary = "Stages that run together on one tile of rows, and their schedule";
  let description = [{
    A *stage* multiplies activations by one Kronecker-sparse factor, an
    I_a (x) 1_{b x c} (x) I_d pattern of dense blocks (see
    `danaus/Support/Stage.h`). A *kernel* is a chain of stages and element-wise
    maps that run together on a tile of rows; its `#chain.schedule` says how.
    One pass writes the schedule, `danaus-assign-schedule`; all others obey it.

    Activations are (rows, columns), rows slowest. A matrix with `out` rows and
    `in` columns turns (rows, in) into (rows, out).
  }];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = "void registerAttributes();";
}

#endif // DIALECTS_CHAIN_CHAINDIALECT_TD
