#include "eval/evaluation.h"

#include "base/error.h"
#include "eval/journal.h"
#include "eval/lane.h"
#include "eval/rows.h"
#include "eval/sound_files.h"
#include "listen/target.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

std::vector<TargetEntry> limited(const TargetSet& set, std::size_t limit) {
  std::vector<TargetEntry> entries;
  std::map<std::string, std::size_t> counts;
  for (const auto& entry : set.entries)
    if (limit == 0 || ++counts[entry.kind] <= limit) entries.push_back(entry);
  return entries;
}

/// The tempo that all targets were played at.
double tempoOf(const std::vector<TargetEntry>& entries, const fs::path& folder) {
  for (const TargetEntry& entry : entries)
    if (entry.tempoBpm != entries.front().tempoBpm)
      failInput("{}: target '{}' was played at {:g} BPM and '{}' at {:g}; make a set for each tempo",
                (folder / kTargetList).string(), entries.front().name, entries.front().tempoBpm, entry.name,
                entry.tempoBpm);
  return entries.front().tempoBpm;
}

/// Hands targets to lanes, and results to the journal.
class Runner {
 public:
  Runner(Evaluation& evaluation, Journal& journal, const fs::path& folder,
         const std::function<void(std::size_t, std::size_t)>& onProgress, std::stop_token stop)
      : evaluation_(evaluation),
        journal_(journal),
        folder_(folder),
        onProgress_(onProgress),
        requested_(std::move(stop)) {}

  void run(std::vector<Lane>& lanes) {
    tell();
    std::vector<std::thread> threads;
    for (Lane& lane : lanes)
      threads.emplace_back([&] {
        try {
          work(lane);
        } catch (...) {
          std::lock_guard lock(mutex_);
          if (!failure_) failure_ = std::current_exception();
          stop_ = true;
        }
      });
    for (auto& thread : threads) thread.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void work(Lane& lane) {
    for (std::size_t index = next_++; index < evaluation_.targets.size() && !stopped(); index = next_++) {
      const EvaluationTarget& target = evaluation_.targets[index];
      std::vector<const EvaluationRow*> left;
      for (const auto& row : evaluation_.rows)
        if (!journal_.holds(target.entry.name, row.id)) left.push_back(&row);
      if (left.empty()) continue;
      try {
        lane.begin(target.entry, another(index));
      } catch (const Error& error) {
        if (error.code() != ExitCode::input) throw;
        for (const EvaluationRow* row : left)
          journal_.add({.target = target.entry.name, .row = row->id, .problem = error.what()});
        tell();
        continue;
      }
      keepSound(soundFiles(folder_, target.entry.name), lane.sound());
      journal_.addTarget(target.entry.name, lane.target());
      for (const EvaluationRow* row : left) {
        const bool shown = row->role == EvaluationRow::Role::method;
        const EvaluationResult result =
            lane.run(*row, shown ? std::optional(soundFiles(folder_, target.entry.name, row)) : std::nullopt);
        if (stopped()) return;  // what was cut short is no result
        journal_.add(result);
        tell();
      }
    }
  }

  /// The next target of the same kind, the first after the last; itself if it is the only one.
  const TargetEntry& another(std::size_t index) const {
    const auto& targets = evaluation_.targets;
    for (std::size_t step = 1; step < targets.size(); ++step) {
      const TargetEntry& other = targets[(index + step) % targets.size()].entry;
      if (other.kind == targets[index].entry.kind) return other;
    }
    return targets[index].entry;
  }

  bool stopped() const { return stop_ || requested_.stop_requested(); }

  void tell() {
    std::lock_guard lock(mutex_);
    if (onProgress_) onProgress_(journal_.size(), evaluation_.targets.size() * evaluation_.rows.size());
  }

  Evaluation& evaluation_;
  Journal& journal_;
  const fs::path& folder_;
  const std::function<void(std::size_t, std::size_t)>& onProgress_;
  std::atomic<std::size_t> next_{0};
  std::stop_token requested_;
  std::atomic<bool> stop_{false};
  std::exception_ptr failure_;
  std::mutex mutex_;
};

Engines moreEngines(const Sources& sources, int workers) {
  Engines engines;
  for (const auto& one : sources.engines)
    engines.push_back(std::make_shared<PluginEngine>(std::dynamic_pointer_cast<PluginEngine>(one)->synth(),
                                                     RenderPoolOptions{workers, kLongestSeconds}));
  return engines;
}

/// What is not done yet, if anything is.
std::size_t unfinishedTargets(const Evaluation& evaluation, const Journal& journal) {
  return std::size_t(std::count_if(
      evaluation.targets.begin(), evaluation.targets.end(), [&](const EvaluationTarget& target) {
        return std::any_of(evaluation.rows.begin(), evaluation.rows.end(), [&](const EvaluationRow& row) {
          return !journal.holds(target.entry.name, row.id);
        });
      }));
}

}  // namespace

ResultsByName Evaluation::resultsByName() const {
  ResultsByName named;
  for (const auto& result : results) named[{result.target, result.row}] = &result;
  return named;
}

Evaluation evaluate(const TargetSet& set, const EvaluationOptions& options, const SourceOptions& open,
                    const fs::path& folder,
                    const std::function<void(std::size_t done, std::size_t all)>& onProgress) {
  std::vector<SourceName> names;
  for (std::size_t e = 0; e < std::max<std::size_t>(1, options.embedders.size()); ++e)
    for (const auto& file : libraryFiles(options))
      names.push_back({file, options.embedders.empty() ? "" : options.embedders[e]});
  SourceOptions sourceOptions = open;
  sourceOptions.workers = options.workers;
  sourceOptions.longestSeconds = kLongestSeconds;
  const std::vector<TargetEntry> entries = limited(set, options.limit);
  sourceOptions.synth.tempoBpm = tempoOf(entries, set.folder);
  Sources sources = openSources(names, sourceOptions);
  Evaluation evaluation;
  evaluation.metrics = options.metrics;
  evaluation.settings = describeSettings(set, entries, options, sources);
  evaluation.rows = evaluationRows(options, sources);
  for (const auto& entry : entries) evaluation.targets.push_back({entry});

  Journal journal(folder, evaluation.settings, options.replace);
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t wanted = options.lanes > 0 ? std::size_t(options.lanes) : cores;
  std::mutex librariesInUse;
  std::vector<Lane> lanes;
  for (std::size_t i = 1; i < std::min(wanted, unfinishedTargets(evaluation, journal)); ++i)
    lanes.emplace_back(options, sources, moreEngines(sources, options.workers), librariesInUse);
  lanes.emplace_back(options, sources, std::move(sources.engines), librariesInUse);
  Runner(evaluation, journal, folder, onProgress, options.stop).run(lanes);
  journal.fill(evaluation);
  return evaluation;
}

}  // namespace patchpilot
