#include "synth/variation.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

namespace patchpilot {

float reflected(double value, double low, double high) {
  if (high <= low) return float(low);
  const double span = high - low;
  double place = std::fmod(std::abs(value - low), 2 * span);
  if (place > span) place = 2 * span - place;
  return float(low + place);
}

float variedValue(const ParameterSpec& p, float own, double move, SplitMix64& random) {
  const double choice = random.uniform();
  if (random.uniform() < p.constantProbability) return own;
  switch (p.kind) {
    case ParameterKind::continuous: {
      const double low = std::min(p.min, own), high = std::max(p.max, own);
      return reflected(own + move * (high - low), low, high);
    }
    case ParameterKind::stepped: {
      const double size = p.steps < 2 ? 0 : (p.max - p.min) / float(p.steps - 1);
      const double steps = std::copysign(std::max(1.0, std::round(std::abs(move) * p.steps)), move);
      return p.nearest(reflected(own + steps * size, p.min, p.max));
    }
    case ParameterKind::categorical: break;
  }
  return p.choiceAt(choice);
}

std::size_t drawMovedCount(SplitMix64& random) {
  constexpr std::size_t kMost = 12;
  constexpr double kOneMore = 0.6;  // the chance that one more is moved
  std::size_t count = 1;
  while (count < kMost && random.uniform() < kOneMore) ++count;
  return count;
}

std::vector<int> partsOfParameters(const ParameterSpace& space) {
  const std::vector<Crossing> crossings = space.crossingsOrSections();
  std::vector<int> parts;
  for (const auto& p : space.parameters) {
    const auto holds = [&](const Crossing& c) {
      return std::find(c.sections.begin(), c.sections.end(), p.section) != c.sections.end();
    };
    const auto found = std::find_if(crossings.begin(), crossings.end(), holds);
    parts.push_back(found == crossings.end() ? -1 : int(found - crossings.begin()));
  }
  return parts;
}

std::vector<std::size_t> movedParameters(const std::vector<float>& values,
                                         const std::vector<float>& defaults) {
  std::vector<std::size_t> moved;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::abs(values[i] - defaults[i]) > kUnmoved) moved.push_back(i);
  return moved;
}

std::vector<std::string> unitedSources(const std::vector<std::string>& one,
                                       const std::vector<std::string>& other) {
  std::set<std::string> both(one.begin(), one.end());
  both.insert(other.begin(), other.end());
  return {both.begin(), both.end()};
}

}  // namespace patchpilot
