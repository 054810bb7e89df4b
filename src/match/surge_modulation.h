#pragma once

#include "preset/surge_patch.h"
#include "synth/synth.h"

#include <map>

namespace patchpilot {

/// What a modulation routing of Surge XT does, in words.
struct ModulationWords {
  std::string what;    ///< what it moves, its scene left out: "Osc 1 Shape", "Effect A1 Delay - Feedback"
  std::string howFar;  ///< "by 24 semitones", "from -6.02 dB to 0.00 dB"
};

/// Puts the routings of one patch into words. What a parameter of an oscillator or an effect is called, and
/// in which unit it goes, is asked of the plug-in, which knows it for the types that the patch has; so is
/// what a level is in dB.
class SurgeModulation {
 public:
  /// @param patch  what is asked about
  /// @param saved  the same as the plug-in saves it
  /// @param now    the same as `Synth::readings` has it
  /// @throws Error (plugin) where the plug-in fails
  SurgeModulation(Synth& synth, const Patch& patch, const SurgePatch& saved,
                  const std::vector<ParameterReading>& now);

  /// Nothing for a routing that is not heard: it is muted, goes nowhere, or moves a parameter that this type
  /// of oscillator or effect does not have.
  std::optional<ModulationWords> words(const SurgeRouting& routing) const;

 private:
  /// What the plug-in says of a parameter that is moved.
  struct Moved {
    const ParameterReading* reading = nullptr;
    double lowest = 0, highest = 0;  ///< of normalized 0 and 1, in the patch's own numbers
  };

  const ParameterReading* readingOf(const std::string& element) const;
  void askRanges();
  void askTexts();
  float destination(const SurgeRouting& routing) const;
  std::string howFar(const SurgeRouting& routing) const;

  Synth& synth_;
  const Patch& patch_;
  const SurgePatch& saved_;
  const std::vector<ParameterReading>& now_;
  std::map<std::string, Moved> moved_;                           ///< by element, where only the plug-in knows
  std::map<std::pair<std::string, float>, std::string> textAt_;  ///< by element and normalized value
};

}  // namespace patchpilot
