#pragma once

#include "base/tempo.h"
#include "wire/named_fields.h"

#include <cstdint>
#include <string>
#include <vector>

namespace patchpilot {

struct EvaluationOptions;
struct Sources;
struct TargetEntry;
struct TargetSet;

/// A library of a run.
struct ComparedLibrary {
  std::string file;         ///< without its folder
  std::string space;        ///< name
  std::string fingerprint;  ///< of the space
  std::string base;         ///< content hash
  std::string synth, version;
  std::uint64_t patches = 0, rows = 0;
  std::uint64_t seed = 0;
  std::vector<int> notes;
  std::string embedder;  ///< the library's first
  int embedderVersion = 0;
};

/// An embedder that was asked for.
struct ComparedEmbedder {
  std::string name;
  int version = 0;

  bool operator==(const ComparedEmbedder&) const = default;
};

/// What a run compares, and how. Results of two runs may be put together only if this is the same.
struct EvaluationSettings {
  std::string targets;             ///< folder of the set, without its path
  std::string fingerprint;         ///< of the set
  std::vector<std::string> names;  ///< of the targets
  std::string excluded;            ///< hash of all `TargetEntry::excluded`
  std::vector<std::string> methods;
  std::string objective;
  std::vector<ComparedLibrary> libraries;
  std::vector<std::vector<std::string>> groups;  ///< of libraries that are searched together
  std::vector<int> renders;
  bool known = false, oracle = false, shuffled = false, baseline = true;
  std::uint64_t seed = 1;
  int velocity = 100;
  std::vector<ComparedEmbedder> embedders;  ///< empty: each library's first
  double tempoBpm = kUsualBpm;
  double seconds = 0;
};

/// @param entries  of the set, those that are run
/// @param sources  the files of `libraryFiles`, once for each embedder
EvaluationSettings describeSettings(const TargetSet& set, const std::vector<TargetEntry>& entries,
                                    const EvaluationOptions& options, Sources& sources);

template <typename Visitor, Either<ComparedLibrary> One>
void nameFields(Visitor& visit, One& library) {
  visit("file", library.file);
  visit("space", library.space);
  visit("fingerprint", library.fingerprint);
  visit("base", library.base);
  visit("synth", library.synth);
  visit("version", library.version);
  visit("patches", library.patches);
  visit("rows", library.rows);
  visit("seed", library.seed);
  visit("notes", library.notes);
  visit("embedder", library.embedder);
  visit("embedder_version", library.embedderVersion);
}

template <typename Visitor, Either<ComparedEmbedder> One>
void nameFields(Visitor& visit, One& embedder) {
  visit("name", embedder.name);
  visit("version", embedder.version);
}

template <typename Visitor, Either<EvaluationSettings> One>
void nameFields(Visitor& visit, One& settings) {
  visit("targets", settings.targets);
  visit("fingerprint", settings.fingerprint);
  visit("names", settings.names);
  visit("excluded", settings.excluded);
  visit("methods", settings.methods);
  visit("objective", settings.objective);
  visit("libraries", settings.libraries);
  visit("groups", settings.groups);
  visit("renders", settings.renders);
  visit("known", settings.known);
  visit("oracle", settings.oracle);
  visit.unless(false, "shuffled", settings.shuffled);
  visit.unless(true, "baseline", settings.baseline);
  visit("seed", settings.seed);
  visit("velocity", settings.velocity);
  visit.unless({}, "embedders", settings.embedders);
  visit.unless(kUsualBpm, "bpm", settings.tempoBpm);
  visit.unless(0, "seconds", settings.seconds);
}

}  // namespace patchpilot
