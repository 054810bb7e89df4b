#include "eval/settings.h"

#include "base/files.h"
#include "eval/evaluation.h"
#include "eval/rows.h"
#include "listen/objective.h"

namespace patchpilot {

namespace fs = std::filesystem;

EvaluationSettings describeSettings(const TargetSet& set, const std::vector<TargetEntry>& entries,
                                    const EvaluationOptions& options, Sources& sources) {
  EvaluationSettings settings;
  const std::vector<std::string> files = libraryFiles(options);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const LibrarySettings& s = sources.libraries[i].library.settings();
    const LibraryCounts counts = sources.libraries[i].library.counts();
    settings.libraries.push_back({fs::path(files[i]).filename().string(), s.spaceName, s.spaceFingerprint,
                                  contentHash(s.base), s.synthName, s.synthVersion, counts.patches,
                                  counts.rows, s.seed, s.notes, s.embedders.front().name,
                                  s.embedders.front().version});
  }
  for (const auto& group : options.libraries) {
    settings.groups.emplace_back();
    for (const auto& file : group) settings.groups.back().push_back(fs::path(file).filename().string());
  }
  std::string excluded;
  for (const auto& entry : entries) {
    settings.names.push_back(entry.name);
    for (const auto& hash : entry.excluded) excluded += hash;
  }
  settings.targets = fs::absolute(set.folder).lexically_normal().filename().string();
  settings.fingerprint = set.fingerprint;
  settings.excluded = contentHash(excluded);
  settings.methods = options.methods;
  settings.objective = kDefaultObjective;
  settings.renders = options.renders;
  settings.known = options.known;
  settings.oracle = options.oracle;
  settings.shuffled = options.shuffled;
  settings.baseline = options.baseline;
  settings.seed = options.seed;
  settings.velocity = options.velocity;
  for (std::size_t e = 0; e < options.embedders.size(); ++e) {
    const EmbedderInfo& embedder = sources.libraries[e * files.size()].embedderInfo();
    settings.embedders.push_back({embedder.name, embedder.version});
  }
  settings.tempoBpm = entries.front().tempoBpm;
  settings.seconds = options.seconds;
  return settings;
}

}  // namespace patchpilot
