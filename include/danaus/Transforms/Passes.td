//===- Passes.td - Passes on linop and chain -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TRANSFORMS_PASSES_TD
#define DANAUS_TRANSFORMS_PASSES_TD

include "danaus/Transforms/LinopPasses.td"
include "mlir/Pass/PassBase.td"

def DecomposeAggregatesPass : Pass<"danaus-decompose-aggregates"> {
  let summary = "Take softmax and its like apart into plain linalg operations";
  let description = [{
    Before: operations of `linalg` that stand for several, such as
    `linalg.softmax`, for which neither bufferization nor loops exist. After:
    each on tensors is the operations that it stands for. Those on memrefs stay.

    Refuses one on integers or complex numbers.
    Test: `test/Transforms/decompose-aggregates.mlir`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::tensor::TensorDialect"];
}

def ExpandStructuredPass : Pass<"danaus-expand-structured", "::mlir::ModuleOp"> {
  let summary = "Replace every structured matrix by its parameters";
  let description = [{
    Before: matrices are values of a structured type, as `linop.assemble` and
    `danaus-raise-linalg-to-linop` leave them. After: every such value has
    become its parameters, in the order of `linop.assemble`, as arguments and
    results of functions, calls, `scf.if`, `scf.for` and `scf.while`, and as one
    `arith.select` a parameter; each `linop.apply` is a chain of `chain.stage`,
    `chain.einsum` and their kin on (rows, columns), and each `linop.materialize` a chain on the identity.

    Refuses, before it changes anything and naming the op, any other op with a
    structured operand, result or block argument, and a structure whose stages
    do not fit its shape. Attributes of a structured argument or result go to
    each of its parameters.
    Test: `test/Transforms/expand-structured.mlir`.
  }];
  let dependentDialects = [
    "::danaus::chain::ChainDialect", "::mlir::arith::ArithDialect",
    "::mlir::complex::ComplexDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"];
  let options = [
    Option<"foldPermutations", "fold-permutations", "bool", "true",
           "Move digit permutations into the stages beside them">];
}

def OutputsToDestinationsPass : Pass<"danaus-outputs-to-destinations", "::mlir::ModuleOp"> {
  let summary = "The tensor results of public functions become memref arguments";
  let description = [{
    Before: functions return tensors. After: a public function with a body has
    one more argument for each result, a memref of its shape (dynamic sizes
    stay dynamic) in the order of the results, which it writes through
    `bufferization.materialize_in_destination ... restrict writable`, and no
    result; its tensor arguments are marked as not writable, since bufferization
    would otherwise overwrite a caller's inputs. The caller's destinations must
    not overlap other arguments. In a function with `danaus.parameters`, the
    activations too become memrefs, and theirs and the results' rows lie a
    dynamic stride apart, unless `row-strides` is off. Private functions are left
    as they are.

    Refuses, before it changes anything, a result that is not a plain ranked
    tensor, and a public function with results that is called in its module.
    Test: `test/Transforms/outputs-to-destinations.mlir`.
  }];
  let dependentDialects = [
    "::mlir::bufferization::BufferizationDialect", "::mlir::memref::MemRefDialect"];
  let options = [Option<"rowStrides", "row-strides", "bool", "true",
                        "Let rows of activations and results lie apart">];
}

def RaiseLinalgToLinopPass : Pass<"danaus-raise-linalg-to-linop"> {
  let summary = "Read linalg on structured tensors as linop";
  let description = [{
    Before: what a front end writes, with structured tensors as operands of
    linalg. Must be the first pass on them: canonicalization makes dense
    tensors of encoded ones. After: each contraction (any named op or
    `linalg.generic` that is a multiply-add over projected permutations) of one
    structured matrix with activations is a `linop.apply`, of a
    `linop.transpose` where its columns are not what is summed over, between
    transposes of the activations where the order needs it, and plus the
    initial value unless that is zero. A copy of a matrix is the matrix, a
    transpose a `linop.transpose`, and one whose result has no encoding, or a
    `tensor.cast` that drops it, a `linop.materialize`. All else is left, and
    `danaus-expand-structured` names it.

    Refuses a copy, transpose or cast whose result has another encoding.
    Test: `test/Transforms/raise-linalg-to-linop.mlir`.
  }];
  let dependentDialects = [
    "::danaus::linop::LinopDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def RequestCInterfacePass : Pass<"danaus-request-c-interface"> {
  let summary = "Ask for _mlir_ciface_<name> of every public function";
  let description = [{
    Before: anything. After: each public `func.func` with a body has
    `llvm.emit_c_interface`, so that its conversion to LLVM adds an entry point
    that takes memrefs as pointers to their descriptors. Unlike upstream's
    `llvm-request-c-wrappers` it leaves private functions and declarations of
    run-time functions alone. Refuses nothing.
    Test: `test/Transforms/request-c-interface.mlir`.
  }];
}

def ReshapesToCastsPass : Pass<"danaus-reshapes-to-casts"> {
  let summary = "Turn expansions into several dynamic sizes into casts";
  let description = [{
    Before: `memref.expand_shape` of one dimension into two or more of unknown
    size, on row-major memory, which upstream's expansion of strided metadata
    cannot take. After: a `memref.reinterpret_cast` with the strides computed.
    Any other reshape stays. Test: `test/Transforms/reshapes-to-casts.mlir`.
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::memref::MemRefDialect"];
}

def VerifyNoStructuredPass : Pass<"danaus-verify-no-structured"> {
  let summary = "Fail if a structured tensor is left";
  let description = [{
    Before: anything. After: no operand, result or block argument has a type
    with a structure as its encoding; nothing is changed. Refuses, naming the
    op, a module that has one: passes that do not know structures, such as
    bufferization, would make a dense tensor of it without an error.
    Test: `test/Transforms/verify-no-structured.mlir`.
  }];
}

def CopiesToLinalgPass : Pass<"danaus-copies-to-linalg"> {
  let summary = "Turn copies of memrefs into linalg.generic";
  let description = [{
    Before: `memref.copy`. After: none; a copy of a memref onto itself is gone
    and any other is an element-wise `linalg.generic`, so that no layout needs a
    copy routine at run time. Refuses unranked memrefs.
    Test: `test/Transforms/copies-to-linalg.mlir`.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def FuseStagesPass : Pass<"danaus-fuse-stages", "::mlir::ModuleOp"> {
  let summary = "Group stages and element-wise maps into kernels";
  let description = [{
    Before: `chain.stage` and `chain.map` on whole activations. After: each
    maximal chain in which every value is the activations of exactly one next
    stage or map is one `chain.kernel` without a schedule, and an element-wise
    `linalg.generic` of `arith` and `math` on such a value (with whole operands
    or one value a column) is a `chain.map` in it. A value with several users
    ends a chain, with a remark. Test: `test/Transforms/fuse-stages.mlir`.
  }];
  let dependentDialects = ["::danaus::chain::ChainDialect", "::mlir::tensor::TensorDialect"];
}

def ApproximateMathPass : Pass<"danaus-approximate-math"> {
  let summary = "Functions of math as arithmetic, where no library has them";
  let description = [{
    Before: `math` on scalars or vectors. After: each function that has an
    approximation in upstream MLIR (tanh, erf, exp, log, sin, cos and others) is
    `arith` on f32, with an error of a few units in the last place of f32; f16
    and bf16 are extended to f32 and back. f64 stays. Functions that a target has
    as an instruction (sqrt, fma, absf and such) stay. Used for device code, which
    has no libm, and for the epilogues of CPU kernels, where a library would take
    vectors apart; there only for functions whose error does not grow with the
    argument (sin and cos, which are reduced in f32, are not). Test:
    `test/Transforms/approximate-math.mlir`.
  }];
  let options = [ListOption<"only", "only", "std::string",
      "Functions to approximate, such as exp; all of them unless given">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

def EinsumsToStagesPass : Pass<"danaus-einsums-to-stages", "::mlir::ModuleOp"> {
  let summary = "Contractions on permuted digits as stages beside permutations";
  let description = [{
    Before: `chain.einsum` of floating-point numbers or, where the module's
    `danaus.target` is a CPU, of i8. After: where it is a
    `chain.stage` but for the order of the digits of x and y, that stage between
    `chain.permute`s, with the least to move. A pass over the activations of one
    stage costs less than a contraction that no kernel takes; of complex numbers on a GPU
    only those become stages where nothing moves. Leaves others alone, with a remark. Refuses an unknown target. Test: `test/Transforms/einsums-to-stages.mlir`.
  }];
  let dependentDialects = ["::danaus::chain::ChainDialect", "::mlir::tensor::TensorDialect"];
}

def FindTransformsPass : Pass<"danaus-find-transforms", "::mlir::ModuleOp"> {
  let summary = "Recognize stages whose blocks are Fourier or Hadamard matrices";
  let description = [{
    Before: `chain.stage`s. After: those whose weight is a constant, shared by all
    a, with the blocks of a Fourier or Hadamard matrix of size 16 at most times
    factors of its columns, say so in `transform`, and fast algorithms run them.
    On a GPU a stage of real numbers stays as it is, and on a CPU one where lanes can
    neither run along 4 values of d nor, with `x_digits`, along the fastest digit of x.
    Test: `test/Transforms/find-transforms.mlir`.
  }];
}

def AssignSchedulePass : Pass<"danaus-assign-schedule", "::mlir::ModuleOp"> {
  let summary = "Give every kernel its schedule";
  let description = [{
    Before: `chain.kernel` without a schedule. After: each has one: that of the
    option `schedule` if given, else the one that `model` ranks first among the
    legal ones, else the default of the target named by the module's
    `danaus.target` ("x86-avx512" when there is none): matrix tiles where they are
    legal and the rows are more than a few, else vectors. On a GPU a kernel of one
    large dense stage and products of warpgroups also gets `library`, and one of
    complex transforms runs in place. A kernel that has a schedule keeps it. No other pass writes schedules. Refuses an unknown
    target, a `schedule` that does not parse, and an unreadable model.
    Test: `test/Transforms/assign-schedule.mlir`.
  }];
  let options = [
    Option<"schedule", "schedule", "std::string", "\"\"",
           "A #chain.schedule attribute, given to every kernel">,
    Option<"model", "model", "std::string", "\"\"",
           "File of a trained model that ranks the legal schedules">,
    Option<"rows", "rows", "int64_t", "256",
           "Rows of activations to expect where the size is dynamic">,
  ];
  let dependentDialects = ["::danaus::chain::ChainDialect"];
}

def SplitKernelsPass : Pass<"danaus-split-kernels", "::mlir::ModuleOp"> {
  let summary = "Give runs of large stages kernels of their own";
  let description = [{
    Before: `chain.kernel`s. After, on a GPU with products of
    warpgroups: a kernel of f16 or bf16 without a schedule whose parts would be launched apart
    is split where a run of its stages is worth such products and the whole is
    not, with the maps behind a stage beside it. On any GPU a kernel of complex
    numbers is split where transforms end and where they begin, so that they have
    kernels with nothing else in them. Leaves all other kernels, and
    all on other targets, as they are. Refuses an unknown target.
    Test: `test/Transforms/split-kernels.mlir`.
  }];
  let options = [Option<"rows", "rows", "int64_t", "256",
                        "Rows of activations to expect where the size is dynamic">];
  let dependentDialects = ["::danaus::chain::ChainDialect", "::mlir::tensor::TensorDialect"];
}

def VerifySchedulePass : Pass<"danaus-verify-schedule", "::mlir::ModuleOp"> {
  let summary = "Fail if a kernel's schedule is missing or illegal on the target";
  let description = [{
    Before: anything. After: unchanged, and every `chain.kernel` has a schedule
    that breaks no constraint of `danaus/Support/Legality.h` on the module's
    `danaus.target`. Refuses all else, naming the constraint, what was wanted and
    what was found. Test: `test/Transforms/verify-schedule.mlir`.
  }];
}

def ListSchedulesPass : Pass<"danaus-list-schedules", "::mlir::ModuleOp"> {
  let summary = "Print the legal schedules of every kernel";
  let description = [{
    Before: `chain.kernel`s, with or without schedules. After: unchanged. Prints
    to the standard output, for every kernel of a function in their order, a line
    that names it and counts its legal schedules on the CPU of the module's
    `danaus.target`, then these, one a line, as `danaus-assign-schedule` and
    `danaus-run --schedule` read them; always in the same order. Refuses an
    unknown target and that of a GPU. Test: `test/Transforms/list-schedules.mlir`.
  }];
  let options = [Option<"rows", "rows", "int64_t", "256",
                        "Rows of activations to expect where the size is dynamic">];
}

def PackWeightsPass : Pass<"danaus-pack-weights", "::mlir::ModuleOp"> {
  let summary = "Order weights as kernels read them";
  let description = [{
    Before: scheduled `chain.kernel`s on unpacked weights. After: every stage in
    a kernel has a `packing`. A weight that is an argument of a public function
    `@f`, used once, is packed by a new function `@f_pack`, which returns the
    packed weights in the order of their arguments; `@f` takes them in place of
    these arguments and has `danaus.pack` and `danaus.packed` (argument
    numbers). Any other weight is packed where it is used. Leaves kernels
    without a schedule alone. Test: `test/Transforms/pack-weights.mlir`.
  }];
  let dependentDialects = ["::danaus::chain::ChainDialect", "::mlir::arith::ArithDialect",
                           "::mlir::complex::ComplexDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def TileKernelsPass : Pass<"danaus-tile-kernels"> {
  let summary = "Turn kernels into loops over tiles of rows";
  let description = [{
    Before: scheduled `chain.kernel`s on tensors, unit `fma`, weights packed.
    After: an `scf.forall` over tiles of `rows` rows for each segment between
    cuts, holding one `chain.contract` a stage; maps are their bodies, and the
    activations between stages are a tile, in the accumulator's type where no
    map reads them. Leaves kernels of another unit or on memrefs alone; refuses
    a kernel whose weights are not packed. Test: `test/Transforms/tile-kernels.mlir`.
  }];
  let dependentDialects = ["::danaus::chain::ChainDialect", "::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

def BufferizeFunctionsPass : Pass<"danaus-bufferize-functions", "::mlir::ModuleOp"> {
  let summary = "One-shot bufferization that leaves the bodies of kernels alone";
  let description = [{
    Before: functions on tensors. After: functions on row-major memrefs, as
    `one-shot-bufferize` makes them with `bufferize-function-boundaries` and
    `function-boundary-type-conversion=identity-layout-map`; a `chain.kernel` is
    on memrefs and its body, the definition of what is computed, keeps its
    tensors (`one-shot-bufferize` itself refuses a body with tensors). Refuses
    what one-shot bufferization refuses. Test: `test/Transforms/bufferize-functions.mlir`.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::memref::MemRefDialect"];
}

def FuseProducersPass : Pass<"danaus-fuse-producers"> {
  let summary = "Compute producers of a row tile inside its loop";
  let description = [{
    Before: an `scf.forall` that slices tensors made outside it. After: each
    producer that implements `TilingInterface`, is element-wise and is used only
    by such slices is computed on the tile; the full-size tensor is gone.
    Test: `test/Transforms/fuse-producers.mlir`.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def VectorizeKernelsPass : Pass<"danaus-vectorize-kernels"> {
  let summary = "Turn contracts on tiles into loops over vector.contract";
  let description = [{
    Before: `chain.contract` on memrefs with packing `panel_b`, `panel_d`, `vnni` or,
    for complex numbers, `complex_d`.
    After: loops over blocks, panels and rows whose innermost loop carries a
    register block of accumulators through `vector.contract`; the body of the
    contract, on vectors, precedes the stores. Tails of b and d are masked. With
    `vnni` the register block is one of `amx` tiles, which hold as many bytes of c
    as divide the c of all contracts in a function, or where functions are called
    in all of them. With two values of c a lane x is copied to a
    block of i16 first. Complex numbers are computed with as vectors of their
    parts, seen through `chain.real_view`.
    Refuses other packings, and those that do not fit the type. Test: `test/Transforms/vectorize-kernels.mlir`.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::amx::AMXDialect",
                           "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def ConvertAmxToLLVMPass : Pass<"danaus-convert-amx-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Matrix tiles and branches to the LLVM dialect";
  let description = [{
    Before: `amx` ops on memrefs and `cf` branches, which may carry tiles. After:
    the LLVM dialect's, with tiles as `!llvm.x86_amx`; what else the two touch is
    joined by `unrealized_conversion_cast`. Upstream's conversion of either one
    leaves the type of the tiles to the other. `cf.assert` is left alone.
    Test: `test/Transforms/convert-amx-to-llvm.mlir`.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def ConvertChainToLLVMPass : Pass<"danaus-convert-chain-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Views of complex numbers to the LLVM dialect";
  let description = [{
    Before: `chain.real_view`. After: the descriptor of the result, made of the
    source's: the same pointers, offset, strides and last size in parts. What
    other ops have of either is joined by `unrealized_conversion_cast`.
    Test: `test/Transforms/convert-chain-to-llvm.mlir`.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def ImportSparseTensorsPass : Pass<"danaus-import-sparse-tensors", "::mlir::ModuleOp"> {
  let summary = "Read upstream's sparse matrices as structures";
  let description = [{
    Before: matrices of static shape with a `#sparse_tensor.encoding`. After: each
    that is CSR, CSC, BSR or n out of m (with 32 or 64 bits or `index` for
    positions and coordinates) has the type `#linop.csr`, its `#linop.transpose`,
    `#linop.bsr` or `#linop.n_m`, through functions and control flow, with a
    number of values that run time decides; `sparse_tensor.assemble` is
    `linop.assemble` and a `sparse_tensor.convert` to a dense tensor is
    `linop.materialize`. Other encodings are left to upstream's passes.

    Refuses any other operation of `sparse_tensor` on such a matrix, and
    constants of its type.
    Test: `test/Transforms/import-sparse-tensors.mlir`.
  }];
  let dependentDialects = [
    "::danaus::linop::LinopDialect", "::mlir::arith::ArithDialect",
    "::mlir::tensor::TensorDialect"];
}

def LowerContractsPass : Pass<"danaus-lower-contracts"> {
  let summary = "Turn vector.contract into vector.fma";
  let description = [{
    Before: `vector.contract` with an accumulator whose last dimension is the
    lanes. After: one `vector.fma` (`arith.muli` and `arith.addi` for integers)
    on a vector of lanes for each element of the other dimensions; an operand without lanes is read as scalars and broadcast,
    straight from memory where it was a `vector.transfer_read` with no other
    use. Where the innermost reduction is over pairs of i8 or i16 in memory, into
    8 or 16 lanes of i32, a pair is one lane of LLVM's intrinsic for vpmaddwd.
    Declines contractions of another form or kind.
    Test: `test/Transforms/lower-contracts.mlir`.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::LLVM::LLVMDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::vector::VectorDialect"];
}

//===----------------------------------------------------------------------===//
// Algebra on linop: danaus/Transforms/LinopAlgebra.h has the bound on errors
//===----------------------------------------------------------------------===//

def MarkActivationsPass : Pass<"danaus-mark-activations", "::mlir::ModuleOp"> {
  let summary = "Mark the arguments that have a row for each row of a call";
  let description = [{
    Before: public functions as they were written. After: each argument that is
    a plain tensor with a dynamic first size, and no parameter of a
    `linop.assemble`, has the attribute `danaus.activation`; one of static size
    that a user marked keeps it. In a function with none of these, arguments
    that are the x of a `linop.apply` have it. All others are parameters.

    Refuses a public function without an activation.
    Test: `test/Transforms/mark-activations.mlir`.
  }];
}

def SeparateParametersPass : Pass<"danaus-separate-parameters", "::mlir::ModuleOp"> {
  let summary = "Move the work that depends on parameters alone to the packing function";
  let description = [{
    Before: public functions `@f` on tensors with marked activations, possibly
    with a `danaus.pack` function. After: `@f_pack` takes every parameter as it
    was written, in order, and returns what `@f` needs of them: parameters,
    packed weights, and results of ops without effects that no activation
    reaches. `@f` takes those first, then the activations, and has
    `danaus.parameters`, their number, and `danaus.schedule`, the schedules of
    its kernels as text. Fills and scalars are made again in `@f`, and so are
    constants unless `pack-constants` is set.

    Refuses a parameter with a dynamic size, an activation with one that is not
    its first, what is no tensor, and more than one block.
    Test: `test/Transforms/separate-parameters.mlir`.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
  let options = [Option<"packConstants", "pack-constants", "bool", "false",
                        "Pack constant tensors too: code for a device cannot read those of "
                        "the host">];
}

def DistributeRowsPass : Pass<"danaus-distribute-rows", "::mlir::func::FuncOp"> {
  let summary = "Give each worker a range of the row tiles";
  let description = [{
    Before: `scf.forall` over row tiles on memrefs. After, for `threads` of 1,
    `scf.for`; for more, an `scf.forall` over at most that many workers, with
    the attribute `danaus.workers`, around an `scf.for` over tiles of the
    worker's rows, which are contiguous. They are a multiple of 16 (12, 8, ...)
    where an `affine.min` of the tile's rows is all that limits them, else of
    whole tiles. Loops in a loop over workers, and those of
    another form, become `scf.for`. Test: `test/Transforms/distribute-rows.mlir`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect"];
  let options = [Option<"threads", "threads", "int64_t", "1", "Workers at most">];
}

def AllocateWorkspacePass : Pass<"danaus-allocate-workspace", "::mlir::ModuleOp"> {
  let summary = "Temporary memory from the caller";
  let description = [{
    Before: functions with `danaus.parameters` and their packing functions, on
    memrefs, everything inlined. After: each has one more argument,
    `memref<?xi8>`, and every `memref.alloc` and `gpu.alloc` is a `memref.view` of
    it, at a multiple of 64 bytes, which nothing frees; in a loop over workers, one for each. A new private
    function, named by the attribute `danaus.workspace`, returns the bytes for
    a number of rows. A packing function on a device (`danaus.on_device`) copies
    the constants that it reads into memory of that kind.

    Refuses an allocation whose size neither follows from the rows nor has a
    constant bound, one that leaves the loop that makes it, and calls.
    Test: `test/Transforms/allocate-workspace.mlir`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
                           "::mlir::gpu::GPUDialect", "::mlir::memref::MemRefDialect"];
}

def OutlineParallelLoopsPass : Pass<"danaus-outline-parallel-loops", "::mlir::ModuleOp"> {
  let summary = "Loops over workers become calls of the runtime";
  let description = [{
    Before: `scf.forall` with `danaus.workers` on memrefs. After: a call of
    `danausParallelFor(function, context, count)`, the body in a private
    function, and what it reads from outside in a struct on the stack. Scratch
    memory on the stack (`memref.alloca`) is made anew by each worker.
    Test: `test/Transforms/outline-parallel-loops.mlir`.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect"];
}

def CreateEntryPointsPass : Pass<"danaus-create-entry-points", "::mlir::ModuleOp"> {
  let summary = "Export the five C functions of a compiled function";
  let description = [{
    Before: `@f` and `@f_pack` as `danaus-allocate-workspace` leaves them.
    After: both are private under other names, and `f_packed_bytes`, `f_pack`,
    `f_workspace_bytes`, `f_run`, `f_call` and `f_info` are functions of the LLVM dialect
    that check their arguments through the runtime library
    (`danaus/Runtime/Cpu.h`, for a GPU also `Cuda.h`) and call them. The attribute `danaus.name` of `@f`
    is the name that `f_info` gives, instead of its own.

    Refuses a name that is no identifier of C, and one that is taken.
    Test: `test/Transforms/create-entry-points.mlir`.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect"];
}

#endif // DANAUS_TRANSFORMS_PASSES_TD
