"""Regression tests: lit runs the RUN lines, FileCheck reads the output."""
import os

import lit.formats

config.name = "Danaus"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "Benchmark", "unit", "python"]
config.test_source_root = os.path.join(config.danaus_source_dir, "test")
config.test_exec_root = os.path.join(config.danaus_binary_dir, "test")

tools = [os.path.join(config.danaus_binary_dir, "bin"), config.llvm_tools_dir]
config.environment["PATH"] = os.pathsep.join(tools + [config.environment.get("PATH", "")])
# FileCheck variables do not leak from one function's checks into the next.
config.environment["FILECHECK_OPTS"] = "--enable-var-scope --dump-input=fail"

if config.ptxas:
    config.available_features.add("ptxas")
    config.substitutions.append(("%ptxas", config.ptxas))

# DANAUS_ROUNDTRIP=1: every run of danaus-opt also prints, parses and compares what it read.
if os.environ.get("DANAUS_ROUNDTRIP") == "1":
    config.substitutions.append((r"\bdanaus-opt\b", "danaus-opt --verify-roundtrip"))
