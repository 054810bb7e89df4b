#include "base/error.h"
#include "bindings.h"

#include <pybind11/pybind11.h>

#include <exception>

namespace patchpilot::python {

namespace py = pybind11;

namespace {

/// The exception of `patchpilot.errors` for a kind of error.
const char* exceptionName(ExitCode code) {
  switch (code) {
    case ExitCode::usage: return "UsageError";
    case ExitCode::input: return "InputError";
    case ExitCode::plugin: return "PluginError";
    case ExitCode::system: return "MachineError";
    default: return "InternalError";
  }
}

void raise(const Error& error) {
  if (error.code() == ExitCode::interrupted) {
    PyErr_SetNone(PyExc_KeyboardInterrupt);
    return;
  }
  const py::object type = py::module_::import("patchpilot.errors").attr(exceptionName(error.code()));
  PyErr_SetString(type.ptr(), error.what());
}

}  // namespace

PYBIND11_MODULE(_native, m) {
  m.doc() = "The native part of the package patchpilot.";
  m.attr("__version__") = PATCHPILOT_VERSION;
  py::register_exception_translator([](std::exception_ptr failure) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const Error& error) {
      raise(error);
    }
  });
  bindSpaces(m);
  bindEngines(m);
  bindTargets(m);
  bindLibraries(m);
  bindSessions(m);
  bindShards(m);
  bindDatasets(m);
  bindEvaluation(m);
}

}  // namespace patchpilot::python
