#include "learn/candidate_builder.h"

#include "base/error.h"
#include "base/files.h"
#include "base/log_uniform.h"
#include "base/random.h"
#include "data/codec.h"
#include "data/network_batch.h"
#include "models/model_file.h"
#include "models/network_module.h"
#include "synth/variation.h"

#include <algorithm>
#include <map>
#include <memory>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kKindDraws = 0x63616e6469646174, kAnswerDraws = 0x616e737765727300;
constexpr std::size_t kTogether = 64;  ///< sounds that the flow answers at a time

constexpr double kLeastStep = 0.02, kMostStep = 0.5;

constexpr double kAnswers = 0.5, kMutatedAnswers = 0.25;  ///< the rest are mutated originals

/// A flow's answers to examples, drawn for some at a time.
class Answers {
 public:
  Answers(const fs::path& file, const ShardSet& examples, const Codec& codec, std::uint64_t seed)
      : examples_(examples), codec_(codec), seed_(seed) {
    const ModelAbout about = readModelAbout(Safetensors(file));
    requireModel(about,
                 {.kind = "flow",
                  .space = codec.space().fingerprint(),
                  .frontEnd = NetworkFeatures::kName,
                  .frontEndVersion = NetworkFeatures::kVersion},
                 file);
    const std::string path = file.string();
    const char* files[] = {path.c_str()};
    network_.reset(networkModule().openNetwork({about.network.c_str(), files, std::int64_t(codec.width())}));
  }

  std::vector<float> to(std::size_t example) {
    const std::size_t block = example / kTogether;
    if (answers_.empty() || block != block_) answer(block);
    return codec_.decode(std::span(answers_).subspan(example % kTogether * codec_.width(), codec_.width()))
        .values;
  }

 private:
  void answer(std::size_t block) {
    std::vector<SoundRow> rows;
    const std::size_t first = block * kTogether, end = std::min(first + kTogether, examples_.size());
    for (std::size_t i = first; i < end; ++i) {
      const ExampleView view = examples_.at(i);
      rows.push_back({networkFeaturesOf(view), view.note()});
    }
    std::vector<Tensor> tensors;
    addSounds(tensors, rows);
    const Batch batch(std::move(tensors));
    SampleOptions options;
    options.count = 1;
    options.steps = kFlowSteps;
    options.seed = SplitMix64(seed_ ^ kAnswerDraws, block).next();
    answers_.resize(rows.size() * codec_.width());
    network_->sample(batch.view(), options, answers_);
    block_ = block;
  }

  const ShardSet& examples_;
  const Codec& codec_;
  std::uint64_t seed_;
  std::unique_ptr<const Network> network_;
  std::size_t block_ = 0;
  std::vector<float> answers_;  ///< to the examples of that block
};

}  // namespace

ExampleSetFolder candidateFolder(const ExampleSetFolder& examples) { return {examples.path / "candidates"}; }

std::vector<float> mutated(const ParameterSpace& space, std::vector<float> values, SplitMix64& random) {
  const double step = logUniform(kLeastStep, kMostStep, random);
  const std::size_t count = drawMovedCount(random);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t parameter = random.below(space.parameters.size());
    const double move = step * random.normal();
    values[parameter] = variedValue(space.parameters[parameter], values[parameter], move, random);
  }
  return values;
}

bool buildCandidates(const ExampleSetFolder& examples, Engine& engine, const CandidateBuildOptions& options) {
  const ExampleSetAbout about = examples.about();
  const ParameterSpace& space = engine.space();
  if (about.space != space.fingerprint())
    failInput("{} holds examples of another space than {}", examples.path.string(), space.name);
  if (about.features != NetworkFeatures::kVersion)
    failInput("{}: its features are of version {}, this program makes {}; build the dataset again",
              examples.path.string(), about.features, NetworkFeatures::kVersion);
  if (about.synth != engine.name() || about.base != options.build.base ||
      about.tempoBpm != options.build.tempoBpm)
    failInput("{} was made with {} at {} bpm, or with another --base than {} at {} bpm is now",
              examples.path.string(), about.synth, about.tempoBpm, engine.name(), options.build.tempoBpm);
  const ShardSet sounds(examples.shardFiles());
  const Codec codec(space);
  Answers answers(options.model, sounds, codec, options.build.seed);

  const ExampleSetFolder folder = candidateFolder(examples);
  std::error_code error;
  if (fs::create_directories(folder.path, error); error)
    failSystem("{} cannot be made ({})", folder.path.string(), error.message());
  ExampleSetAbout own = about;
  own.seed = options.build.seed;
  own.protocol =
      fmt::format("candidates of {} ({}), for sounds of seed {}", options.model.filename().string(),
                  contentHash(readFile(options.model)), about.seed);
  folder.begin(own);

  ExampleDraws draws;
  draws.isHeard = isAudible;
  draws.draw = [&](std::uint64_t number) -> std::optional<ExampleDraw> {
    if (number >= sounds.size()) return std::nullopt;
    const ExampleView view = sounds.at(std::size_t(number));
    SplitMix64 random(options.build.seed ^ kKindDraws, number);
    const double kind = random.uniform();
    ExampleDraw draw{{}, view.note(), view.onsetSeconds(), view.family()};
    if (kind < kAnswers + kMutatedAnswers) draw.values = answers.to(std::size_t(number));
    else draw.values.assign(view.values().begin(), view.values().end());
    if (kind >= kAnswers) draw.values = mutated(space, std::move(draw.values), random);
    return draw;
  };
  return buildDrawn(folder, engine, draws, options.build);
}

}  // namespace patchpilot
