// The plug-in as it was built, in a host.
#include "daw/project_state.h"

#include "../web/web_fixture.h"

#include <juce_audio_processors/juce_audio_processors.h>

#include <random>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

constexpr double kRate = 48000;
constexpr int kBlock = 512;

/// A transport that plays from some place on.
class Transport final : public juce::AudioPlayHead {
 public:
  juce::Optional<PositionInfo> getPosition() const override {
    PositionInfo position;
    position.setIsPlaying(plays);
    position.setTimeInSamples(samples);
    position.setTimeInSeconds(double(samples) / kRate);
    return position;
  }
  bool plays = false;
  std::int64_t samples = 0;
};

class Host : public WebTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    options.data = places.folder / "patchpilot/web";
    fs::create_directories(options.data);
    formats.addFormat(new juce::VST3PluginFormat());
    formats.addFormat(new juce::LV2PluginFormat());
  }

  std::unique_ptr<juce::AudioPluginInstance> load() {
    const bool isVst3 = std::string(GetParam()) == "VST3";
    const fs::path folder = fs::path(PATCHPILOT_BINARY_DIR) / "daw";
    juce::OwnedArray<juce::PluginDescription> found;
    for (juce::AudioPluginFormat* format : formats.getFormats()) {
      if (format->getName() != GetParam()) continue;
      if (isVst3) format->findAllTypesForFile(found, (folder / "vst3/PatchPilot.vst3").string());
      else {
        format->searchPathsForPlugins(juce::FileSearchPath((folder / "lv2").string()), true, false);
        format->findAllTypesForFile(found, "urn:patchpilot:effect");
      }
    }
    if (found.isEmpty()) return nullptr;
    EXPECT_EQ(found[0]->name, "Patch Pilot");
    EXPECT_FALSE(found[0]->isInstrument);
    juce::String problem;
    auto plugin = formats.createPluginInstance(*found[0], kRate, kBlock, problem);
    EXPECT_NE(plugin, nullptr) << problem;
    if (plugin) {
      plugin->setPlayHead(&transport);
      plugin->enableAllBuses();
      plugin->prepareToPlay(kRate, kBlock);
    }
    return plugin;
  }

  /// Plays a track through the plug-in. @return what comes out, on the left
  std::vector<float> play(juce::AudioPluginInstance& plugin, const std::vector<float>& track) {
    std::vector<float> out;
    juce::MidiBuffer midi;
    for (std::size_t done = 0; done < track.size(); done += kBlock) {
      juce::AudioBuffer<float> audio(std::max(2, plugin.getTotalNumOutputChannels()), kBlock);
      audio.clear();
      for (int i = 0; i < kBlock && done + std::size_t(i) < track.size(); ++i)
        for (int c = 0; c < 2; ++c) audio.setSample(c, i, track[done + std::size_t(i)]);
      plugin.processBlock(audio, midi);
      if (transport.plays) transport.samples += kBlock;
      out.insert(out.end(), audio.getReadPointer(0), audio.getReadPointer(0) + kBlock);
    }
    return out;
  }

  static std::vector<float> note() {
    std::vector<float> samples;
    for (int i = 0; i < int(1.5 * kRate); ++i) {
      const double t = i / kRate;
      samples.push_back(float(0.4 * std::exp(-2 * t) *
                              (std::sin(2 * M_PI * 220 * t) + 0.3 * std::sin(4 * M_PI * 220 * t))));
    }
    samples.resize(samples.size() / kBlock * kBlock);
    return samples;
  }

  static juce::AudioProcessorParameter* parameter(juce::AudioPluginInstance& plugin, const char* name) {
    for (juce::AudioProcessorParameter* one : plugin.getParameters())
      if (one->getName(100) == name) return one;
    ADD_FAILURE() << "no parameter " << name;
    return nullptr;
  }

  /// The state that the plug-in itself has written; hosts put it into an envelope of their own.
  static ProjectState stateIn(const juce::MemoryBlock& saved) {
    const std::string bytes(static_cast<const char*>(saved.getData()), saved.getSize());
    const auto tryAt = [](std::string_view text) -> std::optional<ProjectState> {
      const auto begin = text.find("PatchPilotDAW\n");
      if (begin == std::string_view::npos) return std::nullopt;
      text.remove_prefix(begin);
      const auto number = [&](std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) value |= std::uint32_t(std::uint8_t(text[at + i])) << (8 * i);
        return value;
      };
      const std::size_t length = 26 + number(18) + number(22) + 32;
      const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
      return unpackProjectState({data, std::min(length, text.size())});
    };
    if (const auto plain = tryAt(bytes)) return *plain;
    // Base64 of JUCE's, in XML or Turtle: the longest word that decodes to it.
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      if (!std::isdigit(static_cast<unsigned char>(bytes[at]))) continue;
      const std::size_t end = bytes.find_first_of("\"<> \n", at);
      juce::MemoryBlock decoded;
      if (end != std::string::npos && end - at > 60 && decoded.fromBase64Encoding(bytes.substr(at, end - at)))
        if (const auto inside = tryAt({static_cast<const char*>(decoded.getData()), decoded.getSize()}))
          return *inside;
    }
    ADD_FAILURE() << "no state of the plug-in's in " << bytes.substr(0, 300);
    return {};
  }

  static ProjectState stateOf(juce::AudioPluginInstance& plugin) {
    juce::MemoryBlock saved;
    plugin.getStateInformation(saved);
    return stateIn(saved);
  }

  juce::ScopedJuceInitialiser_GUI juce;
  juce::AudioPluginFormatManager formats;
  Transport transport;
};

TEST_P(Host, LoadsItAndTheTrackPassesBitForBit) {
  const auto plugin = load();
  ASSERT_NE(plugin, nullptr);
  EXPECT_EQ(plugin->getLatencySamples(), 0);
  EXPECT_TRUE(plugin->hasEditor());
  std::mt19937 random(3);
  std::vector<float> track(kBlock * 20);
  for (float& sample : track) sample = std::uniform_real_distribution<float>(-2, 2)(random);
  EXPECT_EQ(play(*plugin, track), track);
  ASSERT_NE(parameter(*plugin, "Listen to"), nullptr);
  parameter(*plugin, "Listen to")->setValue(1);
  EXPECT_EQ(play(*plugin, track), track) << "there is no candidate to hear";
}

TEST_P(Host, TakesMatchesSavesAndRestores) {
  if (!fs::exists("/usr/lib/lv2/mda.lv2")) GTEST_SKIP() << "mda-lv2, which has JX10, is not installed";
  makeLibrary();
  open();
  juce::MemoryBlock saved;
  ProjectState state;
  const std::vector<float> track = note();
  {
    const auto plugin = load();
    ASSERT_NE(plugin, nullptr);
    transport.plays = true;
    transport.samples = std::int64_t(4 * kRate);
    EXPECT_EQ(play(*plugin, track), track);
    // A controller's button takes what has played, and matches it.
    parameter(*plugin, "Take and match")->setValue(1);
    transport.plays = false;
    play(*plugin, std::vector<float>(kBlock));
    nlohmann::json matches;
    while (matches.empty()) matches = get("/matches").json().at("matches");
    const std::string id = matches[0].at("id");
    follow("/matches/" + id + "/events",
           [](const nlohmann::json& m) { return m.at("state") == "refining" && m.at("generation") > 0; });
    post("/matches/" + id + "/stop");  // refining would take half a minute
    finished(id);
    // The plug-in asks for it soon.
    do state = stateOf(*plugin);
    while (state.candidates.size() < 5 || !state.target);
    ASSERT_EQ(state.candidates.size(), 5u);
    plugin->getStateInformation(saved);
    state = stateIn(saved);
  }
  EXPECT_EQ(state.target->note, 57);
  EXPECT_NEAR(*state.timelineSeconds + state.target->startSeconds, 4, 0.02) << "where the note was played";
  EXPECT_NE(state.candidates[0].synth.find("JX10"), std::string::npos);
  EXPECT_FALSE(state.sound.bytes.empty());

  const auto plugin = load();
  ASSERT_NE(plugin, nullptr);
  plugin->setStateInformation(saved.getData(), int(saved.getSize()));
  const ProjectState restored = stateOf(*plugin);
  EXPECT_EQ(restored.candidates.size(), 5u);
  EXPECT_EQ(restored.match, state.match);
  EXPECT_EQ(restored.sound.bytes.empty(), false);
  // Heard in place of the note, when the playhead comes to it again.
  // What the plug-in tells its host of the restored parameters comes first.
  transport.plays = false;
  play(*plugin, std::vector<float>(kBlock * 4));
  parameter(*plugin, "Listen to")->setValue(1);
  std::vector<float> heard = track;
  transport.plays = true;
  while (heard == track) {  // until the plug-in has fetched the candidates
    transport.samples = std::int64_t(4 * kRate);
    heard = play(*plugin, track);
  }
  double level = 0;
  for (const float sample : heard) level += double(sample) * sample;
  EXPECT_GT(std::sqrt(level / double(heard.size())), 0.01);
  parameter(*plugin, "Listen to")->setValue(0);
  play(*plugin, track);
  EXPECT_EQ(play(*plugin, track), track) << "the track again, bit for bit";
}

TEST_P(Host, AStateThatCannotBeReadIsKept) {
  const auto plugin = load();
  ASSERT_NE(plugin, nullptr);
  juce::MemoryBlock saved, again;
  plugin->getStateInformation(saved);
  EXPECT_TRUE(stateIn(saved).candidates.empty());
  plugin->setStateInformation("garbage", 7);
  plugin->getStateInformation(again);
  EXPECT_TRUE(stateIn(again).candidates.empty());
}

INSTANTIATE_TEST_SUITE_P(Formats, Host, testing::Values("VST3", "LV2"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace patchpilot
