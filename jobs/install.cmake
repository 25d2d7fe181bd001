# SPDX-License-Identifier: GPL-3.0-or-later
# What an installation holds. The build tree has the same shape (bin/, libexec/twintrial/,
# share/twintrial/), so a program finds its neighbours by the same relative paths in both.
set(libexec ${CMAKE_INSTALL_LIBEXECDIR}/twintrial)
set(share ${CMAKE_INSTALL_DATADIR}/twintrial)
set(archives ${CMAKE_INSTALL_LIBDIR}/twintrial)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/twintrial)

# Programs. The target `programs` builds them and nothing else.
add_custom_target(programs)
if(TARGET twintrial)
  set_target_properties(twintrial PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  install(TARGETS twintrial RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  add_dependencies(programs twintrial)
endif()
if(TARGET twintrial-engine)
  set_target_properties(twintrial-engine PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/libexec/twintrial)
  install(TARGETS twintrial-engine RUNTIME DESTINATION ${libexec})
  add_dependencies(programs twintrial-engine)
endif()

# What the programs read: library models, populations, protocols, readers for Python and R.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/twintrial)
foreach(folder engine/models engine/qualification cohorts protocols analysis/readers)
  get_filename_component(name ${folder} NAME)
  if(EXISTS ${PROJECT_SOURCE_DIR}/${folder})
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${PROJECT_BINARY_DIR}/share/twintrial/${name}
         SYMBOLIC)
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}/ DESTINATION ${share}/${name}
            FILES_MATCHING PATTERN "*.yaml" PATTERN "*.csv" PATTERN "*.py" PATTERN "*.R"
            PATTERN "*.md" PATTERN "__pycache__" EXCLUDE)
  endif()
endforeach()

# Library models, compiled by the program itself with sources that an installation holds as well.
if(TARGET twintrial)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/engine ${PROJECT_BINARY_DIR}/share/twintrial/sources SYMBOLIC)
  install(DIRECTORY engine/ DESTINATION ${share}/sources
          FILES_MATCHING PATTERN "*.h" PATTERN "*_attempt.c" PATTERN "cli" EXCLUDE
          PATTERN "models" EXCLUDE PATTERN "qualification" EXCLUDE)
  set(kernels ${PROJECT_BINARY_DIR}/share/twintrial/kernels)
  set(methods_of_kernels "")
  if(EXISTS ${PROJECT_BINARY_DIR}/kernels/methods)
    file(READ ${PROJECT_BINARY_DIR}/kernels/methods methods_of_kernels)
  endif()
  if(NOT methods_of_kernels STREQUAL methods_sha256) # none of them is of use any more
    file(REMOVE_RECURSE ${kernels})
    file(WRITE ${PROJECT_BINARY_DIR}/kernels/methods ${methods_sha256})
  endif()
  file(GLOB library_models CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/engine/models/*.yaml)
  foreach(model ${library_models})
    get_filename_component(name ${model} NAME_WE)
    add_custom_command(OUTPUT kernels/${name}.built VERBATIM DEPENDS twintrial ${model} ${methods}
      COMMAND ${CMAKE_COMMAND} -E make_directory kernels
      COMMAND ${CMAKE_COMMAND} -E env CC=${CMAKE_C_COMPILER}
              $<TARGET_FILE:twintrial> model build ${model} --into=${kernels}
      COMMAND ${CMAKE_COMMAND} -E touch kernels/${name}.built)
    list(APPEND built kernels/${name}.built)
  endforeach()
  # A build that looks for errors interprets the models: kernels are not instrumented.
  if(TWINTRIAL_SANITIZE OR TWINTRIAL_FUZZ)
    add_custom_target(kernels DEPENDS ${built})
  else()
    add_custom_target(kernels ALL DEPENDS ${built})
    add_dependencies(programs kernels)
  endif()
  install(DIRECTORY ${kernels}/ DESTINATION ${share}/kernels FILES_MATCHING PATTERN "*.so"
          PATTERN "*.sha256")
endif()

# Shell completion, printed by the program itself.
if(TARGET twintrial)
  set(completion ${PROJECT_BINARY_DIR}/share/twintrial/completion.bash)
  add_custom_command(OUTPUT ${completion} VERBATIM DEPENDS twintrial
    COMMAND sh -c "\"$1\" completion bash > \"$2\"" sh $<TARGET_FILE:twintrial> ${completion})
  add_custom_target(completion ALL DEPENDS ${completion})
  add_dependencies(programs completion)
  install(FILES ${completion} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
          RENAME twintrial)
endif()

# The library: one archive per folder, its headers, and how CMake and pkg-config find both.
get_property(libraries GLOBAL PROPERTY folder_libraries)
install(TARGETS ${libraries} twintrial_flags EXPORT twintrial
        ARCHIVE DESTINATION ${archives})
install(EXPORT twintrial NAMESPACE twintrial:: FILE twintrialTargets.cmake DESTINATION ${package})
install(DIRECTORY engine/ analysis/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/twintrial
        FILES_MATCHING PATTERN "*.h" PATTERN "cli" EXCLUDE PATTERN "models" EXCLUDE
        PATTERN "readers" EXCLUDE)

include(CMakePackageConfigHelpers)
configure_package_config_file(jobs/twintrialConfig.cmake.in
  ${PROJECT_BINARY_DIR}/twintrialConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/twintrialConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/twintrialConfig.cmake
              ${PROJECT_BINARY_DIR}/twintrialConfigVersion.cmake DESTINATION ${package})

# Static libraries are named before what they use: the reverse of the order they were made in.
set(link_flags "")
foreach(library ${libraries})
  get_target_property(type ${library} TYPE)
  if(type STREQUAL STATIC_LIBRARY)
    string(PREPEND link_flags "-ltwintrial_${library} ")
  endif()
endforeach()
file(RELATIVE_PATH up_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
list(JOIN MPI_C_LIBRARIES " " mpi_link_flags)
configure_file(jobs/twintrial.pc.in ${PROJECT_BINARY_DIR}/twintrial.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/twintrial.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
