#pragma once

#include <pybind11/pybind11.h>

namespace patchpilot::python {

/// Each adds the classes and functions of one part of the interface. The order matters: a signature can only
/// name classes that are known.
void bindSpaces(pybind11::module_& m);
void bindEngines(pybind11::module_& m);
void bindTargets(pybind11::module_& m);
void bindLibraries(pybind11::module_& m);
void bindSessions(pybind11::module_& m);
void bindShards(pybind11::module_& m);
void bindDatasets(pybind11::module_& m);
void bindEvaluation(pybind11::module_& m);

}  // namespace patchpilot::python
