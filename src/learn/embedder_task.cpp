#include "learn/embedder_task.h"

#include "base/half.h"
#include "base/random.h"
#include "embed/sound_image.h"
#include "learn/dataset.h"

#include <fmt/format.h>

#include <algorithm>

namespace patchpilot {

namespace {

constexpr int kHidden = 384, kDimension = 96;
constexpr const char* kDropout = "0.4";

/// How often, in training, a sound's note is not told, or told an octave wrong: in use it is often found by
/// ear.
constexpr double kUnknownNote = 0.05, kWrongOctave = 0.05;

/// Scales are set by so many groups at most: a few thousand sounds are enough.
constexpr std::size_t kSampleGroups = 60;

/// The 32-bit floats of all 16-bit ones: a table is faster than taking each apart.
const std::vector<float>& floatsOfHalfs() {
  static const std::vector<float> table = [] {
    std::vector<float> all(1 << 16);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = halfToFloat(std::uint16_t(i));
    return all;
  }();
  return table;
}

std::string words(const Judgement& j) {
  return fmt::format(
      "MSS of the best of 1, 5, 50: {:.2f}, {:.2f}, {:.2f}; the true patch found: {:.0f} %, {:.0f} %, {:.0f} "
      "%",
      j.best[0], j.best[1], j.best[2], 100 * j.recall[0], 100 * j.recall[1], 100 * j.recall[2]);
}

Score scoreOf(const Judgement& j, double loss) {
  Score score;
  score.loss = loss;
  score.worth = j.best[0] + j.best[1];  // what decides is what the nearest are worth
  for (std::size_t b = 0; b < Judgement::kBudgets; ++b)
    score.figures.emplace_back(fmt::format("mss_of_best/{}", Judgement::kRenders[b]), j.best[b]);
  for (std::size_t b = 0; b < Judgement::kBudgets; ++b)
    score.figures.emplace_back(fmt::format("recall/{}", Judgement::kRenders[b]), j.recall[b]);
  score.figures.emplace_back("oracle_mss", j.oracle);
  score.figures.emplace_back("targets", double(j.targets));
  score.text = words(j);
  return score;
}

std::size_t rowsOf(const SoundGroup& group) { return (group.conditions + 1) * group.patches; }

/// The tensors of "neighbours-by-mss". @param told  the MIDI notes that the network is told
Batch batchOf(const std::vector<const SoundGroup*>& groups, std::vector<float> told) {
  const auto rows = std::int64_t(told.size());
  Tensor images{{rows, std::int64_t(SoundImage::kValues), 1, 1}, {}}, notes{{rows, 1, 1, 1}, std::move(told)},
      mss, sizes{{std::int64_t(groups.size()), 2, 1, 1}, {}};
  images.values.reserve(std::size_t(rows) * SoundImage::kValues);
  const std::vector<float>& floats = floatsOfHalfs();
  for (const SoundGroup* group : groups) {
    for (const std::uint16_t half : group->images) images.values.push_back(floats[half]);
    mss.values.insert(mss.values.end(), group->mss.begin(), group->mss.end());
    sizes.values.insert(sizes.values.end(), {float(group->patches), float(group->conditions)});
  }
  mss.shape[0] = std::int64_t(mss.values.size());
  std::vector<Tensor> all;
  for (Tensor* tensor : {&images, &notes, &mss, &sizes}) all.push_back(std::move(*tensor));
  return Batch(std::move(all));
}

std::vector<float> notesOf(const std::vector<const SoundGroup*>& groups) {
  std::vector<float> notes;
  for (const SoundGroup* group : groups) notes.insert(notes.end(), group->notes.begin(), group->notes.end());
  return notes;
}

void disturb(std::vector<float>& notes, SplitMix64 random) {
  for (float& note : notes) {
    const double chance = random.uniform();
    if (chance < kUnknownNote) note = -1;
    else if (chance < kUnknownNote + kWrongOctave)
      note = std::clamp(note + (random.uniform() < 0.5 ? -12.0f : 12.0f), 0.0f, 127.0f);
  }
}

/// Of each sound under a condition from the library's render of each patch: `conditions x patches x patches`.
std::vector<float> distancesOf(const SoundGroup& group, const std::vector<float>& vectors,
                               std::size_t dimension) {
  const std::size_t n = group.patches;
  std::vector<float> references(dimension *
                                n);  // dimension x patches, so that the inner loop is one of vectors
  for (std::size_t other = 0; other < n; ++other)
    for (std::size_t i = 0; i < dimension; ++i) references[i * n + other] = vectors[other * dimension + i];
  std::vector<float> distances(group.conditions * n * n, 0.0f);
  for (std::size_t row = 0; row < group.conditions * n; ++row)
    for (std::size_t i = 0; i < dimension; ++i) {
      const float own = vectors[(n + row) * dimension + i];
      for (std::size_t other = 0; other < n; ++other) {
        const float difference = own - references[i * n + other];
        distances[row * n + other] += difference * difference;
      }
    }
  return distances;
}

class EmbedderData : public TaskData {
 public:
  EmbedderData(GroupedData groups, const GroupsOrigin& origin, int dimension)
      : groups_(std::move(groups)),
        origin_(origin),
        dimension_(dimension),
        melEnvelope_(judgeMelEnvelope(groups_.validation)),
        otherCondition_(judgeOtherCondition(groups_.validation)) {}

  std::string name() const override {
    return fmt::format("{}\n{} groups", origin_.name, groups_.training.size());
  }

  std::string description() const override {
    return fmt::format("On patches that are held back: {} targets, the best there is {:.2f}",
                       melEnvelope_.targets, melEnvelope_.oracle);
  }

  std::size_t items() const override { return groups_.training.size(); }

  Batch batch(std::span<const std::size_t> items, std::uint64_t seed) const override {
    std::vector<const SoundGroup*> chosen;
    for (const std::size_t item : items) chosen.push_back(&groups_.training[item]);
    std::vector<float> notes = notesOf(chosen);
    disturb(notes, SplitMix64(seed));
    return batchOf(chosen, std::move(notes));
  }

  Batch sample() const override {
    const std::size_t count = groups_.training.size(), wanted = std::min(count, kSampleGroups);
    std::vector<const SoundGroup*> some;
    for (std::size_t i = 0; i < wanted; ++i) some.push_back(&groups_.training[i * count / wanted]);
    return batchOf(some, notesOf(some));
  }

  Score judge(Trainer& trainer) const override {
    const auto dimension = std::size_t(trainer.dimension());
    std::vector<Judgement> parts;
    double loss = 0;
    for (const SoundGroup& group : groups_.validation) {
      std::vector<float> vectors(rowsOf(group) * dimension);
      loss += trainer.evaluate(batchOf({&group}, notesOf({&group})).view(), vectors);
      parts.push_back(patchpilot::judge(group, distancesOf(group, vectors, dimension)));
    }
    return scoreOf(together(parts), loss / double(groups_.validation.size()));
  }

  std::vector<Baseline> baselines() const override {
    return {{"mel_envelope", "mel-envelope", scoreOf(melEnvelope_, 0)},
            {"mss_under_another_condition", "exact distances at another note, velocity and length",
             scoreOf(otherCondition_, 0), false}};
  }

  ModelAbout about() const override {
    ModelAbout about;
    about.kind = "embedder";
    about.title = "Trained on renders of " + origin_.synthName;
    about.licence = "GPL-3.0-or-later";
    about.synth = origin_.synth;
    about.frontEnd = SoundImage::kName;
    about.frontEndVersion = SoundImage::kVersion;
    return about;
  }

  std::vector<std::pair<std::string, std::string>> companions() const override {
    return {
        {".toml",
         fmt::format("format = 1\nkind = \"trained\"\nversion = 1\ndimension = {}\nsynth = \"{}\"\ntitle = "
                     "\"Trained on renders of {}\"\nlicence = \"GPL-3.0-or-later\"\n",
                     dimension_, origin_.synth, origin_.synthName)}};
  }

 private:
  GroupedData groups_;
  GroupsOrigin origin_;
  int dimension_;
  Judgement melEnvelope_, otherCondition_;
};

std::unique_ptr<TaskData> makeData(const TaskOptions& options, const OnRenders& onRenders) {
  std::vector<Library> libraries;
  for (const auto& file : options.libraries) libraries.push_back(Library::open(file));
  DatasetOptions data;
  data.renders = options.renders;
  data.seed = options.seed;
  data.workers = options.workers;
  data.synth = options.synth;
  data.onProgress = onRenders;
  data.stop = options.stop;
  auto groups = makeTrainingData(libraries, data, dataFile(options));
  if (!groups) return nullptr;
  const LibrarySettings& settings = libraries.front().settings();
  return embedderData(std::move(*groups),
                      {datasetName(libraries, data), settings.synthId, settings.synthName}, kDimension);
}

}  // namespace

std::unique_ptr<TaskData> embedderData(GroupedData groups, const GroupsOrigin& origin, int dimension) {
  return std::make_unique<EmbedderData>(std::move(groups), origin, dimension);
}

Task embedderTask() {
  Task task;
  task.name = "embedder";
  task.help =
      "Train an embedder on renders of a library, so that near means alike to the ear, whatever the note";
  task.network = {SoundImage::kName,
                  {{"hidden", std::to_string(kHidden)},
                   {"dimension", std::to_string(kDimension)},
                   {"dropout", kDropout}}};
  task.loss = "neighbours-by-mss";
  task.batchItems = 8;
  task.makeData = makeData;
  return task;
}

}  // namespace patchpilot
