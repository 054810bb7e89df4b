# What an installation brings besides programs: manual pages and shell completion, which the program writes itself, and
# the Debian packages (`make package`). The modules that need LibTorch and Open MPI are packages of their own, so that
# the program does not ask for either.
set(manual ${CMAKE_BINARY_DIR}/manual)
add_custom_command(OUTPUT ${manual}/stamp
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${manual}
  COMMAND patchpilot man --out ${manual}/man1
  COMMAND find ${manual}/man1 -name *.1 -exec gzip -9nf {} +
  COMMAND sh -c "$<TARGET_FILE:patchpilot> completion bash >'${manual}/patchpilot.bash'"
  COMMAND sh -c "$<TARGET_FILE:patchpilot> completion zsh >'${manual}/_patchpilot'"
  COMMAND sh -c "$<TARGET_FILE:patchpilot> completion fish >'${manual}/patchpilot.fish'"
  COMMAND sh -c "gzip -9nc '${CMAKE_SOURCE_DIR}/CHANGELOG.md' >'${manual}/changelog.gz'"
  COMMAND ${CMAKE_COMMAND} -E touch ${manual}/stamp
  DEPENDS patchpilot ${CMAKE_SOURCE_DIR}/CHANGELOG.md VERBATIM)
add_custom_target(manual DEPENDS ${manual}/stamp)
add_custom_target(package-parts DEPENDS patchpilot patchpilot-worker manual)
foreach(module patchpilot-networks patchpilot-mpi patchpilot-vst3 patchpilot-lv2)
  if(TARGET ${module})
    add_dependencies(package-parts ${module})
  endif()
endforeach()

install(DIRECTORY ${manual}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} OPTIONAL COMPONENT program)
install(FILES ${manual}/patchpilot.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME patchpilot
        OPTIONAL COMPONENT program)
install(FILES ${manual}/_patchpilot DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions OPTIONAL COMPONENT program)
install(FILES ${manual}/patchpilot.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d OPTIONAL
        COMPONENT program)
install(FILES ${manual}/changelog.gz packaging/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/patchpilot OPTIONAL
        COMPONENT program)
# `make libraries` writes them; they are too large for the source tree.
install(DIRECTORY libraries/ DESTINATION ${CMAKE_INSTALL_DATADIR}/patchpilot/libraries OPTIONAL COMPONENT program
        FILES_MATCHING PATTERN "*.db")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_VENDOR "Patch Pilot")
set(CPACK_PACKAGE_CONTACT "Patch Pilot authors <patchpilot@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "finds patches of a real synthesizer that make a given sound")
set(CPACK_PACKAGE_DESCRIPTION
  "Give it a sound, and it gives back patches of a VST3 or LV2 instrument that make that sound:
renders to hear them, the distance of each to the target, and preset files to load.
It has a command line and a page for the browser.")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL program)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION sound)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME patchpilot)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "mda-lv2, ca-certificates")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "patchpilot-daw, patchpilot-networks, patchpilot-mpi, fluidsynth")
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION}")
set(CPACK_DEBIAN_NETWORKS_PACKAGE_NAME patchpilot-networks)
set(CPACK_DEBIAN_NETWORKS_PACKAGE_DEPENDS "patchpilot (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_NETWORKS_DESCRIPTION "networks for Patch Pilot
The module that runs and trains networks with LibTorch: sounds are compared by an embedder that
was trained for the synth, or searched for by words.")
set(CPACK_DEBIAN_MPI_PACKAGE_NAME patchpilot-mpi)
set(CPACK_DEBIAN_MPI_PACKAGE_DEPENDS "patchpilot (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_MPI_DESCRIPTION "work on several machines for Patch Pilot
The module with which 'mpirun patchpilot library build' renders on several machines.")
set(CPACK_DEBIAN_DAW_PACKAGE_NAME patchpilot-daw)
set(CPACK_DEBIAN_DAW_PACKAGE_DEPENDS "patchpilot (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_DAW_PACKAGE_RECOMMENDS "libx11-6, libxext6, libxcursor1")
set(CPACK_COMPONENT_DAW_DESCRIPTION "the plug-in of Patch Pilot for DAWs
An effect, VST3 and LV2, that listens to its track and has patches found for the note that was
played last.")
if(TARGET patchpilot-vst3)
  list(APPEND CPACK_COMPONENTS_ALL daw)
endif()
if(TARGET patchpilot-networks)
  list(APPEND CPACK_COMPONENTS_ALL networks)
endif()
if(TARGET patchpilot-mpi)
  list(APPEND CPACK_COMPONENTS_ALL mpi)
endif()
include(CPack)
