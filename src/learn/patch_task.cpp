#include "learn/patch_task.h"

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/random.h"
#include "data/codec.h"
#include "data/example_set.h"
#include "data/network_input.h"
#include "data/split.h"
#include "features/mss.h"
#include "synth/plugin_engine.h"
#include "synth/voice_engine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

namespace patchpilot {

namespace {

constexpr const char *kRegression = "regression", *kFlow = "flow";

constexpr double kSeconds = 4;
constexpr double kHeldBack = 0.02;  ///< share of the families
constexpr std::uint64_t kSplitSeed = 1, kAnswerSeed = 1, kRandomSeed = 0x6a75646765000000;
constexpr std::size_t kBatch = 256, kSample = 2048;

/// How often, in training, the network is not told the level: that of a recording says nothing of the patch.
constexpr double kLevelUnknown = 0.3;

/// Answers are judged as they are used: with guidance if there is only one (`propose/learned.cpp`).
constexpr int kSteps = 20;

std::size_t answersOf(const std::string& kind) { return kind == kFlow ? 10 : 1; }

/// "1" for a value, "3c" for a choice of three.
std::string blocksText(const Codec& codec) {
  std::string text;
  for (std::size_t i = 0; i < codec.blocks().size(); ++i) {
    const bool isChoice =
        i < codec.space().parameters.size() && codec.space().parameters[i].kind == ParameterKind::categorical;
    text += fmt::format("{}{}{}", text.empty() ? "" : ",", codec.blocks()[i].count, isChoice ? "c" : "");
  }
  return text;
}

/// Groups that may change places, joined by '=', and the rest by the space's sections, with ';' between
/// kinds.
std::string sectionsText(const Codec& codec) {
  std::vector<char> placed(codec.width(), 0);
  const auto list = [&](const std::vector<std::size_t>& indices) {
    std::string text;
    for (const std::size_t index : indices) {
      placed[index] = 1;
      text += (text.empty() ? "" : ",") + std::to_string(index);
    }
    return text;
  };
  std::vector<std::string> kinds;
  for (const Codec::Exchange& exchange : codec.exchanges()) {
    const bool free = std::all_of(exchange.members.begin(), exchange.members.end(), [&](const auto& member) {
      return std::none_of(member.begin(), member.end(), [&](std::size_t index) { return placed[index]; });
    });
    if (!free) continue;  // a group within a group is learned
    std::string kind;
    for (const auto& member : exchange.members) kind += (kind.empty() ? "" : "=") + list(member);
    kinds.push_back(kind);
  }
  const ParameterSpace& space = codec.space();
  std::vector<std::string> sections;
  for (const ParameterSpec& parameter : space.parameters)
    if (std::find(sections.begin(), sections.end(), parameter.section) == sections.end())
      sections.push_back(parameter.section);
  for (const std::string& section : sections) {
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < space.parameters.size(); ++i) {
      if (space.parameters[i].section != section) continue;
      const Codec::Block& block = codec.blocks()[i];
      for (std::size_t k = block.first; k < block.first + block.count; ++k)
        if (!placed[k]) indices.push_back(k);
    }
    if (!indices.empty()) kinds.push_back(list(indices));
  }
  return fmt::format("{}", fmt::join(kinds, ";"));
}

/// A sound that is held back, and what it was made with.
struct HeldSound {
  std::size_t example = 0;
  Note note;
  double seconds = kSeconds;
  MssSpectrum spectrum;
};

class PatchData : public TaskData {
 public:
  PatchData(const std::string& kind, const std::filesystem::path& folder, std::shared_ptr<Engine> engine,
            const PatchJudging& judging)
      : kind_(kind),
        folder_(folder),
        about_(ExampleSetFolder{folder}.about()),
        engine_(std::move(engine)),
        judging_(judging),
        codec_(engine_->space()),
        shards_(shardFiles()),
        split_(split(shards_.families(), kHeldBack, kSplitSeed)) {
    check();
    for (std::size_t i = 0; i < split_.validation.size() && i < judging_.lossExamples; ++i)
      lossExamples_.push_back(split_.validation[i]);
    listen();
    random_ = judgeAnswers([&](std::size_t sound) {
      std::vector<std::vector<float>> values;
      for (std::size_t i = 0; i < judging_.answers; ++i)
        values.push_back(codec_.space().draw(kRandomSeed, sound * judging_.answers + i));
      return values;
    });
  }

  std::string name() const override {
    // Examples that are added meanwhile do not make it other data: training goes on with them too.
    return fmt::format("{}, {}, seed {}, {}, features {}", kind_, about_.space, about_.seed, about_.protocol,
                       about_.features);
  }

  std::vector<std::pair<std::string, std::string>> sizes() const override {
    return {{"frames", std::to_string(NetworkInput::kFrames)},
            {"bands", std::to_string(NetworkInput::kBands)},
            {"channels", "1"},
            {"globals", std::to_string(NetworkInput::kGlobals)},
            {"vector", std::to_string(codec_.width())},
            {"blocks", blocksText(codec_)},
            {"sections", sectionsText(codec_)}};
  }

  std::string description() const override {
    return fmt::format(
        "{} examples to learn from; judged by the best of {} rendered answer{} to {} sounds that "
        "are held back",
        items(), judging_.answers, judging_.answers == 1 ? "" : "s", sounds_.size());
  }

  std::size_t items() const override { return split_.training.size(); }

  Batch batch(std::span<const std::size_t> items, std::uint64_t seed) const override {
    std::vector<std::size_t> examples;
    for (const std::size_t item : items) examples.push_back(split_.training[item]);
    SplitMix64 random(seed);
    return batchOf(examples, [&] { return random.uniform() >= kLevelUnknown; });
  }

  Batch sample() const override {
    std::vector<std::size_t> some;
    const std::size_t count = split_.training.size(), wanted = std::min(count, kSample);
    for (std::size_t i = 0; i < wanted; ++i) some.push_back(split_.training[i * count / wanted]);
    return batchOf(some, [] { return true; });
  }

  Score judge(Trainer& trainer) const override {
    double loss = 0;
    for (std::size_t first = 0; first < lossExamples_.size(); first += kBatch) {
      const std::size_t count = std::min(kBatch, lossExamples_.size() - first);
      const auto part = std::span(lossExamples_).subspan(first, count);
      loss += trainer.evaluate(batchOf(part, [] { return true; }).view(), {}) * double(count);
    }
    const auto width = codec_.width();
    std::vector<std::size_t> examples;
    for (const HeldSound& sound : sounds_) examples.push_back(sound.example);
    std::vector<float> answers(examples.size() * judging_.answers * width);
    trainer.sample(batchOf(examples, [] { return true; }).view(),
                   {std::int64_t(judging_.answers), kSteps, 1.0, kAnswerSeed}, answers);
    Score score = judgeAnswers([&](std::size_t sound) {
      std::vector<std::vector<float>> values;
      for (std::size_t i = 0; i < judging_.answers; ++i)
        values.push_back(
            codec_.decode(std::span(answers).subspan((sound * judging_.answers + i) * width, width)).values);
      return values;
    });
    score.loss = loss / double(lossExamples_.size());
    return score;
  }

  std::vector<Baseline> baselines() const override {
    return {{"random", fmt::format("best of {} random patches", judging_.answers), random_}};
  }

  ModelAbout about() const override {
    ModelAbout about;
    about.kind = kind_;
    about.title =
        fmt::format("{} for {}, trained on {} sounds", kind_ == kFlow ? "Flow" : "Regression",
                    codec_.space().title.empty() ? codec_.space().name : codec_.space().title, items());
    about.licence = "GPL-3.0-or-later";
    about.space = about_.space;
    about.synth = codec_.space().synthId;
    about.frontEnd = NetworkFeatures::kName;
    about.frontEndVersion = NetworkFeatures::kVersion;
    return about;
  }

 private:
  std::vector<std::filesystem::path> shardFiles() const {
    const auto files = ExampleSetFolder{folder_}.shardFiles();
    if (files.empty())
      failInput("{} holds no examples; make some with 'patchpilot dataset build'", folder_.string());
    return files;
  }

  void check() const {
    if (about_.features != NetworkFeatures::kVersion)
      failInput("{}: its features are of version {}, this program makes {}; build the dataset again",
                folder_.string(), about_.features, NetworkFeatures::kVersion);
    if (shards_.format() != exampleSetFormat(codec_.space()))
      failInput("{} holds examples of another space than {}", folder_.string(), codec_.space().name);
    if (split_.training.empty() || split_.validation.empty())
      failInput("{} holds {} examples; that is too few to learn from", folder_.string(), shards_.size());
  }

  template <typename LevelKnown>
  Batch batchOf(std::span<const std::size_t> examples, const LevelKnown& levelKnown) const {
    constexpr std::size_t kPicture = NetworkInput::kFrames * NetworkInput::kBands;
    const std::size_t rows = examples.size(), width = codec_.width();
    const auto tensor = [&](std::size_t a, std::size_t b = 1) {
      Tensor made{{std::int64_t(rows), std::int64_t(a), std::int64_t(b), 1}, {}};
      made.values.resize(rows * a * b);
      return made;
    };
    Tensor pictures = tensor(NetworkInput::kFrames, NetworkInput::kBands),
           globals = tensor(NetworkInput::kGlobals), vectors = tensor(width), masks = tensor(width);
    for (std::size_t row = 0; row < rows; ++row) {
      const ExampleView view = shards_.at(examples[row]);
      const NetworkFeaturesView features = networkFeaturesOf(view);
      const std::vector<float> values(view.values().begin(), view.values().end());
      NetworkInput::picture(features, view.note().midi,
                            std::span(pictures.values).subspan(row * kPicture, kPicture));
      NetworkInput::globals(
          features, view.note(), levelKnown(),
          std::span(globals.values).subspan(row * NetworkInput::kGlobals, NetworkInput::kGlobals));
      const std::vector<float> vector = codec_.encode(values), mask = codec_.mask(values);
      std::copy(vector.begin(), vector.end(), vectors.values.begin() + std::ptrdiff_t(row * width));
      std::copy(mask.begin(), mask.end(), masks.values.begin() + std::ptrdiff_t(row * width));
    }
    std::vector<Tensor> all;
    for (Tensor* one : {&pictures, &globals, &vectors, &masks}) all.push_back(std::move(*one));
    return Batch(std::move(all));
  }

  /// Renders the sounds that are judged by.
  void listen() {
    std::vector<Patch> patches;
    for (std::size_t i = 0; i < split_.validation.size() && i < judging_.sounds; ++i) {
      const ExampleView view = shards_.at(split_.validation[i]);
      sounds_.push_back({split_.validation[i], view.note(), kSeconds - view.onsetSeconds(), {}});
      patches.push_back(Patch::point({view.values().begin(), view.values().end()}));
    }
    std::vector<RenderJob> jobs;
    for (std::size_t i = 0; i < patches.size(); ++i)
      jobs.push_back({i, &patches[i], sounds_[i].note, sounds_[i].seconds});
    const auto renders = renderAll(*engine_, jobs);
    for (std::size_t i = 0; i < renders.size(); ++i)
      if (renders[i]) sounds_[i].spectrum = mssSpectrum(*renders[i]);
    std::erase_if(sounds_, [](const HeldSound& sound) { return sound.spectrum.samples() == 0; });
    if (sounds_.empty()) failPlugin("not one of the sounds that are held back could be rendered again");
  }

  /// What the best of several patches is worth for each sound. @param answersTo  the patches for a sound, by
  /// its place
  template <typename AnswersTo>
  Score judgeAnswers(const AnswersTo& answersTo) const {
    std::vector<Patch> patches;
    for (std::size_t sound = 0; sound < sounds_.size(); ++sound)
      for (std::vector<float>& values : answersTo(sound)) patches.push_back(Patch::point(std::move(values)));
    std::vector<double> best(sounds_.size(), std::numeric_limits<double>::infinity());
    std::mutex mutex;
    std::size_t at = 0;
    engine_->render(
        [&]() -> std::optional<RenderJob> {
          if (at == patches.size()) return std::nullopt;
          const HeldSound& sound = sounds_[at / judging_.answers];
          const RenderJob job{at, &patches[at], sound.note, sound.seconds};
          ++at;
          return job;
        },
        [&](const RenderOutcome& outcome) {
          if (outcome.status != RenderOutcome::Status::ok) return;
          const auto spectrum = finiteMssSpectrum(outcome.audio.left, outcome.audio.right);
          if (!spectrum) return;
          const std::size_t sound = std::size_t(outcome.tag) / judging_.answers;
          const double distance = mss(sounds_[sound].spectrum, *spectrum);
          const std::lock_guard lock(mutex);
          best[sound] = std::min(best[sound], distance);
        });
    double sum = 0;
    std::size_t answered = 0;
    for (const double one : best)
      if (std::isfinite(one)) sum += one, ++answered;
    Score score;
    score.worth = answered > 0 ? sum / double(answered) : std::numeric_limits<double>::infinity();
    score.figures = {{fmt::format("mss_of_best/{}", judging_.answers), score.worth},
                     {"sounds", double(answered)}};
    score.text = fmt::format("MSS of the best of {}: {:.2f}", judging_.answers, score.worth);
    return score;
  }

  std::string kind_;
  std::filesystem::path folder_;
  ExampleSetAbout about_;
  std::shared_ptr<Engine> engine_;
  PatchJudging judging_;
  Codec codec_;
  ShardSet shards_;
  Split split_;
  std::vector<std::size_t> lossExamples_;
  std::vector<HeldSound> sounds_;
  Score random_;
};

std::shared_ptr<Engine> openEngine(ParameterSpace space, const TaskOptions& options) {
  if (space.synthFormat == kBuiltIn) return std::make_shared<VoiceEngine>();
  auto synth = std::make_shared<Synth>(std::move(space), options.synth);
  return std::make_shared<PluginEngine>(std::move(synth), RenderPoolOptions{options.workers, kSeconds});
}

Task patchTask(const std::string& kind, const std::string& help, std::vector<TaskModel> models) {
  Task task;
  task.name = kind;
  task.help = help;
  task.models = std::move(models);
  task.fromExamples = true;
  task.loss = kind;
  task.batchItems = kBatch;
  task.looks = 20;
  task.fit.rate = 1.5e-3;
  task.fit.weightDecay = 0.01;
  task.fit.average = 0.999;
  task.fit.clip = 1;
  task.makeData = [kind](const TaskOptions& options, const OnRenders&) {
    ParameterSpace space = spaceOf(ExampleSetFolder{options.data}.about(), options.data);
    PatchJudging judging;
    judging.answers = answersOf(kind);
    return patchData(kind, options.data, openEngine(std::move(space), options), judging);
  };
  return task;
}

TaskModel model(const std::string& kind, const std::string& name, const std::string& help) {
  return {name, help, {kind + "-" + name, {}}};
}

}  // namespace

std::unique_ptr<TaskData> patchData(const std::string& kind, const std::filesystem::path& folder,
                                    std::shared_ptr<Engine> engine, const PatchJudging& judging) {
  return std::make_unique<PatchData>(kind, folder, std::move(engine), judging);
}

Task regressionTask() {
  return patchTask(kRegression, "Train a network that answers a sound with one patch",
                   {model(kRegression, "mlp", "a mixer of patches of the picture"),
                    model(kRegression, "cnn", "convolutions"),
                    model(kRegression, "ast", "an Audio Spectrogram Transformer")});
}

Task flowTask() {
  return patchTask(
      kFlow, "Train a network that answers a sound with any number of patches that may have made it",
      {model(kFlow, "mlp", "a residual MLP"),
       model(kFlow, "sections", "a transformer over the sections of the synth, equal ones alike"),
       model(kFlow, "param2tok", "a transformer over tokens that are learned")});
}

}  // namespace patchpilot
