#include "ingest/library_synth.h"

#include "test_support.h"

namespace patchpilot {
namespace {

/// How many LFOs the space tells of that a library of an older text is opened with.
std::size_t lfosOf(const std::filesystem::path& file, const std::string& toml,
                   const std::string& fingerprint) {
  LibrarySettings settings = librarySettings(Synth(loadSpace("jx10")));
  settings.spaceToml = toml;
  settings.spaceFingerprint = fingerprint;
  const Library library = Library::create(file, settings);
  return openLibrarySynth(library, {}).space().lfos.size();
}

TEST(LibrarySynth, KnowsWhatTheInstalledSpaceTellsTodayOfTheSamePatches) {
  const TestPlaces places;
  const ParameterSpace today = loadSpace("jx10");
  ASSERT_EQ(today.lfos.size(), 1u);
  const std::string before = today.toml.substr(0, today.toml.find("# The fine tuning reaches"));
  ASSERT_EQ(parseSpace(before, "before.toml").fingerprint(), today.fingerprint());
  EXPECT_EQ(lfosOf(places.folder / "a.db", before, today.fingerprint()), 1u);
  EXPECT_EQ(lfosOf(places.folder / "b.db", before, "other"), 0u) << "patches of another space";
}

}  // namespace
}  // namespace patchpilot
