#include "preset/surge/routing_words.h"

#include "preset/surge/names.h"
#include "preset/vstpreset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

/// A displayed number and its unit: "-35.00 %".
struct Displayed {
  double number = 0;
  std::string unit;
};

/// Nothing if the text does not begin with a number.
std::optional<Displayed> displayed(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || !std::isfinite(number)) return std::nullopt;
  std::string unit = end;
  unit.erase(0, unit.find_first_not_of(' '));
  return Displayed{number, unit};
}

/// How much the displayed number grows over the whole range, and its unit, if it grows linearly.
std::optional<Displayed> span(const std::string& lowest, const std::string& middle,
                              const std::string& highest) {
  const auto low = displayed(lowest), half = displayed(middle), high = displayed(highest);
  if (!low || !half || !high || low->unit != half->unit || half->unit != high->unit) return std::nullopt;
  const double all = high->number - low->number;
  if (all == 0 || std::abs(half->number - low->number - all / 2) > 0.01 * std::abs(all)) return std::nullopt;
  return Displayed{all, high->unit};
}

bool ofSceneB(const std::string& element) { return element.starts_with("b_"); }

std::string withScene(const std::string& element, const std::string& name) {
  if (element.starts_with("a_") || ofSceneB(element)) return (ofSceneB(element) ? "B " : "A ") + name;
  return name;
}

/// "Osc 1 Shape" of "A Osc 1 Shape", "Effect A1 Mix" of "FX A1 Mix".
std::string withoutScene(const std::string& name) {
  if (name.starts_with("A ") || name.starts_with("B ")) return name.substr(2);
  if (name.starts_with("FX ")) return "Effect " + name.substr(3);
  return name;
}

double numberIn(const SurgePatch& patch, const std::string& element) {
  return std::strtod(surgeValue(patch, element).value_or("0").c_str(), nullptr);
}

}  // namespace

SurgeRoutingWords::SurgeRoutingWords(PatchInPlugin& patch, const SurgePatch& saved)
    : patch_(patch), saved_(saved) {
  for (const auto& routing : surgeRoutings(saved_)) {
    if (surgeDepthText(saved_, routing)) continue;
    if (const auto* reading = readingOf(routing.element)) moved_[routing.element].reading = reading;
  }
  if (moved_.empty()) return;
  askRanges();
  askTexts();
}

const ParameterReading* SurgeRoutingWords::readingOf(const std::string& element) const {
  const std::vector<ParameterReading>& readings = patch_.readings();
  const auto called = [&](const std::string& name) {
    return std::find_if(readings.begin(), readings.end(), [&](const auto& r) { return r.name == name; });
  };
  auto found = readings.end();
  if (const auto slot = surgeSlotParameter(element)) {
    // Only the type's name is fixed. An oscillator has its octave and its pitch between the type and its
    // parameters.
    std::ptrdiff_t offset = 1 + slot->index;
    if (slot->ofEffect) {
      int before = slot->slot;
      found = std::find_if(readings.begin(), readings.end(), [&](const auto& reading) {
        return reading.name.starts_with("FX ") && reading.name.ends_with(" FX Type") && --before == 0;
      });
    } else {
      found = called(withScene(element, fmt::format("Osc {} Type", slot->slot)));
      offset += 2;
    }
    found = readings.end() - found > offset ? found + offset : readings.end();
  } else if (const std::string name = surgeElementName(element); !name.empty()) {
    found = called(withScene(element, name));
  }
  return found == readings.end() ? nullptr : &*found;
}

/// A patch holds streamed numbers, and the plug-in takes normalized values. Saving the patch with every moved
/// parameter at 0 and at 1 gives the linear map between the two.
void SurgeRoutingWords::askRanges() {
  const auto savedAt = [&](float value) {
    std::vector<ParameterValue> values;
    for (const auto& [element, moved] : moved_) values.push_back({moved.reading->id, value});
    return parseSurgePatch(parseVstPreset(patch_.stateWith(values)).componentState);
  };
  const SurgePatch lowest = savedAt(0), highest = savedAt(1);
  for (auto& [element, moved] : moved_) {
    moved.lowest = numberIn(lowest, element);
    moved.highest = numberIn(highest, element);
  }
}

void SurgeRoutingWords::askTexts() {
  std::vector<ParameterValue> values;
  std::vector<std::pair<std::string, float>> asked;
  const auto ask = [&](const std::string& element, float value) {
    values.push_back({moved_.at(element).reading->id, value});
    asked.emplace_back(element, value);
  };
  for (const auto& [element, moved] : moved_)
    for (const float value : {0.0f, 0.5f, 1.0f}) ask(element, value);
  for (const auto& routing : surgeRoutings(saved_))
    if (moved_.contains(routing.element)) ask(routing.element, movedTo(routing));
  const auto texts = patch_.textsOf(values);
  for (std::size_t i = 0; i < texts.size(); ++i) textAt_[asked[i]] = texts[i];
}

float SurgeRoutingWords::movedTo(const SurgeRouting& routing) const {
  const Moved& moved = moved_.at(routing.element);
  const double range = moved.highest - moved.lowest;
  return range == 0 ? moved.reading->value
                    : std::clamp(float(moved.reading->value + routing.depth / range), 0.0f, 1.0f);
}

std::string SurgeRoutingWords::depthText(const SurgeRouting& routing) const {
  if (const auto known = surgeDepthText(saved_, routing)) return "by " + *known;
  const auto found = moved_.find(routing.element);
  if (found == moved_.end() || found->second.highest == found->second.lowest)
    return fmt::format("by {:.3g}", routing.depth);
  const Moved& moved = found->second;
  const auto textAt = [&](float value) { return textAt_.at({routing.element, value}); };
  const double share = routing.depth / (moved.highest - moved.lowest);
  if (const auto all = span(textAt(0), textAt(0.5f), textAt(1)))
    return fmt::format("by {:.3g}{}{}", share * all->number, all->unit.empty() ? "" : " ", all->unit);
  const std::string destinationText = textAt(movedTo(routing));
  if (destinationText != moved.reading->text)
    return fmt::format("from {} to {}", moved.reading->text, destinationText);
  return fmt::format("by {:.3g} % of its range", 100 * share);
}

std::optional<RoutingWords> SurgeRoutingWords::words(const SurgeRouting& routing) const {
  if (routing.muted || routing.depth == 0) return std::nullopt;
  const auto* reading = surgeSlotParameter(routing.element) ? readingOf(routing.element) : nullptr;
  // The plug-in displays a dash for a parameter that this type of oscillator or effect does not have.
  if (reading && (reading->text == "-" || reading->text.empty())) return std::nullopt;
  std::string destination = reading ? withoutScene(reading->name) : surgeElementName(routing.element);
  if (destination.empty()) destination = routing.element;
  return RoutingWords{surgeSourceName(routing.source), destination, depthText(routing)};
}

}  // namespace patchpilot
