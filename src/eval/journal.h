#pragma once

#include "eval/evaluation.h"
#include "listen/target.h"

#include <nlohmann/json.hpp>

#include <boost/interprocess/sync/file_lock.hpp>

#include <fstream>
#include <map>
#include <mutex>

namespace patchpilot {

/// What a run has found so far, in a file to which lines are added (JSON, one a line), so that it can be
/// killed at any moment: at most the line being written is lost. Safe to use from several threads.
class Journal {
 public:
  /// Opens the journal of a run in `folder`, or begins one. @throws Error (input) where the folder holds
  /// another run's, or something that is none; Error (usage) where another process runs in it; Error (system)
  /// where it cannot be written.
  /// @param replace  another run's is removed instead
  Journal(const std::filesystem::path& folder, const nlohmann::json& settings, bool replace);

  bool holds(const std::string& target, const std::string& row) const;
  std::size_t size() const;

  void addTarget(const std::string& name, const Target& target);
  void add(const EvaluationResult& result);

  /// Puts what is known into an evaluation whose targets and rows stand there already.
  void fill(Evaluation& evaluation) const;

 private:
  struct Analysis {
    int note = 60;
    double confidence = 0;
    double length = 0;
  };

  void lock(const std::filesystem::path& folder);
  bool read(const nlohmann::json& settings, bool replace);
  void begin(const nlohmann::json& settings);
  void take(const nlohmann::json& line);
  void write(const nlohmann::json& line);

  std::filesystem::path file_;
  boost::interprocess::file_lock lock_;
  std::ofstream stream_;
  mutable std::mutex mutex_;
  std::map<std::string, Analysis> analyses_;
  std::map<std::pair<std::string, std::string>, EvaluationResult> results_;  ///< by target and row
};

}  // namespace patchpilot
