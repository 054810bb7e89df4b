#pragma once

#include "embed/models.h"
#include "synth/catalogue.h"
#include "synth/parameter_space.h"
#include "web/feed.h"
#include "web/job_process.h"
#include "web/library_facts.h"
#include "web/router.h"
#include "web/stamped_cache.h"
#include "web/store.h"

#include <memory>
#include <mutex>
#include <thread>

namespace patchpilot {

/// The libraries that can be searched, those named when the server was started and those built here, the
/// synths that there are, and the jobs that build. Safe to use from any thread.
class Libraries {
 public:
  using ReadFacts = std::function<LibraryFacts(const std::filesystem::path& file)>;

  /// @param readFacts  opens a library; is called by any thread, and only if the file has changed
  /// @throws Error (input) if one of `files` is no library
  Libraries(const Store& store, Feed& feed, std::filesystem::path program,
            const std::vector<std::string>& files, ReadFacts readFacts = readLibraryFacts);
  ~Libraries();

  /// What `/state` says of them: `libraries`, `synths`, `scanning`, `models`, `embedders`.
  nlohmann::json state();

  /// @throws HttpError 404
  std::filesystem::path file(const std::string& id);

  /// The id of a file; empty where it is none of them.
  std::string idOf(const std::filesystem::path& file);

  /// Removes one that was made here, and what belongs to it.
  /// @throws HttpError 404; 403 where it was named when the server was started; 409 while it is being built
  void remove(const std::string& id);

  /// Starts a build as a request asks. @return `id` of the library and `job`
  nlohmann::json build(const nlohmann::json& body);

  /// @throws HttpError 404
  nlohmann::json job(const std::string& id);
  nlohmann::json jobs();
  void stop(const std::string& id);

  /// The jobs that have changed after `seen`.
  std::vector<nlohmann::json> changedSince(std::uint64_t seen);

  /// The map of a library; made once.
  std::string map(const std::string& id);

 private:
  struct Entry {
    std::string id, name;
    std::filesystem::path file;
    std::string job;  ///< that builds it now
    std::string map;
  };
  struct Job;
  using Spaces = std::vector<ParameterSpace>;

  std::shared_ptr<const LibraryFacts> factsOf(const std::filesystem::path& file);
  std::shared_ptr<const Spaces> spaces();
  std::shared_ptr<const std::vector<Model>> models();
  Entry& entry(const std::string& id);
  bool isOwn(const Entry& entry) const;
  Job& jobOf(const std::string& id);
  void scan();
  void work();
  void run(Job& job);
  void take(Job& job, const nlohmann::json& message);
  void touch(Job& job);
  nlohmann::json describe(const Entry& entry, const std::vector<Model>& models);
  nlohmann::json describe(const Job& job) const;
  nlohmann::json spaceFor(const nlohmann::json& body);

  const Store& store_;
  Feed& feed_;
  std::filesystem::path program_;
  ReadFacts readFacts_;
  StampedCache<LibraryFacts> facts_;
  StampedCache<Spaces> spaces_;
  StampedCache<std::vector<Model>> models_;
  std::mutex mutex_;  ///< of all below; no file is opened while it is held
  std::vector<Entry> entries_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::shared_ptr<const std::vector<PluginInfo>> plugins_;  ///< once they are known
  JobProcess* scanning_ = nullptr;                          ///< while they are looked for
  std::condition_variable wake_;
  bool closing_ = false;
  std::thread scanner_, worker_;
};

}  // namespace patchpilot
