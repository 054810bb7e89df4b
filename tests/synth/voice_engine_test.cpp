#include "synth/voice_engine.h"

#include "audio/level.h"
#include "base/error.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

constexpr double kSeconds = 0.25;

std::vector<Patch> patches(const VoiceEngine& engine, std::size_t count) {
  std::vector<Patch> drawn(count);
  for (std::size_t i = 0; i < count; ++i) drawn[i] = Patch::point(engine.space().draw(1, i));
  return drawn;
}

TEST(VoiceEngine, RendersEveryPatchAudiblyAndTheSameEachTime) {
  VoiceEngine engine;
  const auto drawn = patches(engine, 20);
  std::vector<RenderJob> jobs;
  for (const Patch& patch : drawn) jobs.push_back({0, &patch, Note{57, 100, 0.2}, kSeconds});
  const auto first = renderAll(engine, jobs), second = renderAll(engine, jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    ASSERT_TRUE(first[i]);
    EXPECT_EQ(first[i]->frames(), std::size_t(kSeconds * kSampleRateHz));
    EXPECT_FALSE(containsNonFinite(*first[i]));
    EXPECT_GT(rmsDb(*first[i]), -70);
    EXPECT_LT(peak(*first[i]), 2);
    const auto a = first[i]->samples(), b = second[i]->samples();
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin()));
  }
}

TEST(VoiceEngine, ALaterPatchDoesNotHearAnEarlierOne) {
  VoiceEngine engine;
  const auto drawn = patches(engine, 2);
  const Note note{48, 100, 0.2};
  const auto together = renderAll(engine, {{0, &drawn[0], note, kSeconds}, {0, &drawn[1], note, kSeconds}});
  const auto alone = renderAll(engine, {{0, &drawn[1], note, kSeconds}});
  const auto a = together[1]->samples(), b = alone[0]->samples();
  EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin()));
}

TEST(VoiceEngine, ARenderWhosePartIsNotWantedIsCut) {
  VoiceEngine engine;
  const auto drawn = patches(engine, 2);
  std::vector<RenderOutcome::Status> outcomes(2);
  std::size_t next = 0, partFrames = 0;
  engine.render(
      [&]() -> std::optional<RenderJob> {
        if (next == 2) return std::nullopt;
        const std::size_t i = next++;
        return RenderJob{i, &drawn[i], Note{}, kSeconds, 0.1};
      },
      [&](const RenderOutcome& outcome) { outcomes[outcome.tag] = outcome.status; },
      [&](std::uint64_t tag, const StereoView& part) {
        partFrames = part.left.size();
        return tag == 1;
      });
  EXPECT_EQ(outcomes[0], RenderOutcome::Status::cut);
  EXPECT_EQ(outcomes[1], RenderOutcome::Status::ok);
  EXPECT_EQ(partFrames, 4410u);
}

TEST(VoiceEngine, BeginsNoJobOnceAStopIsRequested) {
  VoiceEngine engine;
  const auto drawn = patches(engine, 5);
  std::stop_source stop;
  std::size_t next = 0, done = 0;
  engine.render(
      [&]() -> std::optional<RenderJob> {
        return RenderJob{0, &drawn[next++], Note{}, kSeconds};
      },
      [&](const RenderOutcome&) {
        if (++done == 2) stop.request_stop();
      },
      {}, stop.get_token());
  EXPECT_EQ(done, 2u);
}

TEST(VoiceEngine, HasNoPresets) {
  VoiceEngine engine;
  const Patch preset = Patch::preset({1, 2, 3});
  EXPECT_THROW(engine.values(preset), Error);
  EXPECT_THROW(engine.state({}), Error);
  EXPECT_EQ(engine.plugin(), nullptr);
  EXPECT_THROW(pluginOf(engine), Error);
  EXPECT_EQ(engine.values({}), engine.defaults());
  EXPECT_EQ(engine.texts({}).size(), engine.space().parameters.size());
}

}  // namespace
}  // namespace patchpilot
