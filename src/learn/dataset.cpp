#include "learn/dataset.h"

#include "audio/level.h"
#include "base/error.h"
#include "base/half.h"
#include "base/log_uniform.h"
#include "base/random.h"
#include "embed/sound_image.h"
#include "features/mss.h"
#include "ingest/library_synth.h"
#include "learn/dataset_file.h"
#include "synth/render_pool.h"
#include "synth/variation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <thread>

namespace patchpilot {

namespace {

constexpr double kSeconds = 4;
constexpr int kLowestNote = 28, kHighestNote = 84;
constexpr int kSoftest = 30;
constexpr double kShortest = 0.1, kLongest = 3.5;

/// One patch in so many is held back.
constexpr std::size_t kHeldBack = 8;
/// With fewer there is nothing to fill the validation groups with.
constexpr std::size_t kFewest = 100;

/// What a training group is made of, beside patches at random: so many with their nearest, and changed ones.
constexpr std::size_t kAnchors = 2, kNearest = 7, kChanged = 4;

/// How many parameters are changed, and how far, in parts of their range.
constexpr std::size_t kChanges[] = {1, 2, 4, 8, 16};
constexpr double kSmallStep = 0.08, kLargeStep = 0.3;

/// Where so many groups in a row hold nothing that can be heard, more will not help.
constexpr std::size_t kHopelessGroups = 20;

/// From how many renders on a validation group has so many patches. Few sizes, so that more renders are
/// mostly more training groups behind those that there are.
constexpr std::pair<std::size_t, std::size_t> kValidationSizes[] = {
    {0, 8}, {2000, 25}, {5000, 100}, {30000, 400}};

Note drawNote(SplitMix64& random) {
  Note note;
  note.midi = kLowestNote + int(random.below(kHighestNote - kLowestNote + 1));
  note.velocity = kSoftest + int(random.below(127 - kSoftest + 1));
  // Short notes are told apart by less than long ones: lengths are spread by their logarithm.
  note.lengthSeconds = logUniform(kShortest, kLongest, random);
  return note;
}

/// A library as groups are drawn from it.
class Source {
 public:
  Source(Library& library, const SynthOptions& options)
      : library_(library), synth_(std::make_shared<Synth>(openLibrarySynth(library, options))) {
    EmbeddingTable all = library.embeddings().all();
    dimension_ = std::size_t(all.dimension);
    for (std::size_t row = 0; row < all.patches.size(); ++row) {
      if (!patches_.empty() && patches_.back() == all.patches[row]) continue;  // of several notes the first
      patches_.push_back(all.patches[row]);
      vectors_.insert(vectors_.end(), all.vectors.begin() + std::ptrdiff_t(row * dimension_),
                      all.vectors.begin() + std::ptrdiff_t((row + 1) * dimension_));
    }
    if (patches_.size() < kFewest)
      failInput(
          "{} holds {} patches; an embedder needs {} at the very least, and some thousands to be any good",
          library.file().string(), patches_.size(), kFewest);
  }

  Synth& synth() { return *synth_; }
  const LibrarySettings& settings() const { return library_.settings(); }

  std::vector<Patch> drawTraining(SplitMix64& random) {
    std::vector<Patch> group;
    for (std::size_t a = 0; a < kAnchors; ++a) {
      const std::size_t anchor = drawIndex(random, false);
      for (const std::size_t one : nearest(anchor)) group.push_back(library_.patches().get(patches_[one]));
      for (std::size_t i = 0; i < kChanged; ++i)
        group.push_back(changed(library_.patches().get(patches_[anchor]), random));
    }
    while (group.size() < DatasetPlan::kTrainingPatches)
      group.push_back(library_.patches().get(patches_[drawIndex(random, false)]));
    return group;
  }

  /// @param number  of the group among those of this library: none holds a patch of another
  std::vector<Patch> drawValidation(std::uint64_t seed, std::size_t number, std::size_t groups,
                                    std::size_t count) {
    std::vector<std::size_t> heldBack;
    for (std::size_t i = 0; i < patches_.size(); i += kHeldBack) heldBack.push_back(i);
    SplitMix64 random(seed, 0);
    for (std::size_t i = heldBack.size() - 1; i > 0; --i)
      std::swap(heldBack[i], heldBack[random.below(i + 1)]);
    const std::size_t share = std::min(count, heldBack.size() / groups);
    std::vector<Patch> group;
    for (std::size_t i = number * share; i < (number + 1) * share; ++i)
      group.push_back(library_.patches().get(patches_[heldBack[i]]));
    return group;
  }

 private:
  std::size_t drawIndex(SplitMix64& random, bool heldBack) const {
    for (;;)
      if (const std::size_t index = random.below(patches_.size()); (index % kHeldBack == 0) == heldBack)
        return index;
  }

  /// A patch and its nearest that are not held back, `kNearest + 1` in all.
  std::vector<std::size_t> nearest(std::size_t anchor) const {
    std::vector<std::pair<float, std::size_t>> found;
    const float* own = vectors_.data() + anchor * dimension_;
    for (std::size_t i = 0; i < patches_.size(); ++i) {
      if (i % kHeldBack == 0) continue;
      const float* other = vectors_.data() + i * dimension_;
      float sum = 0;
      for (std::size_t k = 0; k < dimension_; ++k) sum += (own[k] - other[k]) * (own[k] - other[k]);
      found.emplace_back(i == anchor ? -1 : sum, i);
    }
    const std::size_t count = std::min(found.size(), kNearest + 1);
    std::partial_sort(found.begin(), found.begin() + std::ptrdiff_t(count), found.end());
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < count; ++i) indices.push_back(found[i].second);
    return indices;
  }

  Patch changed(Patch patch, SplitMix64& random) {
    const auto& parameters = synth_->space().parameters;
    const std::vector<float> own = patch.isPreset() ? synth_->values(patch) : patch.values();
    FlatPatch flatPatch = flat(patch);
    if (flatPatch.values.empty()) flatPatch.values.assign(parameters.size(), NAN);
    const std::size_t count = kChanges[random.below(std::size(kChanges))];
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t which = random.below(parameters.size());
      const double step = (random.uniform() < 0.5 ? kSmallStep : kLargeStep) * random.normal();
      flatPatch.values[which] = variedValue(parameters[which], own[which], step, random);
    }
    return patchOf(std::move(flatPatch), patch.source);
  }

  Library& library_;
  std::shared_ptr<Synth> synth_;
  std::size_t dimension_ = 0;
  std::vector<std::int64_t> patches_;
  std::vector<float> vectors_;  ///< patches x dimension
};

/// A source, and its workers.
struct Station {
  Source source;
  RenderPool pool;

  Station(Library& library, const DatasetOptions& options)
      : source(library, options.synth), pool(source.synth(), RenderPoolOptions{options.workers, kSeconds}) {}
};

/// Renders one group.
class GroupMaker {
 public:
  /// @param onRender  called after each render, by any thread
  /// @param stop      no render is begun after a request
  GroupMaker(Station& station, const SoundImage& image, std::function<void()> onRender, std::stop_token stop)
      : station_(station), image_(image), onRender_(std::move(onRender)), stop_(std::move(stop)) {}

  /// @return nothing if it was stopped before all was rendered
  std::optional<SoundGroup> make(const std::vector<Patch>& patches, std::size_t conditions,
                                 SplitMix64& random) {
    patches_ = &patches;
    audible_.assign(patches.size(), 1);
    SoundGroup all{patches.size(), conditions, {}, {}, {}};
    all.images.resize((conditions + 1) * patches.size() * SoundImage::kValues);
    const LibrarySettings& settings = station_.source.settings();
    for (std::size_t view = 0; view <= conditions; ++view) {
      Note note = drawNote(random);
      if (view == 0)
        note = {settings.notes[random.below(settings.notes.size())], settings.velocity,
                settings.lengthSeconds};
      all.notes.insert(all.notes.end(), patches.size(), note.midi);
      if (!render(note, view, all.images)) return std::nullopt;
      if (view > 0) addDistances(all.mss);
    }
    return audibleOnly(all);
  }

 private:
  /// @return false if it was stopped before all was rendered
  bool render(const Note& note, std::size_t view, std::vector<std::uint16_t>& images) {
    spectra_.assign(view > 0 ? patches_->size() : 0, {});
    std::size_t next = 0;
    bool wasStopped = false;
    const auto job = [&]() -> std::optional<RenderJob> {
      while (next < patches_->size() && !audible_[next]) ++next;
      if (next == patches_->size()) return std::nullopt;
      wasStopped = wasStopped || stop_.stop_requested();
      if (wasStopped) return std::nullopt;
      const std::size_t at = next++;
      return RenderJob{at, &(*patches_)[at], note, kSeconds};
    };
    const auto done = [&](const RenderOutcome& outcome) {
      onRender_();
      if (outcome.status != RenderOutcome::Status::ok) return void(audible_[outcome.tag] = 0);
      const AudioBuffer sound = outcome.audio.copy();
      if (const double level = rmsDb(sound); !(level >= kSilentDb) || !std::isfinite(level))
        return void(audible_[outcome.tag] = 0);
      std::vector<float> values(SoundImage::kValues);
      image_(sound.channel(0), sound.channel(1), values);
      std::uint16_t* to = images.data() + (view * patches_->size() + outcome.tag) * SoundImage::kValues;
      std::transform(values.begin(), values.end(), to, floatToHalf);
      if (view > 0) spectra_[outcome.tag] = mssSpectrum(sound);
    };
    station_.pool.run(job, done);
    return !wasStopped;
  }

  /// Of each with each, on two cores where there are as many.
  void addDistances(std::vector<float>& distances) {
    const std::size_t n = patches_->size(), first = distances.size();
    distances.resize(first + n * n);
    const auto rows = [&](std::size_t begin) {
      for (std::size_t a = begin; a < n; a += 2)
        for (std::size_t b = a + 1; b < n; ++b)
          if (audible_[a] && audible_[b])
            distances[first + a * n + b] = distances[first + b * n + a] =
                float(mss(spectra_[a], spectra_[b]));
    };
    std::thread odd(rows, 1);
    rows(0);
    odd.join();
  }

  SoundGroup audibleOnly(const SoundGroup& all) const {
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < all.patches; ++i)
      if (audible_[i]) kept.push_back(i);
    SoundGroup group{kept.size(), all.conditions, {}, {}, {}};
    for (std::size_t view = 0; view <= all.conditions; ++view)
      for (const std::size_t i : kept) {
        const std::size_t sound = view * all.patches + i;
        group.notes.push_back(all.notes[sound]);
        const auto image = all.images.begin() + std::ptrdiff_t(sound * SoundImage::kValues);
        group.images.insert(group.images.end(), image, image + std::ptrdiff_t(SoundImage::kValues));
      }
    for (std::size_t row = 0; row < all.conditions * all.patches; ++row)
      if (audible_[row % all.patches])
        for (const std::size_t i : kept) group.mss.push_back(all.mss[row * all.patches + i]);
    return group;
  }

  Station& station_;
  const SoundImage& image_;
  std::function<void()> onRender_;
  std::stop_token stop_;
  const std::vector<Patch>* patches_ = nullptr;
  std::vector<char> audible_;  ///< one byte each: several threads write
  std::vector<MssSpectrum> spectra_;
};

void checkOnePlugin(const std::vector<Library>& libraries) {
  for (const Library& library : libraries)
    if (library.settings().synthId != libraries.front().settings().synthId)
      failInput("{} is of {}, {} of {}; an embedder is trained for one synth",
                libraries.front().file().string(), libraries.front().settings().synthName,
                library.file().string(), library.settings().synthName);
}

}  // namespace

DatasetPlan::DatasetPlan(std::size_t wanted) {
  for (const auto& [least, patches] : kValidationSizes)
    if (wanted >= least) validationPatches = patches;
  const std::size_t validation = kValidationGroups * validationPatches * (kValidationConditions + 1);
  const std::size_t each = kTrainingPatches * (kTrainingConditions + 1);
  trainingGroups = std::max<std::size_t>(1, wanted > validation ? (wanted - validation) / each : 0);
}

std::size_t DatasetPlan::renders() const {
  return kValidationGroups * validationPatches * (kValidationConditions + 1) +
         trainingGroups * kTrainingPatches * (kTrainingConditions + 1);
}

std::string datasetName(const std::vector<Library>& libraries, const DatasetOptions& options) {
  std::string name = fmt::format("image {}, {} patches of a validation group, seed {}", SoundImage::kVersion,
                                 DatasetPlan(options.renders).validationPatches, options.seed);
  for (const Library& library : libraries) {
    const LibrarySettings& s = library.settings();
    name += fmt::format("\n{} {} {} {} {} {}", std::filesystem::absolute(library.file()).string(),
                        s.spaceFingerprint, s.synthId, s.synthVersion, s.seed, contentHash(s.base));
  }
  return name;
}

std::optional<GroupedData> makeTrainingData(std::vector<Library>& libraries, const DatasetOptions& options,
                                            const std::filesystem::path& file) {
  checkOnePlugin(libraries);
  const DatasetPlan plan(options.renders);
  DatasetFile kept(file, datasetName(libraries, options));
  std::vector<SoundGroup> groups = std::move(kept.groups());
  const std::size_t all = DatasetPlan::kValidationGroups + plan.trainingGroups;
  if (groups.size() > all) groups.resize(all);
  std::vector<std::unique_ptr<Station>> stations(libraries.size());
  const SoundImage image;
  std::size_t renders = 0, empty = 0;
  std::mutex mutex;
  const auto onRender = [&] {
    std::lock_guard lock(mutex);
    if (++renders; options.onProgress) options.onProgress(renders, plan.renders());
  };
  for (std::size_t number = 0; number < all; ++number) {
    // The validation groups come first, so that something can be said of a training that was cut short.
    const bool validation = number < DatasetPlan::kValidationGroups;
    const std::size_t most = validation
                                 ? plan.validationPatches * (DatasetPlan::kValidationConditions + 1)
                                 : DatasetPlan::kTrainingPatches * (DatasetPlan::kTrainingConditions + 1);
    const std::size_t before = renders;
    if (number >= groups.size()) {
      auto& station = stations[number % libraries.size()];
      if (!station) station = std::make_unique<Station>(libraries[number % libraries.size()], options);
      SplitMix64 random(options.seed, number);
      const std::size_t perLibrary =
          (DatasetPlan::kValidationGroups + libraries.size() - 1) / libraries.size();
      const std::vector<Patch> patches =
          validation ? station->source.drawValidation(options.seed, number / libraries.size(), perLibrary,
                                                      plan.validationPatches)
                     : station->source.drawTraining(random);
      std::optional<SoundGroup> made =
          GroupMaker(*station, image, onRender, options.stop)
              .make(patches,
                    validation ? DatasetPlan::kValidationConditions : DatasetPlan::kTrainingConditions,
                    random);
      if (!made) return std::nullopt;
      SoundGroup group = std::move(*made);
      empty = group.patches < 2 ? empty + 1 : 0;
      if (empty >= kHopelessGroups)
        failPlugin(
            "{} groups of patches in a row hold nothing that can be heard; is {} still as it was when the "
            "library was made?",
            empty, station->source.synth().plugin().fullName());
      kept.append(group);
      groups.push_back(std::move(group));
    }
    renders = before + most;  // those left out count as well
    if (options.onProgress) options.onProgress(renders, plan.renders());
  }
  GroupedData data;
  for (std::size_t i = 0; i < groups.size(); ++i)
    if (groups[i].patches >= 2)
      (i < DatasetPlan::kValidationGroups ? data.validation : data.training).push_back(std::move(groups[i]));
  if (data.training.empty() || data.validation.empty())
    failInput("{}: too few patches that can be heard; render more, or name a larger library",
              libraries.front().file().string());
  return data;
}

}  // namespace patchpilot
