//===- TileAttrs.td - Enumerations of the tile dialect -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_TILE_TILEATTRS_TD
#define DIALECTS_TILE_TILEATTRS_TD

include "dialects/Tile/TileDialect.td"
include "mlir/IR/EnumAttr.td"

def Tile_Role : I32EnumAttr<"Role", "the operand of a product that a fragment is", [
    I32EnumAttrCase<"a", 0>,
    I32EnumAttrCase<"b", 1>,
    I32EnumAttrCase<"acc", 2>]> {
  let cppNamespace = "::danaus::tile";
  let genSpecializedAttr = 0;
}

def Tile_Columns : I32EnumAttr<"Columns", "the two columns that a lane holds", [
    I32EnumAttrCase<"adjacent", 0>,
    I32EnumAttrCase<"split", 1>]> {
  let cppNamespace = "::danaus::tile";
  let genSpecializedAttr = 0;
}

#endif // DIALECTS_TILE_TILEATTRS_TD
