#include "learn/sound_groups.h"

#include "base/half.h"
#include "embed/sound_image.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace patchpilot {

namespace {

/// Adds what one target makes of its budgets. @param distances, mss  of the target from each patch of the
/// group
void judgeTarget(std::size_t target, std::span<const float> distances, std::span<const float> mss,
                 Judgement& sum) {
  std::vector<std::size_t> order(distances.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return distances[a] < distances[b]; });
  const auto place = std::size_t(std::find(order.begin(), order.end(), target) - order.begin());
  order.erase(order.begin() + std::ptrdiff_t(place));
  for (std::size_t b = 0; b < Judgement::kBudgets; ++b) {
    const std::size_t renders = std::min(order.size(), std::size_t(Judgement::kRenders[b]));
    float best = std::numeric_limits<float>::max();
    for (std::size_t i = 0; i < renders; ++i) best = std::min(best, mss[order[i]]);
    sum.best[b] += best;
    sum.recall[b] += place < std::size_t(Judgement::kRenders[b]);
  }
  float oracle = std::numeric_limits<float>::max();
  for (const std::size_t other : order) oracle = std::min(oracle, mss[other]);
  sum.oracle += oracle;
  ++sum.targets;
}

void scale(Judgement& judgement, double by) {
  for (std::size_t b = 0; b < Judgement::kBudgets; ++b) {
    judgement.best[b] *= by;
    judgement.recall[b] *= by;
  }
  judgement.oracle *= by;
}

void add(Judgement& sum, const Judgement& part) {
  for (std::size_t b = 0; b < Judgement::kBudgets; ++b) {
    sum.best[b] += part.best[b];
    sum.recall[b] += part.recall[b];
  }
  sum.oracle += part.oracle;
  sum.targets += part.targets;
}

}  // namespace

Judgement judge(const SoundGroup& group, std::span<const float> distances) {
  Judgement sum;
  if (group.patches < 2) return sum;
  for (std::size_t row = 0; row < group.conditions * group.patches; ++row)
    judgeTarget(row % group.patches, distances.subspan(row * group.patches, group.patches),
                std::span(group.mss).subspan(row * group.patches, group.patches), sum);
  scale(sum, 1 / double(sum.targets));
  return sum;
}

Judgement together(const std::vector<Judgement>& parts) {
  Judgement sum;
  for (Judgement part : parts) {
    scale(part, double(part.targets));
    add(sum, part);
  }
  if (sum.targets > 0) scale(sum, 1 / double(sum.targets));
  return sum;
}

Judgement judgeMelEnvelope(const std::vector<SoundGroup>& groups) {
  std::vector<Judgement> parts;
  for (const SoundGroup& group : groups) {
    constexpr std::size_t n = SoundImage::kMelEnvelope;
    std::vector<float> vectors((group.conditions + 1) * group.patches * n);
    for (std::size_t i = 0; i < vectors.size(); ++i)
      vectors[i] =
          halfToFloat(group.images[i / n * SoundImage::kValues + SoundImage::kFirstMelEnvelope + i % n]);
    std::vector<float> distances;
    for (std::size_t row = group.patches; row < (group.conditions + 1) * group.patches; ++row)
      for (std::size_t other = 0; other < group.patches; ++other) {
        float sum = 0;
        for (std::size_t i = 0; i < n; ++i)
          sum += std::pow(vectors[row * n + i] - vectors[other * n + i], 2.0f);
        distances.push_back(sum);
      }
    parts.push_back(judge(group, distances));
  }
  return together(parts);
}

Judgement judgeOtherCondition(const std::vector<SoundGroup>& groups) {
  std::vector<Judgement> parts;
  for (const SoundGroup& group : groups) {
    std::vector<float> next = group.mss;
    std::rotate(next.begin(), next.begin() + std::ptrdiff_t(group.patches * group.patches), next.end());
    parts.push_back(judge(group, next));
  }
  return together(parts);
}

}  // namespace patchpilot
