#include "networks/clap.h"

#include "base/error.h"
#include "networks/byte_pair_tokenizer.h"
#include "networks/clap_front_end.h"
#include "networks/clap_text.h"
#include "networks/inference.h"
#include "networks/rows.h"
#include "networks/torch_errors.h"

#include <algorithm>

namespace patchpilot {

namespace {

/// A text of this many bytes has more tokens than any model reads.
constexpr std::size_t kLongestText = 20'000;

void copyTo(const at::Tensor& from, std::span<float> vector) {
  std::copy_n(from.contiguous().data_ptr<float>(), vector.size(), vector.begin());
}

/// What is heard must fit the network, before anything is made of it.
ClapHearing readFittingHearing(const std::filesystem::path& file, const ClapAudioConfig& audio) {
  const ClapHearing hearing = readClapHearing(file);
  if (std::int64_t(hearing.bands) != audio.melBins || std::int64_t(hearing.frames()) > audio.frames())
    failInput(
        "{}: it makes {} frames x {} mel bands of a sound, config.json asks for {} x {} at most; it belongs "
        "to another model",
        file.string(), hearing.frames(), hearing.bands, audio.frames(), audio.melBins);
  return hearing;
}

class ClapModel : public Network {
 public:
  ClapModel(const ClapFiles& files, bool styled) : ClapModel(files, styled, Safetensors(files.weights)) {}

  std::int64_t dimension() const override { return styled_ ? tower_.styleDimension() : tower_.dimension(); }
  double sampleRateHz() const override { return frontEnd_.hearing().sampleRateHz; }

  void run(BatchView inputs, std::span<float> outputs) const override {
    forEachRow(inputs, outputs, [&](std::span<const float> sound, std::span<float> vector) {
      const Spectrogram mel = frontEnd_(sound);
      withTorchErrorsOf(file_, [&] {
        const Inference inference;
        copyTo(styled_ ? tower_.style(mel) : tower_.embed(mel), vector);
      });
    });
  }

 private:
  ClapModel(const ClapFiles& files, bool styled, Safetensors weights)
      : ClapModel(files, styled, weights, readClapConfig(files.config)) {}
  ClapModel(const ClapFiles& files, bool styled, Safetensors& weights, const ClapConfig& config)
      : file_(files.weights.string()),
        styled_(styled),
        frontEnd_(readFittingHearing(files.hearing, config.audio)),
        tower_(config, weights) {
    // What does not fit is told now, and not by the first of many renders.
    std::vector<float> vector(static_cast<std::size_t>(dimension()));
    const TensorView silence{nullptr, {1, 0, 1, 1}};
    run({&silence, 1}, vector);
  }

  std::string file_;
  bool styled_;
  ClapFrontEnd frontEnd_;
  ClapAudioTower tower_;
};

class ClapTextModel : public Network {
 public:
  ClapTextModel(const ClapFiles& files, Safetensors weights)
      : file_(files.weights.string()),
        tokenizer_(files.config.parent_path()),
        tower_(readClapConfig(files.config), weights) {}

  std::int64_t dimension() const override { return tower_.dimension(); }

  void run(BatchView inputs, std::span<float> outputs) const override {
    forEachRow(inputs, outputs, [&](std::span<const float> bytes, std::span<float> vector) {
      if (bytes.size() > kLongestText)
        failUsage("the text has {} bytes; at most {} are read: shorten it", bytes.size(), kLongestText);
      std::string text;
      for (const float byte : bytes) text += char(std::uint8_t(byte));
      const std::vector<std::int64_t> tokens = tokenizer_(text);
      withTorchErrorsOf(file_, [&] {
        const Inference inference;
        copyTo(tower_.embed(tokens), vector);
      });
    });
  }

 private:
  std::string file_;
  BytePairTokenizer tokenizer_;
  ClapTextTower tower_;
};

}  // namespace

std::unique_ptr<Network> makeClap(const ClapFiles& files, bool styled) {
  return std::make_unique<ClapModel>(files, styled);
}

std::unique_ptr<Network> makeClapText(const ClapFiles& files) {
  return std::make_unique<ClapTextModel>(files, Safetensors(files.weights));
}

}  // namespace patchpilot
