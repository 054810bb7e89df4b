#include "eval/parameter_error.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace patchpilot {

namespace {

constexpr float kSameStep = 1e-4f;

bool isRight(const ParameterSpec& spec, float value, float truth) {
  return std::abs(spec.nearest(value) - spec.nearest(truth)) < kSameStep;
}

double cost(const ParameterSpec& spec, float value, float truth) {
  if (spec.kind == ParameterKind::continuous) return std::abs(double(value) - truth);
  return isRight(spec, value, truth) ? 0 : 1;
}

/// Where the parameters of each member of a symmetry stand in a patch.
std::vector<std::vector<std::size_t>> positions(const ParameterSpace& space, const Symmetry& symmetry) {
  std::vector<std::vector<std::size_t>> result;
  for (const auto& member : symmetry.members) {
    auto& indices = result.emplace_back();
    for (const auto& key : member) indices.push_back(space.find(key).value());
  }
  return result;
}

}  // namespace

ParameterError parameterError(const ParameterSpace& space, const std::vector<float>& patch,
                              const std::vector<float>& truth) {
  double difference = 0;
  std::size_t continuous = 0, discrete = 0, right = 0;
  for (std::size_t i = 0; i < space.parameters.size(); ++i) {
    const ParameterSpec& spec = space.parameters[i];
    if (spec.kind == ParameterKind::continuous) {
      ++continuous;
      difference += std::abs(double(patch[i]) - truth[i]);
    } else {
      ++discrete;
      right += isRight(spec, patch[i], truth[i]);
    }
  }
  ParameterError error;
  if (continuous > 0) error.continuous = difference / double(continuous);
  if (discrete > 0) error.categorical = double(right) / double(discrete);
  return error;
}

std::vector<float> undoSymmetries(const ParameterSpace& space, const std::vector<float>& patch,
                                  const std::vector<float>& truth) {
  std::vector<float> result = patch;
  for (const Symmetry& symmetry : space.symmetries) {
    const auto members = positions(space, symmetry);
    // costs[from][to]: of taking member `from` of the patch for member `to` of the truth
    std::vector<std::vector<double>> costs(members.size(), std::vector<double>(members.size()));
    for (std::size_t from = 0; from < members.size(); ++from)
      for (std::size_t to = 0; to < members.size(); ++to)
        for (std::size_t k = 0; k < members[to].size(); ++k)
          costs[from][to] +=
              cost(space.parameters[members[to][k]], patch[members[from][k]], truth[members[to][k]]);
    std::vector<std::size_t> order(members.size()), best;
    std::iota(order.begin(), order.end(), std::size_t(0));
    double least = 0;
    do {
      double total = 0;
      for (std::size_t to = 0; to < members.size(); ++to) total += costs[order[to]][to];
      if (best.empty() || total < least) {
        best = order;
        least = total;
      }
    } while (std::next_permutation(order.begin(), order.end()));
    for (std::size_t to = 0; to < members.size(); ++to)
      for (std::size_t k = 0; k < members[to].size(); ++k)
        result[members[to][k]] = patch[members[best[to]][k]];
  }
  return result;
}

}  // namespace patchpilot
