#include "ingest/rank_renderer.h"

#include "base/error.h"
#include "fake_mpi.h"
#include "ingest/library_synth.h"
#include "test_support.h"

namespace patchpilot {
namespace {

using nlohmann::json;

/// Rank 0 of two that renders three patches of DX10, and a rank 1 that says what a test makes it say.
class RankZero : public testing::Test {
 protected:
  RankZero()
      : library_(Library::create(places_.folder / "a.db", librarySettings(Synth(loadSpace("dx10"))))) {}

  /// What another rank says when it is ready to render for this library.
  std::vector<std::uint8_t> readiness() {
    FakeMpi mpi(1, 2);
    mpi.bring(0, {{"goodbye", true}});
    Ranks ranks(mpi.calls());
    renderForRankZero(
        ranks, [&] { return std::pair(Synth(loadSpace("dx10")), library_.settings()); }, 1);
    return mpi.sent.at(0).second;
  }

  /// Hands out the patches, and takes this answer. @return what came back
  std::vector<RenderedPatch> answered(const json& answer) {
    const auto ready = readiness();
    FakeMpi mpi(0, 2);
    Ranks ranks(mpi.calls());
    mpi.bring(1, ready);
    mpi.bring(1, answer);
    int left = 3;
    std::vector<RenderedPatch> taken;
    renderOnRanks(
        ranks, library_, false, [&] { return left-- > 0 ? std::optional<Patch>(Patch()) : std::nullopt; },
        [&](RenderedPatch patch) { taken.push_back(std::move(patch)); });
    return taken;
  }

  std::string refusal(const json& answer) {
    try {
      answered(answer);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::system);
      return error.what();
    }
    return "none";
  }

  static json failedPatch() { return {{"rows", json::array()}, {"problem", "crashed"}}; }

  TestPlaces places_;
  Library library_;
};

TEST_F(RankZero, TakesAnAnswerInItsOrder) {
  const auto taken =
      answered({{"first", 0}, {"rendered", json::array({failedPatch(), failedPatch(), failedPatch()})}});
  ASSERT_EQ(taken.size(), 3u);
  EXPECT_EQ(taken[2].problem, "crashed");
}

TEST_F(RankZero, RefusesPatchesThatItHasNotHandedOut) {
  const std::string remedy = ", which it was not given; run the same version of Patch Pilot on all machines";
  EXPECT_EQ(refusal({{"first", 999}, {"rendered", json::array({failedPatch()})}}),
            "rank 1 sent back 1 patches from number 999 on" + remedy);
  EXPECT_EQ(refusal({{"first", 1}, {"rendered", json::array({failedPatch(), failedPatch()})}}),
            "rank 1 sent back 2 patches from number 1 on" + remedy);
  EXPECT_EQ(refusal({{"first", 0}, {"rendered", json::array()}}),
            "rank 1 sent back 0 patches from number 0 on" + remedy);
}

TEST_F(RankZero, RefusesWhatIsNoAnswer) {
  for (const json& answer :
       {json(7), json{{"first", "x"}}, json{{"first", 0}, {"rendered", json::array({1, 2, 3})}}})
    EXPECT_TRUE(refusal(answer).starts_with("rank 1 sent what is no answer (")) << answer;
}

}  // namespace
}  // namespace patchpilot
