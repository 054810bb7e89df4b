#include "synth/render_pool.h"

#include "audio/level.h"
#include "base/error.h"
#include "same_bits.h"
#include "test_support.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <random>
#include <thread>

namespace patchpilot {
namespace {

constexpr double kSeconds = 0.6;
const Note kNote{60, 100, 0.3};

float peakOfEnd(const AudioBuffer& sound) {
  float peak = 0;
  const auto left = sound.channel(0);
  for (const float sample : left.subspan(left.size() - left.size() / 20))
    peak = std::max(peak, std::abs(sample));
  return peak;
}

std::vector<RenderJob> jobsFor(const std::vector<Patch>& patches) {
  std::vector<RenderJob> jobs;
  for (const auto& patch : patches) jobs.push_back({0, &patch, kNote, kSeconds});
  return jobs;
}

/// Every patch sounds the same alone as after any other, in any order, on any worker. The first one has a
/// tail.
void expectNoMemory(const Synth& synth, const std::vector<Patch>& patches) {
  std::vector<AudioBuffer> alone;
  for (const auto& patch : patches) alone.push_back(renderOnce(synth, patch, kNote, kSeconds));
  ASSERT_GT(peakOfEnd(alone.front()), 1e-3f) << "without a tail, this test shows nothing";
  RenderPool pool(synth, {.workers = 3, .longestSeconds = kSeconds});
  std::mt19937 random(7);
  std::vector<std::size_t> order(patches.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (int round = 0; round < 4; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    std::vector<RenderJob> jobs;
    for (const std::size_t index : order) jobs.push_back({0, &patches[index], kNote, kSeconds});
    const auto sounds = pool.renderAll(jobs);
    for (std::size_t i = 0; i < order.size(); ++i) {
      ASSERT_TRUE(sounds[i].has_value());
      EXPECT_TRUE(sameBits(*sounds[i], alone[order[i]])) << "patch " << order[i] << ", round " << round;
    }
  }
}

std::vector<Patch> drawn(const ParameterSpace& space, int count) {
  std::vector<Patch> patches;
  for (int i = 0; i < count; ++i) patches.push_back(Patch::point(space.draw(11, std::uint64_t(i))));
  return patches;
}

TEST(RenderPool, Dx10SoundsTheSameWhateverWasRenderedBefore) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  auto patches = drawn(synth.space(), 8);
  patches[0].values()[*synth.space().find("release")] = 1.0f;  // a tail into whatever comes next
  expectNoMemory(synth, patches);
}

TEST(RenderPool, Jx10SoundsTheSameWhateverWasRenderedBefore) {
  const TestPlaces places;
  const Synth synth(loadSpace("jx10"));
  auto patches = drawn(synth.space(), 8);
  patches[0].values()[*synth.space().find("env_rel")] = 1.0f;
  patches[1].values()[*synth.space().find("noise")] = 1.0f;
  expectNoMemory(synth, patches);
}

// Every second render is not wanted once its first quarter of a second is heard.
TEST(RenderPool, ARenderThatIsNotWantedIsCutAndTheOthersAreAsEver) {
  const TestPlaces places;
  const Synth synth(loadSpace("jx10"));
  const auto patches = drawn(synth.space(), 9);
  constexpr double kPart = 0.25;
  std::vector<RenderJob> jobs;
  for (const Patch& patch : patches) jobs.push_back({jobs.size(), &patch, kNote, kSeconds, kPart});
  RenderPool pool(synth, {.workers = 3, .longestSeconds = kSeconds});
  const auto whole = pool.renderAll(jobs);

  std::mutex mutex;
  std::vector<std::optional<AudioBuffer>> parts(jobs.size()), sounds(jobs.size());
  std::vector<RenderOutcome::Status> fates(jobs.size());
  std::size_t next = 0;
  pool.run(
      [&]() -> std::optional<RenderJob> {
        return next < jobs.size() ? std::optional(jobs[next++]) : std::nullopt;
      },
      [&](const RenderOutcome& outcome) {
        std::lock_guard lock(mutex);
        fates[outcome.tag] = outcome.status;
        if (outcome.status == RenderOutcome::Status::ok) sounds[outcome.tag] = outcome.audio.copy();
      },
      [&](std::uint64_t tag, const StereoView& part) {
        std::lock_guard lock(mutex);
        parts[tag] = part.copy();
        return tag % 2 == 0;
      });
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    ASSERT_TRUE(whole[i] && parts[i]) << i;
    EXPECT_EQ(parts[i]->frames(), std::size_t(kPart * 44100));
    EXPECT_TRUE(
        std::equal(parts[i]->channel(1).begin(), parts[i]->channel(1).end(), whole[i]->channel(1).begin()))
        << i;
    EXPECT_EQ(fates[i], i % 2 == 0 ? RenderOutcome::Status::ok : RenderOutcome::Status::cut) << i;
    if (i % 2 == 0) EXPECT_TRUE(sounds[i] && sameBits(*sounds[i], *whole[i])) << i;
  }
}

class TestSynth : public ::testing::Test {
 protected:
  Patch patch(const std::map<std::string, float>& set = {}) const {
    Patch patch;
    for (const auto& p : synth_->space().parameters) patch.values().push_back(p.constant.value_or(0.5f));
    for (const auto& [key, value] : set) patch.values()[*synth_->space().find(key)] = value;
    return patch;
  }

  void open(double limitSeconds = 20) {
    SynthOptions options;
    options.limits.answer = limitSeconds;
    synth_ = std::make_unique<Synth>(parseSpace(testSynthSpace(), "test.toml"), options);
  }

  std::map<RenderOutcome::Status, int> renderAround(const Patch& bad, int good) {
    std::vector<Patch> patches(std::size_t(good), patch());
    patches.insert(patches.begin() + 2, bad);
    RenderPool pool(*synth_, {.workers = 2, .longestSeconds = kSeconds});
    std::map<RenderOutcome::Status, int> fates;
    std::mutex mutex;
    std::size_t next = 0;
    pool.run(
        [&]() -> std::optional<RenderJob> {
          if (next == patches.size()) return std::nullopt;
          const std::size_t index = next++;
          return RenderJob{index, &patches[index], kNote, kSeconds};
        },
        [&](const RenderOutcome& outcome) {
          std::lock_guard lock(mutex);
          fates[outcome.status]++;
          if (outcome.status == RenderOutcome::Status::ok) return;
          EXPECT_EQ(outcome.tag, 2u) << "the wrong patch is blamed";
          EXPECT_FALSE(outcome.problem.empty());
        });
    return fates;
  }

  TestPlaces places_;
  std::unique_ptr<Synth> synth_;
};

TEST_F(TestSynth, AVst3SoundsTheSameWhateverWasRenderedBefore) {
  open();
  expectNoMemory(*synth_, {patch({{"release", 1.0f}}), patch({{"mode", 0.0f}}),
                           patch({{"mode", 1.0f}, {"shape", 0.9f}}), patch({{"shape", 0.2f}}),
                           patch({{"attack", 0.1f}, {"octave", 1.0f}}), patch({{"level", 0.9f}})});
}

TEST_F(TestSynth, APatchThatCrashesIsGivenUpAndTheOthersAreRendered) {
  open();
  const auto fates = renderAround(patch({{"crash", 1.0f}}), 9);
  EXPECT_EQ(fates.at(RenderOutcome::Status::killed), 1);
  EXPECT_EQ(fates.at(RenderOutcome::Status::ok), 9);
}

TEST_F(TestSynth, APatchThatHangsIsGivenUpAndTheOthersAreRendered) {
  open(0.7);
  const auto fates = renderAround(patch({{"hang", 1.0f}}), 9);
  EXPECT_EQ(fates.at(RenderOutcome::Status::killed), 1);
  EXPECT_EQ(fates.at(RenderOutcome::Status::ok), 9);
}

TEST_F(TestSynth, WhatAPluginPrintsStaysOutOfTheChannel) {
  open();
  const auto fates = renderAround(patch({{"chatter", 1.0f}}), 4);
  EXPECT_EQ(fates.at(RenderOutcome::Status::ok), 5);
}

TEST_F(TestSynth, ACrashThatDoesNotComeAgainCostsNothing) {
  open();
  synth_->renewsInstances();  // which renders, and would crash first
  const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN",
                                 "crash-once:" + (places_.folder / "crashed").string());
  const auto fates = renderAround(patch(), 6);
  EXPECT_TRUE(std::filesystem::exists(places_.folder / "crashed"));
  EXPECT_EQ(fates.at(RenderOutcome::Status::ok), 7);
}

TEST_F(TestSynth, AnAnswerThatCannotBeDecodedEndsItsWorkerAndCostsNothingIfItDoesNotComeAgain) {
  open();
  synth_->renewsInstances();  // which renders, and would garble first
  const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN",
                                 "garble-once:" + (places_.folder / "garbled").string());
  const auto fates = renderAround(patch(), 6);
  EXPECT_TRUE(std::filesystem::exists(places_.folder / "garbled"));
  EXPECT_EQ(fates.at(RenderOutcome::Status::ok), 7);
}

class FailsAtEveryRender : public TestSynth,
                           public ::testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(FailsAtEveryRender, IsAnErrorThatSaysHow) {
  open();
  const auto& [misbehaviour, named] = GetParam();
  const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN", misbehaviour);
  try {
    RenderPool pool(*synth_, {.workers = 2, .longestSeconds = kSeconds});
    const std::vector<Patch> patches(20, patch());
    pool.renderAll(jobsFor(patches));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::plugin);
    EXPECT_NE(std::string(error.what()).find(named), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(Synths, FailsAtEveryRender,
                         ::testing::Values(std::pair("crash-on-every-render", "crashed"),
                                           std::pair("garble-on-every-render", "answered with garbage")));

TEST_F(TestSynth, AWorkerKilledFromOutsideCostsNothing) {
  open();
  RenderPool pool(*synth_, {.workers = 2, .longestSeconds = kSeconds});
  const std::vector<Patch> patches(12, patch());
  ::kill(pool.processIds().front(), SIGKILL);
  for (const auto& sound : pool.renderAll(jobsFor(patches))) EXPECT_TRUE(sound.has_value());
}

TEST_F(TestSynth, WorkersKilledDuringARunCostNothing) {
  open();
  const std::vector<Patch> patches(24, patch());
  const AudioBuffer alone = renderOnce(*synth_, patches.front(), kNote, kSeconds);
  RenderPool pool(*synth_, {.workers = 2, .longestSeconds = kSeconds});
  std::mutex mutex;
  std::size_t next = 0, done = 0;
  pool.run(
      [&]() -> std::optional<RenderJob> {
        if (next == patches.size()) return std::nullopt;
        return RenderJob{next, &patches[next++], kNote, kSeconds};
      },
      [&](const RenderOutcome& outcome) {
        std::lock_guard lock(mutex);
        EXPECT_EQ(outcome.status, RenderOutcome::Status::ok) << outcome.problem;
        EXPECT_TRUE(sameBits(outcome.audio.copy(), alone)) << outcome.tag;
        if (++done == 6) ::kill(pool.processIds().front(), SIGKILL);
        if (done == 14) ::kill(pool.processIds().back(), SIGKILL);
      });
  EXPECT_EQ(done, patches.size());
}

/// A pool of one worker, which stands still (SIGSTOP) once it has rendered the first job.
class StandingPool {
 public:
  explicit StandingPool(const Synth& synth)
      : pool_(synth, {.workers = 1, .longestSeconds = kSeconds}), worker_(pool_.processIds().front()) {}

  std::vector<RenderOutcome::Status> render(const std::vector<Patch>& patches) {
    std::vector<RenderOutcome::Status> fates;
    std::size_t next = 0;
    pool_.run(
        [&]() -> std::optional<RenderJob> {
          if (next == patches.size()) return std::nullopt;
          return RenderJob{next, &patches[next++], kNote, kSeconds};
        },
        [&](const RenderOutcome& outcome) {
          fates.push_back(outcome.status);
          if (outcome.tag > 0) return;
          ::kill(worker_, SIGSTOP);
          stands_.set_value();
        },
        {}, stop.get_token());
    return fates;
  }

  void waitUntilItStands() { stands_.get_future().wait(); }
  void goOn() { ::kill(worker_, SIGCONT); }
  bool hasItsFirstWorker() const { return pool_.processIds().front() == worker_; }

  std::stop_source stop;

 private:
  RenderPool pool_;
  int worker_;
  std::promise<void> stands_;
};

TEST_F(TestSynth, AStopOfOnePoolEndsItsWaitForAWorkerThatStandsStillAndNoOthers) {
  open(0.7);
  const Patch hangs = patch({{"hang", 1.0f}});
  StandingPool stopped(*synth_), other(*synth_);
  auto fatesOfStopped = std::async([&] { return stopped.render({patch(), hangs}); });
  auto fatesOfOther = std::async([&] { return other.render(std::vector<Patch>(5, patch())); });
  stopped.waitUntilItStands();
  other.waitUntilItStands();
  stopped.stop.request_stop();
  using enum RenderOutcome::Status;
  EXPECT_EQ(fatesOfStopped.get(), (std::vector{ok, killed}));
  EXPECT_FALSE(stopped.hasItsFirstWorker());
  other.goOn();
  EXPECT_EQ(fatesOfOther.get(), std::vector(5, ok));
  EXPECT_TRUE(other.hasItsFirstWorker());
}

TEST_F(TestSynth, ASynthThatHangsOnEverythingIsAnError) {
  open(0.5);
  const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN", "hang-on-every-render");
  try {
    renderOnce(*synth_, patch(), kNote, kSeconds);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::plugin);
    EXPECT_NE(std::string(error.what()).find("hung for 0.5 s"), std::string::npos) << error.what();
  }
}

TEST_F(TestSynth, AParameterIsKnownByItsIdWhateverItIsCalledNow) {
  open();
  // In each mode "shape" has another name, and its value is heard all the same.
  for (const float mode : {0.0f, 0.5f, 1.0f}) {
    const AudioBuffer dull = renderOnce(*synth_, patch({{"mode", mode}, {"shape", 0.1f}}), kNote, kSeconds);
    const AudioBuffer sharp = renderOnce(*synth_, patch({{"mode", mode}, {"shape", 0.9f}}), kNote, kSeconds);
    EXPECT_FALSE(sameBits(dull, sharp)) << "mode " << mode;
  }
}

bool alive(int process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string id, name, state;
  return bool(stat >> id >> name >> state) && state != "Z";
}

bool goneSoon(const std::vector<int>& processes) {
  for (int i = 0; i < 500; ++i) {
    if (std::none_of(processes.begin(), processes.end(), alive)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST_F(TestSynth, NoWorkerOutlivesThePool) {
  open();
  std::vector<int> workers;
  {
    RenderPool pool(*synth_, {.workers = 2, .longestSeconds = kSeconds});
    workers = pool.processIds();
    EXPECT_TRUE(std::all_of(workers.begin(), workers.end(), alive));
  }
  EXPECT_TRUE(goneSoon(workers));
}

/// Runs `work` with a pool of two workers in a process of its own, kills that, and gives its process id and
/// those of its workers. @param work  called when the ids are known; need not return
std::vector<int> killWhileItWorks(const Synth& synth, const std::function<void(RenderPool&)>& work) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t program = ::fork();
  if (program == 0) try {
      RenderPool pool(synth, {.workers = 2, .longestSeconds = kSeconds});
      const auto ids = pool.processIds();
      if (::write(ends[1], ids.data(), ids.size() * sizeof(int)) < 0) ::_exit(1);
      work(pool);
      ::pause();
    } catch (...) {
      ::_exit(1);
    }
  ::close(ends[1]);
  std::vector<int> ids(3, program);
  EXPECT_EQ(::read(ends[0], ids.data() + 1, 2 * sizeof(int)), ssize_t(2 * sizeof(int)));
  ::kill(program, SIGKILL);
  ::waitpid(program, nullptr, 0);
  ::close(ends[0]);
  return ids;
}

TEST_F(TestSynth, NoWorkerOutlivesAMainProgramThatIsKilledWhileAPluginHangs) {
  open();
  const Patch hangs = patch({{"hang", 1.0f}});
  const auto ids = killWhileItWorks(*synth_, [&](RenderPool& pool) {
    pool.renderAll(jobsFor({hangs, hangs}));
  });
  EXPECT_TRUE(goneSoon({ids.begin() + 1, ids.end()}));
}

TEST_F(TestSynth, NoMemoryIsLeftByAMainProgramThatIsKilledWhileAPluginIsOpened) {
  open();
  const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN", "hang-on-load");
  const auto ids = killWhileItWorks(*synth_, [](RenderPool&) {});
  EXPECT_TRUE(goneSoon({ids.begin() + 1, ids.end()}));
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm"))
    EXPECT_EQ(entry.path().filename().string().find(std::to_string(ids[0])), std::string::npos)
        << entry.path();
}

}  // namespace
}  // namespace patchpilot
