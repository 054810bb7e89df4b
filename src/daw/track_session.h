#pragma once

#include "client/server_finder.h"
#include "daw/player.h"
#include "daw/saved_project.h"
#include "daw/session_view.h"
#include "daw/session_work.h"
#include "daw/shared_view.h"
#include "daw/sound_ring.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace patchpilot {

/// Works for one instance of the plug-in, on a thread of its own: takes sounds, finds or starts the server,
/// has it match, and gets the candidates ready to be heard. No function waits for that thread or for the
/// server, and none throws; failures are in the view. Functions are for any thread but the audio thread.
///
/// A restored project replaces all: what was wished for the project before and is not done yet is dropped,
/// and nothing of it comes into the view any more.
class TrackSession {
 public:
  struct Options {
    std::filesystem::path data = usualServerData();  ///< of the server
    double pollSeconds = 0.4;                        ///< between two questions how a match goes
    double startSeconds = 30;                        ///< how long a server may take to start
    std::optional<int> renders;     ///< how many each match refines for; none: the server's own limit
    std::function<void()> changed;  ///< called by any thread, once after each step in which the view changes
  };

  explicit TrackSession(Options options);
  ~TrackSession();

  SessionView view() const { return view_.get(); }

  /// The player that has the target and the candidates.
  Player& player() { return player_; }

  /// At which rate the player plays. The sounds are made ready again if it is another than before.
  void setHostRate(double sampleRateHz);

  /// The ring that `take` takes from. @param ring  may be empty
  void setRing(std::shared_ptr<const SoundRing> ring);
  std::shared_ptr<const SoundRing> ring() const;

  /// Looks for the server, and asks it what it offers. @param mayStart  whether to start one if none runs
  void connect(bool mayStart);

  /// The user's choice of program; starts it.
  void useProgram(const std::filesystem::path& program);

  void choose(const std::vector<std::string>& libraries);

  /// Takes all that the ring holds, and marks the last note in it.
  void take();

  /// The same, and marks the frames `begin` to `end`, as the ring counts them.
  void take(std::uint64_t begin, std::uint64_t end);

  /// Reads a sound file, with the server's help.
  void open(const std::filesystem::path& file);

  /// Forgets the sound and what was found for it.
  void clear();

  void mark(Part part);
  void match(bool mayStart = true);
  void stop();

  /// Takes the last note and matches it, if a server runs. May be called by the audio thread: it only leaves
  /// a note.
  void requestTakeAndMatch() noexcept { takeAndMatch_ = true; }

  void install(int rank);

  /// Gets a candidate's preset as a file; `SessionView::presets` has it then.
  void preparePreset(int rank);

  void dismissProblem();

  /// For the project, with the plug-in's parameters.
  std::vector<std::uint8_t> save(const std::map<std::string, float>& parameters) const;

  /// @return the parameters; none if the bytes cannot be used: then the view says why, and `save` gives them
  /// back until a new sound is taken
  std::map<std::string, float> restore(std::span<const std::uint8_t> bytes);

 private:
  struct Wish {
    std::function<void()> work;
    bool isOfProject;  ///< it ends with the project
  };

  void run();
  void attempt(const std::function<void()>& work);
  void wish(std::function<void()> work, bool isOfProject = true);

  const Options options_;
  Player player_;
  SharedView view_;
  mutable ProjectSaver saver_;
  SessionWork work_;  ///< of the session's thread, but for `abort`
  std::atomic<bool> takeAndMatch_{false};

  mutable std::mutex mutex_;  ///< of all up to the thread
  std::condition_variable wake_;
  std::deque<Wish> wishes_;
  bool ended_ = false, over_ = false;
  std::shared_ptr<const SoundRing> ring_;

  std::thread thread_;  ///< last, so that the rest is there
};

}  // namespace patchpilot
