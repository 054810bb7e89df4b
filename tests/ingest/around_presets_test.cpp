#include "ingest/around_presets.h"

#include "base/error.h"
#include "base/process.h"
#include "ingest/library_synth.h"
#include "ingest/preset_importer.h"
#include "preset/surge/patch.h"
#include "preset/vstpreset.h"
#include "synth/factory_presets.h"
#include "test_support.h"

#include <cmath>
#include <set>

namespace patchpilot {
namespace {

LibrarySettings shortSettings(const Synth& synth) {
  LibrarySettings settings = librarySettings(synth);
  settings.durationSeconds = 0.5;
  settings.lengthSeconds = 0.3;
  settings.sampling.clear();
  return settings;
}

/// A library of JX10's own presets.
struct Presets {
  Presets()
      : synth(loadSpace("jx10")),
        library(Library::create(places.folder / "presets.db", shortSettings(synth))) {
    addPresets(library, synth, factoryPresetPaths(synth));
  }

  TestPlaces places;
  Synth synth;
  Library library;
};

std::size_t changes(const Patch& patch) {
  return std::size_t(std::count_if(patch.preset().moved.begin(), patch.preset().moved.end(),
                                   [](const auto& v) { return v.has_value(); }));
}

TEST(AroundPresets, DrawsTheSamePatchForAnIndexInWhateverOrder) {
  Presets p;
  AroundPresets forwards(p.library, p.synth, 3), backwards(p.library, p.synth, 3),
      other(p.library, p.synth, 4);
  std::vector<DrawnPatch> first;
  for (std::uint64_t i = 0; i < 30; ++i) first.push_back(forwards.draw(i));
  std::size_t alike = 0;
  for (std::uint64_t i = 30; i-- > 0;) {
    const DrawnPatch again = backwards.draw(i), another = other.draw(i);
    EXPECT_EQ(again.patch.content, first[i].patch.content);
    EXPECT_EQ(again.sources, first[i].sources);
    EXPECT_EQ(again.patch.source, first[i].patch.source);
    alike += another.patch.source == first[i].patch.source;
  }
  EXPECT_LT(alike, 5u) << "the seed makes no difference";
}

TEST(AroundPresets, AreNearTheirPresetsAndSayWhichTheyAre) {
  Presets p;
  AroundPresets around(p.library, p.synth, 1);
  const auto& space = p.synth.space();
  std::size_t crossed = 0, fewChanges = 0;
  std::set<std::string> parents;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const DrawnPatch drawn = around.draw(i);
    ASSERT_EQ(drawn.patch.preset().moved.size(), space.parameters.size());
    for (const auto& value : drawn.patch.preset().moved) EXPECT_TRUE(!value || (*value >= 0 && *value <= 1));
    const auto from = p.library.lineage().patchesFrom({drawn.sources.begin(), drawn.sources.end()});
    const bool isCrossed = drawn.patch.source.find(" with ") != std::string::npos;
    EXPECT_EQ(from.size(), isCrossed ? 2u : 1u) << drawn.patch.source;
    parents.insert(drawn.sources.begin(), drawn.sources.end());
    crossed += isCrossed;
    if (!isCrossed) fewChanges += changes(drawn.patch) <= 4;
    // Master tuning belongs to no crossing.
    if (isCrossed && drawn.patch.source.find("changed") == std::string::npos) {
      EXPECT_FALSE(drawn.patch.preset().moved[*space.find("octave")]) << drawn.patch.source;
    }
  }
  EXPECT_NEAR(double(crossed), 100, 30);
  EXPECT_EQ(fewChanges, 200 - crossed);
  EXPECT_GT(parents.size(), 40u) << "of 52";
}

TEST(AroundPresets, TakeWholePartsOfTheOtherPreset) {
  Presets p;
  AroundPresets around(p.library, p.synth, 1);
  const auto& space = p.synth.space();
  for (std::uint64_t i = 0; i < 300; ++i) {
    const DrawnPatch drawn = around.draw(i);
    if (drawn.patch.source.find(" with filter of ") == std::string::npos ||
        drawn.patch.source.find("changed") != std::string::npos)
      continue;
    // Of the two presets, the one that did not give its state has the values of the filter.
    bool found = false;
    for (const auto id : p.library.lineage().patchesFrom({drawn.sources.begin(), drawn.sources.end()})) {
      const auto values = p.synth.values(p.library.patches().get(id));
      bool same = true;
      for (std::size_t k = 0; k < values.size(); ++k) {
        const bool inFilter = space.parameters[k].section == "filter";
        EXPECT_EQ(drawn.patch.preset().moved[k].has_value(), inFilter);
        if (inFilter) same = same && values[k] == drawn.patch.preset().moved[k];
      }
      found = found || same;
    }
    EXPECT_TRUE(found) << drawn.patch.source;
    return;
  }
  FAIL() << "no patch with the filter of another was drawn";
}

/// What is stored of a library drawn around presets.
std::vector<std::tuple<std::vector<std::string>, std::string, std::string, std::vector<std::uint8_t>>>
contentsOf(Library& library) {
  std::vector<std::tuple<std::vector<std::string>, std::string, std::string, std::vector<std::uint8_t>>>
      contents;
  for (std::int64_t id = 1; id <= std::int64_t(library.counts().patches); ++id) {
    const Patch patch = library.patches().get(id);
    const std::vector<float> values = flat(patch).values;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());  // NaN is not equal to itself
    contents.emplace_back(library.lineage().sources(id), patch.source, library.patches().stateHash(id),
                          std::vector<std::uint8_t>(bytes, bytes + values.size() * sizeof(float)));
  }
  return contents;
}

TEST(AroundPresets, FillALibraryThatIsTheSameHoweverItWasBuilt) {
  Presets p;
  const auto build = [&](const std::string& file, std::vector<std::uint64_t> counts, int workers) {
    LibrarySettings settings = shortSettings(p.synth);
    settings.sampling = "around";
    Library library = Library::create(p.places.folder / file, settings);
    for (const auto count : counts) {
      AroundPresets around(p.library, p.synth, 1, {library.settings().around, library.file()});
      library.setSampling("around", around.name(), 1);
      EXPECT_TRUE(buildLibrary(
          library, p.synth,
          {.count = count, .workers = workers, .draw = [&](std::uint64_t i) { return around.draw(i); }}));
    }
    EXPECT_EQ(library.counts().nextAttempt, library.counts().patches + library.counts().silent);
    return contentsOf(library);
  };
  const auto whole = build("whole.db", {60}, 1);
  EXPECT_EQ(build("parts.db", {13, 40, 60}, 3), whole);
}

TEST(AroundPresets, PlayAsTheStateThatIsWrittenOfThem) {
  Presets p;
  AroundPresets around(p.library, p.synth, 1);
  for (std::uint64_t i = 0; i < 10; ++i) {
    const Patch drawn = around.draw(i).patch;
    const Patch written = Patch::preset(p.synth.state(drawn));
    const Note note{60, 100, 0.3};
    const AudioBuffer a = renderOnce(p.synth, drawn, note, 0.5), b = renderOnce(p.synth, written, note, 0.5);
    EXPECT_TRUE(std::equal(a.channel(0).begin(), a.channel(0).end(), b.channel(0).begin())) << drawn.source;
    const auto values = p.synth.values(drawn);
    for (std::size_t k = 0; k < values.size(); ++k)
      if (const auto moved = drawn.preset().moved[k])
        EXPECT_NEAR(values[k], *moved, 1e-6) << p.synth.space().parameters[k].key;
    EXPECT_EQ(p.synth.texts(drawn).size(), values.size());
  }
}

TEST(AroundPresets, OfTheTimeWhenDrawingBeganStayThose) {
  Presets p;
  const std::string before = AroundPresets(p.library, p.synth, 1).name();
  const Patch drawn = AroundPresets(p.library, p.synth, 1).draw(5).patch;
  PresetRecord late;
  late.content = "late";
  late.path = "late.lv2";
  late.patch = Patch::preset(p.synth.state(Patch::point(p.synth.space().draw(1, 1))), "late.lv2");
  late.sources = {"late"};
  p.library.presets().append({late});
  EXPECT_NE(AroundPresets(p.library, p.synth, 1).name(), before);
  AroundPresets again(p.library, p.synth, 1, {before, "begun.db"});
  EXPECT_EQ(again.name(), before);
  EXPECT_EQ(again.draw(5).patch.source, drawn.source);
  Library none = Library::create(p.places.folder / "none.db", shortSettings(p.synth));
  EXPECT_THROW(AroundPresets(none, p.synth, 1), Error);
  EXPECT_THROW(AroundPresets(p.library, p.synth, 1, {"52 presets up to 51, 0", "begun.db"}), Error);
}

TEST(AroundPresets, RefuseANameOfPresetsThatIsDamaged) {
  Presets p;
  for (const char* name : {"52", "52 presets up to x, 0", "52 presets up to 99999999999999999999, 0"}) {
    try {
      AroundPresets(p.library, p.synth, 1, {name, "begun.db"});
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      EXPECT_TRUE(std::string(error.what()).starts_with("begun.db is damaged: ")) << error.what();
    }
  }
}

const std::filesystem::path kFactory =
    std::filesystem::path(PATCHPILOT_SOURCE_DIR) / ".." / "shared" / "surge" / "factory";

TEST(AroundPresets, OfSurgeAreTakenByItWholePartsAndAll) {
  if (!SurgePlaces::installed()) GTEST_SKIP() << "Surge XT is not installed";
  if (!std::filesystem::exists(kFactory))
    GTEST_SKIP() << "../shared is not here: it comes with a developer's checkout";
  const SurgePlaces places;
  Synth synth(loadSpace("surge-full"));
  Library library = Library::create(places.folder / "p.db", shortSettings(synth));
  ASSERT_GE(addPresets(library, synth, {kFactory / "Winds", kFactory / "Brass"}).added, 10u);
  AroundPresets around(library, synth, 1);
  int withSections = 0;
  for (std::uint64_t i = 0; i < 12; ++i) {
    const DrawnPatch drawn = around.draw(i);
    // Surge takes what was put together, and gives back the section's values as they were put in.
    const SurgePatch asked = parseSurgePatch(parseVstPreset(drawn.patch.preset().state).componentState);
    const SurgePatch held = parseSurgePatch(
        parseVstPreset(synth.state(Patch::preset(drawn.patch.preset().state))).componentState);
    for (const char* element :
         {"a_osc1_type", "a_filter1_type", "a_filter1_cutoff", "a_env2_attack", "a_lfo0_rate", "fx1_type"})
      EXPECT_EQ(surgeValue(asked, element), surgeValue(held, element))
          << element << " of " << drawn.patch.source;
    EXPECT_EQ(surgeRoutings(asked).size(), surgeRoutings(held).size()) << drawn.patch.source;
    withSections += drawn.patch.source.find(" with ") != std::string::npos;
    EXPECT_NO_THROW(renderOnce(synth, drawn.patch, {60, 100, 0.3}, 0.5)) << drawn.patch.source;
  }
  EXPECT_GT(withSections, 2);
}

}  // namespace
}  // namespace patchpilot
