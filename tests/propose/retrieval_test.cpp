#include "propose/retrieval.h"

#include "test_support.h"

#include <algorithm>

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

}  // namespace
}  // namespace patchpilot
