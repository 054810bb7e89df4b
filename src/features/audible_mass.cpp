#include "features/audible_mass.h"

#include <algorithm>
#include <numeric>

#include "audio/level.h"

namespace patchpilot {

void muteInaudible(SpectralMass& mass, const PaddedSound& sound) {
  constexpr double kInaudible = 1e-8;  // of the loudest frame's energy
  // Frames begin every two blocks, and are five long.
  constexpr std::size_t kBlock = FrameBatch::kHop, kBlocks = FrameBatch::kWindow / kBlock;
  static_assert(kBlocks * kBlock == FrameBatch::kWindow);
  const std::size_t first = PaddedSound::kOrigin - FrameBatch::kWindow / 2;
  std::vector<double> blocks;
  for (std::size_t i = 0; i < 2 * mass.frames + kBlocks; ++i) {
    const std::size_t start = first + i * kBlock;
    double energy = sumOfSquares({sound.left() + start, kBlock});
    if (!sound.mono) energy = (energy + sumOfSquares({sound.right() + start, kBlock})) / 2;
    blocks.push_back(energy);
  }
  std::vector<double> frames;
  for (std::size_t i = 0; i < mass.frames; ++i) {
    const auto from = blocks.begin() + std::ptrdiff_t(2 * i);
    frames.push_back(std::accumulate(from, from + kBlocks, 0.0));
  }
  const double loudest = frames.empty() ? 0 : *std::max_element(frames.begin(), frames.end());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i] > kInaudible * loudest) continue;
    float* lane = mass.cumulated.data() + i / kLanes * kLanes * SpectralMass::kBins + i % kLanes;
    for (std::size_t k = 0; k < SpectralMass::kBins; ++k) lane[k * kLanes] = 0;
  }
}

}  // namespace patchpilot
