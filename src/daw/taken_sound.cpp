#include "daw/taken_sound.h"

#include "audio/decode_sound.h"
#include "audio/resample.h"
#include "base/error.h"
#include "daw/waveform.h"

#include <algorithm>

namespace patchpilot {

namespace {

constexpr double kMostFileSeconds = 60;

AudioBuffer stereo44100(const AudioBuffer& sound) {
  AudioBuffer converted(kChannels, resampledFrames(sound.frames(), sound.sampleRateHz(), kSampleRateHz));
  for (int c = 0; c < kChannels; ++c) {
    const auto samples =
        resample(sound.channel(std::min(c, sound.channels() - 1)), sound.sampleRateHz(), kSampleRateHz);
    std::copy(samples.begin(), samples.end(), converted.channel(c).begin());
  }
  return converted;
}

}  // namespace

MarkedSound takenFromRing(const SoundRing* ring, const std::optional<RingFrames>& marked) {
  if (ring == nullptr || ring->written() == 0)
    failInput("Nothing has played yet. Play the track, and take the sound then.");
  const Recording recorded = ring->readAll();
  MarkedSound taken{{stereo44100(recorded.sound), "Track", {}}, {}, ""};
  if (recorded.timeline) taken.sound.timelineSeconds = double(*recorded.timeline) / ring->sampleRateHz();
  Part part;
  if (marked) {
    const auto secondsOf = [&](std::uint64_t frame) {
      return (double(frame) - double(recorded.begin)) / ring->sampleRateHz();
    };
    part.start = std::max(0.0, secondsOf(marked->begin));
    part.seconds = secondsOf(marked->end) - part.start;
  } else part = lastNote(taken.sound.audio);
  taken.part = partThatCanBeMatched(part, taken.sound.audio.seconds());
  return taken;
}

MarkedSound takenFromFile(const std::filesystem::path& file, const Bytes& bytes, ServerClient& client) {
  const std::string name = file.filename().string();
  MarkedSound taken{
      {decodedFromServer(client.soundAudio(client.upload(name, bytes).id)), file.stem().string(), {}},
      {},
      ""};
  AudioBuffer& audio = taken.sound.audio;
  if (audio.seconds() > kMostFileSeconds) {
    audio = cut(audio, {0, kMostFileSeconds});
    taken.notice = fmt::format("{} is long: its first {:g} s are here.", name, kMostFileSeconds);
  }
  taken.part = partThatCanBeMatched({0, audio.seconds()}, audio.seconds());
  return taken;
}

AudioBuffer decodedFromServer(const Bytes& bytes) {
  AudioBuffer sound = decodeSound(bytes, "The sound that Patch Pilot's server sent");
  if (sound.channels() != kChannels)
    failInput("Patch Pilot's server sent a sound of {} channels, not of {}", sound.channels(), kChannels);
  return sound;
}

}  // namespace patchpilot
