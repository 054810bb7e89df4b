#pragma once

#include <pybind11/pybind11.h>

#include <memory>

namespace patchpilot::python {

namespace py = pybind11;

/// A Python object that native code keeps, and may let go of in any thread.
class HeldObject {
 public:
  explicit HeldObject(py::object object)
      : object_(new py::object(std::move(object)), [](py::object* held) {
          // After the interpreter has ended there is nothing to release.
          if (Py_IsInitialized() == 0) return;
          const py::gil_scoped_acquire acquire;
          delete held;
        }) {}

  /// To be used with the GIL.
  const py::object& get() const { return *object_; }

 private:
  std::shared_ptr<py::object> object_;
};

}  // namespace patchpilot::python
