#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
# What the scripts beside this file share: where the tree is, and how to build it.
# Source it; it changes to the root of the tree.

set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$root"
llvm_bin=/usr/lib/llvm-22/bin
venv_python="$root/build/venv/bin/python"

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# build_preset NAME [ninja targets...]: configure once (ninja reconfigures by itself), then build.
build_preset() {
  local preset="$1"
  shift
  if command -v ccache >/dev/null; then
    # Precompiled headers are shared through the cache only with these two.
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
    export CCACHE_SLOPPINESS=pch_defines,time_macros
  fi
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset"
  ninja -C "build/$preset" "$@"
}
