#include "processor.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <utility>

namespace testsynth {
namespace {

constexpr auto kLateness = std::chrono::milliseconds(100);
constexpr int version = PATCHPILOT_TEST_PLUGIN_VERSION;
constexpr const char* stateTag = "PatchPilotTestSynth";

// The range stays 0..1 and the seconds are in the text alone: an LV2 host sees a linear range
// and would otherwise give a normalized value another meaning than a VST3 host does.
struct TimeScale {
  double shortest, longest;  // seconds

  double seconds(double normalized) const { return shortest * std::pow(longest / shortest, normalized); }
  double normalized(double seconds) const {
    return juce::jlimit(0.0, 1.0, std::log(seconds / shortest) / std::log(longest / shortest));
  }
};

constexpr TimeScale attackScale{0.001, 2}, decayScale{0.005, 5}, releaseScale{0.005, 5};

juce::AudioParameterFloatAttributes timeText(TimeScale scale) {
  return juce::AudioParameterFloatAttributes()
      .withStringFromValueFunction(
          [scale](float value, int) { return juce::String(scale.seconds(value), 3) + " s"; })
      .withValueFromStringFunction([scale](const juce::String& text) {
        return float(scale.normalized(std::max(text.getDoubleValue(), scale.shortest)));
      });
}

juce::AudioParameterFloatAttributes percentText() {
  return juce::AudioParameterFloatAttributes()
      .withStringFromValueFunction([](float value, int) { return juce::String(100 * value, 1) + " %"; })
      .withValueFromStringFunction([](const juce::String& text) { return text.getFloatValue() / 100; });
}

juce::ParameterID parameterId(const char* id) { return {id, 1}; }

const juce::NormalisableRange<float> zeroToOne(0, 1);

// Its name follows the mode, as in Surge XT, whose parameters are named after the type of
// oscillator they belong to.
class RenamedParameter final : public juce::AudioParameterFloat {
 public:
  RenamedParameter(const char* id, float value, std::function<juce::String()> name)
      : AudioParameterFloat(parameterId(id), "Shape", zeroToOne, value, percentText()),
        name_(std::move(name)) {}

  juce::String getName(int length) const override { return name_().substring(0, length); }

 private:
  std::function<juce::String()> name_;
};

bool isOn(const juce::AudioParameterFloat* parameter) { return parameter->get() > 0.5f; }

}  // namespace

// Not JUCE's AudioParameterChoice, whose range is 0..n-1 while JUCE's LV2 wrapper (7.0.5) writes
// the labels down as if it were 0..1: a host would show the wrong one.
class ChoiceParameter final : public juce::RangedAudioParameter {
 public:
  ChoiceParameter(const char* id, const char* name, juce::StringArray labels, int start,
                  std::function<void()> changed = {})
      : RangedAudioParameter(parameterId(id), name),
        labels_(std::move(labels)),
        start_(start),
        index_(start),
        changed_(std::move(changed)) {}

  int index() const { return index_; }

 private:
  float toNormalized(int index) const { return float(index) / float(labels_.size() - 1); }
  int toIndex(float normalized) const { return juce::roundToInt(normalized * float(labels_.size() - 1)); }

  float getValue() const override { return toNormalized(index_); }
  float getDefaultValue() const override { return toNormalized(start_); }
  int getNumSteps() const override { return labels_.size(); }
  bool isDiscrete() const override { return true; }
  juce::String getText(float value, int) const override { return labels_[toIndex(value)]; }
  float getValueForText(const juce::String& text) const override {
    return toNormalized(std::max(0, labels_.indexOf(text)));
  }
  const juce::NormalisableRange<float>& getNormalisableRange() const override { return zeroToOne; }

  void setValue(float value) override {
    if (index_.exchange(toIndex(value)) != toIndex(value) && changed_) changed_();
  }

  const juce::StringArray labels_;
  const int start_;
  std::atomic<int> index_;
  const std::function<void()> changed_;
};

Processor::Processor()
    : AudioProcessor(BusesProperties().withOutput("Output", juce::AudioChannelSet::stereo(), true)) {
  misbehaviour_.whenLoaded();

  const auto add = [this](auto* parameter) {
    addParameter(parameter);
    return parameter;
  };
  const auto addFloat = [&](const char* id, const char* name, float value,
                            const juce::AudioParameterFloatAttributes& text = percentText()) {
    return add(new juce::AudioParameterFloat(parameterId(id), name, zeroToOne, value, text));
  };
  level_ = addFloat("level", "Level", 0.8f);
  shape_ = add(new RenamedParameter(version == 1 ? "shape" : "timbre", 0.5f, [this] { return shapeName(); }));
  attack_ = addFloat("attack", "Attack", 0.2f, timeText(attackScale));
  decay_ = addFloat("decay", "Decay", 0.6f, timeText(decayScale));
  sustain_ = addFloat("sustain", "Sustain", 0.5f);
  release_ = addFloat("release", "Release", 0.5f, timeText(releaseScale));
  octave_ = add(new ChoiceParameter("octave", "Octave", {"-2", "-1", "0", "+1", "+2"}, 2));
  mode_ = add(new ChoiceParameter("mode", "Mode", {"Normal", "Bright", "Soft"}, 0, [this] {
    updateHostDisplay(ChangeDetails().withParameterInfoChanged(true));
  }));
  if (version == 1) sub_ = add(new juce::AudioParameterBool(parameterId("sub"), "Sub", false));
  crash_ = addFloat("crash", "Crash", 0);
  hang_ = addFloat("hang", "Hang", 0);
  silent_ = addFloat("silent", "Silent", 0);
  chatter_ = addFloat("chatter", "Chatter", 0);
  random_ = addFloat("random", "Random", 0);
}

const juce::String Processor::getName() const { return "Patch Pilot Test Synth"; }

juce::String Processor::shapeName() const {
  if (version > 1) return "Timbre";
  switch (mode_->index()) {
    case 1: return "Edge";
    case 2: return "Roundness";
    default: return "Shape";
  }
}

bool Processor::isBusesLayoutSupported(const BusesLayout& layout) const {
  return layout.inputBuses.isEmpty() && layout.getMainOutputChannelSet() == juce::AudioChannelSet::stereo();
}

void Processor::prepareToPlay(double, int) { reset(); }
void Processor::releaseResources() { reset(); }

void Processor::reset() { voices_ = {}; }

double Processor::getTailLengthSeconds() const { return releaseScale.seconds(release_->get()); }

VoiceSettings Processor::currentSettings() const {
  VoiceSettings settings;
  settings.shape = shape_->get();
  settings.mode = static_cast<Mode>(mode_->index());
  settings.sub = sub_ && sub_->get();
  settings.fifth = memo_ == "fifth";
  settings.octave = octave_->index() - 2;
  settings.attackSeconds = attackScale.seconds(attack_->get());
  settings.decaySeconds = decayScale.seconds(decay_->get());
  settings.sustain = sustain_->get();
  settings.releaseSeconds = releaseScale.seconds(release_->get());
  return settings;
}

void Processor::processBlock(juce::AudioBuffer<float>& audio, juce::MidiBuffer& midi) {
  const juce::ScopedNoDenormals noDenormals;
  audio.clear();
  if (isOn(chatter_) || misbehaviour_.drones()) chatter("Patch Pilot Test Synth renders a block");
  if (stateIsNew_ && misbehaviour_.swallowsNoteAfterState()) midi.clear();
  stateIsNew_ = false;

  const auto settings = currentSettings();
  int done = 0;
  for (const auto event : midi) {
    const int until = juce::jlimit(done, audio.getNumSamples(), event.samplePosition);
    render(audio, done, until, settings);
    handle(event.getMessage(), settings);
    done = until;
  }
  render(audio, done, audio.getNumSamples(), settings);
  if (misbehaviour_.drones()) drone(audio);
  if (misbehaviour_.followsTempo()) gateByBeat(audio);
  if (misbehaviour_.isLate() && std::chrono::steady_clock::now() < ready_) {
    for (int channel = 0; channel < audio.getNumChannels(); ++channel)
      juce::FloatVectorOperations::fill(audio.getWritePointer(channel),
                                        std::numeric_limits<float>::quiet_NaN(), audio.getNumSamples());
  }
  midi.clear();
}

void Processor::handle(const juce::MidiMessage& message, const VoiceSettings& settings) {
  if (message.isNoteOn()) startNote(message);
  for (auto& voice : voices_) {
    if (message.isAllSoundOff()) voice.stop();
    const bool ends =
        message.isAllNotesOff() || (message.isNoteOff() && voice.isHeld(message.getNoteNumber()));
    if (ends) voice.release(settings);
  }
}

void Processor::startNote(const juce::MidiMessage& message) {
  misbehaviour_.whenNoteStarts();
  if (isOn(crash_)) crash();
  if (isOn(hang_)) hang();

  // An idle voice, or the oldest.
  const auto voice = std::max_element(voices_.begin(), voices_.end(), [](const Voice& a, const Voice& b) {
    return std::pair(a.isIdle(), a.age()) < std::pair(b.isIdle(), b.age());
  });
  double phase = 0;
  if (isOn(random_)) phase = std::uniform_real_distribution<double>(0, 1)(randomDevice_);
  const int note = message.getNoteNumber();
  voice->start(note, message.getFloatVelocity(), phase, getSampleRate(),
               misbehaviour_.detune(note, lastNote_, notes_));
  lastNote_ = note;
  ++notes_;
}

void Processor::render(juce::AudioBuffer<float>& audio, int begin, int end, const VoiceSettings& settings) {
  if (isOn(silent_)) return;
  const double gain = 0.5 * level_->get() * level_->get();
  for (auto& voice : voices_)
    for (int frame = begin; frame < end && !voice.isIdle(); ++frame) {
      const auto sample = static_cast<float>(gain * voice.next(settings));
      for (int channel = 0; channel < audio.getNumChannels(); ++channel)
        audio.addSample(channel, frame, sample);
    }
}

void Processor::gateByBeat(juce::AudioBuffer<float>& audio) {
  const auto* playHead = getPlayHead();
  const auto position =
      playHead ? playHead->getPosition() : juce::Optional<juce::AudioPlayHead::PositionInfo>();
  if (!position || !position->getIsPlaying() || !position->getBpm() || !position->getPpqPosition()) return;
  for (int frame = 0; frame < audio.getNumSamples(); ++frame) {
    const double beat = *position->getPpqPosition() + frame / getSampleRate() * *position->getBpm() / 60;
    if (beat - std::floor(beat) < 0.5) continue;
    for (int channel = 0; channel < audio.getNumChannels(); ++channel) audio.setSample(channel, frame, 0);
  }
}

void Processor::drone(juce::AudioBuffer<float>& audio) {
  for (int frame = 0; frame < audio.getNumSamples(); ++frame, ++droneAge_)
    for (int channel = 0; channel < audio.getNumChannels(); ++channel)
      audio.addSample(channel, frame, 0.1f * float(std::sin(0.01 * double(droneAge_))));
}

void Processor::getStateInformation(juce::MemoryBlock& destination) {
  juce::XmlElement xml(stateTag);
  xml.setAttribute("version", version);
  xml.setAttribute("memo", memo_);
  for (auto* parameter : getParameters()) {
    auto* element = xml.createNewChildElement("parameter");
    element->setAttribute("id", dynamic_cast<juce::AudioProcessorParameterWithID*>(parameter)->paramID);
    element->setAttribute("value", parameter->getValue());
  }
  copyXmlToBinary(xml, destination);
}

// What the state does not name goes back to its default: a state says everything.
void Processor::setStateInformation(const void* data, int size) {
  const auto xml = getXmlFromBinary(data, size);
  if (!xml || !xml->hasTagName(stateTag)) return;
  const juce::String memo = xml->getStringAttribute("memo");
  if (memo != "plain" || !misbehaviour_.keepsMemo()) memo_ = memo;
  for (auto* parameter : getParameters()) {
    const auto& id = dynamic_cast<juce::AudioProcessorParameterWithID*>(parameter)->paramID;
    const auto* element = xml->getChildByAttribute("id", id);
    const auto value = element ? element->getDoubleAttribute("value") : parameter->getDefaultValue();
    parameter->setValueNotifyingHost(static_cast<float>(value));
  }
  stateIsNew_ = true;
  ready_ = std::chrono::steady_clock::now() + kLateness;
}

}  // namespace testsynth

// What JUCE's wrappers call.
juce::AudioProcessor* JUCE_CALLTYPE createPluginFilter() { return new testsynth::Processor; }
