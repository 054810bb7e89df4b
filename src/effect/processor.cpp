#include "effect/processor.h"

#include "effect/editor.h"

namespace patchpilot {

namespace {

/// A host that restores a project may set the take switch: that is not a press.
constexpr double kSettledSeconds = 0.5;

juce::StringArray candidateNumbers() {
  juce::StringArray numbers;
  for (int i = 1; i <= Processor::kCandidates; ++i) numbers.add(juce::String(i));
  return numbers;
}

TrackSession::Options sessionOptions(std::atomic<int>& changes) {
  TrackSession::Options options;
  options.changed = [&changes] {
    ++changes;
    changes.notify_all();
  };
  return options;
}

}  // namespace

Processor::Processor()
    : AudioProcessor(BusesProperties()
                         .withInput("Input", juce::AudioChannelSet::stereo())
                         .withOutput("Output", juce::AudioChannelSet::stereo())),
      session_(sessionOptions(changes_)) {
  listen_ = new ChoiceParameter("listen", "Listen to", {"Track", "Target", "Candidate"});
  candidate_ = new ChoiceParameter("candidate", "Candidate", candidateNumbers());
  take_ = new ChoiceParameter("take", "Take and match", {"Off", "On"});
  for (ChoiceParameter* parameter : {listen_, candidate_, take_}) addParameter(parameter);
}

bool Processor::isBusesLayoutSupported(const BusesLayout& layout) const {
  const juce::AudioChannelSet in = layout.getMainInputChannelSet(), out = layout.getMainOutputChannelSet();
  return in == out && (in == juce::AudioChannelSet::mono() || in == juce::AudioChannelSet::stereo());
}

void Processor::prepareToPlay(double sampleRate, int) {
  const int channels = std::max(1, getTotalNumInputChannels());
  // What was played before is kept if it can be.
  if (!ring_ || ring_->channels() != channels || ring_->sampleRateHz() != sampleRate) {
    ring_ = std::make_shared<SoundRing>(channels, sampleRate, kRingSeconds);
    session_.setRing(ring_);
  }
  session_.player().prepare(sampleRate);
  session_.setHostRate(sampleRate);
}

void Processor::processBlock(juce::AudioBuffer<float>& audio, juce::MidiBuffer&) {
  const int channels = std::min(getTotalNumInputChannels(), audio.getNumChannels());
  for (int c = channels; c < audio.getNumChannels(); ++c) audio.clear(c, 0, audio.getNumSamples());
  const std::optional<std::int64_t> timeline = timelineNow();
  expected_ = timeline;
  if (expected_) *expected_ += audio.getNumSamples();
  watchTake(audio.getNumSamples());
  if (ring_) ring_->write(audio.getArrayOfReadPointers(), channels, audio.getNumSamples(), timeline);
  const int listen = listen_->index();
  const int wanted = listen == 0 ? Player::kTrack : listen == 1 ? 0 : 1 + candidate_->index();
  session_.player().process(audio.getArrayOfWritePointers(), channels, audio.getNumSamples(), wanted,
                            timeline);
}

void Processor::watchTake(int frames) {
  if (restored_.exchange(false)) settledFrames_ = 0;
  const bool isOn = take_->index() == 1;
  const bool settled = double(settledFrames_) >= kSettledSeconds * getSampleRate();
  if (isOn && !wasOn_ && settled) session_.requestTakeAndMatch();
  wasOn_ = isOn;
  settledFrames_ += frames;
}

std::optional<std::int64_t> Processor::timelineNow() const {
  juce::AudioPlayHead* playHead = getPlayHead();
  if (playHead == nullptr) return std::nullopt;
  const auto position = playHead->getPosition();
  // A host of LV2 tells its position when it changes otherwise than by playing on.
  if (!position) return wrapperType == wrapperType_LV2 ? expected_ : std::nullopt;
  const auto samples = position->getTimeInSamples();
  return position->getIsPlaying() && samples ? std::optional<std::int64_t>(*samples) : std::nullopt;
}

juce::AudioProcessorEditor* Processor::createEditor() { return new Editor(*this); }

void Processor::getStateInformation(juce::MemoryBlock& destination) {
  const auto bytes = session_.save(
      {{"listen", listen_->getValue()}, {"candidate", candidate_->getValue()}, {"take", take_->getValue()}});
  destination.replaceAll(bytes.data(), bytes.size());
}

void Processor::setStateInformation(const void* data, int size) {
  const auto parameters =
      session_.restore({static_cast<const std::uint8_t*>(data), std::size_t(std::max(0, size))});
  for (ChoiceParameter* parameter : {listen_, candidate_, take_})
    if (const auto found = parameters.find(parameter->paramID.toStdString()); found != parameters.end())
      parameter->setValueNotifyingHost(found->second);
  restored_ = true;
}

}  // namespace patchpilot

juce::AudioProcessor* JUCE_CALLTYPE createPluginFilter() { return new patchpilot::Processor(); }
