#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace patchpilot {

/// The shape of CLAP's audio tower, a Swin transformer over a mel spectrum that is folded into a square
/// (HTSAT, Chen et al. 2022). The defaults are those of transformers' ClapAudioConfig.
struct ClapAudioConfig {
  std::int64_t melBins = 64;
  std::int64_t specSize = 256;  ///< height and width of the square
  std::int64_t patchSize = 4;
  std::int64_t patchStride = 4;
  std::int64_t windowSize = 8;                      ///< in patches
  std::int64_t channels = 96;                       ///< of the first stage; doubled from stage to stage
  std::vector<std::int64_t> depths = {2, 2, 6, 2};  ///< blocks of each stage
  std::vector<std::int64_t> heads = {4, 8, 16, 32};
  double mlpRatio = 4;
  bool qkvBias = true;
  bool patchNorm = true;
  double normEpsilon = 1e-5;

  std::int64_t foldedParts() const { return specSize / melBins; }
  std::int64_t grid() const { return specSize / patchStride; }            ///< patches a side
  std::int64_t frames() const { return specSize * foldedParts(); }        ///< what fills the square
  std::int64_t side(std::size_t stage) const { return grid() >> stage; }  ///< in patches, of a stage's grid
  std::int64_t stageChannels(std::size_t stage) const { return channels << stage; }
};

/// The shape of CLAP's text tower, a RoBERTa (Liu et al. 2019). The defaults are those of transformers'
/// ClapTextConfig.
struct ClapTextConfig {
  std::int64_t vocabulary = 50265;
  std::int64_t channels = 768;
  std::int64_t layers = 12;
  std::int64_t heads = 12;
  std::int64_t intermediate = 3072;
  std::int64_t positions = 514;  ///< numbered from `padding` + 1 on
  std::int64_t tokenTypes = 1;
  std::int64_t padding = 1;  ///< the number of the token that fills up
  double normEpsilon = 1e-12;
};

struct ClapConfig {
  ClapAudioConfig audio;
  ClapTextConfig text;
  std::int64_t projection = 512;  ///< how long an embedding is
};

/// @param file  a published `config.json`
/// @throws Error (input) where it is missing, or what it describes is none of CLAP's models without fusion
ClapConfig readClapConfig(const std::filesystem::path& file);

}  // namespace patchpilot
