#include "search/mutation.h"

#include "base/log_uniform.h"
#include "synth/variation.h"

#include <algorithm>
#include <numeric>

namespace patchpilot {

namespace {

/// How often a parameter is drawn again if it is silent.
constexpr int kMutationAttempts = 20;

/// Learning rate of the effects, their upper limit, their initial value, and how often a parameter is drawn
/// in proportion to its effect.
constexpr double kEffectRate = 0.3, kMostEffect = 1.0, kUnknownEffect = 0.5, kDrawnByEffect = 0.7;

/// How often a parameter that the space mostly holds constant is set to that constant, or moved away from it.
constexpr double kToConstant = 0.3;

/// When the rate of an LFO is mutated: how often it is set to a rate of the target, the deviation from it in
/// parts of the range, and how often the LFO's depth is drawn again too. Without depth the rate has no
/// effect.
constexpr double kToTargetRate = 0.5, kRateDeviation = 0.006, kDrawDepth = 0.5;

}  // namespace

Mutation::Mutation(const SearchSpace& space, const std::vector<double>& rates)
    : space_(space), effects_(space.parameters().parameters.size(), kUnknownEffect) {
  const ParameterSpace& parameters = space.parameters();
  for (const Lfo& lfo : parameters.lfos) {
    const std::size_t parameter = *parameters.find(lfo.rate);
    const ParameterSpec& p = parameters.parameters[parameter];
    LfoRate reachable;
    for (const double rate : rates)
      if (rate >= lfo.hertzAt(p.min) && rate <= lfo.hertzAt(p.max))
        reachable.values.push_back(lfo.valueAt(rate, p.min, p.max));
    for (const auto& key : lfo.depths) reachable.depths.push_back(*parameters.find(key));
    if (!reachable.values.empty()) lfoRates_[parameter] = std::move(reachable);
  }
}

std::size_t Mutation::drawParameter(const Genome& genome, SplitMix64& random) const {
  if (genome.isPreset() && random.uniform() < kChangesOfMoved) {
    const auto moved = movedParameters(genome.values, space_.defaults());
    if (!moved.empty()) return moved[random.below(moved.size())];
  }
  if (random.uniform() < kDrawnByEffect) {
    double left = random.uniform() * std::accumulate(effects_.begin(), effects_.end(), 0.0);
    for (std::size_t i = 0; i < effects_.size(); ++i)
      if ((left -= effects_[i]) < 0) return i;
  }
  // Drawing the section first gives small sections the same weight as large ones.
  if (random.uniform() < 0.5) {
    const auto& section = space_.sections()[random.below(space_.sections().size())];
    return section[random.below(section.size())];
  }
  return std::size_t(random.below(effects_.size()));
}

bool Mutation::setTargetRate(Genome& genome, std::size_t parameter, SplitMix64& random) const {
  const auto found = lfoRates_.find(parameter);
  if (found == lfoRates_.end() || random.uniform() >= kToTargetRate) return false;
  const auto& [values, depths] = found->second;
  const auto& parameters = space_.parameters().parameters;
  const ParameterSpec& p = parameters[parameter];
  // The lesser of two draws: the first rates are the most likely ones.
  const float value = values[std::min(random.below(values.size()), random.below(values.size()))];
  space_.set(genome, parameter,
             reflected(value + kRateDeviation * random.normal() * (p.max - p.min), p.min, p.max));
  if (depths.empty() || random.uniform() >= kDrawDepth) return true;
  const std::size_t depth = depths[random.below(depths.size())];
  const ParameterSpec& d = parameters[depth];
  space_.set(genome, depth, d.nearest(float(d.min + random.uniform() * (d.max - d.min))));
  return true;
}

void Mutation::mutate(Genome& genome, double least, double most, SplitMix64& random) const {
  const double deviation = logUniform(least, most, random);
  const std::size_t count = drawMovedCount(random);
  const std::vector<std::size_t> silent = space_.parameters().silent(genome.values);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t which = drawParameter(genome, random);
    // A silent LFO rate is accepted: `setTargetRate` may give the LFO a depth.
    for (int attempt = 0;
         attempt < kMutationAttempts && std::binary_search(silent.begin(), silent.end(), which) &&
         !lfoRates_.contains(which);
         ++attempt)
      which = drawParameter(genome, random);
    const ParameterSpec& p = space_.parameters().parameters[which];
    if (!genome.isPreset() && setTargetRate(genome, which, random)) continue;
    const double move = deviation * random.normal();
    if (const auto carried = space_.carry(genome, which, genome.values[which] + move * (p.max - p.min))) {
      space_.set(genome, which, *carried);
      continue;
    }
    float value = variedValue(p, genome.values[which], move, random);
    if (!genome.isPreset() && p.constant && p.constantProbability < 1 && random.uniform() < kToConstant)
      value = genome.values[which] == *p.constant
                  ? p.nearest(float(p.min + random.uniform() * (p.max - p.min)))
                  : *p.constant;
    space_.set(genome, which, value);
  }
}

void Mutation::learn(const Genome& parent, const Genome& offspring, double difference) {
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < parent.values.size(); ++i)
    if (parent.values[i] != offspring.values[i]) changed.push_back(i);
  for (const std::size_t i : changed)
    effects_[i] += kEffectRate / double(changed.size()) * (std::min(kMostEffect, difference) - effects_[i]);
}

}  // namespace patchpilot
