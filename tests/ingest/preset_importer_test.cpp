#include "ingest/preset_importer.h"

#include "audio/level.h"
#include "base/error.h"
#include "base/places.h"
#include "base/process.h"
#include "ingest/library_builder.h"
#include "ingest/library_synth.h"
#include "library/neighbours.h"
#include "preset/lv2_preset.h"
#include "preset/preset_file.h"
#include "preset/preset_hash.h"
#include "preset/surge/patch.h"
#include "preset/vstpreset.h"
#include "synth/factory_presets.h"
#include "tiny_lv2.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

LibrarySettings shortSettings(const Synth& synth, std::vector<int> notes = {60}) {
  LibrarySettings settings = librarySettings(synth);
  settings.durationSeconds = 0.5;
  settings.lengthSeconds = 0.3;
  settings.notes = std::move(notes);
  settings.sampling.clear();
  return settings;
}

/// A preset of a drawn patch, as a host would write it.
Lv2Preset drawnPreset(Synth& synth, std::uint64_t index) {
  const Bytes state = synth.state(Patch::point(synth.space().draw(5, index)));
  return parseLv2State(std::string(state.begin(), state.end()));
}

void writePreset(const fs::path& bundle, Lv2Preset preset, const std::string& label) {
  preset.label = label;
  writeLv2Preset(bundle, preset);
}

/// A folder with everything that people keep in one: good presets, a renamed copy, a silent one, others'
/// presets, broken files and files that are none.
void fillFolder(const fs::path& folder, Synth& synth) {
  fs::create_directories(folder / "deep/er");
  writePreset(folder / "a.lv2", drawnPreset(synth, 0), "A");
  writePreset(folder / "deep/b.lv2", drawnPreset(synth, 1), "B");
  writePreset(folder / "deep/er/c.lv2", drawnPreset(synth, 0), "A under another name");
  Lv2Preset silent = drawnPreset(synth, 2);
  for (const char* symbol : {"attack", "release"}) silent.ports[symbol] = 0;
  silent.ports["attack"] = 1;
  silent.ports["decay"] = 0;
  writePreset(folder / "d.lv2", silent, "Slow");
  Lv2Preset foreign = drawnPreset(synth, 3);
  foreign.pluginUri = "urn:another";
  writePreset(folder / "e.lv2", foreign, "Another's");
  writeFileAtomically(folder / "f.fxp", std::string_view("CcnK"));
  writeFileAtomically(folder / "g.vstpreset", std::string_view(""));
  writeFileAtomically(folder / "read me.txt", std::string_view("not a preset"));
}

std::vector<std::string> names(const std::vector<PassedOver>& list) {
  std::vector<std::string> names;
  for (const auto& one : list)
    names.push_back(fs::path(one.path.substr(0, one.path.find(" ("))).filename().string());
  return names;
}

using Names = std::vector<std::string>;

TEST(AddPresets, KeepsTheGoodOnesWholeAndNamesTheOthers) {
  const TestPlaces places;
  Synth synth(loadSpace("dx10"));
  fillFolder(places.folder / "presets", synth);
  Library library = Library::create(places.folder / "a.db", shortSettings(synth, {48, 60, 72}));
  const AddReport report = addPresets(library, synth, {places.folder / "presets"});
  EXPECT_TRUE(report.finished);
  EXPECT_EQ(names(report.duplicates), Names{"c.lv2"});
  EXPECT_NE(report.duplicates[0].reason.find("a.lv2"), std::string::npos) << report.duplicates[0].reason;
  EXPECT_EQ(names(report.broken), (Names{"e.lv2", "f.fxp", "g.vstpreset"}));
  for (const auto& broken : report.broken) EXPECT_FALSE(broken.reason.empty());
  EXPECT_NE(report.broken[0].reason.find("another synth"), std::string::npos) << report.broken[0].reason;
  EXPECT_EQ(report.presets,
            report.added + report.broken.size() + report.silent.size() + report.duplicates.size());

  const auto kept = library.presets().kept();
  ASSERT_EQ(kept.size(), report.added);
  ASSERT_GE(kept.size(), 2u);
  const Patch first = library.patches().get(kept[0].patch);
  EXPECT_TRUE(first.source.starts_with((places.folder / "presets/a.lv2").string())) << first.source;
  const Lv2Preset back = parseLv2State(std::string(first.preset().state.begin(), first.preset().state.end()));
  EXPECT_EQ(back.ports, drawnPreset(synth, 0).ports);
  EXPECT_EQ(library.counts().rows, 3 * kept.size()) << "every note of a preset is a row";
}

/// A plug-in that shows no parameters to hosts, and its presets.
struct Plain {
  explicit Plain(const OwnPlaces& places) {
    bundle.write(places.plugins() / "plain");
    space = firstSpace(findPlugin("LV2", bundle.uri(), bundle.name()), {}, "plain");
    for (const char* harmonic : {"1", "3"}) {
      Lv2Preset preset;
      preset.pluginUri = bundle.uri();
      preset.state = {{"urn:patchpilot:tiny#harmonic", {TurtleNode::Kind::literal, harmonic, ""}, {}}};
      writePreset(places.folder / "presets" / (std::string(harmonic) + ".lv2"), preset, harmonic);
    }
  }

  TinyBundle bundle{"plain"};
  std::string space;
};

TEST(AddPresets, ASynthWithoutParametersHasPresets) {
  const OwnPlaces places;
  fs::create_directories(places.folder / "presets");
  const Plain plain(places);
  const Synth synth(parseSpace(plain.space, "plain.toml"));
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  const AddReport report = addPresets(library, synth, {places.folder / "presets"});
  EXPECT_EQ(report.added, 2u);
  EXPECT_TRUE(report.broken.empty() && report.silent.empty() && report.duplicates.empty());
  const auto kept = library.presets().kept();
  ASSERT_EQ(kept.size(), 2u);
  const auto samples = [&](std::size_t index) {
    const AudioBuffer sound =
        renderOnce(synth, library.patches().get(kept[index].patch), {60, 100, 0.3}, 0.5);
    return std::vector<float>(sound.samples().begin(), sound.samples().end());
  };
  EXPECT_NE(samples(0), samples(1));
  EXPECT_NO_THROW(openLibrarySynth(library, {}));
}

TEST(AddPresets, NothingCanBeDrawnForASynthWithoutParameters) {
  const OwnPlaces places;
  fs::create_directories(places.folder / "presets");
  const Plain plain(places);
  const Synth synth(parseSpace(plain.space, "plain.toml"));
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  try {
    buildLibrary(library, synth, {.count = 3});
    ADD_FAILURE() << "built";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_NE(std::string(error.what()).find("library add"), std::string::npos) << error.what();
  }
}

TEST(AddPresets, APresetWhoseFileIsMissingIsNamedAndTriedAgain) {
  const OwnPlaces places;
  const TinyBundle tone;
  tone.write(places.plugins() / "tone");
  const Synth synth(
      parseSpace(firstSpace(findPlugin("LV2", tone.uri(), tone.name()), {}, "tone"), "tone.toml"));
  Lv2Preset preset;
  preset.pluginUri = tone.uri();
  const std::string sample = (places.folder / "kick.wav").string();
  preset.state = {{"urn:sample", {TurtleNode::Kind::uri, "file://" + sample, ""}, {}}};
  writePreset(places.folder / "kick.lv2", preset, "Kick");
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  const AddReport report = addPresets(library, synth, {places.folder / "kick.lv2"});
  ASSERT_EQ(report.broken.size(), 1u);
  EXPECT_NE(report.broken[0].reason.find(sample), std::string::npos) << report.broken[0].reason;
  writeFileAtomically(sample, std::string_view("x"));
  EXPECT_EQ(addPresets(library, synth, {places.folder / "kick.lv2"}).added, 1u);
}

TEST(AddPresets, OneThatOnlyMovesTheOutputIsSilent) {
  const OwnPlaces places;
  const TinyBundle bundle{"offset"};
  bundle.write(places.plugins() / "offset");
  const Synth synth(
      parseSpace(firstSpace(findPlugin("LV2", bundle.uri(), bundle.name()), {}, "offset"), "offset.toml"));
  EXPECT_GT(rmsDb(renderOnce(synth, Patch{}, {60, 100, 0.4}, 0.5)), -40);
  Lv2Preset preset;
  preset.pluginUri = bundle.uri();
  writePreset(places.folder / "offset.lv2", preset, "Offset");
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  EXPECT_EQ(names(addPresets(library, synth, {places.folder / "offset.lv2"}).silent).size(), 1u);
}

TEST(AddPresets, CountsSilentOnes) {
  const TestPlaces places;
  Synth synth(parseSpace(testSynthSpace(), "test.toml"));
  const auto index = *synth.space().find("silent");
  std::vector<float> values = synth.space().draw(1, 0);
  values[index] = 1;
  writeFileAtomically(places.folder / "s.vstpreset",
                      std::span<const std::uint8_t>(synth.state(Patch::point(values))));
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  const AddReport report = addPresets(library, synth, {places.folder / "s.vstpreset"});
  EXPECT_EQ(names(report.silent), Names{"s.vstpreset"});
  EXPECT_EQ(library.counts().patches, 0u);
  EXPECT_EQ(names(addPresets(library, synth, {places.folder / "s.vstpreset"}).silent), Names{"s.vstpreset"})
      << "told again, not rendered again";
}

TEST(AddPresets, OneThatKillsTheSynthCostsOnlyItself) {
  const TestPlaces places;
  Synth synth(parseSpace(testSynthSpace(), "test.toml"));
  const auto& space = synth.space();
  for (int i = 0; i < 5; ++i) {
    std::vector<float> values = space.draw(1, std::uint64_t(i));
    values[*space.find("level")] = 0.9f;
    values[*space.find("attack")] = 0;
    // All but the last crash every render: were they the plug-in's fault, the run would end.
    values[*space.find("crash")] = i < 4 ? 1.0f : 0.0f;
    VstPreset preset = parseVstPreset(synth.state(Patch::point(values)));
    writeFileAtomically(places.folder / fmt::format("{}.vstpreset", i),
                        std::span<const std::uint8_t>(serializeVstPreset(preset)));
  }
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  const AddReport report =
      addPresets(library, synth,
                 {places.folder / "0.vstpreset", places.folder / "1.vstpreset", places.folder / "2.vstpreset",
                  places.folder / "3.vstpreset", places.folder / "4.vstpreset"},
                 {.workers = 1});
  EXPECT_EQ(names(report.broken), (Names{"0.vstpreset", "1.vstpreset", "2.vstpreset", "3.vstpreset"}));
  for (const auto& broken : report.broken)
    EXPECT_NE(broken.reason.find("crashed"), std::string::npos) << broken.reason;
  EXPECT_EQ(report.added, 1u);
}

TEST(AddPresets, AddsOnlyWhatIsNew) {
  const TestPlaces places;
  Synth synth(loadSpace("dx10"));
  fillFolder(places.folder / "presets", synth);
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  const AddReport first = addPresets(library, synth, {places.folder / "presets"});
  const AddReport again =
      addPresets(library, synth, {places.folder / "presets", places.folder / "presets/a.lv2"});
  EXPECT_EQ(again.added, 0u);
  EXPECT_EQ(again.known, again.presets);
  EXPECT_EQ(again.presets, first.presets);
  EXPECT_EQ(names(again.broken), names(first.broken));
  EXPECT_EQ(names(again.duplicates), names(first.duplicates));
  writePreset(places.folder / "presets/z.lv2", drawnPreset(synth, 7), "Z");
  const AddReport third = addPresets(library, synth, {places.folder / "presets"});
  EXPECT_EQ(third.added, 1u);
  EXPECT_EQ(library.presets().kept().back().path.rfind("z.lv2") != std::string::npos, true);
}

TEST(AddPresets, FollowsAFolderThatWasMoved) {
  const TestPlaces places;
  Synth synth(loadSpace("dx10"));
  fs::create_directories(places.folder / "old");
  writePreset(places.folder / "old/a.lv2", drawnPreset(synth, 0), "A");
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  addPresets(library, synth, {places.folder / "old"});
  fs::rename(places.folder / "old", places.folder / "new");
  const AddReport report = addPresets(library, synth, {places.folder / "new"});
  EXPECT_TRUE(report.duplicates.empty());
  EXPECT_TRUE(library.patches().get(1).source.starts_with((places.folder / "new/a.lv2").string()))
      << library.patches().get(1).source;
}

/// Everything that a library holds of presets.
std::vector<std::tuple<std::int64_t, std::string, std::string, std::vector<std::string>>> presetsOf(
    Library& library) {
  std::vector<std::tuple<std::int64_t, std::string, std::string, std::vector<std::string>>> all;
  for (const auto& preset : library.presets().kept())
    all.emplace_back(preset.patch, preset.path, library.patches().stateHash(preset.patch),
                     library.lineage().sources(preset.patch));
  return all;
}

TEST(AddPresets, GoesOnAfterTheProgramWasKilledToTheSameLibrary) {
  const TestPlaces places;
  Synth synth(loadSpace("dx10"));
  fs::create_directories(places.folder / "presets");
  for (int i = 0; i < 40; ++i)
    writePreset(places.folder / fmt::format("presets/{:02}.lv2", i),
                drawnPreset(synth, std::uint64_t(i % 30)), std::to_string(i));
  Library whole = Library::create(places.folder / "whole.db", shortSettings(synth));
  addPresets(whole, synth, {places.folder / "presets"}, {.workers = 1});

  const std::string file = (places.folder / "killed.db").string();
  for (const std::uint64_t files : {12u, 25u}) {
    const pid_t program = ::fork();
    if (program == 0) {
      Library library = fs::exists(file) ? Library::open(file, Database::Mode::readWrite)
                                         : Library::create(file, shortSettings(synth));
      AddOptions options{1,
                         [&](const AddProgress& p) {
                           if (p.files >= files) ::kill(::getpid(), SIGKILL);
                         },
                         0};
      addPresets(library, synth, {places.folder / "presets"}, options);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(program, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_GE(Library::open(file).presets().kept().size(), files / 2) << "more than what was in hand is lost";
  }
  Library library = Library::open(file, Database::Mode::readWrite);
  addPresets(library, synth, {places.folder / "presets"}, {.workers = 3});
  EXPECT_EQ(presetsOf(library), presetsOf(whole));
}

TEST(AddPresets, StopsIfAskedAndKeepsWhatWasDone) {
  const TestPlaces places;
  Synth synth(loadSpace("dx10"));
  fs::create_directories(places.folder / "presets");
  for (int i = 0; i < 60; ++i)
    writePreset(places.folder / fmt::format("presets/{:02}.lv2", i), drawnPreset(synth, std::uint64_t(i)),
                "x");
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  std::stop_source source;
  AddOptions options{1, [&](const AddProgress& p) {
                       if (p.files >= 20) source.request_stop();
                     }};
  options.stop = source.get_token();
  const AddReport report = addPresets(library, synth, {places.folder / "presets"}, options);
  EXPECT_FALSE(report.finished);
  EXPECT_EQ(library.presets().kept().size(), report.added);
  EXPECT_GE(report.added, 15u);
  EXPECT_LT(report.added, 60u);
}

TEST(AddPresets, FindsTheFactoryPresetsOfAnLv2) {
  const TestPlaces places;
  const Synth synth(loadSpace("jx10"));
  const auto paths = factoryPresetPaths(synth);
  ASSERT_FALSE(paths.empty());
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  const AddReport report = addPresets(library, synth, paths);
  EXPECT_EQ(report.added, 52u) << "as many as mda's JX10 has";
  EXPECT_TRUE(report.broken.empty()) << "the presets of mda's other plug-ins are not this one's business";
  // Which of them sounds like this one? It does itself, whatever the note.
  const auto all = library.embeddings().all();
  const auto nearest =
      NeighbourIndex(library).nearest(std::span(all.vectors).last(std::size_t(all.dimension)), 1);
  EXPECT_EQ(nearest.front().patch, all.patches.back());
}

TEST(FactoryPresets, OfSurgeInItsDataFolder) {
  if (!SurgePlaces::installed()) GTEST_SKIP() << "Surge XT is not installed";
  const SurgePlaces places;
  const Synth synth(loadSpace("surge-simple"));
  const ScopedVariable data("XDG_DATA_HOME", (places.folder / "data").string()), given("SURGE_DATA_HOME", "");
  const fs::path installed = places.folder / "data/surge-xt";
  fs::create_directories(installed / "patches_factory/Basses");
  fs::create_directories(installed / "wavetables");
  EXPECT_EQ(factoryPresetPaths(synth), std::vector<fs::path>{installed / "patches_factory"});
  fs::create_directories(installed / "patches_3rdparty/Somebody");
  EXPECT_EQ(factoryPresetPaths(synth),
            (std::vector<fs::path>{installed / "patches_factory", installed / "patches_3rdparty"}));
  // Surge takes the first folder that is there, even one without presets.
  fs::create_directories(places.folder / "data/Surge XT");
  try {
    factoryPresetPaths(synth);
    ADD_FAILURE() << "there are none";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_NE(std::string(error.what()).find((places.folder / "data/Surge XT").string()), std::string::npos)
        << error.what();
  }
}

const fs::path kShared = fs::path(PATCHPILOT_SOURCE_DIR) / ".." / "shared" / "surge";

#define SKIP_WITHOUT_SURGE()                                                  \
  if (!SurgePlaces::installed()) GTEST_SKIP() << "Surge XT is not installed"; \
  if (!fs::exists(kShared)) GTEST_SKIP() << "../shared is not here: it comes with a developer's checkout"

std::vector<fs::path> sharedPatches(const std::string& folder, std::size_t count) {
  std::vector<fs::path> files = presetPathsUnder(kShared / "factory" / folder);
  files.resize(std::min(files.size(), count));
  return files;
}

TEST(AddPresets, OfSurgeAreKeptWholeAndDuplicatesFoundUnderOtherNames) {
  SKIP_WITHOUT_SURGE();
  const SurgePlaces places;
  Synth synth(loadSpace("surge-full"));
  const auto files = sharedPatches("Winds", 3);
  for (const auto& file : files) fs::copy_file(file, places.folder / file.filename().string());
  // A copy with another name and author, and one that Surge itself has saved, in a newer revision.
  Fxp fxp = parseFxp(readFile(files[0]));
  SurgePatch renamed = parseSurgePatch(fxp.chunk);
  setSurgeMeta(renamed, {"Renamed", "Mine", "Me", "a copy"});
  setFxpChunk(fxp, serializeSurgePatch(renamed));
  writeFileAtomically(places.folder / "x renamed.fxp", std::span<const std::uint8_t>(serializeFxp(fxp)));
  const Bytes saved = synth.state(readPatchFile(files[1], synth.space(), synth));
  writeFileAtomically(places.folder / "y saved.vstpreset", std::span<const std::uint8_t>(saved));
  ASSERT_NE(presetHash(saved), presetHash(readFile(files[1])))
      << "the revisions are the same: this tests nothing";

  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  const AddReport report = addPresets(library, synth, {places.folder.path()});
  EXPECT_EQ(report.added, 3u);
  EXPECT_EQ(names(report.duplicates), (Names{"x renamed.fxp", "y saved.vstpreset"}));
  // What is stored is what the synth loads, and the very preset; its hash finds it and its twin.
  const Patch first = library.patches().get(library.presets().kept()[0].patch);
  EXPECT_EQ(parseSurgePatch(parseVstPreset(first.preset().state).componentState).xml,
            parseSurgePatch(parseFxp(readFile(files[0])).chunk).xml);
  EXPECT_EQ(library.lineage().patchesFrom({presetHash(serializeFxp(fxp))}),
            (std::unordered_set<std::int64_t>{library.presets().kept()[0].patch}));
  EXPECT_EQ(library.lineage().patchesFrom({presetHash(saved)}),
            (std::unordered_set<std::int64_t>{library.presets().kept()[1].patch}));
}

TEST(AddPresets, OfSurgeThatWouldCrashItAreCompleted) {
  SKIP_WITHOUT_SURGE();
  const SurgePlaces places;
  const Synth synth(loadSpace("surge-full"));
  SurgePatch patch = emptySurgePatch(24);  // Surge 1.4 crashes where such a patch has no <tempoOnSave>
  const auto at = patch.xml.find("<tempoOnSave");
  patch.xml.erase(at, patch.xml.find("/>", at) + 2 - at);
  writeFileAtomically(places.folder / "a.fxp",
                      std::span<const std::uint8_t>(serializeFxp(surgeFxp(serializeSurgePatch(patch), "x"))));
  fs::copy_file(sharedPatches("Winds", 1)[0], places.folder / "good.fxp");
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  const AddReport report = addPresets(library, synth, {places.folder.path()});
  EXPECT_TRUE(report.broken.empty());
  EXPECT_EQ(report.added, 2u);
}

}  // namespace
}  // namespace patchpilot
