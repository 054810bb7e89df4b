#include "learn/patch_task.h"

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "data/codec.h"
#include "data/example_set.h"
#include "data/network_batch.h"
#include "data/network_input.h"
#include "learn/answer_judge.h"
#include "learn/candidate_builder.h"
#include "learn/example_folder.h"
#include "synth/plugin_engine.h"
#include "synth/voice_engine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

namespace patchpilot {

namespace {

constexpr const char *kRegression = "regression", *kFlow = "flow", *kCorrector = "corrector";

constexpr double kHeardSeconds = 4;
constexpr std::uint64_t kAnswerSeed = 1, kRandomSeed = 0x6a75646765000000;

std::size_t answersOf(const std::string& kind) { return kind == kRegression ? 1 : 10; }

std::string titleOf(const std::string& kind) {
  return kind == kRegression ? "Regression" : kind == kFlow ? "Flow" : "Corrector";
}

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

/// What is learned from: a sound, and a patch that is to be corrected, if the task has such.
struct Lesson {
  std::size_t example = 0, candidate = 0;
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
        shards_(examplesToLearn({folder}, codec_.space(), "build")) {
    if (kind_ == kCorrector)
      candidates_.emplace(examplesToLearn(candidateFolder({folder}), codec_.space(), "candidates"));
    divide();
    judge_.emplace(engine_, judgedSounds());
    random_ = judge_->judge(judging_.answers, [&](std::size_t place) {
      std::vector<std::vector<float>> values;
      for (std::size_t i = 0; i < judging_.answers; ++i)
        values.push_back(codec_.space().draw(kRandomSeed, place * judging_.answers + i));
      return values;
    });
    if (candidates_)
      uncorrected_ = judge_->judge(1, [&](std::size_t place) {
        const auto values = candidates_->at(judged_[judge_->sounds()[place]].candidate).values();
        return std::vector<std::vector<float>>{{values.begin(), values.end()}};
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
        items(), judging_.answers, judging_.answers == 1 ? "" : "s", judge_->sounds().size());
  }

  std::size_t items() const override { return training_.size(); }

  Batch batch(std::span<const std::size_t> items, std::uint64_t seed) const override {
    std::vector<Lesson> lessons;
    for (const std::size_t item : items) lessons.push_back(training_[item]);
    SplitMix64 random(seed);
    return batchOf(lessons, [&] { return random.uniform() >= kLevelUnknown; });
  }

  Batch sample() const override {
    std::vector<Lesson> some;
    const std::size_t count = training_.size(), wanted = std::min(count, kSampledExamples);
    for (std::size_t i = 0; i < wanted; ++i) some.push_back(training_[i * count / wanted]);
    return batchOf(some, [] { return true; });
  }

  Score judge(Trainer& trainer) const override {
    const std::size_t held = std::min(validation_.size(), judging_.lossExamples);
    double loss = 0;
    for (std::size_t first = 0; first < held; first += kExamplesOfAStep) {
      const std::size_t count = std::min(kExamplesOfAStep, held - first);
      const auto part = std::span(validation_).subspan(first, count);
      loss += trainer.evaluate(batchOf(part, [] { return true; }).view(), {}) * double(count);
    }
    const auto width = codec_.width();
    std::vector<Lesson> lessons;
    for (const std::size_t sound : judge_->sounds()) lessons.push_back(judged_[sound]);
    std::vector<float> answers(lessons.size() * judging_.answers * width);
    trainer.sample(batchOf(lessons, [] { return true; }).view(),
                   {std::int64_t(judging_.answers), kFlowSteps, 1.0, kAnswerSeed}, answers);
    Score score = judge_->judge(judging_.answers, [&](std::size_t place) {
      std::vector<std::vector<float>> values;
      for (std::size_t i = 0; i < judging_.answers; ++i)
        values.push_back(
            codec_.decode(std::span(answers).subspan((place * judging_.answers + i) * width, width)).values);
      return values;
    });
    score.loss = loss / double(held);
    return score;
  }

  std::vector<Baseline> baselines() const override {
    std::vector<Baseline> all{
        {"random", fmt::format("best of {} random patches", judging_.answers), random_}};
    if (candidates_) all.push_back({"uncorrected", "the candidates as they are", uncorrected_});
    return all;
  }

  ModelAbout about() const override {
    ModelAbout about;
    about.kind = kind_;
    about.title =
        fmt::format("{} for {}, trained on {} sounds", titleOf(kind_),
                    codec_.space().title.empty() ? codec_.space().name : codec_.space().title, items());
    about.licence = "GPL-3.0-or-later";
    about.space = about_.space;
    about.synth = codec_.space().synthId;
    about.frontEnd = NetworkFeatures::kName;
    about.frontEndVersion = NetworkFeatures::kVersion;
    return about;
  }

 private:
  /// A candidate is of the family of its sound, so that both are held back, or neither.
  void divide() {
    const auto families = shards_.families();
    const Split parts = learnedAndHeldBack(families);
    if (!candidates_) {
      for (const std::size_t index : parts.training) training_.push_back({index});
      for (const std::size_t index : parts.validation) validation_.push_back({index});
    } else {
      std::vector<char> isHeldBack(families.size(), 0);
      for (const std::size_t index : parts.validation) isHeldBack[index] = 1;
      for (std::size_t i = 0; i < candidates_->size(); ++i) {
        const std::uint64_t example = candidates_->at(i).number();
        if (example >= families.size() || candidates_->at(i).family() != families[example])
          failInput("{}: candidate {} is of no example of {}; build the candidates again",
                    candidateFolder({folder_}).path.string(), example, folder_.string());
        (isHeldBack[example] ? validation_ : training_).push_back({std::size_t(example), i});
      }
    }
    if (training_.empty() || validation_.empty())
      failInput("{} holds {} examples; that is too few to learn from", folder_.string(),
                training_.size() + validation_.size());
  }

  std::vector<JudgedSound> judgedSounds() {
    std::vector<JudgedSound> sounds;
    for (std::size_t i = 0; i < validation_.size() && i < judging_.sounds; ++i) {
      judged_.push_back(validation_[i]);
      const ExampleView view = shards_.at(validation_[i].example);
      sounds.push_back(
          {{view.values().begin(), view.values().end()}, view.note(), kHeardSeconds - view.onsetSeconds()});
    }
    return sounds;
  }

  /// The level of a candidate says nothing if that of its sound does not.
  template <typename LevelKnown>
  Batch batchOf(std::span<const Lesson> lessons, const LevelKnown& levelKnown) const {
    std::vector<SoundRow> sounds, heard;
    std::vector<std::vector<float>> candidates, vectors, masks;
    for (const Lesson& lesson : lessons) {
      const ExampleView view = shards_.at(lesson.example);
      sounds.push_back({networkFeaturesOf(view), view.note(), levelKnown()});
      const std::vector<float> values(view.values().begin(), view.values().end());
      vectors.push_back(codec_.encode(values));
      masks.push_back(codec_.mask(values));
      if (!candidates_) continue;
      const ExampleView other = candidates_->at(lesson.candidate);
      heard.push_back({networkFeaturesOf(other), view.note(), sounds.back().levelKnown});
      candidates.push_back(codec_.encode(other.values()));
    }
    std::vector<Tensor> tensors;
    addSounds(tensors, sounds);
    if (candidates_) {
      addSounds(tensors, heard);
      addVectors(tensors, candidates);
    }
    addVectors(tensors, vectors);
    addVectors(tensors, masks);
    return Batch(std::move(tensors));
  }

  std::string kind_;
  std::filesystem::path folder_;
  ExampleSetAbout about_;
  std::shared_ptr<Engine> engine_;
  PatchJudging judging_;
  Codec codec_;
  ShardSet shards_;
  std::optional<ShardSet> candidates_;  ///< of a corrector
  std::vector<Lesson> training_, validation_, judged_;
  std::optional<AnswerJudge> judge_;  ///< of the sounds of `judged_`
  Score random_, uncorrected_;
};

std::shared_ptr<Engine> openEngine(ParameterSpace space, const TaskOptions& options) {
  if (space.synthFormat == kBuiltIn) return std::make_shared<VoiceEngine>();
  auto synth = std::make_shared<Synth>(std::move(space), options.synth);
  return std::make_shared<PluginEngine>(std::move(synth), RenderPoolOptions{options.workers, kHeardSeconds});
}

Task patchTask(const std::string& kind, const std::string& help, std::vector<TaskModel> models) {
  Task task = taskFromExamples(kind, help, kind == kCorrector ? kFlow : kind);
  task.models = std::move(models);
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

Task correctorTask() {
  return patchTask(
      kCorrector,
      "Train a network that hears a sound and a patch that was tried for it, and answers with patches",
      {model(kCorrector, "mlp", "a residual MLP"),
       model(kCorrector, "sections", "a transformer over the sections of the synth, equal ones alike")});
}

}  // namespace patchpilot
