# Open MPI lies in a module of its own, which is loaded under mpirun alone. Without Open MPI the program is whole but
# for that.
find_package(MPI QUIET COMPONENTS C)
if(MPI_C_FOUND)
  add_library(patchpilot-mpi MODULE src/mpi/mpi_calls.cpp)
  target_link_libraries(patchpilot-mpi PRIVATE patchpilot_options MPI::MPI_C)
  add_dependencies(patchpilot patchpilot-mpi)
  install(TARGETS patchpilot-mpi LIBRARY DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/patchpilot COMPONENT mpi)
endif()
