#include "daw/track_session.h"

#include "base/error.h"
#include "base/patience.h"

#include <algorithm>
#include <utility>

namespace patchpilot {

namespace {

constexpr double kTickSeconds = 0.1;

}  // namespace

TrackSession::TrackSession(Options options)
    : options_(std::move(options)),
      view_(options_.changed),
      work_({.data = options_.data,
             .startSeconds = options_.startSeconds,
             .tickSeconds = std::min(kTickSeconds, options_.pollSeconds)},
            options_.renders, view_, player_),
      thread_([this] { run(); }) {}

TrackSession::~TrackSession() {
  std::unique_lock lock(mutex_);
  ended_ = true;
  wake_.notify_all();
  // A request may begin after it was told to end: it is told again.
  while (!over_) {
    lock.unlock();
    work_.abort();
    lock.lock();
    wake_.wait_for(lock, std::chrono::milliseconds(20), [&] { return over_; });
  }
  lock.unlock();
  thread_.join();
}

void TrackSession::setHostRate(double sampleRateHz) {
  wish([this, sampleRateHz] { work_.setHostRate(sampleRateHz); }, false);
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
  wish([this, mayStart] { work_.connect(mayStart); }, false);
}

void TrackSession::useProgram(const std::filesystem::path& program) {
  wish([this, program] { work_.useProgram(program); }, false);
}

void TrackSession::choose(const std::vector<std::string>& libraries) {
  view_.edit([&](SessionView& view) { view.chosen = libraries; });
}

void TrackSession::take() {
  wish([this] { work_.take(ring().get()); });
}

void TrackSession::take(std::uint64_t begin, std::uint64_t end) {
  wish([this, begin, end] { work_.take(ring().get(), RingFrames{begin, end}); });
}

void TrackSession::open(const std::filesystem::path& file) {
  wish([this, file] { work_.open(file); });
}

void TrackSession::clear() {
  wish([this] { work_.clear(); });
}

void TrackSession::mark(Part part) {
  view_.edit([&](SessionView& view) {
    if (view.sound) view.part = partThatCanBeMatched(part, view.sound->audio.seconds());
  });
  wish([this] { work_.publish(); });
}

void TrackSession::match(bool mayStart) {
  wish([this, mayStart] { work_.match(mayStart); });
}

void TrackSession::stop() {
  wish([this] { work_.stop(); });
}

void TrackSession::install(int rank) {
  wish([this, rank] { work_.install(rank); });
}

void TrackSession::preparePreset(int rank) {
  wish([this, rank] { work_.preparePreset(rank); });
}

void TrackSession::dismissProblem() {
  view_.edit([](SessionView& view) {
    view.problem.clear();
    view.notice.clear();
  });
}

std::vector<std::uint8_t> TrackSession::save(const std::map<std::string, float>& parameters) const {
  return saver_.save(view_.get(), parameters);
}

std::map<std::string, float> TrackSession::restore(std::span<const std::uint8_t> bytes) {
  RestoredProject project;
  try {
    project = restoredProject(bytes);
  } catch (const Error& error) {
    view_.edit([&](SessionView& view) {
      view.unreadable = std::make_shared<std::vector<std::uint8_t>>(bytes.begin(), bytes.end());
      view.problem = error.what();
    });
    return {};
  }
  {
    std::lock_guard lock(mutex_);
    std::erase_if(wishes_, [](const Wish& wish) { return wish.isOfProject; });
    takeAndMatch_ = false;
  }
  view_.replace([&](SessionView& view) {
    view.chosen = std::move(project.libraries);
    view.sound = std::move(project.sound);
    view.part = project.part;
    view.forgetMatch();
    view.match = std::move(project.match);
    view.installing = false;
    view.unreadable = nullptr;
    view.problem.clear();
    view.notice.clear();
  });
  wish([this] { work_.beginProject(); });
  return project.parameters;
}

void TrackSession::run() {
  blockSignalsOfThisThread();
  double asked = 0;
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, std::chrono::duration<double>(std::min(kTickSeconds, options_.pollSeconds)),
                     [&] { return ended_ || !wishes_.empty(); });
      if (ended_) break;
      if (!wishes_.empty()) {
        work = std::move(wishes_.front().work);
        wishes_.pop_front();
      } else if (takeAndMatch_.exchange(false))
        work = [this] {
          work_.take(ring().get());
          work_.match(false);
        };
    }
    if (work) attempt(work);
    if (work_.isFollowing() && steadySeconds() - asked >= options_.pollSeconds) {
      attempt([this] { work_.poll(); });
      asked = steadySeconds();
    }
    player_.collect();
  }
  std::lock_guard lock(mutex_);
  over_ = true;
  wake_.notify_all();
}

void TrackSession::attempt(const std::function<void()>& work) {
  try {
    try {
      work();
    } catch (const std::exception& error) {
      {
        std::lock_guard lock(mutex_);
        if (ended_) return;
      }
      work_.tell(error);
    }
  } catch (const ProjectReplaced&) {
    // What was restored is begun next.
  }
}

void TrackSession::wish(std::function<void()> work, bool isOfProject) {
  std::lock_guard lock(mutex_);
  wishes_.push_back({std::move(work), isOfProject});
  wake_.notify_all();
}

}  // namespace patchpilot
