#include "ingest/silence_causes.h"

#include <fmt/format.h>

#include <algorithm>

namespace patchpilot {

namespace {

/// More patches say no more.
constexpr std::size_t kMostKept = 2000;
/// Fewer say nothing.
constexpr std::size_t kLeastSilent = 5, kLeastHeard = 2;
/// Share of the silent patches that a parameter has to explain to be named.
constexpr double kExplains = 0.6;
constexpr std::size_t kMostNamed = 3;
/// Share of the patches that are heard which may lie outside a parameter's range of them, at either end.
constexpr double kOutliers = 0.05;

struct Cause {
  const ParameterSpec* parameter = nullptr;
  float low = 0, high = 0;    ///< the values with which patches are heard
  std::size_t explained = 0;  ///< silent patches outside of them
};

}  // namespace

SilenceCauses::SilenceCauses(const ParameterSpace& space) : space_(space) {}

void SilenceCauses::add(const std::vector<float>& values, bool silent) {
  auto& patches = silent ? silent_ : heard_;
  if (values.size() == space_.parameters.size() && patches.size() < kMostKept) patches.push_back(values);
}

std::string SilenceCauses::text() const {
  if (silent_.size() < kLeastSilent || silent_.size() <= heard_.size()) return "";
  std::string text =
      fmt::format("{} of {} patches are silent", silent_.size(), silent_.size() + heard_.size());
  std::vector<Cause> causes;
  for (std::size_t i = 0; i < space_.parameters.size() && heard_.size() >= kLeastHeard; ++i) {
    std::vector<float> heard;
    for (const auto& patch : heard_) heard.push_back(patch[i]);
    std::sort(heard.begin(), heard.end());
    const auto outliers = std::size_t(kOutliers * double(heard.size()));
    Cause cause{&space_.parameters[i], heard[outliers], heard[heard.size() - 1 - outliers], 0};
    cause.explained = std::size_t(std::count_if(silent_.begin(), silent_.end(), [&](const auto& patch) {
      return patch[i] < cause.low || patch[i] > cause.high;
    }));
    if (double(cause.explained) >= kExplains * double(silent_.size())) causes.push_back(cause);
  }
  if (causes.empty()) return text + "; no single parameter explains it";
  std::stable_sort(causes.begin(), causes.end(),
                   [](const Cause& a, const Cause& b) { return a.explained > b.explained; });
  causes.resize(std::min(causes.size(), kMostNamed));
  text += "; what they have in common, likeliest first:";
  for (const Cause& cause : causes) {
    const ParameterSpec& p = *cause.parameter;
    text += fmt::format("\n  {} ({}): in {} of {} it is outside {} to {}, where patches are heard", p.key,
                        p.name, cause.explained, silent_.size(),
                        p.text(cause.low).value_or(fmt::format("{:.3g}", cause.low)),
                        p.text(cause.high).value_or(fmt::format("{:.3g}", cause.high)));
  }
  return text + "\nNarrow its range in the space, or take it out.";
}

}  // namespace patchpilot
