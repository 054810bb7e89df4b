#pragma once

#include "base/random.h"
#include "synth/synth.h"

namespace patchpilot {

/// Another value of a parameter, near its own.
/// @param move    how far, signed, in parts of the parameter's range; of a categorical one another choice is
/// drawn by weight, however far. What the space mostly holds constant (tuning, say) is mostly left alone
/// @param own     may lie outside the range that the space searches; then the range reaches to it
float variedValue(const ParameterSpec& parameter, float own, double move, SplitMix64& random);

/// How many parameters a mutation moves: 1 to 12, mostly few. Parameters are drawn with replacement, so fewer
/// may move.
std::size_t drawMovedCount(SplitMix64& random);

/// Of each of the space's parameters, the index of its part in `crossingsOrSections`, or -1.
std::vector<int> partsOfParameters(const ParameterSpace& space);

/// A value that has left a range, sent back into it as by mirrors at its ends.
float reflected(double value, double low, double high);

/// A value that is no farther than this from another is the same.
inline constexpr float kUnmoved = 1e-4f;

/// The parameters that differ from the plug-in's default: what the preset's maker has moved.
std::vector<std::size_t> movedParameters(const std::vector<float>& values,
                                         const std::vector<float>& defaults);

/// What a child of two patches came from: the sources of both, in order and each once.
std::vector<std::string> unitedSources(const std::vector<std::string>& one,
                                       const std::vector<std::string>& other);

/// Share of a preset's changes that go to parameters which its maker has moved away from the plug-in's
/// default. Most of the others belong to what the preset does not use, an oscillator that is off or an LFO
/// that modulates nothing: of factory presets with up to four parameters changed at random, three in four
/// sounded as before.
inline constexpr double kChangesOfMoved = 0.8;

}  // namespace patchpilot
