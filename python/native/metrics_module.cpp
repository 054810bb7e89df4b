// The metrics alone: a module that needs no plug-in, no worker and no library.
#include "features/metric.h"
#include "sound_arrays.h"

#include <pybind11/stl.h>

namespace patchpilot::python {

namespace {

/// Computes with the GIL released, so that several threads may measure at a time.
template <typename Work>
auto withoutGil(const Work& work) {
  py::gil_scoped_release release;
  return work();
}

void requireEqualLength(const AudioBuffer& a, const AudioBuffer& b) {
  if (a.frames() != b.frames())
    throw py::value_error("the sounds are of " + std::to_string(a.frames()) + " and " +
                          std::to_string(b.frames()) + " samples; cut or pad one of them first");
}

template <auto prepare, auto compare>
double pairOf(const FloatArray& first, const FloatArray& second) {
  const AudioBuffer a = soundOf(first), b = soundOf(second);
  requireEqualLength(a, b);
  return withoutGil([&] { return compare(prepare(a), prepare(b)); });
}

MssSpectrum mssOf(const AudioBuffer& sound) { return mssSpectrum(sound); }
RmsEnvelope envelopeOf(const AudioBuffer& sound) { return rmsEnvelope(sound); }

double wmfccOf(const FloatArray& first, const FloatArray& second) {
  const AudioBuffer a = soundOf(first), b = soundOf(second);
  return withoutGil([&] { return wmfcc(mfccSequence(a), mfccSequence(b)); });
}

Measurements valuesOf(const Distances& d) {
  return {{"mss", d.mss}, {"wmfcc", d.wmfcc}, {"sot", d.sot}, {"rms", d.rms}};
}

Measurements distancesOf(const FloatArray& first, const FloatArray& second) {
  const AudioBuffer a = soundOf(first), b = soundOf(second);
  requireEqualLength(a, b);
  return withoutGil([&] { return valuesOf(distances(soundFeatures(a), soundFeatures(b))); });
}

/// A target whose features are computed once.
class PreparedTarget {
 public:
  explicit PreparedTarget(const FloatArray& target) : sound_(soundOf(target)) {
    features_ = withoutGil([&] { return soundFeatures(sound_); });
  }

  Measurements measure(const FloatArray& array) const {
    const AudioBuffer sound = soundOf(array);
    requireEqualLength(sound_, sound);
    return withoutGil([&] { return valuesOf(distances(soundFeatures(sound), features_)); });
  }

  double mss(const FloatArray& array) const {
    const AudioBuffer sound = soundOf(array);
    requireEqualLength(sound_, sound);
    return withoutGil([&] { return patchpilot::mss(mssSpectrum(sound), features_.mss); });
  }

  std::size_t samples() const { return sound_.frames(); }

 private:
  AudioBuffer sound_;
  SoundFeatures features_;
};

/// `channels x bands x frames` of one scale of MSS.
py::array_t<float> logMel(const FloatArray& array, std::size_t scale) {
  if (scale >= MssSpectrum::kScales.size()) throw py::value_error("MSS has the scales 0, 1 and 2");
  const AudioBuffer sound = soundOf(array);
  const MssSpectrum spectrum = withoutGil([&] { return mssSpectrum(sound); });
  const std::size_t bands = MssSpectrum::kScales[scale].bands, frames = spectrum.frames(scale);
  py::array_t<float> result({py::ssize_t(sound.channels()), py::ssize_t(bands), py::ssize_t(frames)});
  auto values = result.mutable_unchecked<3>();
  for (int channel = 0; channel < sound.channels(); ++channel)
    for (std::size_t band = 0; band < bands; ++band)
      for (std::size_t frame = 0; frame < frames; ++frame)
        values(channel, py::ssize_t(band), py::ssize_t(frame)) = spectrum.at(scale, channel, band, frame);
  return result;
}

}  // namespace

PYBIND11_MODULE(_metrics, m) {
  m.doc() = "The native part of patchpilot.metrics.";
  m.def("mss", pairOf<mssOf, patchpilot::mss>, py::arg("a"), py::arg("b"));
  m.def("wmfcc", wmfccOf, py::arg("a"), py::arg("b"));
  m.def("sot", pairOf<spectralMass, patchpilot::sot>, py::arg("a"), py::arg("b"));
  m.def("rms", pairOf<envelopeOf, rmsSimilarity>, py::arg("a"), py::arg("b"));
  m.def("distances", distancesOf, py::arg("a"), py::arg("b"));
  m.def("log_mel", logMel, py::arg("sound"), py::arg("scale"));
  py::class_<PreparedTarget>(m, "PreparedTarget")
      .def(py::init<const FloatArray&>(), py::arg("target"))
      .def("measure", &PreparedTarget::measure, py::arg("sound"))
      .def("mss", &PreparedTarget::mss, py::arg("sound"))
      .def_property_readonly("samples", &PreparedTarget::samples);
}

}  // namespace patchpilot::python
