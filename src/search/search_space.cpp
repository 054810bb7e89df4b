#include "search/search_space.h"

#include "synth/variation.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

SearchSpace::SearchSpace(const ParameterSpace& space, std::vector<float> defaults,
                         std::vector<LockedParameter> locked)
    : space_(space), defaults_(std::move(defaults)), locked_(std::move(locked)) {
  std::map<std::string, std::vector<std::size_t>> sections;
  for (std::size_t i = 0; i < space_.parameters.size(); ++i)
    sections[space_.parameters[i].section].push_back(i);
  for (auto& [key, parameters] : sections) sections_.push_back(std::move(parameters));
  for (const Carry& carry : space_.carries) coarseOf_[*space_.find(carry.fine)] = *space_.find(carry.coarse);
  tunings_ = tuningsOf(space_);
}

bool SearchSpace::isLocked(std::size_t parameter) const {
  return std::any_of(locked_.begin(), locked_.end(),
                     [&](const LockedParameter& one) { return one.parameter == parameter; });
}

void SearchSpace::lock(Genome& genome) const {
  for (const LockedParameter& one : locked_) set(genome, one.parameter, one.value);
}

void SearchSpace::set(Genome& genome, std::size_t parameter, float value) const {
  if (genome.values[parameter] == value) return;
  genome.values[parameter] = value;
  if (genome.isPreset()) genome.laidOver[parameter] = true;
}

std::optional<float> SearchSpace::carry(Genome& genome, std::size_t parameter, double value) const {
  const auto found = coarseOf_.find(parameter);
  const ParameterSpec& p = space_.parameters[parameter];
  if (found == coarseOf_.end() || (value >= p.min && value <= p.max)) return std::nullopt;
  const std::size_t coarse = found->second;
  const auto next = space_.parameters[coarse].next(genome.values[coarse], value > p.max ? 1 : -1);
  if (isLocked(coarse) || !next) return std::nullopt;
  set(genome, coarse, *next);
  return std::clamp(float(value > p.max ? value - (p.max - p.min) : value + (p.max - p.min)), p.min, p.max);
}

std::optional<Genome> SearchSpace::transposed(const Genome& genome, int note) const {
  if (!genome.note || genome.isPreset()) return std::nullopt;
  const int lower = note - *genome.note;
  if (lower == 0) return genome;
  const std::vector<std::size_t> silent = space_.silent(genome.values);
  for (const Tuning& tuning : tunings_) {
    if (tuning.part) continue;
    Genome tuned = genome;
    tuned.note = note;
    const bool reaches = std::all_of(tuning.parameters.begin(), tuning.parameters.end(), [&](std::size_t i) {
      const auto value = tunedValue(space_.parameters[i], tuning, genome.values[i], -lower);
      if (value && !isLocked(i)) set(tuned, i, *value);
      return (value && !isLocked(i)) || std::binary_search(silent.begin(), silent.end(), i);
    });
    if (reaches) return tuned;
  }
  return std::nullopt;
}

void SearchSpace::transposeParts(Genome& genome, int semitones, SplitMix64& random) const {
  *genome.note += semitones;
  for (const Tuning& tuning : tunings_)
    if (tuning.part || tuning.parameters.size() > 1)
      for (const std::size_t i : tuning.parameters)
        if (const auto value = tunedValue(space_.parameters[i], tuning, genome.values[i], -semitones);
            value && !isLocked(i) && random.uniform() < 0.5)
          set(genome, i, *value);
}

std::vector<std::size_t> SearchSpace::searchable(const Genome& genome) const {
  std::vector<std::size_t> parameters;
  const std::vector<std::size_t> silent = space_.silent(genome.values);
  for (std::size_t i = 0; i < space_.parameters.size(); ++i) {
    if (std::binary_search(silent.begin(), silent.end(), i)) continue;
    const bool used =
        !genome.isPreset() || genome.laidOver[i] || std::abs(genome.values[i] - defaults_[i]) > kUnmoved;
    if (used && !isLocked(i) && space_.parameters[i].kind != ParameterKind::categorical &&
        space_.parameters[i].max > space_.parameters[i].min)
      parameters.push_back(i);
  }
  return parameters;
}

Genome SearchSpace::moved(const Genome& genome, std::size_t parameter, double move,
                          SplitMix64& random) const {
  const ParameterSpec& p = space_.parameters[parameter];
  const double range = p.max - p.min, signedMove = random.uniform() < 0.5 ? -move : move;
  std::vector<double> value{genome.values[parameter] + signedMove * range};
  if (value[0] < p.min || value[0] > p.max) value[0] = genome.values[parameter] - signedMove * range;
  return withValues(genome, {parameter}, value);
}

Genome SearchSpace::withValues(const Genome& genome, const std::vector<std::size_t>& parameters,
                               std::vector<double>& values) const {
  Genome changed = genome;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const ParameterSpec& p = space_.parameters[parameters[i]];
    const float own = genome.values[parameters[i]];
    if (const auto carried = carry(changed, parameters[i], values[i])) {
      set(changed, parameters[i], *carried);
      continue;
    }
    values[i] = reflected(values[i], std::min(p.min, own), std::max(p.max, own));
    set(changed, parameters[i],
        p.kind == ParameterKind::stepped ? p.nearest(float(values[i])) : float(values[i]));
  }
  return changed;
}

bool SearchSpace::differAudibly(const Genome& one, const Genome& other) const {
  if (one.state != other.state || one.note != other.note || one.lengthSeconds != other.lengthSeconds)
    return true;
  const std::vector<std::size_t> a = space_.silent(one.values), b = space_.silent(other.values);
  for (std::size_t i = 0; i < one.values.size(); ++i)
    if (one.values[i] != other.values[i] &&
        !(std::binary_search(a.begin(), a.end(), i) && std::binary_search(b.begin(), b.end(), i)))
      return true;
  return false;
}

}  // namespace patchpilot
