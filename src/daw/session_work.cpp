#include "daw/session_work.h"

#include "base/error.h"
#include "client/server_finder.h"
#include "daw/candidate_presets.h"

namespace patchpilot {

namespace {

constexpr std::uintmax_t kMostFileBytes = 100'000'000;

constexpr const char* kServerEnded =
    "Patch Pilot has ended during the match. Press Start to see what it has found.";

}  // namespace

SessionWork::SessionWork(const LocalServer::Options& server, std::optional<int> renders, SharedView& view,
                         Player& player)
    : mostRenders_(renders),
      view_(view),
      player_(player),
      server_(server, [this] { view_.edit([this](SessionView& now) { showServer(now); }); }) {}

void SessionWork::setHostRate(double sampleRateHz) {
  if (hostRate_ == sampleRateHz) return;
  hostRate_ = sampleRateHz;
  publish();
}

void SessionWork::useProgram(const std::filesystem::path& program) {
  chooseProgram(program);
  view_.edit([](SessionView& view) { view.problem.clear(); });
  reach(true);
}

void SessionWork::beginProject() {
  project_ = view_.project();  // before the view: if it is another's by then, that is begun next
  const SessionView now = view_.get();
  followed_.reset();
  if (now.match) followed_.emplace(*now.match, now.part);
  askedOn_ = 0;
  publish(now);
  reach(false);
}

void SessionWork::take(const SoundRing* ring, const std::optional<RingFrames>& marked) {
  keep(takenFromRing(ring, marked));
}

void SessionWork::open(const std::filesystem::path& file) {
  const Bytes bytes = readFile(file, kMostFileBytes);
  reach(true);
  keep(takenFromFile(file, bytes, server_.client()));
}

void SessionWork::clear() {
  followed_.reset();
  publish(edit([](SessionView& view) {
    view.sound = nullptr;
    view.forgetMatch();
  }));
}

void SessionWork::match(bool mayStart) {
  if (!view_.get().sound) failInput("First a sound: play the track and take it, or drop a sound file here.");
  edit([](SessionView& view) {
    view.asked = true;
    view.problem.clear();
    view.notice.clear();
  });
  server_.reach(mayStart);
  ServerClient& client = server_.client();  // or says that none runs
  const SessionView now = edit([this](SessionView& view) { showServer(view); });
  std::vector<std::string> libraries;
  for (const OfferedLibrary* library : now.searched()) libraries.push_back(library->id);
  followed_ = FollowedMatch::begin(client, *now.sound, now.part, libraries, mostRenders_);
  askedOn_ = server_.connection();
  publish(edit([this](SessionView& view) {
    view.forgetMatch();
    view.match = followed_->progress();
    view.asked = true;
  }));
}

void SessionWork::stop() {
  if (isFollowing()) server_.client().stopMatch(followed_->progress().id);
}

void SessionWork::install(int rank) {
  const SessionView now = edit([](SessionView& view) { view.installing = true; });
  std::string notice;
  if (const MatchedCandidate* candidate = now.candidate(rank); candidate != nullptr) {
    reach(true);
    notice = installPresets(server_.client(), *candidate);
  }
  edit([&](SessionView& view) {
    view.installing = false;
    if (!notice.empty()) view.notice = notice;
  });
}

void SessionWork::preparePreset(int rank) {
  const SessionView now = view_.get();
  const MatchedCandidate* candidate = now.candidate(rank);
  if (candidate == nullptr || candidate->presets.empty() || now.presets.contains(rank) || !reach(false))
    return;
  const std::filesystem::path file = presetToDrag(server_.client(), now.match->id, *candidate);
  edit([&](SessionView& view) {
    const MatchedCandidate* same = view.candidate(rank);
    if (same != nullptr && *same == *candidate) view.presets[rank] = file;
  });
}

bool SessionWork::isFollowing() const {
  return followed_ && followed_->isRunning() && server_.link() == ServerLink::connected;
}

void SessionWork::poll() {
  try {
    follow();
  } catch (const Error& error) {
    if (error.code() != ExitCode::system) throw;
    reach(false);  // asks the next server, or tells that there is none
  }
}

void SessionWork::tell(const std::exception& error) {
  const auto* known = dynamic_cast<const Error*>(&error);
  if (known != nullptr && known->code() == ExitCode::system) {
    // Perhaps the server does not answer any more.
    try {
      server_.reach(false);
    } catch (const Error&) {
      server_.lose();
    }
  }
  edit([&](SessionView& view) {
    showServer(view);
    view.asked = isFollowing();
    view.installing = false;
    view.problem = error.what();
  });
}

void SessionWork::showServer(SessionView& view) const {
  view.link = server_.link();
  view.libraries = server_.offer().libraries;
  view.scanning = server_.offer().scanning;
  view.metrics = server_.offer().metrics;
}

bool SessionWork::reach(bool mayStart) {
  const bool wasFollowing = isFollowing();
  const bool isThere = server_.reach(mayStart);
  view_.edit([&](SessionView& view) {
    showServer(view);
    if (isThere && view.problem == kServerEnded) view.problem.clear();
    if (isThere || !wasFollowing || !view.asked) return;
    view.asked = false;
    view.problem = kServerEnded;
  });
  if (!isThere) return false;
  // Another server may know how the match went that was asked of the one before.
  if (followed_ && !followed_->isSettled() && askedOn_ != server_.connection()) askAgain();
  return true;
}

void SessionWork::keep(MarkedSound taken) {
  followed_.reset();
  SessionView next;
  next.sound = std::make_shared<const TakenSound>(std::move(taken.sound));
  next.part = taken.part;
  publish(next);
  edit([&](SessionView& view) {
    view.unreadable = nullptr;
    view.sound = next.sound;
    view.part = next.part;
    view.forgetMatch();
    view.problem.clear();
    view.notice = taken.notice;
  });
}

void SessionWork::askAgain() {
  const bool wasRunning = followed_->isRunning();
  try {
    follow();
  } catch (const Error& error) {
    if (wasRunning || error.code() == ExitCode::system) throw;
    edit([](SessionView& view) {
      view.notice = "The server does not have this match any more: its candidates can be read, not heard.";
    });
  }
}

void SessionWork::follow() {
  askedOn_ = server_.connection();
  const bool hadTarget = followed_->progress().target.has_value();
  const bool areRendersNew = followed_->ask(server_.client());
  const ServerMatch& match = followed_->progress();
  // What the view offers can be heard.
  if (areRendersNew || (match.target && !hadTarget)) publish();
  edit([&](SessionView& view) {
    view.match = match;
    view.asked = isFollowing();
    if (areRendersNew) {
      view.heard.clear();
      for (const auto& [rank, render] : followed_->renders()) view.heard.insert(rank);
      view.presets.clear();
    }
    if (match.state == "failed") view.problem = match.error;
  });
}

void SessionWork::publish(const SessionView& now) {
  if (hostRate_ <= 0) return;
  const Part target = followed_ ? followed_->targetIn(now.part) : now.part;
  player_.publish(playedSet(now.sound.get(), target,
                            followed_ ? followed_->renders() : std::map<int, CandidateRender>(), hostRate_));
}

}  // namespace patchpilot
