//===- TileTypes.td - Types of the tile dialect -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_TILE_TILETYPES_TD
#define DIALECTS_TILE_TILETYPES_TD

include "dialects/Tile/TileAttrs.td"
include "dialects/Tile/TileDialect.td"
include "mlir/IR/AttrTypeBase.td"

def Tile_FragmentType : TypeDef<Tile_Dialect, "Fragment"> {
  let mnemonic = "fragment";
  let summary = "A small matrix held by the lanes of one warp";
  let description = [{
    An operand of one tensor-core product of 16 x K by K x 8, where K is 16 for
    elements of 2 bytes and 8 for f32 and f64. Lane 4 g + t (g < 8, t < 4) holds, with
    a *word* being two elements of 2 bytes, one f32 or one f64:

    | role  | shape  | lane 4 g + t holds |
    |-------|--------|--------------------|
    | `a`   | 16 x K | words t and t + 4 of rows g and g + 8 |
    | `b`   | K x 8  | words t and t + 4 of column p(g) |
    | `acc` | 16 x 8 | columns p(2 t) and p(2 t + 1) of rows g and g + 8, in f32, or f64 for f64 |

    `columns` is the permutation p of columns: `adjacent` (p(n) = n), or `split`
    (p(2 t + j) = t + 4 j), with which the four lanes of a row hold adjacent
    columns in one register: their stores to blocks of adjacent columns do not
    meet in one bank. In f64 `split` is p(2 t) = t and p(2 t + 1) = 4 + (t xor 1): then
    neighbors g hold an even and an odd column, and the 128 bytes of a weight that eight
    lanes load lie in different banks too. p is a matter of who holds what; element [i, j] of a
    fragment is the same in both.

    Example: `!tile.fragment<acc, 16x8xf32, split>`
  }];
  let parameters = (ins
      EnumParameter<Tile_Role>:$role,
      "int64_t":$rows, "int64_t":$columnCount, "::mlir::Type":$elementType,
      DefaultValuedParameter<"::danaus::tile::Columns",
                             "::danaus::tile::Columns::adjacent">:$columns);
  let assemblyFormat = [{
    `<` $role `,` custom<Shape>($rows, $columnCount, $elementType) (`,` $columns^)? `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The extent K of the contraction that a fragment of `elementType` serves.
    static int64_t contraction(::mlir::Type elementType);
    /// The fragment of `role` for products of `elementType` (of the operands).
    static FragmentType getFor(Role role, ::mlir::Type elementType,
                               Columns columns = Columns::adjacent);
  }];
}

def Tile_SumsType : TypeDef<Tile_Dialect, "Sums"> {
  let mnemonic = "sums";
  let summary = "Sums of f32 held by the lanes of a warpgroup";
  let description = [{
    The accumulator of wgmma: 64 rows and a multiple of 8 columns, up to 256. Lane
    4 g + t of warp w of the warpgroup holds, for each 8 columns n, columns
    8 n + 2 t and 8 n + 2 t + 1 of rows 16 w + g and 16 w + g + 8.

    Example: `!tile.sums<256>`
  }];
  let parameters = (ins "int64_t":$columnCount);
  let assemblyFormat = "`<` $columnCount `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Values that a lane holds, ordered (columns / 8, row / 8 % 2, column % 2).
    int64_t getValuesPerLane() const { return getColumnCount() / 2; }
  }];
}

def Tile_DescriptorType : TypeDef<Tile_Dialect, "Descriptor"> {
  let mnemonic = "descriptor";
  let summary = "A matrix in shared memory as wgmma reads it";
  let description = [{
    Rows of 64 elements of 2 bytes, one after the other, in the 128-byte swizzle
    that bulk copies write: the 16-byte units of a row r are exchanged by r % 8.

    Example: `!tile.descriptor<bf16>`
  }];
  let parameters = (ins "::mlir::Type":$elementType);
  let assemblyFormat = "`<` $elementType `>`";
  let genVerifyDecl = 1;
}

def Tile_LeftType : TypeDef<Tile_Dialect, "Left"> {
  let mnemonic = "left";
  let summary = "A left operand of wgmma held by the lanes of a warpgroup";
  let description = [{
    64 rows and a multiple of 16 columns, up to 256, of 2 bytes each. Lane 4 g + t of
    warp w of the warpgroup holds the places that it holds of `!tile.sums` of as many
    columns.

    Example: `!tile.left<bf16, 64>`
  }];
  let parameters = (ins "::mlir::Type":$elementType, "int64_t":$columnCount);
  let assemblyFormat = "`<` $elementType `,` $columnCount `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Values that a lane holds, ordered (columns / 8, row / 8 % 2, column % 2).
    int64_t getValuesPerLane() const { return getColumnCount() / 2; }
  }];
}

#endif // DIALECTS_TILE_TILETYPES_TD
