#include "preset/surge/names.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace patchpilot {

std::string surgeSourceName(int source) {
  static const char* const before[] = {"",           "Velocity",   "Keytrack", "Polyphonic aftertouch",
                                       "Aftertouch", "Pitch bend", "Mod wheel"};
  static const char* const after[] = {"Timbre",           "Release velocity",   "Random, bipolar",
                                      "Random, unipolar", "Alternate, bipolar", "Alternate, unipolar",
                                      "Breath",           "Expression",         "Sustain pedal",
                                      "Lowest key",       "Highest key",        "Latest key"};
  // The order of `modsources` in Surge's ModulationSource.h.
  constexpr int macros = 7, envelopes = 15, lfos = 17, sceneLfos = 23, others = 29;
  if (source < 1 || source >= others + int(std::size(after))) return "";
  if (source < macros) return before[source];
  if (source < envelopes) return fmt::format("Macro {}", source - macros + 1);
  if (source < lfos) return source == envelopes ? "Amp envelope" : "Filter envelope";
  if (source < sceneLfos) return fmt::format("LFO {}", source - lfos + 1);
  if (source < others) return fmt::format("Scene LFO {}", source - sceneLfos + 1);
  return after[source - others];
}

namespace {

/// An element's name without its scene, a `#` in place of each number in it, and those numbers:
/// `filter#_cutoff` and 1.
struct ElementKind {
  std::string pattern;
  std::vector<int> numbers;
};

ElementKind kindOf(std::string_view element) {
  const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
  if (element.starts_with("a_") || element.starts_with("b_")) element.remove_prefix(2);
  ElementKind kind;
  for (std::size_t i = 0; i < element.size(); ++i) {
    if (!isDigit(element[i])) {
      kind.pattern += element[i];
      continue;
    }
    if (i == 0 || !isDigit(element[i - 1])) {
      kind.pattern += '#';
      kind.numbers.push_back(0);
    }
    if (kind.numbers.back() < 1000) kind.numbers.back() = kind.numbers.back() * 10 + (element[i] - '0');
  }
  return kind;
}

}  // namespace

std::string surgeElementName(const std::string& element) {
  static const std::map<std::string, const char*, std::less<>> names = {
      {"pitch", "Pitch"},
      {"portamento", "Portamento"},
      {"fm_depth", "FM Depth"},
      {"drift", "Osc Drift"},
      {"noisecol", "Noise Color"},
      {"pan", "Pan"},
      {"pan#", "Width"},
      {"send_fx_#", "Send FX {} Level"},
      {"volume_FX#", "Send FX {} Return"},
      {"vca_level", "VCA Gain"},
      {"vca_velsense", "Velocity > VCA Gain"},
      {"feedback", "Feedback"},
      {"f_balance", "Filter Balance"},
      {"lowcut", "Highpass"},
      {"ws_drive", "Waveshaper Drive"},
      {"osc#_pitch", "Osc {} Pitch"},
      {"level_o#", "Osc {} Volume"},
      {"level_noise", "Noise Volume"},
      {"level_pfg", "Pre-Filter Gain"},
      {"filter#_cutoff", "Filter {} Cutoff"},
      {"filter#_resonance", "Filter {} Resonance"},
      {"filter#_envmod", "Filter {} FEG Mod Amount"},
      {"filter#_keytrack", "Filter {} Keytrack"}};
  static const std::map<std::string, const char*, std::less<>> stages = {
      {"rate", "Rate"},       {"phase", "Phase"},    {"magnitude", "Amplitude"}, {"deform", "Deform"},
      {"delay", "Delay"},     {"attack", "Attack"},  {"hold", "Hold"},           {"decay", "Decay"},
      {"sustain", "Sustain"}, {"release", "Release"}};
  const ElementKind kind = kindOf(element);
  const int number = kind.numbers.empty() ? 0 : kind.numbers.front();
  if (kind.pattern == "volume") return element == "volume" ? "Global Volume" : "Volume";
  if (kind.pattern == "level_ring#")
    return fmt::format("Ring Modulation {}x{} Volume", number / 10, number % 10);
  if (const auto found = names.find(kind.pattern); found != names.end())
    return fmt::format(fmt::runtime(found->second), number);
  // Voice LFOs are 0 to 5, those of the scene 6 to 11; envelope 1 is the amp's.
  const auto underscore = kind.pattern.find('_');
  const auto stage = stages.find(
      std::string_view(kind.pattern).substr(underscore == std::string::npos ? 0 : underscore + 1));
  if (stage == stages.end()) return "";
  if (kind.pattern.starts_with("env#_"))
    return fmt::format("{} EG {}", number == 1 ? "Amp" : "Filter", stage->second);
  constexpr int voiceLfos = 6;
  if (!kind.pattern.starts_with("lfo#_") || number >= 2 * voiceLfos) return "";
  return fmt::format("{} {} {}", number < voiceLfos ? "LFO" : "Scene LFO", number % voiceLfos + 1,
                     stage->second);
}

std::optional<SurgeSlotParameter> surgeSlotParameter(const std::string& element) {
  const ElementKind kind = kindOf(element);
  if (kind.numbers.size() != 2) return std::nullopt;
  const SurgeSlotParameter found{kind.pattern == "fx#_p#", kind.numbers[0], kind.numbers[1]};
  if (!found.ofEffect && kind.pattern != "osc#_param#") return std::nullopt;
  return found;
}

namespace {

/// What a parameter's number is streamed in, and by how much an extended range stretches it.
struct DepthUnit {
  const char* name;  ///< "x" for a power of two
  double scale = 1;  ///< from the streamed number to the unit
  double extended = 1;
};

const DepthUnit* depthUnitOf(const std::string& element) {
  static const DepthUnit percent{"%", 100}, feedback{"%", 100, 4}, phase{"%", 100, 2}, semitones{"semitones"},
      pitch{"semitones", 1, 12}, decibels{"dB"}, drive{"dB", 1, 2}, octaves{"x"};
  static const std::map<std::string, const DepthUnit*> units = {{"pitch", &pitch},
                                                                {"osc#_pitch", &pitch},
                                                                {"filter#_cutoff", &semitones},
                                                                {"filter#_envmod", &semitones},
                                                                {"lowcut", &semitones},
                                                                {"filter#_resonance", &percent},
                                                                {"filter#_keytrack", &percent},
                                                                {"f_balance", &percent},
                                                                {"feedback", &feedback},
                                                                {"pan", &percent},
                                                                {"pan#", &percent},
                                                                {"drift", &percent},
                                                                {"noisecol", &percent},
                                                                {"lfo#_magnitude", &percent},
                                                                {"lfo#_deform", &percent},
                                                                {"lfo#_phase", &phase},
                                                                {"lfo#_sustain", &percent},
                                                                {"env#_sustain", &percent},
                                                                {"fm_depth", &decibels},
                                                                {"level_pfg", &decibels},
                                                                {"vca_level", &decibels},
                                                                {"vca_velsense", &decibels},
                                                                {"ws_drive", &drive},
                                                                {"env#_attack", &octaves},
                                                                {"env#_decay", &octaves},
                                                                {"env#_release", &octaves},
                                                                {"lfo#_rate", &octaves},
                                                                {"lfo#_delay", &octaves},
                                                                {"lfo#_attack", &octaves},
                                                                {"lfo#_hold", &octaves},
                                                                {"lfo#_decay", &octaves},
                                                                {"lfo#_release", &octaves},
                                                                {"portamento", &octaves}};
  // One name, two things: the volume of a scene is an amplitude, that of all is in decibels.
  if (element == "volume") return &decibels;
  const auto found = units.find(kindOf(element).pattern);
  return found == units.end() ? nullptr : found->second;
}

}  // namespace

std::optional<std::string> surgeDepthText(const SurgePatch& patch, const SurgeRouting& routing) {
  const DepthUnit* unit = depthUnitOf(routing.element);
  const auto is = [&](const char* attribute) { return surgeValue(patch, routing.element, attribute) == "1"; };
  // An absolute pitch is in hertz.
  if (!unit || is("absolute")) return std::nullopt;
  if (unit->name == std::string_view("x")) return fmt::format("a factor of {:.3g}", std::exp2(routing.depth));
  return fmt::format("{:.3g} {}", routing.depth * unit->scale * (is("extend_range") ? unit->extended : 1),
                     unit->name);
}

}  // namespace patchpilot
