#include "search/recombination.h"

#include "base/error.h"
#include "synth/variation.h"

#include <algorithm>

namespace patchpilot {

namespace {

/// How often whole parts are taken instead of single sections. A filter is of little use without the envelope
/// and the LFO that modulate it.
constexpr double kByParts = 0.4, kByPartsOfPresets = 0.7;

/// The chance that a section is taken, that a part is taken by a point of a space, and by a preset.
constexpr double kSectionTaken = 0.35, kPartTaken = 0.5, kPresetPartTaken = 0.35;

/// The chance that the length of the note is taken, and the note.
constexpr double kLengthTaken = 0.35, kNoteTaken = 0.35;

/// The difference of two genomes is scaled by a factor from the least up, within this range.
constexpr double kLeastFactor = 0.2, kFactorRange = 0.8;

/// A difference is added to few or to many parameters, with equal chance.
constexpr double kFewChanged = 0.15, kManyChanged = 0.6;

/// The chance that a categorical parameter takes the other's choice instead.
constexpr double kChoiceTaken = 0.3;

}  // namespace

Recombination::Recombination(const SearchSpace& space)
    : space_(space),
      parts_(space.parameters().crossingsOrSections()),
      partOf_(partsOfParameters(space.parameters())) {}

void Recombination::takePart(Genome& genome, const Genome& other, std::size_t part) const {
  std::optional<Bytes> crossed;
  if (genome.isPreset()) {
    try {
      crossed = space_.parameters().dialect().withPart(genome.state, other.state, parts_[part].key);
    } catch (const Error&) {
      return;  // The two states are of different revisions.
    }
    if (crossed) genome.state = std::move(*crossed);
  }
  for (std::size_t i = 0; i < partOf_.size(); ++i) {
    if (partOf_[i] != int(part)) continue;
    if (crossed) {
      genome.values[i] = other.values[i];
      genome.laidOver[i] = other.laidOver[i];
    } else {
      space_.set(genome, i, other.values[i]);
    }
  }
}

void Recombination::crossOver(Genome& genome, const Genome& other, SplitMix64& random) const {
  const bool preset = genome.isPreset();
  if (random.uniform() < (preset ? kByPartsOfPresets : kByParts)) {
    for (std::size_t part = 0; part < parts_.size(); ++part)
      if (random.uniform() < (preset ? kPresetPartTaken : kPartTaken)) takePart(genome, other, part);
  } else {
    for (const auto& section : space_.sections())
      if (random.uniform() < kSectionTaken)
        for (const std::size_t i : section) space_.set(genome, i, other.values[i]);
  }
  if (genome.lengthSeconds != other.lengthSeconds && random.uniform() < kLengthTaken)
    genome.lengthSeconds = other.lengthSeconds;
  if (genome.note != other.note && random.uniform() < kNoteTaken) genome.note = other.note;
  genome.sources = unitedSources(genome.sources, other.sources);
}

void Recombination::addDifference(Genome& genome, const Genome& b, const Genome& c,
                                  SplitMix64& random) const {
  const double factor = kLeastFactor + kFactorRange * random.uniform();
  const double share = random.uniform() < 0.5 ? kFewChanged : kManyChanged;
  for (std::size_t i = 0; i < genome.values.size(); ++i) {
    const ParameterSpec& p = space_.parameters().parameters[i];
    if (random.uniform() >= share || b.values[i] == c.values[i]) continue;
    if (p.kind == ParameterKind::categorical) {
      if (random.uniform() < kChoiceTaken) space_.set(genome, i, b.values[i]);
      continue;
    }
    const float low = std::min(p.min, genome.values[i]), high = std::max(p.max, genome.values[i]);
    float value = std::clamp(float(genome.values[i] + factor * (b.values[i] - c.values[i])), low, high);
    if (p.kind == ParameterKind::stepped) value = p.nearest(value);
    space_.set(genome, i, value);
  }
}

void Recombination::swapGroups(Genome& genome, SplitMix64& random) const {
  const ParameterSpace& space = space_.parameters();
  if (space.symmetries.empty()) return;
  const Symmetry& symmetry = space.symmetries[random.below(space.symmetries.size())];
  const std::size_t first = random.below(symmetry.members.size());
  const std::size_t second =
      (first + 1 + random.below(symmetry.members.size() - 1)) % symmetry.members.size();
  // A copy makes two oscillators equal, which separate mutations hardly ever do.
  const bool copy = random.uniform() < 0.5;
  for (std::size_t i = 0; i < symmetry.members[first].size(); ++i) {
    const auto a = space.find(symmetry.members[first][i]), b = space.find(symmetry.members[second][i]);
    if (!a || !b) continue;
    const float own = genome.values[*a];
    space_.set(genome, *a, genome.values[*b]);
    if (!copy) space_.set(genome, *b, own);
  }
}

std::vector<bool> Recombination::drawParts(SplitMix64& random) const {
  std::vector<std::size_t> used;
  for (std::size_t part = 0; part < parts_.size(); ++part)
    if (std::count(partOf_.begin(), partOf_.end(), int(part)) > 0) used.push_back(part);
  std::vector<bool> drawn(parts_.size(), false);
  if (used.size() < 2) return drawn;
  for (std::size_t count = 0; count == 0 || count == used.size();) {
    for (const std::size_t part : used) drawn[part] = random.uniform() < 0.5;
    count = std::size_t(std::count(drawn.begin(), drawn.end(), true));
  }
  return drawn;
}

Genome Recombination::grafted(const Genome& genome, const Genome& from,
                              const std::vector<bool>& parts) const {
  // All grafts have the note of the best. A start keeps its pitch, if it can be tuned so far.
  Genome graft = genome;
  if (from.note && genome.note != from.note) {
    if (auto tuned = space_.transposed(genome, *from.note)) graft = std::move(*tuned);
    graft.note = from.note;
  }
  for (std::size_t part = 0; part < parts.size(); ++part)
    if (parts[part]) takePart(graft, from, part);
  for (std::size_t i = 0; i < partOf_.size(); ++i)
    if (partOf_[i] < 0) space_.set(graft, i, from.values[i]);
  graft.lengthSeconds = from.lengthSeconds;
  graft.sources = unitedSources(graft.sources, from.sources);
  space_.lock(graft);
  return graft;
}

}  // namespace patchpilot
