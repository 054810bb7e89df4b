#include "synth/parameter_space.h"

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"

#include <muParser.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

float stepValue(const ParameterSpec& p, int step) {
  return p.steps < 2 ? p.min : p.min + (p.max - p.min) * float(step) / float(p.steps - 1);
}

int nearestStep(const ParameterSpec& p, float value) {
  if (p.steps < 2 || p.max <= p.min) return 0;
  const float step = std::round((value - p.min) / (p.max - p.min) * float(p.steps - 1));
  return std::clamp(int(step), 0, p.steps - 1);
}

const Choice& nearestChoice(const ParameterSpec& p, float value) {
  return *std::min_element(p.choices.begin(), p.choices.end(), [&](const Choice& a, const Choice& b) {
    return std::abs(a.value - value) < std::abs(b.value - value);
  });
}

float drawValue(const ParameterSpec& p, SplitMix64& random) {
  // One parameter takes the same two numbers whatever its kind, so that a change of one
  // leaves the others' draws as they were.
  const double first = random.uniform();
  const double second = random.uniform();
  switch (p.kind) {
    case ParameterKind::continuous:
      if (p.constant && first < p.constantProbability) return *p.constant;
      return p.min + (p.max - p.min) * float(second);
    case ParameterKind::stepped:
      if (p.constant && first < p.constantProbability) return *p.constant;
      return stepValue(p, std::min(p.steps - 1, int(second * p.steps)));
    case ParameterKind::categorical: break;
  }
  return p.choiceAt(second);
}

std::string number(double value) {
  const double size = std::abs(value);
  if (size >= 100) return fmt::format("{:.0f}", value);
  if (size >= 10) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

std::string withUnit(double value, const std::string& unit) {
  if (unit == "Hz" && std::abs(value) >= 1000) return number(value / 1000) + " kHz";
  if (unit == "s" && std::abs(value) < 1) return number(value * 1000) + " ms";
  return unit.empty() ? number(value) : number(value) + " " + unit;
}

/// A muParser formula of x. @param what  it says, for the message where it cannot be evaluated
double evaluated(const std::string& what, const std::string& formula, double x) {
  mu::Parser parser;
  parser.DefineVar("x", &x);
  parser.SetExpr(formula);
  try {
    return parser.Eval();
  } catch (const mu::Parser::exception_type& error) {
    failInput("{}: the formula '{}' cannot be evaluated: {}", what, formula, error.GetMsg());
  }
}

nlohmann::json fingerprintOf(const ParameterSpec& p) {
  nlohmann::json choices = nlohmann::json::array();
  for (const auto& choice : p.choices) choices.push_back({choice.value, choice.weight});
  return {p.key,   p.id,   int(p.kind), p.min, p.max, p.constant.value_or(-1), p.constantProbability,
          p.steps, choices};
}

}  // namespace

float ParameterSpec::choiceAt(double share) const {
  double total = 0;
  for (const auto& choice : choices) total += choice.weight;
  double left = share * total;
  for (const auto& choice : choices)
    if ((left -= choice.weight) < 0) return choice.value;
  return choices.back().value;
}

float ParameterSpec::nearest(float normalized) const {
  if (kind == ParameterKind::stepped) return stepValue(*this, nearestStep(*this, normalized));
  if (kind == ParameterKind::categorical) return nearestChoice(*this, normalized).value;
  return std::clamp(normalized, 0.0f, 1.0f);
}

std::optional<float> ParameterSpec::next(float normalized, int direction) const {
  std::vector<float> values;
  for (const auto& choice : choices) values.push_back(choice.value);
  for (int step = 0; kind == ParameterKind::stepped && step < steps; ++step)
    values.push_back(stepValue(*this, step));
  std::sort(values.begin(), values.end());
  const auto own = std::find(values.begin(), values.end(), nearest(normalized));
  if (own == values.end() || (direction < 0 ? own == values.begin() : own + 1 == values.end()))
    return std::nullopt;
  return *(own + direction);
}

std::optional<std::string> ParameterSpec::text(float normalized) const {
  if (kind == ParameterKind::categorical) return nearestChoice(*this, normalized).label;
  if (!labels.empty()) return labels[std::size_t(nearestStep(*this, normalized))];
  if (display.empty()) return std::nullopt;
  return withUnit(evaluated("parameter " + key, display, normalized), unit);
}

double Lfo::hertzAt(float normalized) const { return evaluated("lfo " + rate, hertz, normalized); }

float Lfo::valueAt(double asked, float low, float high) const {
  constexpr int kHalvings = 24;  // as many as a float has bits
  for (int i = 0; i < kHalvings; ++i) {
    const float middle = (low + high) / 2;
    (hertzAt(middle) < asked ? low : high) = middle;
  }
  return (low + high) / 2;
}

std::string ParameterSpace::fingerprint() const {
  nlohmann::json content = {synthFormat, synthId, base.values, base.content.modulations, base.content.raw};
  if (!base.preset.empty() && fs::exists(base.preset)) content.push_back(contentHash(readFile(base.preset)));
  for (const auto& p : parameters) content.push_back(fingerprintOf(p));
  return contentHash(content.dump());
}

std::vector<std::size_t> ParameterSpace::silent(const std::vector<float>& values) const {
  constexpr float kSame = 1e-6f;  // a plug-in gives values back in its own precision
  std::set<std::size_t> found;
  if (values.size() != parameters.size()) return {};
  for (const Gate& gate : gates)
    if (std::all_of(gate.closed.begin(), gate.closed.end(), [&](const auto& one) {
          return std::abs(values[*find(one.first)] - one.second) <= kSame;
        }))
      for (const auto& key : gate.silences) found.insert(*find(key));
  return {found.begin(), found.end()};
}

std::vector<float> ParameterSpace::draw(std::uint64_t seed, std::uint64_t index) const {
  SplitMix64 random(seed, index);
  std::vector<float> values;
  values.reserve(parameters.size());
  for (const auto& p : parameters) values.push_back(drawValue(p, random));
  return values;
}

std::vector<Crossing> ParameterSpace::crossingsOrSections() const {
  if (!crossings.empty()) return crossings;
  std::vector<Crossing> result;
  for (const auto& section : sections)
    if (std::any_of(parameters.begin(), parameters.end(),
                    [&](const auto& p) { return p.section == section.key; }))
      result.push_back({section.key, section.title, {section.key}});
  return result;
}

const Dialect& ParameterSpace::dialect() const { return dialectOfSynth(fxpId.empty() ? synthId : fxpId); }

std::optional<std::size_t> ParameterSpace::find(const std::string& key) const {
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (parameters[i].key == key) return i;
  return std::nullopt;
}

}  // namespace patchpilot
