#include "search/breeding.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace patchpilot {

namespace {

/// Share of the sections that a child takes from its second parent, or of the parts of a preset.
constexpr double kTaken = 0.35;

/// How often a child takes whole parts, with all their sections: a filter with the envelope and the LFO that
/// move it is of no use without them. Presets hold in their parts what no parameter reaches.
constexpr double kByParts = 0.4, kByPartsOfPresets = 0.7;

/// Share of the parts that a child of a patch of a space takes.
constexpr double kPartsTaken = 0.5;

constexpr int kAttempts = 20;

/// How fast what a parameter does is learnt, how much of it counts, what is assumed at first, and how often
/// it decides.
constexpr double kEffectRate = 0.3, kMostEffect = 1.0, kUnknownEffect = 0.5, kChosenByEffect = 0.7;

/// How often a parameter that a space mostly holds constant is put there, or away from there where it is.
constexpr double kToConstant = 0.3;

/// How often the rate of an LFO that is moved is set to one that the target has, how far from it, in parts of
/// its range, and how often what says how much the LFO does is drawn anew with it: a rate that is right is
/// heard only then.
constexpr double kHeardRate = 0.5, kRateSpread = 0.006, kDepthAnew = 0.5;

/// The length of a note is sometimes drawn anew, and else moved by a factor whose logarithm has one of these
/// deviations.
constexpr double kLengthAnew = 0.3, kLeastLengthStep = 0.003, kMostLengthStep = 0.3;
constexpr double kShortestSeconds = 0.02;

double logUniform(double low, double high, SplitMix64& random) {
  return low * std::pow(high / low, random.uniform());
}

}  // namespace

Proposal Genome::proposal() const {
  Proposal proposal;
  proposal.synth = synth;
  proposal.lengthSeconds = lengthSeconds;
  proposal.origin = origin;
  proposal.sources = sources;
  proposal.patch.values = values;
  if (state.empty()) return proposal;
  proposal.patch.state = state;
  proposal.patch.source = origin;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!laidOver[i]) proposal.patch.values[i] = std::numeric_limits<float>::quiet_NaN();
  return proposal;
}

Breeder::Breeder(Synth& synth, std::size_t index, BreederOptions options)
    : synth_(synth),
      index_(index),
      space_(synth.space()),
      options_(std::move(options)),
      parts_(space_.crossingsOrSections()),
      partOf_(partsOfParameters(space_)),
      defaults_(defaultValues(synth)),
      effects_(space_.parameters.size(), kUnknownEffect) {
  std::map<std::string, std::vector<std::size_t>> sections;
  for (std::size_t i = 0; i < space_.parameters.size(); ++i)
    sections[space_.parameters[i].section].push_back(i);
  for (auto& [key, parameters] : sections) sections_.push_back(std::move(parameters));
  for (const Carry& carry : space_.carries) coarseOf_[*space_.find(carry.fine)] = *space_.find(carry.coarse);
  for (const Lfo& lfo : space_.lfos) {
    const std::size_t parameter = *space_.find(lfo.rate);
    const ParameterSpec& p = space_.parameters[parameter];
    Rates heard;
    for (const double rate : options_.rates)
      if (rate >= lfo.hertzAt(p.min) && rate <= lfo.hertzAt(p.max))
        heard.values.push_back(lfo.valueAt(rate, p.min, p.max));
    for (const auto& key : lfo.depths) heard.depths.push_back(*space_.find(key));
    if (!heard.values.empty()) ratesOf_[parameter] = std::move(heard);
  }
}

Genome Breeder::genome(const Proposal& proposal) {
  Genome genome;
  genome.synth = index_;
  genome.lengthSeconds = proposal.lengthSeconds;
  genome.origin = proposal.origin;
  genome.sources = proposal.sources;
  genome.values = proposal.patch.values;
  if (proposal.patch.state.empty()) return genome;
  genome.state = synth_.state(proposal.patch);
  genome.values = synth_.values(proposal.patch);
  genome.laidOver.assign(genome.values.size(), false);
  return genome;
}

void Breeder::set(Genome& genome, std::size_t parameter, float value) const {
  if (genome.values[parameter] == value) return;
  genome.values[parameter] = value;
  if (!genome.state.empty()) genome.laidOver[parameter] = true;
}

void Breeder::lock(Genome& genome) const {
  for (const LockedParameter& one : options_.locked) set(genome, one.parameter, one.value);
}

bool Breeder::isLocked(std::size_t parameter) const {
  return std::any_of(options_.locked.begin(), options_.locked.end(),
                     [&](const LockedParameter& one) { return one.parameter == parameter; });
}

std::size_t Breeder::someParameter(const Genome& genome, SplitMix64& random) const {
  if (!genome.state.empty() && random.uniform() < kChangesOfMoved) {
    const auto moved = movedParameters(genome.values, defaults_);
    if (!moved.empty()) return moved[random.below(moved.size())];
  }
  if (random.uniform() < kChosenByEffect) {
    double left = random.uniform() * std::accumulate(effects_.begin(), effects_.end(), 0.0);
    for (std::size_t i = 0; i < effects_.size(); ++i)
      if ((left -= effects_[i]) < 0) return i;
  }
  // A section first, then one of its parameters: sections differ in size, and not in weight.
  if (random.uniform() < 0.5) {
    const auto& section = sections_[random.below(sections_.size())];
    return section[random.below(section.size())];
  }
  return std::size_t(random.below(space_.parameters.size()));
}

/// Mostly the strongest of the rates that the target wavers at.
bool Breeder::setHeardRate(Genome& genome, std::size_t parameter, SplitMix64& random) const {
  const auto found = ratesOf_.find(parameter);
  if (found == ratesOf_.end() || random.uniform() >= kHeardRate) return false;
  const auto& [values, depths] = found->second;
  const ParameterSpec& p = space_.parameters[parameter];
  const float value = values[std::min(random.below(values.size()), random.below(values.size()))];
  set(genome, parameter, reflected(value + kRateSpread * random.normal() * (p.max - p.min), p.min, p.max));
  if (depths.empty() || random.uniform() >= kDepthAnew) return true;
  const std::size_t depth = depths[random.below(depths.size())];
  const ParameterSpec& d = space_.parameters[depth];
  set(genome, depth, d.nearest(float(d.min + random.uniform() * (d.max - d.min))));
  return true;
}

/// Where a fine parameter leaves its range, the coarse one moves on.
/// @return where the fine one is then; nothing where it has no coarse one, or that is at its end
std::optional<float> Breeder::carried(Genome& genome, std::size_t parameter, double value) const {
  const auto found = coarseOf_.find(parameter);
  const ParameterSpec& p = space_.parameters[parameter];
  if (found == coarseOf_.end() || (value >= p.min && value <= p.max)) return std::nullopt;
  const auto next =
      space_.parameters[found->second].next(genome.values[found->second], value > p.max ? 1 : -1);
  if (isLocked(found->second) || !next) return std::nullopt;
  set(genome, found->second, *next);
  return std::clamp(float(value > p.max ? value - (p.max - p.min) : value + (p.max - p.min)), p.min, p.max);
}

void Breeder::mutate(Genome& genome, double least, double most, SplitMix64& random) const {
  const double step = logUniform(least, most, random);
  std::size_t count = 1;
  while (count < 12 && random.uniform() < 0.6) ++count;
  const std::vector<std::size_t> silent = space_.silent(genome.values);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t which = someParameter(genome, random);
    // A rate may open its own gate below, with a depth to hear it by.
    for (int attempt = 0; attempt < kAttempts && std::binary_search(silent.begin(), silent.end(), which) &&
                          !ratesOf_.contains(which);
         ++attempt)
      which = someParameter(genome, random);
    const ParameterSpec& p = space_.parameters[which];
    if (genome.state.empty() && setHeardRate(genome, which, random)) continue;
    const double move = step * random.normal();
    if (const auto beyond = carried(genome, which, genome.values[which] + move * (p.max - p.min))) {
      set(genome, which, *beyond);
      continue;
    }
    float value = variedValue(p, genome.values[which], move, random);
    if (genome.state.empty() && p.constant && p.constantProbability < 1 && random.uniform() < kToConstant)
      value = genome.values[which] == *p.constant
                  ? p.nearest(float(p.min + random.uniform() * (p.max - p.min)))
                  : *p.constant;
    set(genome, which, value);
  }
}

/// Of a preset with what no parameter reaches.
void Breeder::takePart(Genome& genome, const Genome& other, std::size_t part) const {
  std::optional<Bytes> crossed;
  if (!genome.state.empty()) {
    try {
      crossed = space_.dialect().withPart(genome.state, other.state, parts_[part].key);
    } catch (const Error&) {
      return;  // of another revision: it stays as it is
    }
    if (crossed) genome.state = std::move(*crossed);
  }
  for (std::size_t i = 0; i < partOf_.size(); ++i) {
    if (partOf_[i] != int(part)) continue;
    if (crossed) {
      genome.values[i] = other.values[i];
      genome.laidOver[i] = other.laidOver[i];
    } else {
      set(genome, i, other.values[i]);
    }
  }
}

void Breeder::cross(Genome& genome, const Genome& other, SplitMix64& random) const {
  const bool preset = !genome.state.empty();
  if (random.uniform() < (preset ? kByPartsOfPresets : kByParts)) {
    for (std::size_t part = 0; part < parts_.size(); ++part)
      if (random.uniform() < (preset ? kTaken : kPartsTaken)) takePart(genome, other, part);
  } else {
    for (const auto& section : sections_)
      if (random.uniform() < kTaken)
        for (const std::size_t i : section) set(genome, i, other.values[i]);
  }
  if (genome.lengthSeconds != other.lengthSeconds && random.uniform() < kTaken)
    genome.lengthSeconds = other.lengthSeconds;
  genome.sources = unitedSources(genome.sources, other.sources);
}

void Breeder::differ(Genome& genome, const Genome& b, const Genome& c, SplitMix64& random) const {
  const double factor = 0.2 + 0.8 * random.uniform();
  const double share = random.uniform() < 0.5 ? 0.15 : 0.6;
  for (std::size_t i = 0; i < genome.values.size(); ++i) {
    const ParameterSpec& p = space_.parameters[i];
    if (random.uniform() >= share || b.values[i] == c.values[i]) continue;
    if (p.kind == ParameterKind::categorical) {
      if (random.uniform() < 0.3) set(genome, i, b.values[i]);
      continue;
    }
    const float low = std::min(p.min, genome.values[i]), high = std::max(p.max, genome.values[i]);
    float value = std::clamp(float(genome.values[i] + factor * (b.values[i] - c.values[i])), low, high);
    if (p.kind == ParameterKind::stepped) value = p.nearest(value);
    set(genome, i, value);
  }
}

void Breeder::exchange(Genome& genome, SplitMix64& random) const {
  if (space_.symmetries.empty()) return;
  const Symmetry& symmetry = space_.symmetries[random.below(space_.symmetries.size())];
  const std::size_t first = random.below(symmetry.members.size());
  const std::size_t second =
      (first + 1 + random.below(symmetry.members.size() - 1)) % symmetry.members.size();
  // Half of the time one becomes as the other, which is how two oscillators come to sound as one.
  const bool copy = random.uniform() < 0.5;
  for (std::size_t i = 0; i < symmetry.members[first].size(); ++i) {
    const auto a = space_.find(symmetry.members[first][i]), b = space_.find(symmetry.members[second][i]);
    if (!a || !b) continue;
    const float kept = genome.values[*a];
    set(genome, *a, genome.values[*b]);
    if (!copy) set(genome, *b, kept);
  }
}

void Breeder::playOtherwise(Genome& genome, SplitMix64& random) const {
  if (!genome.lengthSeconds || options_.longestSeconds <= kShortestSeconds) return;
  double& length = *genome.lengthSeconds;
  if (random.uniform() < kLengthAnew) {
    length = logUniform(kShortestSeconds, options_.longestSeconds, random);
  } else {
    const double step = logUniform(kLeastLengthStep, kMostLengthStep, random);
    length *= std::exp(step * random.normal());
  }
  length = std::clamp(length, kShortestSeconds, options_.longestSeconds);
  if (random.uniform() < 0.5) mutate(genome, 0.004, 0.3, random);
}

void Breeder::learn(const Genome& parent, const Genome& child, double difference) {
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < parent.values.size(); ++i)
    if (parent.values[i] != child.values[i]) changed.push_back(i);
  for (const std::size_t i : changed)
    effects_[i] += kEffectRate / double(changed.size()) * (std::min(kMostEffect, difference) - effects_[i]);
}

std::vector<std::size_t> Breeder::searchable(const Genome& genome) const {
  std::vector<std::size_t> parameters;
  const std::vector<std::size_t> silent = space_.silent(genome.values);
  for (std::size_t i = 0; i < space_.parameters.size(); ++i) {
    if (std::binary_search(silent.begin(), silent.end(), i)) continue;
    const bool used =
        genome.state.empty() || genome.laidOver[i] || std::abs(genome.values[i] - defaults_[i]) > kUnmoved;
    if (used && !isLocked(i) && space_.parameters[i].kind != ParameterKind::categorical &&
        space_.parameters[i].max > space_.parameters[i].min)
      parameters.push_back(i);
  }
  return parameters;
}

Genome Breeder::moved(const Genome& genome, std::size_t parameter, double move, SplitMix64& random) const {
  const ParameterSpec& p = space_.parameters[parameter];
  const double range = p.max - p.min, signedMove = random.uniform() < 0.5 ? -move : move;
  std::vector<double> value{genome.values[parameter] + signedMove * range};
  if (value[0] < p.min || value[0] > p.max) value[0] = genome.values[parameter] - signedMove * range;
  return withValues(genome, {parameter}, value);
}

Genome Breeder::withValues(const Genome& genome, const std::vector<std::size_t>& parameters,
                           std::vector<double>& values) const {
  Genome changed = genome;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const ParameterSpec& p = space_.parameters[parameters[i]];
    const float own = genome.values[parameters[i]];
    if (const auto beyond = carried(changed, parameters[i], values[i])) {
      set(changed, parameters[i], *beyond);
      continue;
    }
    values[i] = reflected(values[i], std::min(p.min, own), std::max(p.max, own));
    set(changed, parameters[i],
        p.kind == ParameterKind::stepped ? p.nearest(float(values[i])) : float(values[i]));
  }
  return changed;
}

/// Whether the two differ in anything that is heard in either.
bool Breeder::isHeardBeside(const Genome& genome, const Genome& other) const {
  if (genome.state != other.state || genome.lengthSeconds != other.lengthSeconds) return true;
  const std::vector<std::size_t> one = space_.silent(genome.values), two = space_.silent(other.values);
  for (std::size_t i = 0; i < genome.values.size(); ++i)
    if (genome.values[i] != other.values[i] &&
        !(std::binary_search(one.begin(), one.end(), i) && std::binary_search(two.begin(), two.end(), i)))
      return true;
  return false;
}

Genome Breeder::child(Variation variation, const Genome& a, const Genome& b, const Genome& c,
                      SplitMix64& random) const {
  Genome child = a;
  switch (variation) {
    case Variation::little: mutate(child, 0.004, 0.06, random); break;
    case Variation::much: mutate(child, 0.06, 0.5, random); break;
    case Variation::crossing:
      cross(child, b, random);
      if (random.uniform() < 0.5) mutate(child, 0.02, 0.3, random);
      break;
    case Variation::difference: differ(child, b, c, random); break;
    case Variation::exchange:
      exchange(child, random);
      cross(child, b, random);
      break;
    case Variation::playing: playOtherwise(child, random); break;
    case Variation::count: break;
  }
  lock(child);
  // What sounds as its parent is no child.
  for (int attempt = 0; attempt < kAttempts && !isHeardBeside(child, a); ++attempt) {
    mutate(child, 0.02, 0.3, random);
    lock(child);
  }
  return child;
}

std::vector<bool> Breeder::partsToKeep(SplitMix64& random) const {
  std::vector<std::size_t> used;
  for (std::size_t part = 0; part < parts_.size(); ++part)
    if (std::count(partOf_.begin(), partOf_.end(), int(part)) > 0) used.push_back(part);
  std::vector<bool> kept(parts_.size(), false);
  if (used.size() < 2) return kept;
  for (std::size_t count = 0; count == 0 || count == used.size();) {
    for (const std::size_t part : used) kept[part] = random.uniform() < 0.5;
    count = std::size_t(std::count(kept.begin(), kept.end(), true));
  }
  return kept;
}

Genome Breeder::grafted(const Genome& genome, const Genome& from, const std::vector<bool>& parts) const {
  Genome child = genome;
  for (std::size_t part = 0; part < parts.size(); ++part)
    if (parts[part]) takePart(child, from, part);
  for (std::size_t i = 0; i < partOf_.size(); ++i)
    if (partOf_[i] < 0) set(child, i, from.values[i]);
  child.lengthSeconds = from.lengthSeconds;
  child.sources = unitedSources(child.sources, from.sources);
  lock(child);
  return child;
}

std::vector<Genome> Breeder::around(const Genome& genome, std::size_t count, std::uint64_t seed) const {
  std::vector<Genome> genomes{genome};
  lock(genomes.front());
  for (std::size_t i = 0; i < count; ++i) {
    SplitMix64 random(seed, i);
    const Genome& first = genomes.front();
    genomes.push_back(child(i % 2 == 0 ? Variation::little : Variation::much, first, first, first, random));
  }
  return genomes;
}

}  // namespace patchpilot
