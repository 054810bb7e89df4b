#pragma once

#include "audio/buffer.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <span>

namespace patchpilot::python {

namespace py = pybind11;

/// Any array-like of numbers as float32, contiguous; copied only if it is not so already.
using FloatArray = py::array_t<float, py::array::c_style | py::array::forcecast>;

/// A sound of Python's: `samples` or `channels x samples`, one or two channels, at 44.1 kHz, full scale +-1.
/// @return with as many channels
/// @throws ValueError for another shape, no samples, or samples that are not finite
AudioBuffer soundOf(const FloatArray& array);

/// The same in two channels; one channel is copied to both sides.
AudioBuffer stereoSoundOf(const FloatArray& array);

/// A new array, `channels x samples`.
py::array_t<float> arrayOf(const AudioBuffer& sound);

/// A new array of one dimension.
py::array_t<float> arrayOf(std::span<const float> values);

}  // namespace patchpilot::python
