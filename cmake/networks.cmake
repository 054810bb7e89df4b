# The networks: the only code that knows LibTorch. It becomes a module that the program
# opens when it needs one (src/models/network_module.h). Where LibTorch, libhdf5 or PCRE2 is missing
# the program is built without it, and says so when it is asked for a network.
option(PATCHPILOT_NETWORKS "build the module of networks where LibTorch, libhdf5 and PCRE2 are installed" ON)
if(NOT PATCHPILOT_NETWORKS)
  return()
endif()
find_package(Torch QUIET)
pkg_check_modules(HDF5 QUIET IMPORTED_TARGET hdf5)
pkg_check_modules(PCRE2 QUIET IMPORTED_TARGET libpcre2-8)
if(NOT Torch_FOUND OR NOT HDF5_FOUND OR NOT PCRE2_FOUND)
  message(STATUS "no LibTorch, libhdf5 or PCRE2 (Debian: libtorch-dev, libhdf5-dev, libpcre2-dev): built without networks")
  return()
endif()

# A library, which the tests link as well, and the module around it.
file(GLOB networks_sources CONFIGURE_DEPENDS src/networks/*.cpp)
list(REMOVE_ITEM networks_sources ${CMAKE_SOURCE_DIR}/src/networks/module.cpp)
add_library(patchpilot_networks STATIC ${networks_sources})
compile_together(patchpilot_networks)
# Its headers give warnings by the hundred, its target none of the paths as a system's.
target_include_directories(patchpilot_networks SYSTEM PUBLIC ${TORCH_INCLUDE_DIRS})
target_link_libraries(patchpilot_networks PUBLIC patchpilot_embed PkgConfig::HDF5 PkgConfig::PCRE2 ZLIB::ZLIB ${TORCH_LIBRARIES})

add_library(patchpilot-networks MODULE src/networks/module.cpp)
target_link_libraries(patchpilot-networks PRIVATE patchpilot_networks)
set_target_properties(patchpilot-networks PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS patchpilot-networks LIBRARY DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/patchpilot COMPONENT networks)
