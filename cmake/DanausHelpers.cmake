# The few calls that a leaf CMakeLists.txt is made of.

set_property(GLOBAL PROPERTY DANAUS_LIBRARIES "")

# add_danaus_library(Name SOURCES... [PLAIN] [DEPENDS targets...] [LINK libs...])
# A static library. PLAIN: no MLIR, no precompiled header.
function(add_danaus_library name)
  cmake_parse_arguments(ARG "PLAIN" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(NOT ARG_PLAIN)
    target_precompile_headers(${name} REUSE_FROM DanausPch)
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  # Generated headers cross library borders, so everything waits for all TableGen output.
  add_dependencies(${name} DanausGenerated)
  set_property(GLOBAL APPEND PROPERTY DANAUS_LIBRARIES ${name})
  if(NOT DANAUS_STATIC)
    if(NOT ARG_PLAIN)
      target_link_libraries(${name} PUBLIC DanausMLIR)
    endif()
    target_include_directories(${name} INTERFACE $<INSTALL_INTERFACE:include>)
    install(TARGETS ${name} EXPORT DanausTargets)
  endif()
endfunction()

# danaus-doc: the reference of dialects and passes, in Markdown, under docs/ of the build folder.
add_custom_target(danaus-doc)

# danaus_doc(name file.td mlir-tblgen-flags...): one page of it. What it includes is not tracked, since
# TableGen takes a tenth of a second.
function(danaus_doc name file)
  set(page ${CMAKE_BINARY_DIR}/docs/${name}.md)
  add_custom_target(danaus-doc-${name}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/docs
    COMMAND ${LLVM_TOOLS_BINARY_DIR}/mlir-tblgen ${ARGN} -I${CMAKE_SOURCE_DIR} -I${CMAKE_SOURCE_DIR}/include
            -I${MLIR_INCLUDE_DIRS} ${file} -o ${page})
  add_dependencies(danaus-doc danaus-doc-${name})
endfunction()

# add_danaus_dialect(Name namespace SOURCES... [ENUMS] [TYPES] [INTERFACES file...] [LINK libs...])
# Runs TableGen on <Name>Dialect.td, <Name>Attrs.td, <Name>Ops.td (and <Name>Types.td) and builds Danaus<Name>.
function(add_danaus_dialect name namespace)
  cmake_parse_arguments(ARG "ENUMS;TYPES" "" "SOURCES;INTERFACES;LINK" ${ARGN})
  set(LLVM_TARGET_DEFINITIONS ${name}Ops.td)
  mlir_tablegen(${name}Dialect.h.inc -gen-dialect-decls -dialect=${namespace})
  mlir_tablegen(${name}Dialect.cpp.inc -gen-dialect-defs -dialect=${namespace})
  mlir_tablegen(${name}Attrs.h.inc -gen-attrdef-decls -attrdefs-dialect=${namespace})
  mlir_tablegen(${name}Attrs.cpp.inc -gen-attrdef-defs -attrdefs-dialect=${namespace})
  mlir_tablegen(${name}Ops.h.inc -gen-op-decls -dialect=${namespace})
  mlir_tablegen(${name}Ops.cpp.inc -gen-op-defs -dialect=${namespace})
  if(ARG_ENUMS)
    mlir_tablegen(${name}Enums.h.inc -gen-enum-decls)
    mlir_tablegen(${name}Enums.cpp.inc -gen-enum-defs)
  endif()
  if(ARG_TYPES)
    mlir_tablegen(${name}Types.h.inc -gen-typedef-decls -typedefs-dialect=${namespace})
    mlir_tablegen(${name}Types.cpp.inc -gen-typedef-defs -typedefs-dialect=${namespace})
  endif()
  danaus_doc(${name}Dialect ${CMAKE_CURRENT_SOURCE_DIR}/${name}Ops.td -gen-dialect-doc -dialect=${namespace})
  foreach(interface ${ARG_INTERFACES})
    set(LLVM_TARGET_DEFINITIONS ${interface}.td)
    mlir_tablegen(${interface}.h.inc -gen-attr-interface-decls)
    mlir_tablegen(${interface}.cpp.inc -gen-attr-interface-defs)
  endforeach()
  add_public_tablegen_target(Danaus${name}IncGen)
  add_dependencies(DanausGenerated Danaus${name}IncGen)
  add_danaus_library(Danaus${name} SOURCES ${ARG_SOURCES} LINK ${ARG_LINK})
endfunction()

# add_danaus_passes(Name): TableGen on Passes.td in the caller's include folder.
function(add_danaus_passes name)
  set(LLVM_TARGET_DEFINITIONS Passes.td)
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name ${name})
  danaus_doc(${name}Passes ${CMAKE_CURRENT_SOURCE_DIR}/Passes.td -gen-pass-doc)
  add_public_tablegen_target(Danaus${name}PassesIncGen)
  add_dependencies(DanausGenerated Danaus${name}PassesIncGen)
endfunction()

add_custom_target(DanausGenerated)

# add_danaus_tool(name SOURCES... LINK libs... [LINKS names...]): an executable in bin/, and names that link to it.
function(add_danaus_tool name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} DanausMLIR)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  # JIT-compiled code calls runtime functions by name. Exporting more than those would keep all of the
  # archives alive in a static link.
  target_link_options(${name} PRIVATE -fuse-ld=lld -Wl,--export-dynamic-symbol=danaus*)
  install(TARGETS ${name})
  foreach(link ${ARG_LINKS})
    add_custom_command(TARGET ${name} POST_BUILD
      COMMAND ${CMAKE_COMMAND} -E create_symlink ${name} ${CMAKE_BINARY_DIR}/bin/${link})
    install(FILES ${CMAKE_BINARY_DIR}/bin/${link} TYPE BIN)
  endforeach()
endfunction()

# add_danaus_plugin(name SOURCES... LINK libs... EXPORTS symbols...): a module in lib/ for programs that hold MLIR
# themselves. It takes LLVM and MLIR from the shared libraries that the host has loaded, and shows nothing but the
# named symbols, so that no global of either exists twice.
function(add_danaus_plugin name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;EXPORTS" ${ARGN})
  if(DANAUS_STATIC)
    return()
  endif()
  list(JOIN ARG_EXPORTS "; " exports)
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${name}.exports)
  file(CONFIGURE OUTPUT ${script} CONTENT "{ global: @exports@; local: *; };\n" @ONLY)
  add_library(${name} MODULE ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} DanausMLIR)
  target_precompile_headers(${name} REUSE_FROM DanausPch)
  add_dependencies(${name} DanausGenerated)
  set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
  target_link_options(${name} PRIVATE -fuse-ld=lld -Wl,-z,defs,--as-needed -Wl,--version-script=${script})
  install(TARGETS ${name} LIBRARY DESTINATION lib)
endfunction()

# add_danaus_shared(name OUTPUT name SOURCES... LINK libs... EXPORTS symbols...): a shared library in lib/ that shows
# nothing but the named symbols; with LLVM's archives inside where they are linked.
function(add_danaus_shared name)
  cmake_parse_arguments(ARG "" "OUTPUT" "SOURCES;LINK;EXPORTS" ${ARGN})
  list(JOIN ARG_EXPORTS "; " exports)
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${name}.exports)
  file(CONFIGURE OUTPUT ${script} CONTENT "{ global: @exports@; local: *; };\n" @ONLY)
  add_library(${name} SHARED ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} DanausMLIR)
  target_precompile_headers(${name} REUSE_FROM DanausPch)
  add_dependencies(${name} DanausGenerated)
  set_target_properties(${name} PROPERTIES OUTPUT_NAME ${ARG_OUTPUT} LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
  target_link_options(${name} PRIVATE -fuse-ld=lld -Wl,--as-needed,-Bsymbolic
                      -Wl,--version-script=${script})
  install(TARGETS ${name} LIBRARY DESTINATION lib)
endfunction()

# add_danaus_unittests(name SOURCES... LINK libs...): one executable of GoogleTest cases, each a case of ctest.
function(add_danaus_unittests name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  find_package(GTest QUIET)
  if(NOT GTest_FOUND)
    message(FATAL_ERROR "wanted GoogleTest, found none: run tools/dev/setup")
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} DanausMLIR GTest::gtest_main)
  include(GoogleTest)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60)
endfunction()

# danaus_install_package(): headers, TableGen files, libraries and find_package(Danaus) for other projects. Only with
# shared LLVM: the archives of the other flavor cannot be named in a way that holds on another machine.
function(danaus_install_package)
  if(DANAUS_STATIC)
    return()
  endif()
  include(CMakePackageConfigHelpers)
  foreach(root dialects include/danaus)
    get_filename_component(name ${root} NAME)
    foreach(folder ${CMAKE_SOURCE_DIR}/${root} ${CMAKE_BINARY_DIR}/${root})
      install(DIRECTORY ${folder}/ DESTINATION include/${name} FILES_MATCHING
        PATTERN "*.h" PATTERN "*.h.inc" PATTERN "*.td" PATTERN CMakeFiles EXCLUDE)
    endforeach()
  endforeach()
  set(package ${CMAKE_BINARY_DIR}/lib/cmake/danaus)
  get_property(DANAUS_EXPORTED GLOBAL PROPERTY DANAUS_LIBRARIES)
  configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/DanausConfig.cmake.in ${package}/DanausConfig.cmake
    INSTALL_DESTINATION lib/cmake/danaus NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  write_basic_package_version_file(${package}/DanausConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(TARGETS DanausMLIR EXPORT DanausTargets)
  install(FILES ${package}/DanausConfig.cmake ${package}/DanausConfigVersion.cmake DESTINATION lib/cmake/danaus)
  install(EXPORT DanausTargets DESTINATION lib/cmake/danaus)
endfunction()
