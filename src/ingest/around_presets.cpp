#include "ingest/around_presets.h"

#include "base/error.h"
#include "synth/variation.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// States of presets are kept at hand up to this.
constexpr std::size_t kMostBytesAtHand = std::size_t(256) << 20;

/// How many parameters are changed: one of these, from a 64th to a quarter of all.
constexpr std::size_t kChanges[] = {1, 2, 4, 8, 16, 32, 64};

/// How far, in parts of the parameter's range: by a little or by more.
constexpr double kSmallStep = 0.08;
constexpr double kLargeStep = 0.3;

constexpr double kCrossed = 0.5;            ///< share of patches that are crossed
constexpr double kCrossedAndChanged = 0.5;  ///< share of those that are changed as well

constexpr int kAttemptsAtAPreset = 20;

/// A preset as the synth holds it.
struct Parent {
  Bytes state;                ///< as saved after loading
  std::vector<float> values;  ///< of the space's parameters
  std::vector<std::string> sources;
  std::string name;
};

/// A preset's name for people, of where it came from: "DIR/Soft Pad.fxp", or "BUNDLE (URI#soft-pad)".
std::string shortName(const std::string& source) {
  if (!source.ends_with(')')) return fs::path(source).stem().string();
  const std::string program = source.substr(0, source.size() - 1);
  return program.substr(program.find_last_of("#/(") + 1);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

constexpr std::string_view kUpTo = " presets up to ";

/// The id of the last preset that `AroundPresets::name` tells of. @throws Error (input)
std::int64_t lastPreset(const AroundPresets::Settled& settled) {
  const auto found = settled.name.find(kUpTo);
  std::int64_t last = 0;
  if (found != std::string::npos) {
    const char* begin = settled.name.data() + found + kUpTo.size();
    const auto read = std::from_chars(begin, settled.name.data() + settled.name.size(), last);
    if (read.ec == std::errc() && read.ptr != begin) return last;
  }
  failInput("{} is damaged: it says that it was drawn around '{}', which names no presets; build it anew",
            settled.library.string(), settled.name);
}

}  // namespace

struct AroundPresets::Impl {
  Library& presets;
  Synth& synth;
  std::uint64_t seed;
  std::vector<KeptPreset> kept;
  std::string name;
  std::vector<Crossing> crossings;
  std::vector<float> defaults;
  std::vector<int> crossingOf;  ///< see `partsOfParameters`
  std::unordered_map<std::size_t, std::optional<Parent>> atHand;
  std::size_t bytesAtHand = 0;

  /// Nothing if the synth does not take the preset (any more).
  const std::optional<Parent>& parent(std::size_t index) {
    if (const auto known = atHand.find(index); known != atHand.end()) return known->second;
    if (bytesAtHand > kMostBytesAtHand) {
      atHand.clear();
      bytesAtHand = 0;
    }
    std::optional<Parent> parent;
    try {
      const Patch patch = presets.patches().get(kept[index].patch);
      parent = Parent{synth.state(patch), synth.values(patch), presets.lineage().sources(kept[index].patch),
                      shortName(kept[index].path)};
      bytesAtHand += parent->state.size();
    } catch (const Error& error) {
      if (error.code() != ExitCode::plugin) throw;
    }
    return atHand[index] = std::move(parent);
  }

  /// A preset other than `not_`. Copied, as the next one may push it out of the memory.
  Parent draw(SplitMix64& random, const std::string& otherThan = "") {
    for (int attempt = 0; attempt < kAttemptsAtAPreset; ++attempt) {
      const auto& found = parent(std::size_t(random.below(kept.size())));
      if (found && (otherThan.empty() || found->sources.front() != otherThan)) return *found;
    }
    if (!otherThan.empty()) return draw(random);
    failPlugin("{} takes none of {} presets of {} that were tried; add them again with the version installed",
               synth.plugin().name, kAttemptsAtAPreset, presets.file().string());
  }
};

AroundPresets::AroundPresets(Library& presets, Synth& synth, std::uint64_t seed, const Settled& settled)
    : impl_(new Impl{presets,
                     synth,
                     seed,
                     presets.presets().kept(),
                     {},
                     synth.space().crossingsOrSections(),
                     synth.defaults(),
                     partsOfParameters(synth.space()),
                     {},
                     0}) {
  const std::string file = presets.file().string();
  const LibrarySettings& settings = presets.settings();
  if (settings.synthId != synth.plugin().id || settings.synthFormat != synth.plugin().format)
    failInput("{} holds presets of {}, not of {}; name a library of its presets", file, settings.synthName,
              synth.plugin().name);
  if (synth.space().parameters.empty() && impl_->crossings.empty())
    failInput("space {} has no parameters: nothing of its presets can be changed", synth.space().name);
  auto& kept = impl_->kept;
  if (!settled.name.empty()) {
    const std::int64_t last = lastPreset(settled);
    std::erase_if(kept, [&](const KeptPreset& preset) { return preset.patch > last; });
  }
  if (kept.empty()) failInput("{} holds no presets; add some with 'patchpilot library add'", file);
  std::string all;
  for (const auto& preset : kept)
    all += fmt::format("{} {}\n", preset.patch, presets.patches().stateHash(preset.patch));
  impl_->name = fmt::format("{}{}{}, {}", kept.size(), kUpTo, kept.back().patch, contentHash(all));
  if (!settled.name.empty() && impl_->name != settled.name)
    failInput(
        "{} holds other presets than those that this library was begun with; name the same, or build a new "
        "library",
        file);
}

AroundPresets::~AroundPresets() = default;

const std::string& AroundPresets::name() const { return impl_->name; }

namespace {

/// The parts that one preset takes of another: at least one, and not all. Empty if there are fewer than
/// two.
std::vector<std::size_t> drawParts(std::size_t count, SplitMix64& random) {
  std::vector<std::size_t> parts;
  if (count < 2) return parts;
  for (int attempt = 0; attempt < 8; ++attempt) {
    parts.clear();
    for (std::size_t i = 0; i < count; ++i)
      if (random.uniform() < 0.5) parts.push_back(i);
    if (!parts.empty() && parts.size() < count) return parts;
  }
  return {std::size_t(random.below(count))};
}

}  // namespace

DrawnPatch AroundPresets::draw(std::uint64_t index) {
  Impl& a = *impl_;
  const ParameterSpace& space = a.synth.space();
  SplitMix64 random(a.seed, index);
  Parent parent = a.draw(random);
  DrawnPatch drawn;
  drawn.sources = parent.sources;
  PresetState preset{std::move(parent.state), {}};
  preset.moved.resize(space.parameters.size());
  std::string words = parent.name;

  bool change = true;
  const std::vector<std::size_t> parts =
      random.uniform() < kCrossed ? drawParts(a.crossings.size(), random) : std::vector<std::size_t>();
  if (!parts.empty() && a.kept.size() > 1) {
    const Parent other = a.draw(random, parent.sources.front());
    drawn.sources = unitedSources(drawn.sources, other.sources);
    std::vector<std::string> titles;
    for (const std::size_t part : parts) {
      titles.push_back(a.crossings[part].title);
      auto crossed = space.dialect().withPart(preset.state, other.state, a.crossings[part].key);
      if (crossed) preset.state = std::move(*crossed);
      for (std::size_t i = 0; i < space.parameters.size(); ++i)
        if (a.crossingOf[i] == int(part)) {
          parent.values[i] = other.values[i];
          if (!crossed) preset.moved[i] = other.values[i];
        }
    }
    words += fmt::format(" with {} of {}", joined(titles), other.name);
    change = random.uniform() < kCrossedAndChanged;
  }
  if (change && !space.parameters.empty()) {
    std::vector<std::size_t> counts;
    for (const std::size_t count : kChanges)
      if (count * 64 >= space.parameters.size() && count * 4 <= space.parameters.size())
        counts.push_back(count);
    if (counts.empty()) counts.push_back(1);
    const std::size_t count = counts[random.below(counts.size())];
    std::set<std::size_t> changes;
    const std::vector<std::size_t> moved = movedParameters(parent.values, a.defaults);
    for (std::size_t i = 0; i < count; ++i) {
      const bool ofMoved = random.uniform() < kChangesOfMoved && !moved.empty();
      const std::size_t which =
          ofMoved ? moved[random.below(moved.size())] : std::size_t(random.below(space.parameters.size()));
      const double step = random.uniform() < 0.5 ? kSmallStep : kLargeStep;
      const double move = step * random.normal();
      const float value = variedValue(space.parameters[which], parent.values[which], move, random);
      if (value == parent.values[which]) continue;
      parent.values[which] = value;
      preset.moved[which] = value;
      changes.insert(which);
    }
    if (!changes.empty()) words += fmt::format(", {} changed", changes.size());
  }
  drawn.patch = {std::move(preset), words};
  return drawn;
}

}  // namespace patchpilot
