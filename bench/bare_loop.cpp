// The limit of library building: one process that loads the same state, sets the same patches and plays the
// same note through the same plug-in, in a plain JUCE loop with nothing in between. `bench/library_speed`
// starts one for each core.
//   bench_bare_loop SPACE.toml PLUGIN-PATH STATE-FILE|- FIRST LAST STEP SECONDS LENGTH
#include "synth/parameter_space.h"

#include <juce_audio_processors/juce_audio_processors.h>

#include <cstdio>

namespace {

constexpr double kRateHz = 44100;
constexpr int kBlock = 512;

struct SetPreset : juce::ExtensionsVisitor {
  void visitVST3Client(const VST3Client& client) override { client.setPreset(state); }
  juce::MemoryBlock state;
};

struct GetPreset : juce::ExtensionsVisitor {
  void visitVST3Client(const VST3Client& client) override { state = client.getPreset(); }
  juce::MemoryBlock state;
};

std::unique_ptr<juce::AudioPluginInstance> open(const patchpilot::ParameterSpace& space,
                                                const juce::String& path) {
  static juce::VST3PluginFormat vst3;
  static juce::LV2PluginFormat lv2;
  juce::OwnedArray<juce::PluginDescription> found;
  juce::String error;
  if (space.synthFormat == "LV2") {
    lv2.searchPathsForPlugins(juce::FileSearchPath(path), false, false);
    lv2.findAllTypesForFile(found, space.synthId);
    return found.isEmpty() ? nullptr : lv2.createInstanceFromDescription(*found[0], kRateHz, kBlock, error);
  }
  vst3.findAllTypesForFile(found, path);
  return found.isEmpty() ? nullptr : vst3.createInstanceFromDescription(*found[0], kRateHz, kBlock, error);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 9) return 2;
  const juce::ScopedJuceInitialiser_GUI juceRuns;
  const auto space = patchpilot::loadSpace(arguments[1]);
  auto plugin = open(space, arguments[2]);
  if (plugin == nullptr) return 1;
  const int first = std::atoi(arguments[4]), last = std::atoi(arguments[5]), step = std::atoi(arguments[6]);
  const double seconds = std::atof(arguments[7]);
  const int noteOff = int(std::atof(arguments[8]) * kRateHz);

  auto layout = plugin->getBusesLayout();
  for (int bus = 1; bus < layout.outputBuses.size(); ++bus)
    layout.outputBuses.getReference(bus) = juce::AudioChannelSet::disabled();
  for (auto& bus : layout.inputBuses) bus = juce::AudioChannelSet::disabled();
  plugin->setBusesLayout(layout);
  plugin->setNonRealtime(true);
  plugin->prepareToPlay(kRateHz, kBlock);

  SetPreset preset;
  if (std::string(arguments[3]) != "-") {
    juce::File(arguments[3]).loadFileAsData(preset.state);
  } else {
    GetPreset own;
    plugin->getExtensions(own);
    preset.state = own.state;
  }
  std::vector<juce::AudioProcessorParameter*> parameters;
  for (const auto& spec : space.parameters)
    for (auto* parameter : plugin->getParameters())
      if (auto* hosted = dynamic_cast<juce::HostedAudioProcessorParameter*>(parameter))
        if (hosted->getParameterID() == juce::String(spec.id) ||
            hosted->getParameterID() == "sym:" + juce::String(spec.id))
          parameters.push_back(parameter);
  if (parameters.size() != space.parameters.size()) return 1;

  const juce::ScopedNoDenormals fast;
  juce::AudioBuffer<float> block(juce::jmax(2, plugin->getTotalNumOutputChannels()), kBlock);
  juce::MidiBuffer midi;
  for (int index = first; index < last; index += step) {
    const auto values = space.draw(1, std::uint64_t(index));
    if (space.synthFormat == "LV2") plugin->prepareToPlay(kRateHz, kBlock);
    else plugin->getExtensions(preset);
    block.clear();
    midi.clear();
    plugin->processBlock(block, midi);
    for (std::size_t i = 0; i < values.size(); ++i) parameters[i]->setValue(values[i]);
    for (int position = 0; position < int(seconds * kRateHz); position += kBlock) {
      midi.clear();
      if (position == 0) midi.addEvent(juce::MidiMessage::noteOn(1, 60, juce::uint8(100)), 0);
      if (noteOff >= position && noteOff < position + kBlock)
        midi.addEvent(juce::MidiMessage::noteOff(1, 60), noteOff - position);
      block.clear();
      plugin->processBlock(block, midi);
    }
  }
}
