# What an MLIR that was built without shared libraries looks like to find_package.
set(MLIR_FOUND TRUE)
