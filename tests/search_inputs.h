#pragma once

#include "search/genetic_searcher.h"
#include "search/trial_renderer.h"
#include "synth/plugin_engine.h"
#include "synth/variation.h"

#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

namespace patchpilot {

/// Up to `count` of mda's own presets for a synth, as whole states.
inline std::vector<Proposal> factoryProposals(Synth& synth, int count) {
  std::vector<Proposal> proposals;
  for (const auto& preset : readPresets("/usr/lib/lv2/mda.lv2")) {
    if (preset.synthId != synth.plugin().id || int(proposals.size()) == count) continue;
    Proposal& proposal = proposals.emplace_back();
    proposal.patch = patchOfPreset(preset, synth);
    proposal.origin = preset.where();
    proposal.sources = {preset.name};
  }
  return proposals;
}

/// A space of three sections with two parameters each, a pitch and a level, that needs no plug-in.
inline ParameterSpace tonesSpace() {
  std::string text = "format = 1\nname = \"tones\"\n[synth]\nformat = \"LV2\"\nid = \"urn:tones\"\n";
  for (const std::string section : {"a", "b", "c"}) {
    text += "[[section]]\nkey = \"" + section + "\"\ntitle = \"" + section + "\"\n";
    for (const std::string name : {"pitch", "level"})
      text += "[[parameter]]\nkey = \"" + section + "_" + name + "\"\nsection = \"" + section +
              "\"\nkind = \"continuous\"\n";
  }
  return parseSpace(text, "tones.toml");
}

/// What `tonesSpace` describes: three sines of 100 to 6400 Hz.
inline AudioBuffer tones(const std::vector<float>& values, double seconds = 0.04) {
  AudioBuffer sound(2, std::size_t(seconds * kSampleRateHz));
  for (std::size_t tone = 0; tone + 1 < values.size(); tone += 2) {
    const double step = 2 * std::numbers::pi * 100 * std::pow(64, double(values[tone])) / kSampleRateHz;
    for (std::size_t i = 0; i < sound.frames(); ++i)
      sound.channel(0)[i] += float(0.3 * double(values[tone + 1]) * std::sin(step * double(i)));
  }
  std::copy(sound.channel(0).begin(), sound.channel(0).end(), sound.channel(1).begin());
  return sound;
}

inline Target tonesTarget(const std::vector<float>& values, double seconds = 0.04) {
  Target target;
  target.lengthSeconds = seconds;
  target.sound = tones(values, seconds);
  target.spectrum = mssSpectrum(target.sound);
  return target;
}

inline Candidate tonesCandidate(const Proposal& proposal, const Target& target) {
  Candidate candidate;
  candidate.proposal = proposal;
  candidate.sound = tones(proposal.patch.values(), target.sound.seconds());
  measure(candidate, target, {});
  return candidate;
}

/// Defaults of a synth that is not there. The search of points does not use them.
inline std::vector<float> defaultsOf(const ParameterSpace& space) {
  return std::vector<float>(space.parameters.size(), 0);
}

inline Genome pointGenome(std::vector<float> values, const std::string& origin = "") {
  Genome genome;
  genome.values = std::move(values);
  genome.origin = origin;
  return genome;
}

/// Renders `tones`.
class TonesRenderer : public TrialRenderer {
 public:
  explicit TonesRenderer(const Target& target) : target_(target) {}

  /// What a candidate's distance is, if it is not that of MSS.
  std::function<double(const Candidate& candidate)> distance;

  Candidate candidate(const Proposal& proposal) const {
    Candidate candidate = tonesCandidate(proposal, target_);
    if (distance) candidate.distance = distance(candidate);
    return candidate;
  }

  std::vector<Outcome> render(std::span<const Trial> trials) override {
    std::vector<Outcome> outcomes(trials.size());
    for (std::size_t i = 0; i < trials.size(); ++i) outcomes[i].candidate = candidate(trials[i].proposal);
    return outcomes;
  }

 private:
  const Target& target_;
};

/// An individual that is told apart by its cost.
inline Individual individualOf(double cost) {
  Individual individual;
  individual.cost = cost;
  return individual;
}

}  // namespace patchpilot
