#include "propose/retrieval.h"

#include "test_support.h"

#include <algorithm>
#include <map>

namespace patchpilot {
namespace {

/// Two presets, a patch crossed from both, one perturbed from the first, and one that was drawn; all alike.
Library family(const std::filesystem::path& file) {
  LibrarySettings settings;
  settings.spaceToml = "format = 1";
  settings.embedders = {embedderInfo("mel-envelope")};
  Library library = Library::create(file, settings);
  const std::vector<LibraryRow> rows = {
      {60, -20, {std::vector<float>(std::size_t(makeEmbedder()->dimension()), 0.1f)}}};
  std::vector<PresetRecord> presets(2);
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string name(1, char('a' + i));
    presets[i].content = name;
    presets[i].path = name + ".fxp";
    presets[i].patch = Patch::preset({std::uint8_t(i)}, presets[i].path);
    presets[i].rows = rows;
    presets[i].sources = {"hash of " + name, "hash of " + name + " as loaded"};
  }
  library.presets().append(presets);
  std::vector<LibraryAttempt> attempts(3);
  attempts[0].sources = {"hash of a", "hash of b"};
  attempts[1].sources = {"hash of a"};
  for (std::size_t i = 0; i < 3; ++i) {
    attempts[i].index = i;
    attempts[i].patch = Patch::point({float(i)});
    attempts[i].rows = rows;
  }
  library.attempts().append(attempts, 3);
  return library;
}

std::vector<std::string> origins(SearchLibrary& library, const std::set<std::string>& leftOut) {
  Target target;
  target.sound = AudioBuffer(2, 44100);
  for (std::size_t i = 0; i < 44100; ++i)
    target.sound.channel(0)[i] = target.sound.channel(1)[i] = float(i % 100) / 200 - 0.25f;
  std::vector<std::string> origins;
  for (const auto& proposal : RetrievalProposer({&library}, leftOut).propose(target, 10))
    origins.push_back(proposal.origin);
  std::sort(origins.begin(), origins.end());
  return origins;
}

TEST(RetrievalProposer, LeavesOutAPresetAndWhateverCameFromIt) {
  const TemporaryFolder folder;
  Library library = family(folder / "f.db");
  NeighbourIndex index(library);
  SearchLibrary one{std::move(library), std::move(index), 0, 0, makeEmbedder()};
  using Names = std::vector<std::string>;
  EXPECT_EQ(origins(one, {}), (Names{"a.fxp", "b.fxp", "f.db, patch 3", "f.db, patch 4", "f.db, patch 5"}));
  EXPECT_EQ(origins(one, {"hash of b"}), (Names{"a.fxp", "f.db, patch 4", "f.db, patch 5"}));
  EXPECT_EQ(origins(one, {"hash of a as loaded"}), (Names{"b.fxp", "f.db, patch 5"}));
  EXPECT_EQ(origins(one, {"hash of a", "hash of b"}), (Names{"f.db, patch 5"}));
}

TEST(RetrievalProposer, SaysWhatAProposalCameFrom) {
  const TemporaryFolder folder;
  Library library = family(folder / "f.db");
  NeighbourIndex index(library);
  SearchLibrary one{std::move(library), std::move(index), 0, 0, makeEmbedder()};
  Target target;
  target.sound = AudioBuffer(2, 44100);
  const auto proposals = RetrievalProposer({&one}).propose(target, 10);
  const auto crossed = std::find_if(proposals.begin(), proposals.end(),
                                    [](const auto& p) { return p.origin == "f.db, patch 3"; });
  ASSERT_NE(crossed, proposals.end());
  EXPECT_EQ(crossed->sources, (std::vector<std::string>{"hash of a", "hash of b"}));
}

TEST(RetrievalProposer, SharesItsProposalsBetweenTheLikelyNotes) {
  const TemporaryFolder folder;
  Library library = family(folder / "f.db");
  NeighbourIndex index(library);
  SearchLibrary one{std::move(library), std::move(index), 0, 0, makeEmbedder()};
  RetrievalProposer proposer({&one});
  Target target;
  target.sound = AudioBuffer(2, 44100);
  target.note = 57;
  EXPECT_EQ(proposer.rounds(target), 1);
  for (const Proposal& proposal : proposer.propose(target, 5)) EXPECT_FALSE(proposal.note);

  Target open = target;
  open.noteOpen = true;
  open.noteConfidence = 0.6;
  open.otherNotes = {{69, 0.3}};
  EXPECT_GT(proposer.rounds(open), 1);
  std::map<int, std::size_t> counts;
  for (const Proposal& proposal : proposer.propose(open, 6)) ++counts[*proposal.note];
  EXPECT_GT(counts[57], counts[69]);
  EXPECT_GT(counts[69], 0u);
  // What is heard decides from then on.
  std::vector<Candidate> heard(2);
  heard[0].proposal.note = 57;
  heard[0].distance = 8;
  heard[1].proposal.note = 69;
  heard[1].distance = 1;
  proposer.observe(heard);
  const auto next = proposer.propose(open, 3);
  ASSERT_EQ(next.size(), 3u);
  for (const Proposal& proposal : next) EXPECT_EQ(proposal.note, 69);
}

}  // namespace
}  // namespace patchpilot
