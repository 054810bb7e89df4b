#pragma once

#include "preset/dialect.h"
#include "preset/surge/patch.h"

#include <map>

namespace patchpilot {

/// Puts the routings of one patch into words. Some answers depend on the types of oscillators and effects in
/// the patch, and only the plug-in has them: the names and units of their parameters, and levels in dB.
class SurgeRoutingWords {
 public:
  /// @param patch  must outlive this
  /// @param saved  the same patch as the plug-in saves it; must outlive this
  /// @throws Error (plugin) if the plug-in fails
  SurgeRoutingWords(PatchInPlugin& patch, const SurgePatch& saved);

  /// Nothing for a routing without effect: it is muted, has no depth, or moves a parameter that this type of
  /// oscillator or effect does not have. The destination is named without its scene: "Osc 1 Shape".
  std::optional<RoutingWords> words(const SurgeRouting& routing) const;

 private:
  /// A parameter that is modulated.
  struct Moved {
    const ParameterReading* reading = nullptr;
    double lowest = 0, highest = 0;  ///< of normalized 0 and 1, in the patch's own numbers
  };

  const ParameterReading* readingOf(const std::string& element) const;
  void askRanges();
  void askTexts();
  float movedTo(const SurgeRouting& routing) const;
  std::string depthText(const SurgeRouting& routing) const;

  PatchInPlugin& patch_;
  const SurgePatch& saved_;
  std::map<std::string, Moved> moved_;  ///< by element; only those that need the plug-in
  std::map<std::pair<std::string, float>, std::string> textAt_;  ///< by element and normalized value
};

}  // namespace patchpilot
