#include "ingest/rank_renderer.h"

#include "base/error.h"
#include "fake_mpi.h"
#include "ingest/library_synth.h"
#include "ingest/rank_messages.h"
#include "test_support.h"

namespace patchpilot {
namespace {

/// Rank 0 of two that renders three patches of DX10, and a rank 1 that says what a test makes it say.
class RankZero : public testing::Test {
 protected:
  RankZero()
      : library_(Library::create(places_.folder / "a.db", librarySettings(Synth(loadSpace("dx10"))))) {}

  /// What another rank says when it is ready to render for this library.
  std::vector<std::uint8_t> readiness() {
    FakeMpi mpi(1, 2);
    mpi.bring(0, FakeMpi::kGoodbye);
    Ranks ranks(mpi.calls());
    renderForRankZero(
        ranks, [&] { return std::pair(Synth(loadSpace("dx10")), library_.settings()); }, 1);
    return mpi.sent.at(0).second;
  }

  /// Hands out the patches, and takes this answer. @return what came back
  std::vector<RenderedPatch> answered(const Bytes& answer) {
    const auto ready = readiness();
    FakeMpi mpi(0, 2);
    Ranks ranks(mpi.calls());
    mpi.bring(1, ready);
    mpi.bring(1, FakeMpi::wrapped(answer));
    int left = 3;
    std::vector<RenderedPatch> taken;
    renderOnRanks(
        ranks, library_, false, [&] { return left-- > 0 ? std::optional<Patch>(Patch()) : std::nullopt; },
        [&](RenderedPatch patch) { taken.push_back(std::move(patch)); });
    return taken;
  }

  std::string refusal(const Bytes& answer) {
    try {
      answered(answer);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::system);
      return error.what();
    }
    return "none";
  }

  /// The answer to a block whose patches all failed.
  static Bytes failed(std::uint64_t first, std::size_t patches) {
    return encode(BlockAnswer{first, std::vector<PatchAnswer>(patches, {{}, "crashed"})});
  }

  TestPlaces places_;
  Library library_;
};

TEST_F(RankZero, TakesAnAnswerInItsOrder) {
  const auto taken = answered(failed(0, 3));
  ASSERT_EQ(taken.size(), 3u);
  EXPECT_EQ(taken[2].problem, "crashed");
}

TEST_F(RankZero, TakesRowsAsTheyWereSent) {
  const LibraryRow row{62, -12.5, {{0.5f, -1}, {2}}, {{1, 2, 3}, 0.25}};
  const auto taken = answered(encode(BlockAnswer{0, {{{row}, ""}, {{}, ""}, {{}, ""}}}));
  ASSERT_EQ(taken.size(), 3u);
  ASSERT_EQ(taken[0].rows.size(), 1u);
  EXPECT_EQ(taken[0].rows[0].note, 62);
  EXPECT_EQ(taken[0].rows[0].rmsDb, -12.5);
  EXPECT_EQ(taken[0].rows[0].embeddings, row.embeddings);
  EXPECT_EQ(taken[0].rows[0].audio.bytes, row.audio.bytes);
  EXPECT_EQ(taken[0].rows[0].audio.scale, 0.25);
}

TEST_F(RankZero, RefusesPatchesThatItHasNotHandedOut) {
  const std::string remedy = ", which it was not given; run the same version of Patch Pilot on all machines";
  EXPECT_EQ(refusal(failed(999, 1)), "rank 1 sent back 1 patches from number 999 on" + remedy);
  EXPECT_EQ(refusal(failed(1, 2)), "rank 1 sent back 2 patches from number 1 on" + remedy);
  EXPECT_EQ(refusal(failed(0, 0)), "rank 1 sent back 0 patches from number 0 on" + remedy);
}

TEST_F(RankZero, RefusesWhatIsNoAnswer) {
  Bytes otherVersion = failed(0, 3), cut = failed(0, 3);
  ++otherVersion.front();
  cut.pop_back();
  for (const Bytes& answer : {Bytes{7}, otherVersion, cut, encode(PatchBlock{})})
    EXPECT_TRUE(refusal(answer).starts_with("rank 1 sent what is no answer ("));
}

}  // namespace
}  // namespace patchpilot
