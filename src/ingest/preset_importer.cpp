#include "ingest/preset_importer.h"

#include "base/error.h"
#include "ingest/patch_renderer.h"
#include "ingest/timed_batch.h"
#include "preset/lv2_preset.h"
#include "preset/preset_file.h"
#include "preset/preset_hash.h"
#include "synth/preset_history.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// Every file under the paths, each once, in the order in which they are named.
std::vector<fs::path> filesUnder(const std::vector<fs::path>& paths) {
  std::vector<fs::path> files;
  std::unordered_set<std::string> seen;
  for (const auto& path : paths)
    for (auto& file : presetPathsUnder(path))
      if (seen.insert(fs::weakly_canonical(file).string()).second) files.push_back(std::move(file));
  return files;
}

class Importer {
 public:
  Importer(Library& library, const Synth& synth, std::vector<fs::path> files, const AddOptions& options)
      : library_(library),
        synth_(synth),
        files_(std::move(files)),
        options_(options),
        renderer_(synth, library.settings(), renderKeeping(library, options.keepAudio), true),
        batch_([this](const std::vector<PresetRecord>& batch) { write(batch); },
               options.secondsBetweenCommits) {}

  AddReport run() {
    holdTheFirst();
    try {
      renderer_.run(
          options_.workers, [this] { return next(); },
          [this](RenderedPatch rendered) { take(std::move(rendered)); }, options_.stop);
    } catch (...) {
      batch_.commitIfItCan();
      throw;
    }
    batch_.commit();
    report_.finished = nextFile_ == files_.size() && ready_.empty() && held_.empty() && rendering_.empty();
    return std::move(report_);
  }

 private:
  /// Reads the first presets, and finds out with them whether the synth keeps what it has played.
  void holdTheFirst() {
    std::vector<Patch> patches;
    while (held_.size() < kTriedPresets) {
      auto record = nextToRender();
      if (!record) break;
      patches.push_back(record->patch);
      held_.push_back(std::move(*record));
    }
    tryPresets(synth_, patches);
  }

  /// The next preset to render, the base before the first: a folder that begins with presets that crash the
  /// plug-in does not make the plug-in look broken then.
  std::optional<Patch> next() {
    if (held_.empty())
      if (auto record = nextToRender()) held_.push_back(std::move(*record));
    if (held_.empty()) return std::nullopt;
    if (!std::exchange(basePlayed_, true)) {
      rendering_.push_back(std::nullopt);
      return Patch{};
    }
    Patch patch = held_.front().patch;
    rendering_.emplace_back(std::move(held_.front()));
    held_.pop_front();
    return patch;
  }

  /// What need not be rendered is recorded on the way.
  std::optional<PresetRecord> nextToRender() {
    for (;;) {
      while (!ready_.empty()) {
        const PresetFile preset = std::move(ready_.front());
        ready_.pop_front();
        if (auto record = toRender(preset)) return record;
      }
      if (nextFile_ == files_.size()) return std::nullopt;
      readNextFile();
    }
  }

  void readNextFile() {
    const fs::path file = files_[nextFile_++];
    try {
      auto presets = readPresets(file);
      // Others' presets in a bundle of several plug-ins are none of this synth's business.
      const auto foreign = [&](const PresetFile& p) {
        return p.format == PresetFormat::lv2 && p.synthId != synth_.plugin().id;
      };
      if (!std::all_of(presets.begin(), presets.end(), foreign)) std::erase_if(presets, foreign);
      for (auto& preset : presets) ready_.push_back(std::move(preset));
    } catch (const Error& error) {
      ++report_.presets;
      const std::string content = contentOfBroken(file);
      if (!isKnown(content, file.string())) record(broken(content, file.string(), error.what()));
    }
    if (options_.onProgress) options_.onProgress({nextFile_, files_.size(), report_.added});
  }

  /// A file that cannot be read as a preset is known again by its bytes; one without any, by its name.
  static std::string contentOfBroken(const fs::path& file) {
    try {
      return contentHash(readFile(file));
    } catch (const Error&) {
      return contentHash(file.string());
    }
  }

  static PresetRecord broken(const std::string& content, const std::string& path, const std::string& why) {
    PresetRecord record;
    record.content = content;
    record.path = path;
    record.fate = PresetRecord::Fate::broken;
    record.problem = why.starts_with(path + ": ") ? why.substr(path.size() + 2) : why;
    return record;
  }

  /// Whether it was looked at before; then its fate of that time is told again.
  bool isKnown(const std::string& content, const std::string& path) {
    if (const auto twin = inThisRun_.find(content); twin != inThisRun_.end()) {
      report_.duplicates.push_back({path, "the same file as " + twin->second});
      return true;
    }
    if (auto known = library_.presets().known(content)) {
      ++report_.known;
      std::error_code error;
      if (known->path != path && known->fate == PresetRecord::Fate::kept) {
        if (fs::exists(known->path, error))
          report_.duplicates.push_back({path, "the same file as " + known->path});
        else library_.presets().move(content, path);
      }
      known->path = path;
      tell(*known);
      return true;
    }
    inThisRun_.emplace(content, path);
    return false;
  }

  /// What to render of it, or nothing if that need not be.
  std::optional<PresetRecord> toRender(const PresetFile& preset) {
    ++report_.presets;
    PresetRecord record;
    record.content = contentHash(preset.bytes);
    record.path = preset.where();
    if (options_.isElsewhere && options_.isElsewhere(record.content)) {
      ++report_.elsewhere;
      return std::nullopt;
    }
    if (const auto missing = missingFiles(preset.bytes); !missing.empty()) {
      // Nothing is recorded, so that it is looked at again once the file is there.
      report_.broken.push_back(
          {record.path, fmt::format("it names the file {}, which is not there", missing.front())});
      return std::nullopt;
    }
    if (isKnown(record.content, record.path)) return std::nullopt;
    try {
      record.patch = patchOfPreset(preset, synth_);
    } catch (const Error& error) {
      this->record(broken(record.content, record.path, error.what()));
      return std::nullopt;
    }
    record.patch.source = record.path;
    record.sources = {presetHash(record.patch.preset().state)};
    return record;
  }

  void take(RenderedPatch rendered) {
    auto front = std::move(rendering_.front());
    rendering_.pop_front();
    if (!front) return;  // the base
    PresetRecord record = std::move(*front);
    if (!rendered.loadedState.empty()) record.sources.push_back(presetHash(rendered.loadedState));
    record.duplicateOf = twinOf(record.sources);
    if (record.duplicateOf != 0) {
      record.fate = PresetRecord::Fate::duplicate;
    } else if (!rendered.problem.empty()) {
      record = broken(record.content, record.path, rendered.problem);
    } else if (rendered.rows.empty()) {
      record.fate = PresetRecord::Fate::silent;
    } else {
      record.rows = std::move(rendered.rows);
    }
    this->record(std::move(record));
  }

  /// The patch that has one of these hashes: in the library, or about to be written.
  std::int64_t twinOf(const std::vector<std::string>& sources) {
    for (const auto& source : sources)
      if (const auto own = ownSources_.find(source); own != ownSources_.end()) {
        batch_.commit();
        break;
      }
    for (const auto& source : sources)
      if (const auto twin = library_.lineage().presetWith(source); twin != 0) return twin;
    return 0;
  }

  void record(PresetRecord record) {
    using Fate = PresetRecord::Fate;
    if (record.fate == Fate::kept) {
      ++report_.added;
      ownSources_.insert(record.sources.begin(), record.sources.end());
    } else {
      tell(record);
    }
    batch_.add(std::move(record));
  }

  void tell(const PresetRecord& record) {
    using Fate = PresetRecord::Fate;
    if (record.fate == Fate::broken) report_.broken.push_back({record.path, record.problem});
    if (record.fate == Fate::silent)
      report_.silent.push_back({record.path, "not heard at any of the library's notes"});
    if (record.fate == Fate::duplicate)
      report_.duplicates.push_back(
          {record.path, "sounds like " + library_.patches().source(record.duplicateOf)});
  }

  void write(const std::vector<PresetRecord>& batch) {
    library_.presets().append(batch);
    ownSources_.clear();
  }

  Library& library_;
  const Synth& synth_;
  std::vector<fs::path> files_;
  const AddOptions& options_;
  PatchRenderer renderer_;
  AddReport report_;
  std::size_t nextFile_ = 0;
  std::deque<PresetFile> ready_;  ///< read, and not yet looked at
  std::deque<std::optional<PresetRecord>>
      rendering_;                  ///< in the order in which they come back; nothing: the base
  std::deque<PresetRecord> held_;  ///< to be rendered next
  bool basePlayed_ = false;
  std::unordered_map<std::string, std::string> inThisRun_;  ///< paths by content
  std::unordered_set<std::string> ownSources_;              ///< of the presets in the batch
  TimedBatch<PresetRecord> batch_;
};

}  // namespace

AddReport addPresets(Library& library, const Synth& synth, const std::vector<fs::path>& paths,
                     const AddOptions& options) {
  return Importer(library, synth, filesUnder(paths), options).run();
}

}  // namespace patchpilot
