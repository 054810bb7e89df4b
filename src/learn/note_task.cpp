#include "learn/note_task.h"

#include "base/error.h"
#include "base/random.h"
#include "data/network_batch.h"
#include "data/played_note.h"
#include "learn/example_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace patchpilot {

namespace {

constexpr const char* kNote = "note";
constexpr std::size_t kFew = 4;  ///< notes that a match can afford to try

/// What answers to some sounds come to.
struct Tally {
  double surprise = 0;  ///< of the notes that were played: the sum of the negative logarithms of their shares
  std::size_t sounds = 0, right = 0, amongFew = 0;
  std::vector<double> lengthErrors;  ///< in octaves

  /// @param answer  `PlayedNote::kWidth`
  void add(std::span<const float> answer, const Note& played) {
    const auto notes = answer.first(PlayedNote::kNotes);
    const std::size_t truth =
        std::size_t(std::clamp(played.midi, PlayedNote::kLowest, PlayedNote::kHighest) - PlayedNote::kLowest);
    const auto likelier = std::size_t(
        std::count_if(notes.begin(), notes.end(), [&](float share) { return share > notes[truth]; }));
    ++sounds;
    right += likelier == 0;
    amongFew += likelier < kFew;
    surprise -= std::log(std::max(double(notes[truth]), 1e-9));
    lengthErrors.push_back(std::abs(std::log2(PlayedNote::lengthSeconds(answer[PlayedNote::kNotes]) /
                                              std::max(played.lengthSeconds, 1e-3))));
  }

  Score score() {
    const auto share = [&](std::size_t count) { return double(count) / double(sounds); };
    const auto middle = lengthErrors.begin() + std::ptrdiff_t(lengthErrors.size() / 2);
    std::nth_element(lengthErrors.begin(), middle, lengthErrors.end());
    Score score;
    score.worth = surprise / double(sounds);
    score.figures = {{"note_right/1", share(right)},
                     {fmt::format("note_right/{}", kFew), share(amongFew)},
                     {"surprise", score.worth},
                     {"length_error_octaves", *middle},
                     {"sounds", double(sounds)}};
    score.text = fmt::format(
        "the note is the likeliest {:.0f} %, among the {} likeliest {:.0f} %; surprise {:.2f}; "
        "length wrong by {:.2f} octaves (median)",
        100 * share(right), kFew, 100 * share(amongFew), score.worth, *middle);
    return score;
  }
};

class NoteData : public TaskData {
 public:
  NoteData(const std::filesystem::path& folder, const NoteJudging& judging)
      : about_(ExampleSetFolder{folder}.about()),
        space_(spaceOf(about_, folder)),
        shards_(examplesToLearn({folder}, space_, "build")) {
    const auto families = shards_.families();
    Split parts = learnedAndHeldBack(families);
    training_ = std::move(parts.training);
    validation_ = std::move(parts.validation);
    if (training_.empty() || validation_.empty())
      failInput("{} holds {} examples; that is too few to learn from", folder.string(), families.size());
    if (validation_.size() > judging.sounds) validation_.resize(judging.sounds);
    for (const std::size_t index : training_) {
      std::vector<float> answer(PlayedNote::kWidth);
      PlayedNote::encode(shards_.at(index).note(), answer);
      for (std::size_t i = 0; i < answer.size(); ++i) typical_[i] += answer[i] / float(training_.size());
    }
  }

  std::string name() const override {
    return fmt::format("{}, {}, seed {}, {}, features {}", kNote, about_.space, about_.seed, about_.protocol,
                       about_.features);
  }

  std::vector<std::pair<std::string, std::string>> sizes() const override {
    std::string all = "0";
    for (std::size_t i = 1; i < PlayedNote::kWidth; ++i) all += fmt::format(",{}", i);
    return {{"frames", std::to_string(NetworkInput::kFrames)},
            {"bands", std::to_string(NetworkInput::kBands)},
            {"channels", "1"},
            {"globals", std::to_string(NetworkInput::kGlobals)},
            {"vector", std::to_string(PlayedNote::kWidth)},
            {"blocks", fmt::format("{}c,1", PlayedNote::kNotes)},
            {"sections", all}};
  }

  std::string description() const override {
    return fmt::format("{} examples to learn from; judged by the notes of {} that are held back",
                       training_.size(), validation_.size());
  }

  std::size_t items() const override { return training_.size(); }

  Batch batch(std::span<const std::size_t> items, std::uint64_t seed) const override {
    std::vector<std::size_t> examples;
    for (const std::size_t item : items) examples.push_back(training_[item]);
    SplitMix64 random(seed);
    return batchOf(examples, [&] { return random.uniform() >= kLevelUnknown; });
  }

  Batch sample() const override {
    std::vector<std::size_t> some;
    const std::size_t count = training_.size(), wanted = std::min(count, kSampledExamples);
    for (std::size_t i = 0; i < wanted; ++i) some.push_back(training_[i * count / wanted]);
    return batchOf(some, [] { return true; });
  }

  Score judge(Trainer& trainer) const override {
    Tally tally;
    double loss = 0;
    std::vector<float> answers;
    for (std::size_t first = 0; first < validation_.size(); first += kExamplesOfAStep) {
      const auto part =
          std::span(validation_).subspan(first, std::min(kExamplesOfAStep, validation_.size() - first));
      // A target's level says nothing: it is not told here either.
      const Batch batch = batchOf(part, [] { return false; });
      loss += trainer.evaluate(batch.view(), {}) * double(part.size());
      answers.resize(part.size() * PlayedNote::kWidth);
      trainer.sample(batch.view(), {.count = 1}, answers);
      for (std::size_t i = 0; i < part.size(); ++i)
        tally.add(std::span(answers).subspan(i * PlayedNote::kWidth, PlayedNote::kWidth),
                  shards_.at(part[i]).note());
    }
    Score score = tally.score();
    score.loss = loss / double(validation_.size());
    return score;
  }

  std::vector<Baseline> baselines() const override {
    Tally tally;
    for (const std::size_t index : validation_) tally.add(typical_, shards_.at(index).note());
    return {{"unheard", "the notes' own frequencies", tally.score()}};
  }

  ModelAbout about() const override {
    ModelAbout about;
    about.kind = kNote;
    about.title = fmt::format("Note finder for {}, trained on {} sounds",
                              space_.title.empty() ? space_.name : space_.title, items());
    about.licence = "GPL-3.0-or-later";
    about.space = about_.space;
    about.synth = space_.synthId;
    about.frontEnd = NetworkFeatures::kName;
    about.frontEndVersion = NetworkFeatures::kVersion;
    return about;
  }

 private:
  template <typename LevelKnown>
  Batch batchOf(std::span<const std::size_t> examples, const LevelKnown& levelKnown) const {
    std::vector<SoundRow> sounds;
    std::vector<std::vector<float>> vectors;
    for (const std::size_t example : examples) {
      const ExampleView view = shards_.at(example);
      sounds.push_back({networkFeaturesOf(view), PlayedNote::unknown(), levelKnown()});
      PlayedNote::encode(view.note(), vectors.emplace_back(PlayedNote::kWidth));
    }
    const std::vector<std::vector<float>> masks(vectors.size(), std::vector<float>(PlayedNote::kWidth, 1.0f));
    std::vector<Tensor> tensors;
    addSounds(tensors, sounds);
    addVectors(tensors, vectors);
    addVectors(tensors, masks);
    return Batch(std::move(tensors));
  }

  ExampleSetAbout about_;
  ParameterSpace space_;
  ShardSet shards_;
  std::vector<std::size_t> training_, validation_;
  std::vector<float> typical_ = std::vector<float>(PlayedNote::kWidth);  ///< the mean of all that are learned
};

}  // namespace

std::unique_ptr<TaskData> noteData(const std::filesystem::path& folder, const NoteJudging& judging) {
  return std::make_unique<NoteData>(folder, judging);
}

Task noteTask() {
  Task task =
      taskFromExamples(kNote, "Train a network that hears which note a synth was played with", "regression");
  task.models = {{"mlp", "a mixer of patches of the picture", {"regression-mlp", {}}},
                 {"cnn", "convolutions", {"regression-cnn", {}}},
                 {"ast", "an Audio Spectrogram Transformer", {"regression-ast", {}}}};
  task.makeData = [](const TaskOptions& options, const OnRenders&) { return noteData(options.data); };
  return task;
}

}  // namespace patchpilot
