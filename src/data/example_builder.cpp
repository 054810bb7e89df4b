#include "data/example_builder.h"

#include "audio/level.h"
#include "audio/loudness.h"
#include "base/error.h"
#include "base/random.h"
#include "data/network_features.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <mutex>

namespace patchpilot {

namespace {

constexpr double kSeconds = 4;
/// Sets these draws apart from those of libraries and target sets, whatever seeds are given.
constexpr std::uint64_t kPatchDraws = 0x6578616d706c6573, kNoteDraws = 0x6e6f746573000000;
/// A sound whose first part stays below this level is taken for silent, and the rest of it is not rendered:
/// more than half of the draws of some spaces are silent.
constexpr double kFirstPartSeconds = 1, kFirstPartDb = -60;
/// If so many draws in a row give nothing, more will not help.
constexpr std::size_t kHopeless = 1000;
/// How often what is done is handed to the operating system.
constexpr auto kFlushEvery = std::chrono::seconds(5);

constexpr int kLowestNote = 36, kHighestNote = 84, kSoftest = 30, kUsualVelocity = 100;
constexpr double kShortestNote = 0.1, kLongestNote = 3.5;

constexpr double kQuietestLufs = -55, kShortestOfProtocol = 0.001;

struct DrawnNote {
  Note note;
  double onsetSeconds = 0;  ///< see `ExampleDraw`
};

/// Every second velocity is the one that is played unless another is asked for. Short notes are told apart by
/// less than long ones: lengths are spread by their logarithm.
DrawnNote drawUsual(SplitMix64 random) {
  DrawnNote drawn;
  drawn.note.midi = kLowestNote + int(random.below(kHighestNote - kLowestNote + 1));
  const int velocity = kSoftest + int(random.below(127 - kSoftest + 1));
  drawn.note.velocity = random.uniform() < 0.5 ? kUsualVelocity : velocity;
  drawn.note.lengthSeconds = kShortestNote * std::pow(kLongestNote / kShortestNote, random.uniform());
  return drawn;
}

/// As github.com/ben-hayes/synth-permutations draws them (generate_vst_dataset.py).
DrawnNote drawSynthPermutations(SplitMix64 random) {
  const auto onSample = [](double time) { return std::round(time * kSampleRateHz) / kSampleRateHz; };
  DrawnNote drawn;
  drawn.note.midi = 48 + int(random.below(72 - 48 + 1));
  drawn.note.velocity = kUsualVelocity;
  const double one = random.uniform() * kSeconds, other = random.uniform() * kSeconds;
  drawn.onsetSeconds = std::min(onSample(std::min(one, other)), kSeconds - kShortestOfProtocol);
  drawn.note.lengthSeconds =
      std::max(kShortestOfProtocol, onSample(std::max(one, other)) - drawn.onsetSeconds);
  return drawn;
}

bool isHeardInSynthPermutations(const AudioBuffer& sound) {
  return integratedLoudness(sound.placedAt(0, std::size_t(kSeconds * kSampleRateHz))) >= kQuietestLufs &&
         peak(sound) <= 1;
}

/// What belongs to each of `kProtocols`.
struct Drawing {
  DrawnNote (*draw)(SplitMix64 random);
  bool (*isHeard)(const AudioBuffer& sound);
};

constexpr NoteProtocol kProtocols[] = {
    {"usual", "notes 36 to 84, let go after 0.1 to 3.5 s (by the logarithm), half at velocity 100"},
    {"synth-permutations",
     "the Surge XT benchmark's (arXiv 2506.07199): notes 48 to 72 at velocity 100, begin and end two uniform "
     "draws in 4 s, none below -55 LUFS, none clipped"}};
constexpr Drawing kDrawings[] = {{drawUsual, isAudible}, {drawSynthPermutations, isHeardInSynthPermutations}};
static_assert(std::size(kProtocols) == std::size(kDrawings));

const Drawing& drawingOf(const std::string& protocol) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::size(kProtocols); ++i) {
    if (kProtocols[i].name == protocol) return kDrawings[i];
    names.push_back(kProtocols[i].name);
  }
  failUsage("there is no protocol '{}'; there are: {}", protocol, fmt::join(names, ", "));
}

/// Appends examples to the shards of a folder, one shard after the other.
class ShardSequence {
 public:
  ShardSequence(const ExampleSetFolder& folder, const ShardFormat& format)
      : folder_(folder), format_(format) {
    const std::size_t there = folder.shardFiles().size();
    number_ = there == 0 ? 0 : there - 1;
    open();
    if (number_ > 0 && writer_->size() == 0)  // the one before has the last number
      last_ = ShardWriter(folder.shardFile(number_ - 1), format).lastNumber();
  }

  std::size_t size() const { return number_ * ExampleSetFolder::kExamplesOfAShard + writer_->size(); }
  std::uint64_t nextDraw() const { return last_ ? *last_ + 1 : 0; }

  void append(const Example& example, const NetworkFeatures& features) {
    if (writer_->size() == ExampleSetFolder::kExamplesOfAShard) {
      flush();
      ++number_;
      open();
    }
    writer_->append(example, networkFeatureBytes(features));
    last_ = example.number;
  }

  void flush() { writer_->flush(); }

 private:
  void open() {
    writer_.emplace(folder_.shardFile(number_), format_);
    if (writer_->lastNumber()) last_ = writer_->lastNumber();
  }

  const ExampleSetFolder& folder_;
  ShardFormat format_;
  std::size_t number_ = 0;
  std::optional<ShardWriter> writer_;
  std::optional<std::uint64_t> last_;
};

class Builder {
 public:
  Builder(const ExampleSetFolder& folder, Engine& engine, const ExampleDraws& draws,
          const ExampleBuildOptions& options)
      : engine_(engine),
        options_(options),
        source_(draws),
        space_(engine.space()),
        fingerprint_(space_.fingerprint()),
        shards_(folder, exampleSetFormat(space_)),
        drawn_(shards_.nextDraw()),
        written_(drawn_) {}

  bool run() {
    tell();
    const auto hasBegun = [least = float(dbToAmplitude(kFirstPartDb))](std::uint64_t,
                                                                       const StereoView& part) {
      const auto reaches = [=](float sample) { return !(std::abs(sample) < least); };
      return std::ranges::any_of(part.left, reaches) || std::ranges::any_of(part.right, reaches);
    };
    engine_.render([this] { return next(); }, [this](const RenderOutcome& outcome) { take(outcome); },
                   hasBegun, options_.stop);
    shards_.flush();
    return isFull() || ended_;
  }

 private:
  /// A draw that is being rendered, or waits until those before it are written.
  struct Draw {
    ExampleDraw made;
    Patch patch;
    bool done = false;
    std::optional<NetworkFeatures> features;  ///< none of a draw that is left out
  };

  bool isFull() const { return shards_.size() >= options_.count; }

  /// Draws take a while: what is rendered meanwhile can be written.
  std::optional<RenderJob> next() {
    const std::lock_guard drawing(drawing_);
    std::uint64_t number;
    {
      const std::lock_guard lock(mutex_);
      if (isFull() || ended_ || fruitless_ >= kHopeless) return std::nullopt;
      number = drawn_++;
    }
    std::optional<ExampleDraw> made = source_.draw(number);
    const std::lock_guard lock(mutex_);
    if (!made) {
      ended_ = true;
      return std::nullopt;
    }
    Draw& draw = draws_[number];
    draw.patch = Patch::point(made->values);
    draw.made = std::move(*made);
    return RenderJob{number, &draw.patch, draw.made.note, kSeconds - draw.made.onsetSeconds,
                     kFirstPartSeconds};
  }

  void take(const RenderOutcome& outcome) {
    std::optional<NetworkFeatures> features;
    const bool rendered = outcome.status == RenderOutcome::Status::ok && outcome.audio.isFinite();
    if (rendered && source_.isHeard(outcome.audio.copy()))
      features = extract_(outcome.audio.left, outcome.audio.right);
    const std::lock_guard lock(mutex_);
    const bool isSilent = rendered || outcome.status == RenderOutcome::Status::cut;
    if (!features) ++(isSilent ? progress_.silent : progress_.failed);
    Draw& draw = draws_.at(outcome.tag);
    draw.done = true;
    draw.features = std::move(features);
    while (!draws_.empty() && draws_.begin()->first == written_ && draws_.begin()->second.done) writeFirst();
    if (fruitless_ >= kHopeless)
      failPlugin("{} patches of space {} in a row made no sound on {}; check the space's ranges", fruitless_,
                 space_.name, engine_.name());
    tell();
  }

  void writeFirst() {
    Draw& draw = draws_.begin()->second;
    fruitless_ = draw.features ? 0 : fruitless_ + 1;
    if (draw.features && !isFull()) {
      ExampleDraw& made = draw.made;
      shards_.append(
          {std::move(made.values), made.note, made.onsetSeconds, written_, made.family, fingerprint_},
          *draw.features);
    }
    draws_.erase(draws_.begin());
    ++written_;
    if (const auto now = std::chrono::steady_clock::now(); now - flushed_ > kFlushEvery) {
      shards_.flush();
      flushed_ = now;
    }
  }

  void tell() {
    progress_.examples = shards_.size();
    progress_.wanted = options_.count;
    if (options_.onProgress) options_.onProgress(progress_);
  }

  Engine& engine_;
  const ExampleBuildOptions& options_;
  const ExampleDraws& source_;
  const ParameterSpace& space_;
  const std::string fingerprint_;
  const NetworkFeatureExtractor extract_;
  std::mutex drawing_;  ///< of `source_`; taken before the other
  std::mutex mutex_;    ///< of what follows
  ShardSequence shards_;
  std::map<std::uint64_t, Draw> draws_;  ///< by their numbers; not yet written
  std::uint64_t drawn_, written_;        ///< the next number to draw, and to write
  bool ended_ = false;                   ///< whether there are no more draws
  std::size_t fruitless_ = 0;            ///< draws in a row that gave nothing
  ExampleBuildProgress progress_;
  std::chrono::steady_clock::time_point flushed_ = std::chrono::steady_clock::now();
};

}  // namespace

std::span<const NoteProtocol> noteProtocols() { return kProtocols; }

bool isAudible(const AudioBuffer& sound) { return rmsDb(sound) >= kSilentDb; }

bool buildDrawn(const ExampleSetFolder& folder, Engine& engine, const ExampleDraws& draws,
                const ExampleBuildOptions& options) {
  return Builder(folder, engine, draws, options).run();
}

bool buildExamples(const ExampleSetFolder& folder, Engine& engine, const ExampleBuildOptions& options) {
  const Drawing& drawing = drawingOf(options.protocol);
  const ParameterSpace& space = engine.space();
  if (space.parameters.empty())
    failInput("the space {} has no parameters; there is nothing to draw", space.name);
  folder.begin({space.fingerprint(), space.toml, engine.name(), options.base, options.protocol, options.seed,
                options.tempoBpm, NetworkFeatures::kVersion});
  ExampleDraws draws;
  draws.isHeard = drawing.isHeard;
  draws.draw = [&](std::uint64_t number) {
    const DrawnNote note = drawing.draw(SplitMix64(options.seed ^ kNoteDraws, number));
    return ExampleDraw{space.draw(options.seed ^ kPatchDraws, number), note.note, note.onsetSeconds, number};
  };
  return buildDrawn(folder, engine, draws, options);
}

}  // namespace patchpilot
