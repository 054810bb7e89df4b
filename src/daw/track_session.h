#pragma once

#include "client/server_client.h"
#include "client/server_finder.h"
#include "daw/player.h"
#include "daw/project_state.h"
#include "daw/sound_ring.h"
#include "daw/waveform.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace patchpilot {

/// A sound that was taken from the track or from a file, at 44.1 kHz in two channels.
struct TakenSound {
  AudioBuffer audio;
  std::string name;
  std::optional<double> timelineSeconds;  ///< where it begins on the host's timeline
};

/// How a session stands to the server.
enum class ServerLink {
  unknown,    ///< nobody has looked for one yet
  missing,    ///< none runs
  noProgram,  ///< none runs, and `patchpilot` is not found
  starting,
  connected
};

/// All that an editor shows of a session.
struct SessionView {
  ServerLink link = ServerLink::unknown;
  std::string problem;  ///< what has failed last, for a person; empty: nothing
  std::string notice;   ///< what was done last
  std::vector<OfferedLibrary> libraries;
  std::vector<std::string> chosen;  ///< ids of libraries; empty: the first that is usable
  bool scanning = false;
  std::shared_ptr<const TakenSound> sound;
  Part part;                                     ///< of the sound, that is or will be matched
  bool asked = false;                            ///< a match is asked for, or runs
  std::optional<MatchProgress> match;            ///< the candidates in it can be heard if `heard` says so
  std::set<int> heard;                           ///< ranks whose renders are there
  std::map<int, std::filesystem::path> presets;  ///< files to drag, by rank
  bool installing = false;

  const MatchedCandidate* candidate(int rank) const;

  /// The libraries that a match would search.
  std::vector<const OfferedLibrary*> searched() const;
};

/// Works for one instance of the plug-in, on a thread of its own: takes sounds, finds or starts the server,
/// has it match, and gets the candidates ready to be heard. No function waits for that thread or for the
/// server, and none throws; failures are in the view. Functions are for any thread but the audio thread.
class TrackSession {
 public:
  struct Options {
    std::filesystem::path data = usualServerData();  ///< of the server
    double pollSeconds = 0.4;                        ///< between two questions how a match goes
    double startSeconds = 30;                        ///< how long a server may take to start
    std::optional<int> renders;     ///< how many each match refines for; none: the server's own limit
    std::function<void()> changed;  ///< called by any thread when the view has changed
  };

  explicit TrackSession(Options options);
  ~TrackSession();

  SessionView view() const;

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
  using Task = std::function<void()>;

  void run();
  void post(Task task);
  void attempt(const Task& task);
  bool waitFor(double seconds);
  void edit(const std::function<void(SessionView&)>& change);

  // On the session's thread.
  bool reach(bool mayStart);
  bool reachPort(int port);
  bool start();
  void fetchRestored();
  ServerClient& client();
  void dropClient();
  void refresh();
  void takeNow(std::optional<std::pair<std::uint64_t, std::uint64_t>> marked = {});
  void keep(TakenSound sound, Part part);
  void matchNow(bool mayStart);
  void poll();
  void show(MatchProgress match);
  void publish(const SessionView& now);

  Options options_;
  Player player_;

  mutable std::mutex mutex_;  ///< of all up to the thread
  std::condition_variable wake_;
  std::deque<Task> tasks_;
  bool ended_ = false, over_ = false;
  SessionView view_;
  std::shared_ptr<const SoundRing> ring_;
  double hostRate_ = 0;
  std::vector<std::uint8_t> unreadable_;  ///< a state that is given back as it came
  std::shared_ptr<ServerClient> client_;
  std::atomic<bool> takeAndMatch_{false};

  mutable std::mutex flacMutex_;  ///< of the encoded sound of the last `save`
  mutable std::shared_ptr<const TakenSound> flacOf_;
  mutable Part flacPart_;
  mutable Flac flac_;

  // Of the session's thread alone.
  std::map<int, AudioBuffer> renders_;  ///< of the candidates that are shown, by rank
  std::string rendersOf_;               ///< match and generation
  double sliceStart_ = 0;               ///< of what was uploaded, in the sound
  Part matchedPart_;                    ///< that the candidates are for
  bool fetch_ = false;                  ///< a restored match is to be asked for

  std::thread thread_;  ///< last, so that the rest is there
};

}  // namespace patchpilot
