#include "daw/track_session.h"

#include "audio/decode_sound.h"
#include "audio/level.h"
#include "audio/resample.h"
#include "base/error.h"
#include "base/patience.h"
#include "daw/preset_files.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// Of a file, what lies behind this is left out.
constexpr double kMostFileSeconds = 60;
constexpr std::uintmax_t kMostFileBytes = 100'000'000;

/// What is sent and kept of the sound around the marked part.
constexpr double kMarginSeconds = 0.5;

constexpr double kTickSeconds = 0.1;

constexpr const char* kNoServer =
    "Patch Pilot is not running. Press Start in the plug-in's window, or run 'patchpilot serve'.";
constexpr const char* kNoProgram =
    "The program 'patchpilot' is not found. Install it, or show the plug-in where it is.";

AudioBuffer stereo44100(const AudioBuffer& sound) {
  AudioBuffer converted(kChannels, resampledFrames(sound.frames(), sound.sampleRateHz(), kSampleRateHz));
  for (int c = 0; c < kChannels; ++c) {
    const auto samples =
        resample(sound.channel(std::min(c, sound.channels() - 1)), sound.sampleRateHz(), kSampleRateHz);
    std::copy(samples.begin(), samples.end(), converted.channel(c).begin());
  }
  return converted;
}

/// A WAV that the server has written.
AudioBuffer decodedAnswer(const Bytes& bytes) {
  AudioBuffer sound = decodeSound(bytes, "The sound that Patch Pilot's server sent");
  if (sound.channels() != kChannels)
    failInput("Patch Pilot's server sent a sound of {} channels", sound.channels());
  return sound;
}

AudioBuffer cut(const AudioBuffer& sound, Part part) {
  const auto frameOf = [&](double seconds) {
    return std::min(std::size_t(std::llround(std::max(0.0, seconds) * sound.sampleRateHz())), sound.frames());
  };
  const std::size_t begin = frameOf(part.start);
  return sound.slice(begin, frameOf(part.end()) - begin);
}

PlayedSound played(const AudioBuffer& sound, double gainDb, double rate) {
  if (sound.frames() == 0) return {};
  PlayedSound result{resample(sound.channel(0), sound.sampleRateHz(), rate),
                     resample(sound.channel(1), sound.sampleRateHz(), rate)};
  const auto gain = float(dbToAmplitude(gainDb));
  for (auto* channel : {&result.left, &result.right})
    for (float& sample : *channel) sample *= gain;
  return result;
}

/// A part inside a sound, and no shorter or longer than can be matched.
Part within(Part part, double seconds) {
  part.seconds = std::clamp(part.seconds, kShortestPartSeconds, kLongestPartSeconds);
  part.start = std::clamp(part.start, 0.0, std::max(0.0, seconds - kShortestPartSeconds));
  part.seconds = std::min(part.seconds, seconds - part.start);
  return part;
}

/// A part with what is kept around it.
Part withMargin(Part part, double seconds) {
  const double start = std::max(0.0, part.start - kMarginSeconds);
  return {start, std::min(seconds, part.end() + kMarginSeconds) - start};
}

Part joined(Part a, Part b) {
  const double start = std::min(a.start, b.start);
  return {start, std::max(a.end(), b.end()) - start};
}

}  // namespace

const MatchedCandidate* SessionView::candidate(int rank) const {
  if (match)
    for (const MatchedCandidate& candidate : match->candidates)
      if (candidate.rank == rank) return &candidate;
  return nullptr;
}

std::vector<const OfferedLibrary*> SessionView::searched() const {
  std::vector<const OfferedLibrary*> found;
  for (const OfferedLibrary& library : libraries)
    if (library.isUsable() && std::find(chosen.begin(), chosen.end(), library.id) != chosen.end())
      found.push_back(&library);
  if (found.empty())
    for (const OfferedLibrary& library : libraries)
      if (library.isUsable()) return {&library};
  return found;
}

TrackSession::TrackSession(Options options) : options_(std::move(options)), thread_([this] { run(); }) {}

TrackSession::~TrackSession() {
  std::unique_lock lock(mutex_);
  ended_ = true;
  wake_.notify_all();
  // A request may begin after it was told to end: it is told again.
  while (!over_) {
    if (const auto client = client_) {
      lock.unlock();
      client->abort();
      lock.lock();
    }
    wake_.wait_for(lock, std::chrono::milliseconds(20), [&] { return over_; });
  }
  lock.unlock();
  thread_.join();
}

SessionView TrackSession::view() const {
  std::lock_guard lock(mutex_);
  return view_;
}

void TrackSession::setHostRate(double sampleRateHz) {
  {
    std::lock_guard lock(mutex_);
    if (hostRate_ == sampleRateHz) return;
    hostRate_ = sampleRateHz;
  }
  post([this] { publish(view()); });
}

void TrackSession::setRing(std::shared_ptr<const SoundRing> ring) {
  std::lock_guard lock(mutex_);
  ring_ = std::move(ring);
}

std::shared_ptr<const SoundRing> TrackSession::ring() const {
  std::lock_guard lock(mutex_);
  return ring_;
}

void TrackSession::connect(bool mayStart) {
  post([this, mayStart] { reach(mayStart); });
}

void TrackSession::useProgram(const fs::path& program) {
  post([this, program] {
    chooseProgram(program);
    edit([](SessionView& view) { view.problem.clear(); });
    reach(true);
  });
}

void TrackSession::choose(const std::vector<std::string>& libraries) {
  edit([&](SessionView& view) { view.chosen = libraries; });
}

void TrackSession::take() {
  post([this] { takeNow(); });
}

void TrackSession::take(std::uint64_t begin, std::uint64_t end) {
  post([this, begin, end] { takeNow(std::pair(begin, end)); });
}

void TrackSession::open(const fs::path& file) {
  post([this, file] {
    const Bytes bytes = readFile(file, kMostFileBytes);
    if (!reach(true)) return;
    const std::string name = file.filename().string();
    TakenSound sound{
        decodedAnswer(client().soundAudio(client().upload(name, bytes).id)), file.stem().string(), {}};
    const bool isLong = sound.audio.seconds() > kMostFileSeconds;
    if (isLong) sound.audio = cut(sound.audio, {0, kMostFileSeconds});
    const double seconds = sound.audio.seconds();
    keep(std::move(sound), within({0, seconds}, seconds));
    if (isLong)
      edit([&](SessionView& view) {
        view.notice = fmt::format("{} is long: its first {:g} s are here.", name, kMostFileSeconds);
      });
  });
}

void TrackSession::clear() {
  post([this] {
    renders_.clear();
    rendersOf_.clear();
    edit([](SessionView& view) {
      view.sound = nullptr;
      view.match.reset();
      view.asked = false;
      view.heard.clear();
      view.presets.clear();
    });
    publish(view());
  });
}

void TrackSession::mark(Part part) {
  edit([&](SessionView& view) {
    if (view.sound) view.part = within(part, view.sound->audio.seconds());
  });
  post([this] { publish(view()); });
}

void TrackSession::match(bool mayStart) {
  post([this, mayStart] { matchNow(mayStart); });
}

void TrackSession::stop() {
  post([this] {
    const SessionView now = view();
    if (now.asked && now.match && client_) client().stopMatch(now.match->id);
  });
}

void TrackSession::install(int rank) {
  post([this, rank] {
    edit([](SessionView& view) { view.installing = true; });
    const auto end = [this] { edit([](SessionView& view) { view.installing = false; }); };
    try {
      const SessionView now = view();
      const MatchedCandidate* candidate = now.candidate(rank);
      if (candidate == nullptr || !reach(true)) return end();
      std::string files;
      for (const std::string& file : client().install(*candidate))
        files += (files.empty() ? "" : ", ") + fs::path(file).filename().string();
      edit([&](SessionView& view) {
        view.notice = fmt::format("Installed: {}. Look for it in {}'s own browser.", files, candidate->synth);
      });
    } catch (...) {
      end();
      throw;
    }
    end();
  });
}

void TrackSession::preparePreset(int rank) {
  post([this, rank] {
    const SessionView now = view();
    const MatchedCandidate* candidate = now.candidate(rank);
    if (candidate == nullptr || candidate->presets.empty() || now.presets.contains(rank) || !reach(false))
      return;
    const OfferedPreset& preset = candidate->presets.front();
    const fs::path file =
        savePresetFile(fmt::format("{} {}", now.match->id, preset.url),
                       fmt::format("{}.{}", candidate->name, preset.format), client().get(preset.url));
    edit([&](SessionView& view) {
      const MatchedCandidate* same = view.candidate(rank);
      if (same != nullptr && *same == *candidate) view.presets[rank] = file;
    });
  });
}

void TrackSession::dismissProblem() {
  edit([](SessionView& view) {
    view.problem.clear();
    view.notice.clear();
  });
}

std::vector<std::uint8_t> TrackSession::save(const std::map<std::string, float>& parameters) const {
  SessionView now;
  {
    std::lock_guard lock(mutex_);
    if (!unreadable_.empty()) return unreadable_;
    now = view_;
  }
  ProjectState state;
  state.parameters = parameters;
  state.libraries = now.chosen;
  if (now.match) {
    state.match = now.match->id;
    state.target = now.match->target;
    state.candidates = now.match->candidates;
  }
  if (!now.sound) {
    state.target.reset();
    return packProjectState(state);
  }
  Part kept = withMargin(now.part, now.sound->audio.seconds());
  if (state.target) kept = joined(kept, {state.target->startSeconds, state.target->seconds});
  {
    std::lock_guard lock(flacMutex_);
    if (flacOf_ != now.sound || !(flacPart_ == kept)) {
      const AudioBuffer audio = cut(now.sound->audio, kept);
      flac_ = encodeFlac(audio.channel(0), audio.channel(1));
      flacOf_ = now.sound;
      flacPart_ = kept;
    }
    state.sound = flac_;
  }
  state.soundName = now.sound->name;
  state.part = {now.part.start - kept.start, now.part.seconds};
  if (state.target) state.target->startSeconds -= kept.start;
  if (now.sound->timelineSeconds) state.timelineSeconds = *now.sound->timelineSeconds + kept.start;
  return packProjectState(state);
}

std::map<std::string, float> TrackSession::restore(std::span<const std::uint8_t> bytes) {
  ProjectState state;
  std::shared_ptr<TakenSound> sound;
  try {
    state = unpackProjectState(bytes);
    if (!state.sound.bytes.empty())
      sound =
          std::make_shared<TakenSound>(TakenSound{decodeFlac(state.sound, "the sound that the project keeps"),
                                                  state.soundName, state.timelineSeconds});
  } catch (const Error& error) {
    {
      std::lock_guard lock(mutex_);
      unreadable_.assign(bytes.begin(), bytes.end());
    }
    edit([&](SessionView& view) { view.problem = error.what(); });
    return {};
  }
  {
    std::lock_guard lock(mutex_);
    unreadable_.clear();
  }
  edit([&](SessionView& view) {
    view.chosen = state.libraries;
    view.sound = sound;
    view.part = state.part;
    view.asked = false;
    view.problem.clear();
    view.heard.clear();
    view.presets.clear();
    view.match.reset();
    if (!state.match.empty() || !state.candidates.empty()) {
      view.match.emplace();
      view.match->id = state.match;
      view.match->name = state.soundName;
      view.match->state = "done";
      view.match->target = state.target;
      view.match->candidates = state.candidates;
    }
  });
  post([this] {
    renders_.clear();
    rendersOf_.clear();
    const SessionView now = view();
    matchedPart_ = now.part;
    fetch_ = now.match && !now.match->id.empty();
    publish(view());
    reach(false);
  });
  return state.parameters;
}

void TrackSession::run() {
  blockSignalsOfThisThread();
  double asked = 0;
  for (;;) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, std::chrono::duration<double>(std::min(kTickSeconds, options_.pollSeconds)),
                     [&] { return ended_ || !tasks_.empty(); });
      if (ended_) break;
      if (!tasks_.empty()) {
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
    }
    if (task) attempt(task);
    if (takeAndMatch_.exchange(false))
      attempt([this] {
        takeNow();
        matchNow(false);
      });
    const SessionView now = view();
    if (now.asked && now.match && steadySeconds() - asked >= options_.pollSeconds) {
      attempt([this] { poll(); });
      asked = steadySeconds();
    }
    player_.collect();
  }
  std::lock_guard lock(mutex_);
  over_ = true;
  wake_.notify_all();
}

void TrackSession::post(Task task) {
  std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  wake_.notify_all();
}

void TrackSession::attempt(const Task& task) {
  try {
    task();
  } catch (const std::exception& error) {
    {
      std::lock_guard lock(mutex_);
      if (ended_) return;
    }
    const auto* known = dynamic_cast<const Error*>(&error);
    // Nobody answers: it is looked for again at the next request.
    if (known != nullptr && known->code() == ExitCode::system) dropClient();
    edit([&](SessionView& view) { view.problem = error.what(); });
  }
}

bool TrackSession::waitFor(double seconds) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return ended_; });
}

void TrackSession::edit(const std::function<void(SessionView&)>& change) {
  {
    std::lock_guard lock(mutex_);
    change(view_);
  }
  if (options_.changed) options_.changed();
}

bool TrackSession::reach(bool mayStart) {
  if (client_) {
    try {
      refresh();
      fetchRestored();
      return true;
    } catch (const Error&) {
      dropClient();
    }
  }
  if (const auto port = findServer(options_.data)) return reachPort(*port);
  if (mayStart) return start();
  edit([](SessionView& view) { view.link = ServerLink::missing; });
  return false;
}

bool TrackSession::reachPort(int port) {
  {
    std::lock_guard lock(mutex_);
    client_ = std::make_shared<ServerClient>(port);
  }
  refresh();
  fetchRestored();
  return true;
}

void TrackSession::fetchRestored() {
  if (!std::exchange(fetch_, false)) return;
  try {
    poll();
  } catch (const Error& error) {
    if (error.code() == ExitCode::system) throw;
    edit([](SessionView& view) {
      view.notice = "The server does not have this match any more: its candidates can be read, not heard.";
    });
  }
}

bool TrackSession::start() {
  const fs::path program = findPatchPilot();
  if (program.empty()) {
    edit([](SessionView& view) {
      view.link = ServerLink::noProgram;
      view.problem = kNoProgram;
      view.asked = false;  // whoever sees the problem sees that no match will come
    });
    return false;
  }
  edit([](SessionView& view) { view.link = ServerLink::starting; });
  startServer(program, options_.data);
  for (const double end = steadySeconds() + options_.startSeconds; steadySeconds() < end;) {
    if (!waitFor(std::min(kTickSeconds, options_.pollSeconds))) return false;
    if (const auto port = findServer(options_.data)) return reachPort(*port);
  }
  failSystem("{} was started and does not answer; run '{} serve' in a terminal to see why", program.string(),
             program.string());
}

ServerClient& TrackSession::client() {
  if (!client_) failSystem("{}", kNoServer);
  return *client_;
}

void TrackSession::dropClient() {
  {
    std::lock_guard lock(mutex_);
    client_.reset();
  }
  edit([](SessionView& view) {
    view.link = ServerLink::missing;
    view.asked = false;
  });
}

void TrackSession::refresh() {
  const ServerState state = client().state();
  edit([&](SessionView& view) {
    view.link = ServerLink::connected;
    view.libraries = state.libraries;
    view.scanning = state.scanning;
  });
}

void TrackSession::takeNow(std::optional<std::pair<std::uint64_t, std::uint64_t>> marked) {
  const auto ring = this->ring();
  if (!ring || ring->written() == 0)
    failInput("Nothing has played yet. Play the track, and take the sound then.");
  const Recording recorded = ring->readAll();
  TakenSound sound{stereo44100(recorded.sound), "Track", {}};
  if (recorded.timeline) sound.timelineSeconds = double(*recorded.timeline) / ring->sampleRateHz();
  Part part;
  if (marked) {
    const auto secondsOf = [&](std::uint64_t frame) {
      return (double(frame) - double(recorded.begin)) / ring->sampleRateHz();
    };
    part.start = std::max(0.0, secondsOf(marked->first));
    part.seconds = secondsOf(marked->second) - part.start;
  } else part = lastNote(sound.audio);
  const double seconds = sound.audio.seconds();
  keep(std::move(sound), within(part, seconds));
}

void TrackSession::keep(TakenSound sound, Part part) {
  renders_.clear();
  rendersOf_.clear();
  {
    std::lock_guard lock(mutex_);
    unreadable_.clear();
  }
  auto kept = std::make_shared<const TakenSound>(std::move(sound));
  SessionView next;
  next.sound = kept;
  next.part = part;
  publish(next);
  edit([&](SessionView& view) {
    view.sound = kept;
    view.part = part;
    view.match.reset();
    view.asked = false;
    view.heard.clear();
    view.presets.clear();
    view.problem.clear();
    view.notice.clear();
  });
}

void TrackSession::matchNow(bool mayStart) {
  if (!view().sound) failInput("First a sound: play the track and take it, or drop a sound file here.");
  edit([](SessionView& view) {
    view.asked = true;
    view.problem.clear();
    view.notice.clear();
  });
  try {
    if (!reach(mayStart)) {
      edit([](SessionView& view) {
        view.asked = false;
        if (view.problem.empty()) view.problem = kNoServer;
      });
      return;
    }
    const SessionView now = view();
    MatchQuestion question;
    for (const OfferedLibrary* library : now.searched()) question.libraries.push_back(library->id);
    if (question.libraries.empty())
      failInput(
          "There is no library to search. Build one on Patch Pilot's page, http://127.0.0.1:{}/, or with "
          "'patchpilot "
          "library build'",
          client().port());
    const double seconds = now.sound->audio.seconds();
    const Part kept = withMargin(now.part, seconds);
    question.sound = client().upload(now.sound->name, wavBytes(cut(now.sound->audio, kept))).id;
    if (now.part.seconds < seconds) {
      question.start = now.part.start - kept.start;
      question.duration = now.part.seconds;
    }
    question.renders = options_.renders;
    const std::string id = client().startMatch(question);
    sliceStart_ = kept.start;
    matchedPart_ = now.part;
    renders_.clear();
    rendersOf_.clear();
    MatchProgress match;
    match.id = id;
    match.name = now.sound->name;
    match.state = "queued";
    edit([&](SessionView& view) {
      view.match = match;
      view.heard.clear();
      view.presets.clear();
    });
    publish(view());
  } catch (...) {
    edit([](SessionView& view) { view.asked = false; });
    throw;
  }
}

void TrackSession::poll() {
  const std::string id = view().match.value().id;
  try {
    show(client().match(id));
  } catch (...) {
    // It may have been removed on the page: what is known of it stays.
    edit([](SessionView& view) { view.asked = false; });
    throw;
  }
}

void TrackSession::show(MatchProgress match) {
  const SessionView now = view();
  if (match.target) {
    // Of a match that the project brought, the sound that was sent is known by the target that was found in
    // it.
    if (now.match->target && rendersOf_.empty() && !now.asked)
      sliceStart_ = now.match->target->startSeconds - match.target->startSeconds;
    match.target->startSeconds += sliceStart_;
  }
  const std::string key = fmt::format("{} {}", match.id, match.generation);
  const bool isNew = key != rendersOf_ && !match.candidates.empty();
  if (isNew) {
    try {
      std::map<int, AudioBuffer> renders;
      for (const MatchedCandidate& candidate : match.candidates)
        renders[candidate.rank] = decodedAnswer(client().get(candidate.audio));
      renders_ = std::move(renders);
      rendersOf_ = key;
    } catch (const Error& error) {
      // Better ones have come, and only the last few are kept: they are fetched with the next answer.
      if (error.code() != ExitCode::input || match.isOver()) throw;
      match.candidates = now.match->candidates;
    }
  }
  const bool isTargetNew = match.target && !now.match->target;
  const bool areRendersNew = isNew && key == rendersOf_;
  if (areRendersNew || isTargetNew) {
    // What the view offers can be heard.
    SessionView next = now;
    next.match = match;
    publish(next);
  }
  edit([&](SessionView& view) {
    if (!view.match || view.match->id != match.id) return;
    if (areRendersNew) {
      view.heard.clear();
      for (const auto& [rank, render] : renders_) view.heard.insert(rank);
      view.presets.clear();
    }
    view.asked = !match.isOver();
    view.match = std::move(match);
    if (view.match->state == "failed") view.problem = view.match->error;
  });
}

void TrackSession::publish(const SessionView& now) {
  double rate = 0;
  {
    std::lock_guard lock(mutex_);
    rate = hostRate_;
  }
  if (rate <= 0) return;
  auto set = std::make_unique<PlayedSet>();
  if (now.sound) {
    const bool asMatched = now.match && now.match->target && now.part == matchedPart_;
    const Part part =
        asMatched ? Part{now.match->target->startSeconds, now.match->target->seconds} : now.part;
    set->sounds.push_back(played(cut(now.sound->audio, part), 0, rate));
    if (now.sound->timelineSeconds)
      set->timeline = std::llround((*now.sound->timelineSeconds + part.start) * rate);
  } else set->sounds.emplace_back();
  for (const auto& [rank, render] : renders_) {
    const MatchedCandidate* candidate = now.candidate(rank);
    const double gain = candidate != nullptr ? candidate->gainDb.value_or(0) : 0;
    set->sounds.resize(std::max(set->sounds.size(), std::size_t(rank) + 1));
    set->sounds[std::size_t(rank)] = played(render, gain, rate);
  }
  player_.publish(std::move(set));
}

}  // namespace patchpilot
