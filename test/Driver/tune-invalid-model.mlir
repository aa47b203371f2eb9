// A model file that is JSON but no model is named, with what is wrong in it.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{model} = %S/../Transforms/Inputs/narrow-panels.json
// DEFINE: %{tune} = not danaus-tune %S/tune.mlir --choose --target=x86-avx512 --model=%t/bad.json

// RUN: sed 's/"danaus-tree-model"/"a-forest"/' %{model} > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=FORMAT
// FORMAT: danaus-tune: cannot read model '{{.*}}bad.json': format: wanted 'danaus-tree-model', found 'a-forest'

// RUN: sed 's/"version": 1/"version": 2/' %{model} > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=VERSION
// VERSION: danaus-tune: cannot read model '{{.*}}bad.json': version: wanted 1, found 2

// RUN: sed 's/"version": 1/"version": "one"/' %{model} > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=NO-VERSION
// NO-VERSION: danaus-tune: cannot read model '{{.*}}bad.json': version: wanted 1, found none

// RUN: sed 's/"target": "x86-avx512"/"target": 3/' %{model} > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=TARGET
// TARGET: danaus-tune: cannot read model '{{.*}}bad.json': target: wanted the name of a target record

// RUN: sed 's/"base_score": 0/"base_score": "low"/' %{model} > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=BASE
// BASE: danaus-tune: cannot read model '{{.*}}bad.json': base_score: wanted a number

// RUN: sed 's/"residual_p90": 0/"residual_p90": -1/' %{model} > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=RESIDUAL
// RESIDUAL: danaus-tune: cannot read model '{{.*}}bad.json': residual_p90: wanted at least 0, found -1.00

// RUN: sed 's/"trees"/"bushes"/' %{model} > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=TREES
// TREES: danaus-tune: cannot read model '{{.*}}bad.json': trees: wanted a list

// RUN: sed 's/"value": .0, 0, 9./"value": []/' %{model} > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=EMPTY
// EMPTY: danaus-tune: cannot read model '{{.*}}bad.json': tree 0: value: wanted a list with a node or more

// RUN: sed 's/"value": .0, 0, 9./"value": [0, 9]/' %{model} > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=NODES
// NODES: danaus-tune: cannot read model '{{.*}}bad.json': tree 0: value: wanted 3 nodes, found 2

// RUN: sed 's/"feature": .3,/"feature": [300,/' %{model} > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=FEATURE
// FEATURE: danaus-tune: cannot read model '{{.*}}bad.json': tree 0, node 0: feature: wanted -1 to {{[0-9]+}}, found 300

// RUN: sed 's/"threshold": .1.5,/"threshold": ["high",/' %{model} > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=NUMBER
// NUMBER: danaus-tune: cannot read model '{{.*}}bad.json': tree 0, node 0: threshold: wanted a number

// RUN: sed 's/"left": .1,/"left": [7,/' %{model} > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=CHILD
// CHILD: danaus-tune: cannot read model '{{.*}}bad.json': tree 0, node 0: left: wanted 1 to 2, found 7

// RUN: echo '[]' > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=LIST
// LIST: danaus-tune: cannot read model '{{.*}}bad.json': wanted a JSON object

// RUN: sed -e 's/"trees": .*/"trees": [1]}/' -e '/^  {/d' %{model} > %t/bad.json && %{tune} 2>&1 | FileCheck %s --check-prefix=TREE
// TREE: danaus-tune: cannot read model '{{.*}}bad.json': tree 0: wanted an object
