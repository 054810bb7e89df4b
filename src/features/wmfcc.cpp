#include "features/wmfcc.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "features/mel.h"
#include "features/stft.h"

namespace patchpilot {
namespace {

constexpr double kRangeDb = 80;

const MelFilterbank& filters() {
  static const MelFilterbank bank(kSampleRateHz, FrameBatch::kWindow, MfccSequence::kBands);
  return bank;
}

/// kCoefficients x kBands: the first rows of the orthonormal DCT-II.
std::vector<float> cosineTransform() {
  std::vector<float> rows;
  for (std::size_t c = 0; c < MfccSequence::kCoefficients; ++c) {
    const double scale = std::sqrt((c == 0 ? 1.0 : 2.0) / MfccSequence::kBands);
    for (std::size_t band = 0; band < MfccSequence::kBands; ++band) {
      const double angle = std::numbers::pi * double(c) * (double(band) + 0.5) / MfccSequence::kBands;
      rows.push_back(static_cast<float>(scale * std::cos(angle)));
    }
  }
  return rows;
}

/// In place.
void powersToDb(std::vector<ComplexLanes>& bands) {
  const LaneKernels& kernels = laneKernels();
  float* values = bands.data()->re;
  const std::size_t count = bands.size() * 2 * kLanes;
  const double loudest = std::max(kAmin, kernels.largest(values, count));
  kernels.powersToDb(values, count, kAmin, 0, static_cast<float>(10 * std::log10(loudest) - kRangeDb));
}

/// A sequence of `frames` frames of `values` values each, back to front between values so far from all
/// others that no way leads there: the columns that the kernel warps along.
WarpedSequence backwards(const float* values, std::size_t count, std::size_t frames, std::size_t stride,
                         std::vector<float>& memory) {
  constexpr std::size_t kBefore = 2 * kLanes, kBehind = kLanes;
  constexpr float kFar = 1e20f;
  const std::size_t paddedStride = kBefore + frames + kBehind;
  memory.assign(count * paddedStride, kFar);
  for (std::size_t value = 0; value < count; ++value) {
    const float* row = values + value * stride;
    std::reverse_copy(row, row + frames, memory.data() + value * paddedStride + kBefore);
  }
  return {memory.data() + kBefore, frames, paddedStride};
}

double warpedDistance(const WarpedSequence& rows, const WarpedSequence& columns, std::size_t values) {
  thread_local std::vector<float> edge;
  edge.assign(columns.frames + 3 * kLanes, 1e30f);
  const double cost = laneKernels().warpedCost(rows, columns, values, edge.data());
  return cost / double(values * (rows.frames + columns.frames));
}

}  // namespace

MfccBuilder::MfccBuilder(std::size_t samples)
    : frames_(centredFrames(samples, FrameBatch::kWindow, FrameBatch::kHop)) {
  bands_.reserve((frames_ / kLanes + 2) * MfccSequence::kBands);
}

void MfccBuilder::add(const FrameBatch& batch) {
  const LaneKernels& kernels = laneKernels();
  kernels.channelPowers(batch.spectrum, FrameBatch::kWindow, batch.scratch);
  const std::size_t first = bands_.size();
  bands_.resize(first + MfccSequence::kBands);
  for (std::size_t i = 0; i < MfccSequence::kBands; ++i) {
    const MelFilterbank::Band& filter = filters().bands()[i];
    ComplexLanes& out = bands_[first + i];
    kernels.weightedSums(batch.scratch + filter.firstBin, filter.weights.data(), filter.weights.size(),
                         out.re, out.im);
  }
  clearSpareLanes(bands_[first].re, 2 * MfccSequence::kBands, batch.lanes);
  parts_.push_back({batch.firstFrame, batch.lanes});
}

MfccSequence MfccBuilder::finish() {
  static const std::vector<float> transform = cosineTransform();
  powersToDb(bands_);
  MfccSequence result{frames_, (frames_ + kLanes - 1) / kLanes * kLanes, {}};
  result.values.resize(MfccSequence::kValues * result.stride);
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    const auto [firstFrame, lanes] = parts_[part];
    const ComplexLanes* bands = bands_.data() + part * MfccSequence::kBands;
    for (std::size_t c = 0; c < MfccSequence::kCoefficients; ++c) {
      ComplexLanes sums;
      laneKernels().weightedSums(bands, transform.data() + c * MfccSequence::kBands, MfccSequence::kBands,
                                 sums.re, sums.im);
      float* left = result.values.data() + c * result.stride + firstFrame;
      float* right = left + MfccSequence::kCoefficients * result.stride;
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        left[2 * lane] = sums.re[lane];
        right[2 * lane] = sums.im[lane];
      }
    }
  }
  return result;
}

MfccSequence mfccSequence(const AudioBuffer& sound) {
  thread_local PaddedSound padded;
  padded.assign(sound);
  MfccBuilder builder(padded.samples);
  visitFrames(padded, true, [&](const FrameBatch& batch) { builder.add(batch); });
  return builder.finish();
}

double wmfcc(const MfccSequence& a, const MfccSequence& b) {
  thread_local std::vector<float> columns;
  if (a.frames > 1 || b.frames > 1) {
    return warpedDistance({a.values.data(), a.frames, a.stride},
                          backwards(b.values.data(), MfccSequence::kValues, b.frames, b.stride, columns),
                          MfccSequence::kValues);
  }
  // dtw-python turns a table of one row into one of one column.
  constexpr std::size_t kRows = (MfccSequence::kValues + kLanes - 1) / kLanes * kLanes;
  std::array<float, kRows> rowA{}, rowB{};
  for (std::size_t i = 0; i < MfccSequence::kValues; ++i) {
    rowA[i] = a.values[i * a.stride];
    rowB[i] = b.values[i * b.stride];
  }
  return warpedDistance({rowA.data(), MfccSequence::kValues, kRows},
                        backwards(rowB.data(), 1, MfccSequence::kValues, kRows, columns), 1);
}

}  // namespace patchpilot
