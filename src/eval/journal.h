#pragma once

#include "eval/evaluation.h"
#include "listen/target.h"

#include <boost/interprocess/sync/file_lock.hpp>

#include <fstream>
#include <map>
#include <mutex>

namespace patchpilot {

/// What was found of the note of a target.
struct AnalysedNote {
  std::string target;
  int note = 60;
  double confidence = 0;
  double length = 0;  ///< when it is let go, in seconds from the start of the file
};

/// What a run has found so far, in a file to which lines are added (JSON, one a line), so that it can be
/// killed at any moment: at most the line being written is lost. Safe to use from several threads.
class Journal {
 public:
  /// Opens the journal of a run in `folder`, or begins one. @throws Error (input) where the folder holds
  /// another run's, or something that is none; Error (usage) where another process runs in it; Error (system)
  /// where it cannot be written.
  /// @param replace  another run's is removed instead
  Journal(const std::filesystem::path& folder, const EvaluationSettings& settings, bool replace);

  bool holds(const std::string& target, const std::string& row) const;
  std::size_t size() const;

  void addTarget(const std::string& name, const Target& target);
  void add(const EvaluationResult& result);

  /// Puts what is known into an evaluation whose targets and rows stand there already.
  void fill(Evaluation& evaluation) const;

 private:
  void lock(const std::filesystem::path& folder);
  bool read(const std::string& heading, bool replace);
  void begin(const std::string& heading);
  void take(const std::string& line);
  void write(const std::string& line);

  std::filesystem::path file_;
  boost::interprocess::file_lock lock_;
  std::ofstream stream_;
  mutable std::mutex mutex_;
  std::map<std::string, AnalysedNote> notes_;                                ///< by target
  std::map<std::pair<std::string, std::string>, EvaluationResult> results_;  ///< by target and row
};

}  // namespace patchpilot
