#pragma once

#include "daw/followed_match.h"
#include "daw/local_server.h"
#include "daw/player.h"
#include "daw/shared_view.h"

#include <exception>
#include <filesystem>
#include <optional>

namespace patchpilot {

/// The work of a session, which waits for the server. Each function is a piece of it, puts what has come of
/// it into the view, and throws what keeps it from going on (see `tell`); `ProjectReplaced` if the view is
/// another project's than the one that was begun last. For one thread, but for `abort`.
class SessionWork {
 public:
  /// @param renders  how many each match refines for; none: the server's own limit
  /// @param view, player  must outlive this
  SessionWork(const LocalServer::Options& server, std::optional<int> renders, SharedView& view,
              Player& player);

  /// At which rate the player plays.
  void setHostRate(double sampleRateHz);

  void connect(bool mayStart) { reach(mayStart); }
  void useProgram(const std::filesystem::path& program);

  /// Works for the view's project from now on: asks for its match, if a server runs.
  void beginProject();

  /// @param ring  may be null. @param marked  none: the last note
  void take(const SoundRing* ring, const std::optional<RingFrames>& marked = {});
  void open(const std::filesystem::path& file);
  void clear();

  /// Gives the player what is in the view: the marked part is another one.
  void publish() { publish(view_.get()); }

  void match(bool mayStart);
  void stop();
  void install(int rank);
  void preparePreset(int rank);

  /// Whether a match runs, which is to be asked for now and then.
  bool isFollowing() const;

  /// Asks for it.
  void poll();

  /// Puts into the view what has kept a piece of work from going on.
  void tell(const std::exception& error);

  /// See `LocalServer::abort`.
  void abort() { server_.abort(); }

 private:
  SessionView edit(const SharedView::Change& change) { return view_.editFor(project_, change); }
  void showServer(SessionView& view) const;
  bool reach(bool mayStart);
  void keep(MarkedSound taken);
  void askAgain();
  void follow();
  void publish(const SessionView& now);

  const std::optional<int> mostRenders_;
  SharedView& view_;
  Player& player_;
  LocalServer server_;
  int project_ = 0;
  double hostRate_ = 0;
  std::optional<FollowedMatch> followed_;  ///< the one that is shown
  int askedOn_ = 0;                        ///< connection by which it was asked for last
};

}  // namespace patchpilot
