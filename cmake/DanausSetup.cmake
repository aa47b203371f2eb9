# Compiler flags, include roots, the LLVM/MLIR link interface and the precompiled header.

if(NOT MLIR_FOUND)
  message(FATAL_ERROR "wanted MLIR 22.1, found none that works: run tools/dev/setup, which installs it and "
                      "all that its CMake files ask for")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)

# TableGen reads the include directories of the root only, so they are set here and nowhere else.
include_directories(${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/include
                    ${CMAKE_BINARY_DIR} ${CMAKE_BINARY_DIR}/include)
include_directories(SYSTEM ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
separate_arguments(danaus_llvm_definitions NATIVE_COMMAND "${LLVM_DEFINITIONS}")
add_definitions(${danaus_llvm_definitions})
add_compile_options(-Wall -Wextra -Wno-unused-parameter
                    $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # ccache can only share a precompiled header that carries no time stamp.
  add_compile_options(-Xclang -fno-pch-timestamp)
endif()
if(DANAUS_ASAN)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr,function -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# DanausMLIR: everything of LLVM and MLIR that an executable links, in exactly one of two flavours.
# Mixing them would put two copies of LLVM's globals into one process.
add_library(DanausMLIR INTERFACE)
if(DANAUS_STATIC)
  file(GLOB danaus_archives "${LLVM_LIBRARY_DIR}/libMLIR*.a" "${LLVM_LIBRARY_DIR}/libLLVM*.a")
  list(FILTER danaus_archives EXCLUDE REGEX "(Test|CAPI|_main|OptMain|BOLT|Exegesis|Fuzz)")
  add_compile_options(-ffunction-sections -fdata-sections)
  target_link_options(DanausMLIR INTERFACE -fuse-ld=lld -Wl,--gc-sections -Wl,--start-group
                      ${danaus_archives} -Wl,--end-group -lz -lzstd -ltinfo -ldl -lpthread)
else()
  target_link_libraries(DanausMLIR INTERFACE MLIR LLVM MLIRExecutionEngineShared)
  target_link_directories(DanausMLIR INTERFACE $<BUILD_INTERFACE:${LLVM_LIBRARY_DIR}>)
endif()

# One precompiled header for all that touches MLIR: 8 s once instead of about 5 s in every file.
add_library(DanausPch OBJECT ${CMAKE_SOURCE_DIR}/cmake/Precompiled.cpp)
target_precompile_headers(DanausPch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/Precompiled.h)

# ptxas: found now, used by the tests and at run time by --target=sm_*.
set(DANAUS_PTXAS "")
if(NOT DANAUS_CUDA STREQUAL "OFF")
  find_program(DANAUS_PTXAS_PROGRAM ptxas HINTS /usr/local/cuda/bin ENV CUDA_PATH PATH_SUFFIXES bin)
  if(DANAUS_PTXAS_PROGRAM)
    set(DANAUS_PTXAS "${DANAUS_PTXAS_PROGRAM}")
  elseif(DANAUS_CUDA STREQUAL "ON")
    message(FATAL_ERROR "DANAUS_CUDA=ON, but no ptxas was found: install the CUDA Toolkit or set DANAUS_CUDA=OFF")
  endif()
endif()
