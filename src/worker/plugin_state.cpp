#include "worker/plugin_state.h"

#include <algorithm>
#include <string_view>

namespace patchpilot {

namespace {

/// JUCE gives a VST3's preset to a visitor alone.
struct Vst3Access : juce::ExtensionsVisitor {
  void visitVST3Client(const VST3Client& client) override {
    if (toSet != nullptr) succeeded = client.setPreset(*toSet);
    else preset = client.getPreset();
  }

  const juce::MemoryBlock* toSet = nullptr;
  juce::MemoryBlock preset;
  bool succeeded = false;
};

std::vector<std::uint8_t> bytes(const juce::MemoryBlock& block) {
  const auto* data = static_cast<const std::uint8_t*>(block.getData());
  return {data, data + block.getSize()};
}

}  // namespace

std::vector<std::uint8_t> vst3Preset(juce::AudioPluginInstance& instance) {
  Vst3Access access;
  instance.getExtensions(access);
  return bytes(access.preset);
}

bool setVst3Preset(juce::AudioPluginInstance& instance, std::span<const std::uint8_t> preset) {
  Vst3Access access;
  const juce::MemoryBlock block(preset.data(), preset.size());
  access.toSet = &block;
  instance.getExtensions(access);
  return access.succeeded;
}

std::string vst3ClassId(juce::AudioPluginInstance& instance) {
  // A .vstpreset begins with "VST3" and a version of four bytes; the class id follows.
  constexpr std::size_t kStart = 8, kDigits = 32;
  const auto preset = vst3Preset(instance);
  if (preset.size() < kStart + kDigits) return {};
  const auto* digits = reinterpret_cast<const char*>(preset.data()) + kStart;
  return juce::String(digits, kDigits).toUpperCase().toStdString();
}

std::vector<std::uint8_t> lv2State(juce::AudioPluginInstance& instance) {
  juce::MemoryBlock block;
  instance.getStateInformation(block);
  return bytes(block);
}

bool holdsMoreThanPorts(std::span<const std::uint8_t> lv2State) {
  constexpr std::string_view property = "state:state";
  return std::search(lv2State.begin(), lv2State.end(), property.begin(), property.end()) != lv2State.end();
}

}  // namespace patchpilot
