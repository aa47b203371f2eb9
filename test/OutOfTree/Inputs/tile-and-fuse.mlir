// Sixteen rows of softmax, with everything that they need.
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %softmax = transform.structured.match ops{["linalg.softmax"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop0 = transform.structured.tile_using_forall %softmax tile_sizes [16]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %apply = transform.structured.match ops{["linop.apply"]} in %root : (!transform.any_op) -> !transform.any_op
    %apply1, %loop1 = transform.structured.fuse_into_containing_op %apply into %loop0
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    %generics = transform.structured.match ops{["linalg.generic"]} in %root : (!transform.any_op) -> !transform.any_op
    %squares, %normal = transform.split_handle %generics : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %normal1, %loop2 = transform.structured.fuse_into_containing_op %normal into %loop1
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    %squares1, %loop3 = transform.structured.fuse_into_containing_op %squares into %loop2
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    %fill = transform.structured.match ops{["linalg.fill"]} in %root : (!transform.any_op) -> !transform.any_op
    %fill1, %loop4 = transform.structured.fuse_into_containing_op %fill into %loop3
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
