// "Tiny": LV2 plug-ins in plain C++ for the tests of what plug-ins do that the test synth, which is JUCE's,
// cannot. Each is a sine with its octave and its twelfth; the part of its URI behind "tiny:" says what is
// special:
//
//   tone    what its controls do is told at `Control`
//   plain   no controls; its state says the sound (`harmonic`, a string: which harmonic is heard)
//   late    as tone, but its sound is made by a thread some time after an instance was made or a control was
//           moved; until then its samples are no numbers
//   stale   as late, but until then the sound before is heard
//   deaf    hears no notes, hums below -60 dB
//   offset  a note moves its output by 0.1 within half a second, and makes no sound
#include <lv2/atom/atom.h>
#include <lv2/atom/util.h>
#include <lv2/core/lv2.h>
#include <lv2/midi/midi.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <thread>

namespace {

constexpr std::string_view kPrefix = "urn:patchpilot:tiny:";
constexpr const char* kHarmonic = "urn:patchpilot:tiny#harmonic";

/// Index of a control, as in `controls` of tests/tiny_lv2.h.
enum Control { hear, standard, nothing, loudness, bright, silence, controlCount };
constexpr std::array<float, controlCount> kDefaults = {0, 440, 0.5f, 0.7f, 0.5f, 0};
enum Port { notes, output, firstControl };

using Clock = std::chrono::steady_clock;
constexpr auto kLateness = std::chrono::milliseconds(120);

struct Tiny {
  std::string kind;
  double rate = 44100;
  const LV2_Atom_Sequence* in = nullptr;
  float* out = nullptr;
  std::array<const float*, controlCount> ports{};
  LV2_URID_Map* map = nullptr;
  LV2_URID midiEvent = 0, atomString = 0, harmonicKey = 0;
  int harmonic = 1;
  int held = -1;
  double phase = 0, level = 0;
  // What a thread of its own makes of the brightness; NaN: nothing yet.
  std::atomic<float> made{std::numeric_limits<float>::quiet_NaN()};
  std::atomic<float> wanted{-1};
  std::atomic<bool> ends{false};
  std::thread maker;

  bool isLate() const { return kind == "late" || kind == "stale"; }
  float control(Control which) const { return ports[which] != nullptr ? *ports[which] : kDefaults[which]; }

  /// Sleeps in short steps, so that it ends at once when the instance does.
  void make() {
    float begun = -1;
    auto due = Clock::now();
    while (!ends) {
      if (wanted != begun) {
        begun = wanted;
        due = Clock::now() + kLateness;
      } else if (begun >= 0 && Clock::now() >= due) {
        made = begun;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  void handle(const std::uint8_t* message) {
    const int channel = message[0] & 0x0F, wants = int(std::lround(control(hear)));
    if (wants > 0 && channel != wants - 1) return;
    if ((message[0] & 0xF0) == 0x90 && message[2] > 0) held = message[1], phase = 0, level = 1;
    else if ((message[0] & 0xF0) == 0x80 || (message[0] & 0xF0) == 0x90)
      if (held == message[1]) held = -1;
  }

  float next() {
    if (kind == "deaf") return 2e-4f * float(std::sin(phase += 0.03));
    if (kind == "offset") return float(0.1 * (phase += 1e-4 * ((held < 0 ? 0 : 1) - phase)));
    if (held < 0) level *= 0.999;
    const double hz = control(standard) * std::pow(2.0, ((held < 0 ? 60 : held) - 69) / 12.0) * harmonic;
    phase += 2 * 3.14159265358979 * hz / rate;
    const double mix = isLate() ? double(made) : double(control(bright));
    const double tone = std::sin(phase) + mix * std::sin(2 * phase) + mix * mix * std::sin(3 * phase);
    return control(silence) > 0.5f ? 0 : float(0.2 * level * control(loudness) * tone);
  }

  void run(std::uint32_t frames) {
    if (isLate()) {
      if (kind == "stale" && std::isnan(made.load())) made = 0;
      wanted = control(bright);
    }
    std::uint32_t done = 0;
    if (in != nullptr) LV2_ATOM_SEQUENCE_FOREACH(in, event) {
        for (; done < std::min<std::uint32_t>(frames, std::uint32_t(event->time.frames)); ++done)
          out[done] = next();
        if (event->body.type == midiEvent && kind != "deaf")
          handle(reinterpret_cast<const std::uint8_t*>(event + 1));
      }
    for (; done < frames; ++done) out[done] = next();
  }
};

Tiny& self(LV2_Handle handle) { return *static_cast<Tiny*>(handle); }

LV2_Handle instantiate(const LV2_Descriptor* descriptor, double rate, const char*,
                       const LV2_Feature* const* features) {
  auto* tiny = new Tiny;
  tiny->kind = std::string_view(descriptor->URI).substr(kPrefix.size());
  tiny->rate = rate;
  for (; *features != nullptr; ++features)
    if (std::strcmp((*features)->URI, LV2_URID__map) == 0)
      tiny->map = static_cast<LV2_URID_Map*>((*features)->data);
  if (tiny->map == nullptr) {
    delete tiny;
    return nullptr;
  }
  const auto urid = [&](const char* uri) { return tiny->map->map(tiny->map->handle, uri); };
  tiny->midiEvent = urid(LV2_MIDI__MidiEvent);
  tiny->atomString = urid(LV2_ATOM__String);
  tiny->harmonicKey = urid(kHarmonic);
  if (tiny->isLate()) tiny->maker = std::thread([tiny] { tiny->make(); });
  return tiny;
}

void connect(LV2_Handle handle, std::uint32_t port, void* data) {
  if (port == notes) self(handle).in = static_cast<const LV2_Atom_Sequence*>(data);
  else if (port == output) self(handle).out = static_cast<float*>(data);
  else if (port - firstControl < controlCount)
    self(handle).ports[port - firstControl] = static_cast<const float*>(data);
}

void run(LV2_Handle handle, std::uint32_t frames) { self(handle).run(frames); }

void cleanup(LV2_Handle handle) {
  self(handle).ends = true;
  if (self(handle).maker.joinable()) self(handle).maker.join();
  delete &self(handle);
}

LV2_State_Status save(LV2_Handle handle, LV2_State_Store_Function store, LV2_State_Handle state,
                      std::uint32_t, const LV2_Feature* const*) {
  const std::string text = std::to_string(self(handle).harmonic);
  return store(state, self(handle).harmonicKey, text.c_str(), text.size() + 1, self(handle).atomString,
               LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
}

LV2_State_Status restore(LV2_Handle handle, LV2_State_Retrieve_Function retrieve, LV2_State_Handle state,
                         std::uint32_t, const LV2_Feature* const*) {
  std::size_t size = 0;
  std::uint32_t type = 0, flags = 0;
  const void* value = retrieve(state, self(handle).harmonicKey, &size, &type, &flags);
  if (value != nullptr) self(handle).harmonic = std::max(1, std::atoi(static_cast<const char*>(value)));
  return LV2_STATE_SUCCESS;
}

const void* extension(const char* uri) {
  static const LV2_State_Interface kState = {save, restore};
  return std::strcmp(uri, LV2_STATE__interface) == 0 ? &kState : nullptr;
}

constexpr LV2_Descriptor describe(const char* uri) {
  return {uri, instantiate, connect, nullptr, run, nullptr, cleanup, extension};
}

constexpr LV2_Descriptor kDescriptors[] = {
    describe("urn:patchpilot:tiny:tone"), describe("urn:patchpilot:tiny:plain"),
    describe("urn:patchpilot:tiny:late"), describe("urn:patchpilot:tiny:stale"),
    describe("urn:patchpilot:tiny:deaf"), describe("urn:patchpilot:tiny:offset")};

}  // namespace

LV2_SYMBOL_EXPORT const LV2_Descriptor* lv2_descriptor(std::uint32_t index) {
  return index < std::size(kDescriptors) ? &kDescriptors[index] : nullptr;
}
