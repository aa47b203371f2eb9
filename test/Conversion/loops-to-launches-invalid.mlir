// RUN: danaus-opt %s --split-input-file --verify-diagnostics --convert-loops-to-launches

// expected-error @below {{danaus.target: wanted a GPU, such as "sm_90a", found none}}
module {
}

// -----

// expected-error @below {{danaus.target: wanted a GPU, such as "sm_90a", found "x86-avx512"}}
module attributes {danaus.target = "x86-avx512"} {
}
