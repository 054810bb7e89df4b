#include "data/codec.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

/// A value this near to the constant, in parts of the range, is meant to be the constant.
constexpr double kSnap = 0.02;

struct Range {
  double low, high;

  float encode(double value) const {
    if (high <= low) return 0;
    return float(std::clamp(2 * (value - low) / (high - low) - 1, -1.0, 1.0));
  }
  double decode(double encoded) const {
    return low + (std::clamp(encoded, -1.0, 1.0) + 1) / 2 * (high - low);
  }
};

Range rangeOf(const ParameterSpec& parameter) {
  const float constant = parameter.constant.value_or(parameter.min);
  return {std::min(parameter.min, constant), std::max(parameter.max, constant)};
}

std::size_t nearestChoice(const ParameterSpec& parameter, float value) {
  const auto nearest = std::min_element(parameter.choices.begin(), parameter.choices.end(),
                                        [&](const Choice& a, const Choice& b) {
                                          return std::abs(a.value - value) < std::abs(b.value - value);
                                        });
  return std::size_t(nearest - parameter.choices.begin());
}

/// The value of a continuous or stepped parameter that is nearest to one of its range.
float snapped(const ParameterSpec& parameter, double value) {
  const Range range = rangeOf(parameter);
  if (parameter.constant && std::abs(value - *parameter.constant) <= kSnap * (range.high - range.low))
    return *parameter.constant;
  const float within = std::clamp(float(value), parameter.min, parameter.max);
  return parameter.kind == ParameterKind::stepped ? parameter.nearest(within) : within;
}

}  // namespace

Codec::Codec(ParameterSpace space, std::vector<ExtraValue> extras)
    : space_(std::move(space)), extras_(std::move(extras)) {
  const auto add = [&](std::size_t count) {
    blocks_.push_back({width_, count});
    width_ += count;
  };
  for (const ParameterSpec& parameter : space_.parameters)
    add(parameter.kind == ParameterKind::categorical ? parameter.choices.size() : 1);
  for (std::size_t i = 0; i < extras_.size(); ++i) add(1);
  exchanges_ = readExchanges();
}

std::vector<Codec::Exchange> Codec::readExchanges() const {
  std::vector<Exchange> all;
  for (const Symmetry& symmetry : space_.symmetries) {
    Exchange exchange{symmetry.name, {}};
    for (const auto& keys : symmetry.members) {
      std::vector<std::size_t> indices;
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const std::size_t own = *space_.find(keys[i]), first = *space_.find(symmetry.members.front()[i]);
        if (space_.parameters[own].kind != space_.parameters[first].kind ||
            blocks_[own].count != blocks_[first].count)
          failInput("{}: symmetry {}: {} and {} differ in kind or number of choices", space_.file,
                    symmetry.name, keys[i], symmetry.members.front()[i]);
        for (std::size_t k = 0; k < blocks_[own].count; ++k) indices.push_back(blocks_[own].first + k);
      }
      exchange.members.push_back(std::move(indices));
    }
    all.push_back(std::move(exchange));
  }
  return all;
}

void Codec::check(std::span<const float> numbers, std::size_t wanted, const char* what) const {
  if (numbers.size() != wanted)
    throw Error(ExitCode::internal,
                fmt::format("{}: {} {} instead of {}", space_.name, numbers.size(), what, wanted));
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (!std::isfinite(numbers[i]))
      failInput("{}: number {} of {} {} is not finite", space_.name, i, numbers.size(), what);
}

std::vector<float> Codec::encode(std::span<const float> values, std::span<const double> extras) const {
  check(values, space_.parameters.size(), "values");
  if (extras.size() != extras_.size())
    throw Error(ExitCode::internal,
                fmt::format("{}: {} extras instead of {}", space_.name, extras.size(), extras_.size()));
  std::vector<float> vector(width_, 0.0f);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ParameterSpec& parameter = space_.parameters[i];
    if (parameter.kind == ParameterKind::categorical)
      vector[blocks_[i].first + nearestChoice(parameter, values[i])] = 1;
    else vector[blocks_[i].first] = rangeOf(parameter).encode(values[i]);
  }
  for (std::size_t i = 0; i < extras.size(); ++i)
    vector[blocks_[values.size() + i].first] = Range{extras_[i].low, extras_[i].high}.encode(extras[i]);
  return vector;
}

Codec::Decoded Codec::decode(std::span<const float> vector) const {
  check(vector, width_, "encoded values");
  Decoded decoded;
  for (std::size_t i = 0; i < space_.parameters.size(); ++i) {
    const ParameterSpec& parameter = space_.parameters[i];
    const auto block = vector.subspan(blocks_[i].first, blocks_[i].count);
    if (parameter.kind == ParameterKind::categorical)
      decoded.values.push_back(
          parameter.choices[std::size_t(std::max_element(block.begin(), block.end()) - block.begin())].value);
    else decoded.values.push_back(snapped(parameter, rangeOf(parameter).decode(block[0])));
  }
  for (std::size_t i = 0; i < extras_.size(); ++i)
    decoded.extras.push_back(
        Range{extras_[i].low, extras_[i].high}.decode(vector[blocks_[space_.parameters.size() + i].first]));
  return decoded;
}

std::vector<float> Codec::mask(const std::vector<float>& values) const {
  std::vector<float> mask(width_, 1.0f);
  for (const std::size_t silent : space_.silent(values))
    std::fill_n(mask.begin() + std::ptrdiff_t(blocks_[silent].first), blocks_[silent].count, 0.0f);
  return mask;
}

}  // namespace patchpilot
