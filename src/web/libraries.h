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
#include "wire/build_facts.h"

#include <memory>
#include <mutex>

namespace patchpilot {

/// The libraries that can be searched, those named when the server was started and those built here, the
/// synths that there are, and the jobs that build. Safe to use from any thread.
class Libraries : private JobObserver<JobEvent> {
 public:
  using ReadFacts = std::function<LibraryFacts(const std::filesystem::path& file)>;

  /// @param readFacts  opens a library; is called by any thread, and only if the file has changed
  /// @throws Error (input) if one of `files` is no library
  Libraries(const Store& store, Feed& feed, std::filesystem::path program,
            const std::vector<std::string>& files, ReadFacts readFacts = readLibraryFacts);
  ~Libraries() override;

  /// What there is: libraries, synths, models and embedders.
  StateView state();

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
  bool isOver(const std::string& job);

  /// Whether a build waits or runs.
  bool areBusy() const { return !queue_.isEmpty(); }

  /// Ends one build, which keeps what it has. @throws HttpError 404
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
  /// The build of a library.
  struct Build {
    BuildFacts facts;
    std::filesystem::path file;
    double begin = 0;                          ///< by `steadySeconds`
    std::optional<std::uint64_t> doneAtBegin;  ///< patches that were there; none before the first is told
    std::uint64_t version = 0;
  };
  using Spaces = std::vector<ParameterSpace>;
  using Plugins = std::vector<PluginInfo>;

  void jobStarted(const std::string& id) override;
  void jobTold(const std::string& id, const JobEvent& event) override;
  void jobEnded(const std::string& id, const JobOutcome& outcome) override;

  std::shared_ptr<const LibraryFacts> factsOf(const std::filesystem::path& file);
  std::shared_ptr<const Spaces> spaces();
  std::shared_ptr<const std::vector<Model>> models();
  std::shared_ptr<const Plugins> plugins();
  void setPlugins(Plugins plugins);
  bool isOwn(const Entry& entry) const;
  LibraryView viewOf(const Entry& entry, const std::vector<Model>& models);
  BuildJob jobFor(const BuildRequest& request);

  // The caller of these holds the lock.
  Entry& entry(const std::string& id);
  Build& buildOf(const std::string& id);
  void touch(Build& build);

  const Store& store_;
  Feed& feed_;
  std::filesystem::path program_;
  ReadFacts readFacts_;
  StampedCache<LibraryFacts> facts_;
  StampedCache<Spaces> spaces_;
  StampedCache<std::vector<Model>> models_;
  std::mutex mutex_;  ///< of all below; no file is opened while it is held
  std::vector<Entry> entries_;
  std::vector<std::unique_ptr<Build>> builds_;
  std::shared_ptr<const Plugins> plugins_;  ///< once they are known
  JobQueue<JobEvent> scans_, queue_;        ///< last, so that no job runs when the rest goes
};

}  // namespace patchpilot
