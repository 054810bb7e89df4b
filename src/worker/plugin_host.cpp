#include "worker/plugin_host.h"

#include "worker/open_failure.h"
#include "worker/plugin_state.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace patchpilot {

namespace {

constexpr double kSampleRateHz = 44100.0;
constexpr int kBlockFrames = 512;
constexpr int kMidiChannel = 1;

/// Below this the sound of a note before counts as gone (-120 dB).
constexpr float kTailPeak = 1e-6f;
constexpr double kLongestTailSeconds = 10;

/// Plug-ins post messages to themselves; they are let through this often, at a millisecond each.
constexpr int kRendersBetweenPumps = 64;

/// Some plug-ins check only every few blocks (up to every 11th) whether their patch has changed, and then
/// update the names of their parameters in messages to themselves: blocks to process, and time for the
/// messages.
constexpr int kBlocksToTellNames = 12;
constexpr int kMillisecondsToTellNames = 10;

/// A plug-in that computes aside takes up what it has computed in blocks of silence, always as many, so that
/// the phases of its LFOs do not depend on time.
constexpr int kSettlingBlocks = 4;
constexpr int kProbeBlocks = 24;
/// If so much of a note is of numbers, the rest is.
constexpr std::size_t kFramesThatShow = 8 * kBlockFrames;

juce::String text(const std::string& utf8) { return juce::String::fromUTF8(utf8.c_str()); }
std::string text(const juce::String& string) { return string.toStdString(); }

}  // namespace

PluginHost::PluginHost()
    : playHead_(kSampleRateHz),
      scratch_(kBlockFrames),
      silentLeft_(kBlockFrames),
      silentRight_(kBlockFrames) {}

std::size_t PluginHost::paddedFrames(std::size_t frames) {
  return (frames + kBlockFrames - 1) / kBlockFrames * kBlockFrames;
}

std::vector<PluginHost::Instrument> PluginHost::scanVst3(const std::string& path) {
  juce::OwnedArray<juce::PluginDescription> found;
  vst3_.findAllTypesForFile(found, text(path));
  if (found.isEmpty()) throw std::runtime_error(whyVst3CannotBeOpened(path));
  std::vector<Instrument> instruments;
  for (const auto* description : found) {
    if (!description->isInstrument) continue;
    juce::String error;
    const auto instance =
        vst3_.createInstanceFromDescription(*description, kSampleRateHz, kBlockFrames, error);
    if (instance == nullptr) throw std::runtime_error(text(error));
    const auto& parameters = instance->getParameters();
    const auto count =
        std::count_if(parameters.begin(), parameters.end(), [](auto* p) { return p->isAutomatable(); });
    instruments.push_back({*description, int(count)});
    instruments.back().description.fileOrIdentifier = text(vst3ClassId(*instance));
  }
  return instruments;
}

void PluginHost::readLv2Folder(const std::string& folder) {
  if (folder == lv2Folder_) return;
  // The standard folder holds the descriptions of LV2 itself, such as what an instrument is.
  juce::FileSearchPath folders(text(folder));
  folders.addIfNotAlreadyThere(juce::File("/usr/lib/lv2"));
  lv2_.searchPathsForPlugins(folders, false, false);
  lv2Folder_ = folder;
}

void PluginHost::load(const std::string& formatName, const std::string& path, const std::string& id,
                      double tempoBpm, bool renews, const std::string& library) {
  instance_.reset();
  playHead_.tempoBpm = tempoBpm;
  renews_ = renews;
  settling_.expectPlugin();
  isLv2_ = formatName == "LV2";
  juce::OwnedArray<juce::PluginDescription> found;
  if (isLv2_) {
    readLv2Folder(path);
    lv2_.findAllTypesForFile(found, text(id));
  } else {
    vst3_.findAllTypesForFile(found, text(path));
  }

  juce::String error = "it holds no instrument " + text(id);
  for (const auto* description : found) {
    if (!isLv2_ && !description->isInstrument) continue;
    description_ = *description;
    auto instance = newInstance(error);
    if (instance == nullptr || (!isLv2_ && vst3ClassId(*instance) != id)) continue;
    instance_ = std::move(instance);
    break;
  }
  if (instance_ == nullptr) {
    // JUCE names the features that a plug-in lacks, but not what the loader said.
    const std::string why = library.empty() ? "" : whyLibraryCannotBeOpened(library, "lv2_descriptor");
    throw std::runtime_error(why.empty() ? text(error) : why);
  }
  prepare();

  initialState_ = state();
  // Ports are reset by their values, which takes less time.
  if (isLv2_ && !holdsMoreThanPorts(initialState_)) initialState_.clear();
  initialValues_.clear();
  for (const auto* parameter : instance_->getParameters()) initialValues_.push_back(parameter->getValue());
  describeParameters();
}

std::unique_ptr<juce::AudioPluginInstance> PluginHost::newInstance(juce::String& error) {
  auto& format = isLv2_ ? static_cast<juce::AudioPluginFormat&>(lv2_) : vst3_;
  return format.createInstanceFromDescription(description_, kSampleRateHz, kBlockFrames, error);
}

void PluginHost::prepare() {
  limitBuses();
  instance_->setPlayHead(&playHead_);
  instance_->setNonRealtime(true);
  instance_->prepareToPlay(kSampleRateHz, kBlockFrames);
  // What a plug-in posts to itself while it loads is done before its first state is taken.
  juce::MessageManager::getInstance()->runDispatchLoopUntil(20);
  isNew_ = true;
  lastState_.clear();
}

void PluginHost::renewIfNeeded(const Patch& patch) {
  const auto& state = patch.state.empty() ? std::span<const std::uint8_t>(initialState_) : patch.state;
  // The LV2 host carries the state over to its new instance, and a state need not name what it leaves as it
  // is, such as the file of a sample: another state begins with nothing.
  const bool other = isLv2_ && !lastState_.empty() &&
                     !std::equal(state.begin(), state.end(), lastState_.begin(), lastState_.end());
  if (!isNew_ && (renews_ || other)) {
    juce::String error;
    instance_.reset();
    instance_ = newInstance(error);
    if (instance_ == nullptr) throw std::runtime_error("no second instance can be opened: " + text(error));
    prepare();
  }
  isNew_ = false;
  if (isLv2_ && holdsMoreThanPorts(state)) lastState_.assign(state.begin(), state.end());
}

void PluginHost::limitBuses() {
  // Extra outputs cost time, and nothing listens to them.
  auto layout = instance_->getBusesLayout();
  for (int bus = 1; bus < layout.outputBuses.size(); ++bus)
    layout.outputBuses.getReference(bus) = juce::AudioChannelSet::disabled();
  for (auto& input : layout.inputBuses) input = juce::AudioChannelSet::disabled();
  if (layout != instance_->getBusesLayout()) instance_->setBusesLayout(layout);
  channels_ = juce::jmax(instance_->getTotalNumInputChannels(), instance_->getTotalNumOutputChannels());
  if (instance_->getTotalNumOutputChannels() < 1) throw std::runtime_error("it has no audio output");
}

void PluginHost::describeParameters() {
  parameters_.clear();
  for (auto* parameter : instance_->getParameters()) {
    Parameter description;
    if (auto* hosted = dynamic_cast<juce::HostedAudioProcessorParameter*>(parameter))
      description.id = text(hosted->getParameterID());
    if (description.id.rfind("sym:", 0) == 0) description.id.erase(0, 4);  // JUCE's mark for an LV2 port
    description.index = parameter->getParameterIndex();
    // JUCE's plug-ins show hosts 2,080 parameters that stand for MIDI controllers, and are not automatable.
    if (!parameter->isAutomatable()) continue;
    description.name = text(parameter->getName(256));
    description.defaultValue = initialValues_[std::size_t(description.index)];
    const bool discrete = parameter->isDiscrete() && parameter->getNumSteps() > 1 &&
                          parameter->getNumSteps() < juce::AudioProcessor::getDefaultNumParameterSteps();
    description.steps = discrete ? parameter->getNumSteps() : 0;
    description.boolean = parameter->isBoolean();
    description.label = text(parameter->getLabel());
    description.defaultText = text(parameter->getText(description.defaultValue, 64));
    parameters_.push_back(std::move(description));
  }
}

void PluginHost::applyState(std::span<const std::uint8_t> state) {
  if (isLv2_) {
    instance_->setStateInformation(state.data(), int(state.size()));
    return;
  }
  if (!setVst3Preset(*instance_, state)) throw std::runtime_error("it refuses the preset's state");
}

void PluginHost::processBlock(float* left, float* right, juce::MidiBuffer& midi) {
  float* channels[64];
  const int count = juce::jmin(channels_, 64);
  for (int channel = 0; channel < count; ++channel) channels[channel] = scratch_.data();
  channels[0] = left;
  if (count > 1) channels[1] = right;
  juce::AudioBuffer<float> block(channels, count, kBlockFrames);
  block.clear();
  instance_->processBlock(block, midi);
  if (instance_->getTotalNumOutputChannels() == 1) std::copy_n(left, kBlockFrames, right);
  playHead_.frame += kBlockFrames;
}

void PluginHost::processSilentBlock() {
  juce::MidiBuffer none;
  processBlock(silentLeft_.data(), silentRight_.data(), none);
}

bool PluginHost::sounds() const {
  const auto loud = [](float sample) { return std::abs(sample) >= kTailPeak; };
  return std::any_of(silentLeft_.begin(), silentLeft_.end(), loud) ||
         std::any_of(silentRight_.begin(), silentRight_.end(), loud);
}

float PluginHost::idleRms() const {
  double sum = 0;
  for (const auto* channel : {&silentLeft_, &silentRight_})
    for (const float sample : *channel) sum += double(sample) * double(sample);
  return float(std::sqrt(sum / (2 * kBlockFrames)));
}

void PluginHost::start(const Patch& patch) {
  if (instance_ == nullptr) throw std::runtime_error("no plug-in is loaded");
  renewIfNeeded(patch);
  playHead_.frame = 0;
  if (isLv2_) {
    // Some plug-ins crash if they are destroyed while a thread of theirs computes.
    settling_.waitForOwnThreads();
    // JUCE makes a new instance of an LV2 plug-in here, which forgets every note and phase and
    // costs 0.2 ms on mda's synths; its state is carried over.
    instance_->prepareToPlay(kSampleRateHz, kBlockFrames);
  } else {
    instance_->reset();
  }
  const auto& parameters = instance_->getParameters();
  if (!patch.state.empty()) applyState(patch.state);
  else if (!initialState_.empty()) applyState(initialState_);
  else
    for (int index = 0; index < parameters.size(); ++index)
      parameters[index]->setValue(initialValues_[std::size_t(index)]);

  // Some plug-ins apply a new state at the start of the next block, and would lose values that are set before
  // it. In JUCE's LV2 host, too, a state and a value set in the same block overrule each other.
  processSilentBlock();
  for (std::size_t i = 0; i < patch.indices.size(); ++i) {
    const int index = patch.indices[i];
    if (index < 0 || index >= parameters.size())
      throw std::runtime_error("it has no parameter " + std::to_string(index));
    parameters[index]->setValue(patch.values[i]);
  }
  // One block for what was set; more where a note before is still heard.
  const int mostBlocks = int(kLongestTailSeconds * kSampleRateHz / kBlockFrames);
  processSilentBlock();
  // An LV2 is a new instance and has no note before: what it sounds is its own, and would never end.
  for (int block = 0; !isLv2_ && block < mostBlocks && sounds(); ++block) processSilentBlock();
  playHead_.frame = 0;
}

void PluginHost::refreshParameters() {
  if (isLv2_) return;
  // A host reads the parameters' values when it sets a state. A plug-in that applies the state a block later
  // has then reported the values of the patch before.
  applyState(state());
  processSilentBlock();
}

void PluginHost::pumpMessagesNowAndThen() {
  if (++rendersSincePump_ < kRendersBetweenPumps) return;
  rendersSincePump_ = 0;
  juce::MessageManager::getInstance()->runDispatchLoopUntil(1);
}

void PluginHost::settle(double atLeastSeconds) {
  settling_.waitUntilAtRest(atLeastSeconds);
  for (int block = 0; block < kSettlingBlocks; ++block) {
    processSilentBlock();
    settling_.waitUntilAtRest(0);
  }
  playHead_.frame = 0;
}

/// The beginning of a note (see `Settling::Probe`); without a wait, after the same blocks of silence.
std::vector<float> PluginHost::probe(const Patch& patch, std::optional<double> waitSeconds) {
  start(patch);
  if (waitSeconds) settle(*waitSeconds);
  else
    for (int block = 0; block < kSettlingBlocks; ++block) processSilentBlock();
  playHead_.frame = 0;
  constexpr std::size_t kFrames = std::size_t(kProbeBlocks) * kBlockFrames;
  std::vector<float> sound(2 * kFrames);
  juce::MidiBuffer midi;
  midi.addEvent(juce::MidiMessage::noteOn(kMidiChannel, 60, juce::uint8(100)), 0);
  for (std::size_t position = 0; position < kFrames; position += kBlockFrames) {
    processBlock(sound.data() + position, sound.data() + kFrames + position, midi);
    midi.clear();
  }
  return sound;
}

void PluginHost::findSettling(double limitSeconds) {
  // A VST3 keeps its instance, and with that the phases of its oscillators: comparing notes says nothing of
  // it.
  if (!isLv2_) return settling_.waitForNumbers(limitSeconds);
  const Patch own;  // others may make it crash
  settling_.find(limitSeconds, [&](std::optional<double> wait) { return probe(own, wait); });
}

bool PluginHost::render(const Patch& patch, const Note& note, float* left, float* right, std::size_t frames,
                        const std::function<bool(std::size_t)>& goOn) {
  const juce::ScopedNoDenormals fast;
  pumpMessagesNowAndThen();
  for (double wait = settling_.leastSeconds();;) {
    start(patch);
    const auto longer = settling_.mayWait() ? settling_.longerThan(wait) : std::nullopt;
    if (settling_.isNeeded() || wait > 0) settle(wait);
    else settling_.waitForOwnThreads();
    bool settled = !longer;
    const bool whole = play(note, left, right, frames, goOn, settled);
    if (settled) {
      settling_.learn(wait, !longer);
      return whole;
    }
    wait = *longer;
  }
}

/// @param settled  if false, a sound that begins with samples that are no numbers is left; else becomes true
bool PluginHost::play(const Note& note, float* left, float* right, std::size_t frames,
                      const std::function<bool(std::size_t)>& goOn, bool& settled) {
  const auto latency = std::size_t(std::max(0, instance_->getLatencySamples()));
  const auto noteOff = std::int64_t(std::llround(note.lengthSeconds * kSampleRateHz));
  const std::size_t total = paddedFrames(frames + latency);
  std::vector<float> lateLeft, lateRight;
  if (latency > 0) {  // what comes before the note's first sample is left out
    lateLeft.resize(total);
    lateRight.resize(total);
  }
  float* outLeft = latency > 0 ? lateLeft.data() : left;
  float* outRight = latency > 0 ? lateRight.data() : right;
  std::size_t ready = 0;

  juce::MidiBuffer midi;
  for (std::size_t position = 0; position < total; position += kBlockFrames) {
    midi.clear();
    if (position == 0)
      midi.addEvent(juce::MidiMessage::noteOn(kMidiChannel, note.midi, juce::uint8(note.velocity)), 0);
    const std::int64_t offset = noteOff - std::int64_t(position);
    if (offset >= 0 && offset < kBlockFrames)
      midi.addEvent(juce::MidiMessage::noteOff(kMidiChannel, note.midi), int(offset));
    processBlock(outLeft + position, outRight + position, midi);
    if (!settled && position < kFramesThatShow) {
      const auto isNumber = [](float sample) { return std::isfinite(sample); };
      if (!std::all_of(outLeft + position, outLeft + position + kBlockFrames, isNumber)) return false;
    }
    const std::size_t end = position + kBlockFrames;
    if (end <= latency) continue;
    const std::size_t before = std::exchange(ready, std::min(frames, end - latency));
    if (latency > 0) {
      std::copy(lateLeft.begin() + long(latency + before), lateLeft.begin() + long(latency + ready),
                left + before);
      std::copy(lateRight.begin() + long(latency + before), lateRight.begin() + long(latency + ready),
                right + before);
    }
    if (ready < frames && !goOn(ready)) {
      settled = true;
      return false;
    }
  }
  settled = true;
  return true;
}

std::vector<std::uint8_t> PluginHost::state(const Patch& patch) {
  start(patch);
  return state();
}

std::vector<std::uint8_t> PluginHost::state() {
  return isLv2_ ? lv2State(*instance_) : vst3Preset(*instance_);
}

std::vector<std::string> PluginHost::texts(const Patch& patch) {
  start(patch);
  std::vector<std::string> result;
  for (std::size_t i = 0; i < patch.indices.size(); ++i)
    result.push_back(text(instance_->getParameters()[patch.indices[i]]->getText(patch.values[i], 64).trim()));
  return result;
}

std::vector<float> PluginHost::values(const Patch& patch) {
  start(patch);
  refreshParameters();
  std::vector<float> result;
  for (const auto* parameter : instance_->getParameters()) result.push_back(parameter->getValue());
  return result;
}

std::vector<PluginHost::Reading> PluginHost::readings(const Patch& patch) {
  start(patch);
  refreshParameters();
  for (int round = 0; round < 2 && !isLv2_; ++round) {
    for (int block = 0; block < kBlocksToTellNames; ++block) processSilentBlock();
    juce::MessageManager::getInstance()->runDispatchLoopUntil(kMillisecondsToTellNames);
  }
  std::vector<Reading> result;
  for (const auto& parameter : parameters_) {
    const auto* now = instance_->getParameters()[parameter.index];
    result.push_back(
        {text(now->getName(256)), now->getValue(), text(now->getText(now->getValue(), 64).trim())});
  }
  return result;
}

}  // namespace patchpilot
