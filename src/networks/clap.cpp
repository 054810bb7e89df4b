#include "networks/clap.h"

#include "base/error.h"
#include "networks/byte_pair_tokenizer.h"
#include "networks/clap_front_end.h"
#include "networks/clap_text.h"
#include "networks/heard.h"
#include "networks/inference.h"
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

class ClapEmbedder : public Embedder {
 public:
  ClapEmbedder(const NetworkEmbedder& wanted, Safetensors file)
      : ClapEmbedder(wanted, file, readClapConfig(wanted.files.at(0))) {}

  std::string name() const override { return wanted_.name; }
  int version() const override { return wanted_.version; }
  int dimension() const override { return int(styled() ? tower_.styleDimension() : tower_.dimension()); }

  void embed(std::span<const float> left, std::span<const float> right,
             std::span<float> vector) const override {
    const Spectrogram mel = frontEnd_(mono(left, right, frontEnd_.hearing().sampleRateHz));
    withTorchErrorsOf(wanted_.files[2].string(), [&] {
      const Inference inference;
      copyTo(styled() ? tower_.style(mel) : tower_.embed(mel), vector);
    });
  }

 private:
  ClapEmbedder(const NetworkEmbedder& wanted, Safetensors& file, const ClapConfig& config)
      : wanted_(wanted),
        frontEnd_(readFittingHearing(wanted.files.at(1), config.audio)),
        tower_(config, file) {
    // What does not fit is told now, and not by the first of many renders.
    std::vector<float> vector(static_cast<std::size_t>(dimension()));
    embed({}, {}, vector);
  }

  bool styled() const { return wanted_.kind == NetworkKind::clapStyle; }

  NetworkEmbedder wanted_;
  ClapFrontEnd frontEnd_;
  ClapAudioTower tower_;
};

class ClapTextEmbedder : public TextEmbedder {
 public:
  ClapTextEmbedder(const NetworkEmbedder& wanted, Safetensors file)
      : file_(file.file()),
        tokenizer_(wanted.files.at(0).parent_path()),
        tower_(readClapConfig(wanted.files.at(0)), file) {}

  int dimension() const override { return int(tower_.dimension()); }

  void embed(std::string_view text, std::span<float> vector) const override {
    if (text.size() > kLongestText)
      failUsage("the text has {} bytes; at most {} are read: shorten it", text.size(), kLongestText);
    const std::vector<std::int64_t> tokens = tokenizer_(text);
    withTorchErrorsOf(file_.string(), [&] {
      const Inference inference;
      copyTo(tower_.embed(tokens), vector);
    });
  }

 private:
  std::filesystem::path file_;
  BytePairTokenizer tokenizer_;
  ClapTextTower tower_;
};

}  // namespace

std::unique_ptr<Embedder> makeClap(const NetworkEmbedder& wanted) {
  return std::make_unique<ClapEmbedder>(wanted, Safetensors(wanted.files.at(2)));
}

std::unique_ptr<TextEmbedder> makeClapText(const NetworkEmbedder& wanted) {
  return std::make_unique<ClapTextEmbedder>(wanted, Safetensors(wanted.files.at(2)));
}

}  // namespace patchpilot
