#include "synth/render_pool.h"

#include "audio/frames.h"
#include "audio/level.h"
#include "base/error.h"
#include "protocol/render_slots.h"

#include <cmath>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace patchpilot {

namespace {

/// While one render is listened to, the next is made.
constexpr std::size_t kSlots = 2;

/// A patch that kills this many workers is given up.
constexpr int kDeathsOfAPatch = 2;

/// Where these many patches are given up before anything has sounded, the plug-in is to blame.
constexpr long kHopelessPatches = 3;

/// A worker's room is rounded up to its whole blocks.
constexpr std::size_t kBlockFrames = 512;

}  // namespace

/// What all workers share during a run.
struct RenderPool::Run {
  const NextJob& next;
  const JobDone& done;
  const GoOn& goOn;
  std::stop_token stop;    ///< of taking jobs
  std::stop_token giveUp;  ///< of waiting for a worker that stands still
  std::mutex mutex;
  std::exception_ptr failure;
  bool finished = false;

  std::optional<RenderJob> take() {
    std::lock_guard lock(mutex);
    if (finished || stop.stop_requested()) return std::nullopt;
    auto job = next();
    finished = !job;
    return job;
  }

  void fail(std::exception_ptr error) {
    std::lock_guard lock(mutex);
    if (!failure) failure = std::move(error);
    finished = true;
  }
};

/// One worker, its memory, and the jobs it has in hand.
class RenderPool::Seat {
 public:
  Seat(RenderPool& pool, double longestSeconds)
      : pool_(pool), slotFrames_((framesOf(longestSeconds) / kBlockFrames + 1) * kBlockFrames) {}

  /// Starts the worker and has it open the plug-in, but does not wait until it has.
  void start() {
    memory_ = std::make_unique<SharedMemory>(RenderSlots::bytes(kSlots, slotFrames_));
    session_ = std::make_unique<WorkerSession>();
    processId_ = session_->processId();
    LoadRequest load = pool_.synth_.loadRequest();
    load.memory = memory_->name();
    load.slotFrames = slotFrames_;
    if (!settles_) load.settleSeconds = 0;
    session_->post(load);
    ready_ = false;
  }

  void work(Run& run) {
    again_.clear();  // of a run that was interrupted
    for (;;) {
      while (inHand_.size() < kSlots)
        if (auto job = takeJob(run)) post(*job, run);
        else break;
      if (inHand_.empty()) return;
      finishOldest(run);
    }
  }

  /// Of the worker that there is now. Callable from any thread.
  int processId() const { return processId_; }

 private:
  struct Held {
    RenderJob job;
    int deaths = 0;
    std::size_t slot = 0;
  };

  std::optional<Held> takeJob(Run& run) {
    if (!again_.empty()) {
      // One that has killed a worker is tried alone, so that no other is blamed for it.
      if (again_.front().deaths > 0 && !inHand_.empty()) return std::nullopt;
      Held held = again_.front();
      again_.pop_front();
      return held;
    }
    if (!inHand_.empty() && inHand_.front().deaths > 0) return std::nullopt;
    if (auto job = run.take()) return Held{*job};
    return std::nullopt;
  }

  void post(Held held, const Run& run) {
    ensureReady(run.giveUp);
    held.slot = nextSlot_++ % kSlots;
    RenderRequest request;
    request.patch = pool_.synth_.applied(*held.job.patch);
    request.slot = std::uint32_t(held.slot);
    request.frames = framesOf(held.job.seconds);
    request.note = held.job.note.midi;
    request.velocity = held.job.note.velocity;
    request.lengthSeconds = held.job.note.lengthSeconds;
    request.wantsState = held.job.wantState;
    if (run.goOn && held.job.partSeconds > 0)
      request.partFrames = std::min<std::uint64_t>(framesOf(held.job.partSeconds), request.frames - 1);
    slots().stop(held.slot).store(0, std::memory_order_release);
    session_->post(request);
    inHand_.push_back(held);
  }

  void finishOldest(Run& run) {
    Held held = inHand_.front();
    RenderOutcome outcome{held.job.tag, RenderOutcome::Status::ok, {}, {}, {}};
    try {
      const double limit = pool_.synth_.limits().answer;
      WorkerAnswer answer = session_->collect(limit, run.giveUp);
      bool wanted = true;
      if (std::holds_alternative<PartAnswer>(answer)) {
        wanted = run.goOn(held.job.tag, view(held, framesOf(held.job.partSeconds)));
        if (!wanted) slots().stop(held.slot).store(1, std::memory_order_release);
        answer = session_->collect(limit, run.giveUp);
      }
      auto* rendered = std::get_if<RenderAnswer>(&answer);
      if (rendered == nullptr) session_->endBecauseOf("it answered another question");
      if (!wanted) outcome.status = RenderOutcome::Status::cut;
      if (rendered->state) outcome.state = std::move(*rendered->state);
      inHand_.pop_front();
      pool_.rendered_++;
      outcome.idleRms = rendered->idleRms;
      if (wanted) outcome.audio = view(held, framesOf(held.job.seconds));
    } catch (const WorkerRefused& refusal) {
      inHand_.pop_front();
      outcome.status = RenderOutcome::Status::refused;
      outcome.problem = refusal.what();
    } catch (const WorkerDied& death) {
      if (!mourn(death.what(), outcome)) return;
    }
    run.done(outcome);
  }

  /// The oldest job has killed the worker; all others go back. True where the job is given up.
  bool mourn(const std::string& problem, RenderOutcome& outcome) {
    Held guilty = inHand_.front();
    inHand_.pop_front();
    again_.insert(again_.begin(), inHand_.begin(), inHand_.end());
    inHand_.clear();
    start();
    if (++guilty.deaths < kDeathsOfAPatch) {
      again_.push_front(guilty);
      return false;
    }
    outcome.status = RenderOutcome::Status::killed;
    outcome.problem = problem;
    if (++pool_.killed_ >= kHopelessPatches && pool_.rendered_ == 0)
      failPlugin(
          "{} {} on each of the first {} patches ({}); reinstall it, or try another version or base preset",
          pool_.synth_.plugin().name, problem, kHopelessPatches, pool_.synth_.plugin().path);
    return true;
  }

  void ensureReady(const std::stop_token& giveUp) {
    const Synth& synth = pool_.synth_;
    for (int attempt = 1; !ready_; ++attempt) {
      try {
        session_->collect<LoadAnswer>(synth.limits().load, giveUp);
        if (!synth.base().empty())
          session_->ask<DoneAnswer>(BaseRequest{synth.completeBase()}, synth.limits().answer, giveUp);
        ready_ = true;
      } catch (const std::runtime_error& error) {
        if (attempt == 3)
          failPlugin("{} {} when a worker opened it ({})", synth.plugin().name, error.what(),
                     synth.plugin().path);
        // A worker that was killed from outside is no fault of the plug-in's. One that dies again may die of
        // the notes by which it is found out whether the plug-in computes aside (samplv1 0.9 does): it does
        // without.
        settles_ = settles_ && attempt < 2;
        start();
      }
    }
  }

  RenderSlots slots() const { return {memory_->data(), slotFrames_}; }

  StereoView view(const Held& held, std::size_t frames) const {
    return {{slots().left(held.slot), frames}, {slots().right(held.slot), frames}};
  }

  RenderPool& pool_;
  std::size_t slotFrames_;
  std::unique_ptr<SharedMemory> memory_;
  std::unique_ptr<WorkerSession> session_;
  std::atomic<int> processId_{0};
  std::deque<Held> inHand_;
  std::deque<Held> again_;
  std::size_t nextSlot_ = 0;
  bool ready_ = false;
  bool settles_ = true;  ///< see `LoadRequest::settleSeconds`
};

RenderPool::RenderPool(const Synth& synth, RenderPoolOptions options) : synth_(synth) {
  const int count =
      options.workers > 0 ? options.workers : std::max(1, int(std::thread::hardware_concurrency()));
  for (int i = 0; i < count; ++i) seats_.push_back(std::make_unique<Seat>(*this, options.longestSeconds));
  synth_.renewsInstances();  // is part of the request that opens the plug-in
  for (auto& seat : seats_) seat->start();
}

RenderPool::~RenderPool() = default;

void RenderPool::run(const NextJob& next, const JobDone& done, const GoOn& goOn, std::stop_token stop) {
  std::stop_token giveUp = stop.stop_possible() ? stop : synth_.limits().stop;
  Run run{next, done, goOn, std::move(stop), std::move(giveUp), {}, {}, false};
  std::vector<std::thread> threads;
  for (auto& seat : seats_)
    threads.emplace_back([&run, &seat] {
      try {
        seat->work(run);
      } catch (...) {
        run.fail(std::current_exception());
      }
    });
  for (auto& thread : threads) thread.join();
  if (run.failure) std::rethrow_exception(run.failure);
}

std::vector<int> RenderPool::processIds() const {
  std::vector<int> ids;
  for (const auto& seat : seats_) ids.push_back(seat->processId());
  return ids;
}

AudioBuffer renderOnce(const Synth& synth, const Patch& patch, const Note& note, double seconds,
                       const std::stop_token& stop) {
  RenderPool pool(synth, {.workers = 1, .longestSeconds = seconds});
  std::optional<AudioBuffer> audio;
  std::string problem = "was interrupted";
  bool asked = false;
  pool.run(
      [&]() -> std::optional<RenderJob> {
        if (std::exchange(asked, true)) return std::nullopt;
        return RenderJob{0, &patch, note, seconds};
      },
      [&](const RenderOutcome& outcome) {
        problem = outcome.problem;
        if (outcome.status == RenderOutcome::Status::ok) audio = outcome.audio.copy();
      },
      {}, stop);
  if (!audio) failPlugin("{} {} on this patch", synth.plugin().name, problem);
  return *audio;
}

}  // namespace patchpilot
