"""Regression tests: lit runs the RUN lines, FileCheck reads the output."""
import ctypes
import os
import shutil

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

# tools/dev/mutate names the rewrite pattern to leave out.
if "DANAUS_DISABLE_PATTERN" in os.environ:
    config.environment["DANAUS_DISABLE_PATTERN"] = os.environ["DANAUS_DISABLE_PATTERN"]

config.substitutions += [("%danaus_build", config.danaus_binary_dir), ("%danaus_source", config.danaus_source_dir)]

# A C compiler of the system, for programs that call compiled functions.
if shutil.which("cc"):
    config.available_features.add("cc")
    config.substitutions.append(("%cc", shutil.which("cc")))

# Shared LLVM only: a plug-in in a stock mlir-opt, and other projects on the installed package.
if config.embedding:
    config.available_features.add("embedding")
    config.substitutions += [("%danaus_plugin", config.danaus_plugin), ("%mlir_dir", config.mlir_dir),
                             ("%cmake_environment", config.cmake_environment)]
    # Where a compiler cache keeps what it has.
    for name in ("HOME", "CCACHE_DIR"):
        if name in os.environ:
            config.environment[name] = os.environ[name]

if config.ptxas:
    config.available_features.add("ptxas")
    config.substitutions.append(("%ptxas", config.ptxas))



def compute_capability():
    """That of the first CUDA device, 90 for 9.0, or 0 without driver or device."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return 0
    major, minor = ctypes.c_int(), ctypes.c_int()
    # Attributes 75 and 76 are the two numbers of the compute capability.
    failed = (driver.cuInit(0) or driver.cuDeviceGetAttribute(ctypes.byref(major), 75, 0)
              or driver.cuDeviceGetAttribute(ctypes.byref(minor), 76, 0))
    return 0 if failed else 10 * major.value + minor.value


if compute_capability() == 90:
    config.available_features.add("sm90")

# DANAUS_ROUNDTRIP=1: every run of danaus-opt also prints, parses and compares what it read.
if os.environ.get("DANAUS_ROUNDTRIP") == "1":
    config.substitutions.append((r"\bdanaus-opt\b", "danaus-opt --verify-roundtrip"))
