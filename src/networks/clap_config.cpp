#include "networks/clap_config.h"

#include "networks/json_settings.h"

namespace patchpilot {

namespace {

/// Twice that of the published models.
constexpr std::int64_t kWidestGrid = 128;

/// Of what is kept for every two patches of a window in all blocks, and of what is made of them in one: sixty
/// times what the published models have.
constexpr std::int64_t kMostScores = std::int64_t(1) << 26;

/// The square must come out even: no published model pads its windows.
void checkGrid(const JsonSettings& settings, const ClapAudioConfig& audio) {
  if (audio.specSize % audio.melBins != 0)
    settings.fail("spec_size", fmt::format("is {}, which is no multiple of num_mel_bins, {}", audio.specSize,
                                           audio.melBins));
  if (audio.specSize % audio.foldedParts() != 0 || audio.specSize % audio.patchStride != 0)
    settings.fail("spec_size", fmt::format("is {}, which cannot be cut into patches of {}", audio.specSize,
                                           audio.patchStride));
  if (audio.grid() > kWidestGrid)
    settings.fail("spec_size",
                  fmt::format("is {}, which makes more than {} patches a side", audio.specSize, kWidestGrid));
  if (audio.patchSize < audio.patchStride || (audio.patchSize - audio.patchStride) % 2 != 0)
    settings.fail("patch_size", fmt::format("is {}, which does not go with a stride of {}", audio.patchSize,
                                            audio.patchStride));
  if (audio.depths.empty() || audio.depths.size() > 8 || audio.heads.size() != audio.depths.size())
    settings.fail("depths", "and num_attention_heads must name as many stages, 8 at most");
  const std::int64_t patches = audio.windowSize * audio.windowSize;
  std::int64_t kept = 0;
  for (std::size_t stage = 0; stage < audio.depths.size(); ++stage) {
    const std::int64_t side = audio.side(stage);
    if (audio.grid() % (std::int64_t(1) << stage) != 0 || side % audio.windowSize != 0)
      settings.fail("window_size", fmt::format("is {}, which does not fill the {} patches a side of stage {}",
                                               audio.windowSize, side, stage + 1));
    if (audio.stageChannels(stage) % audio.heads[stage] != 0)
      settings.fail("num_attention_heads",
                    fmt::format("has {} for the {} channels of stage {}", audio.heads[stage],
                                audio.stageChannels(stage), stage + 1));
    kept += audio.depths[stage] * audio.heads[stage] * patches * patches;
    if (kept > kMostScores || side * side * patches * audio.heads[stage] > kMostScores)
      settings.fail("window_size", fmt::format("is {}, too much for so many blocks and heads as stage {} has",
                                               audio.windowSize, stage + 1));
  }
}

ClapAudioConfig readAudio(const JsonSettings& settings) {
  if (settings.flag("enable_fusion", false))
    settings.fail("enable_fusion", "is true; use a model without fusion, such as laion/clap-htsat-unfused");
  settings.word("hidden_act", "gelu", {"gelu"});
  settings.whole("patch_embed_input_channels", 1, 1, 1);
  ClapAudioConfig audio;
  audio.melBins = settings.whole("num_mel_bins", audio.melBins, 1, 1024);
  audio.specSize = settings.whole("spec_size", audio.specSize, 1, 1024);
  audio.patchSize = settings.wholes("patch_size", {audio.patchSize}, 1, 64).at(0);
  const auto strides = settings.wholes("patch_stride", {audio.patchStride, audio.patchStride}, 1, 64);
  if (strides.size() != 2 || strides[0] != strides[1])
    settings.fail("patch_stride", "must be the same in both directions");
  audio.patchStride = strides[0];
  audio.windowSize = settings.whole("window_size", audio.windowSize, 2, 16);
  audio.channels = settings.whole("patch_embeds_hidden_size", audio.channels, 1, 4096);
  audio.depths = settings.wholes("depths", audio.depths, 1, 64);
  audio.heads = settings.wholes("num_attention_heads", audio.heads, 1, 64);
  audio.mlpRatio = settings.number("mlp_ratio", audio.mlpRatio, 0.25, 16);
  audio.qkvBias = settings.flag("qkv_bias", audio.qkvBias);
  audio.patchNorm = settings.flag("enable_patch_layer_norm", audio.patchNorm);
  audio.normEpsilon = settings.number("layer_norm_eps", audio.normEpsilon, 0, 1);
  checkGrid(settings, audio);
  const std::int64_t last = audio.stageChannels(audio.depths.size() - 1);
  settings.whole("hidden_size", last, last, last);
  return audio;
}

ClapTextConfig readText(const JsonSettings& settings) {
  settings.word("hidden_act", "gelu", {"gelu"});
  settings.word("position_embedding_type", "absolute", {"absolute"});
  ClapTextConfig text;
  text.vocabulary = settings.whole("vocab_size", text.vocabulary, 4, 10'000'000);
  text.channels = settings.whole("hidden_size", text.channels, 1, 16384);
  text.layers = settings.whole("num_hidden_layers", text.layers, 1, 256);
  text.heads = settings.whole("num_attention_heads", text.heads, 1, 256);
  text.intermediate = settings.whole("intermediate_size", text.intermediate, 1, 65536);
  text.positions = settings.whole("max_position_embeddings", text.positions, 8, 65536);
  text.tokenTypes = settings.whole("type_vocab_size", text.tokenTypes, 1, 16);
  text.padding = settings.whole("pad_token_id", text.padding, 0, 4);
  text.normEpsilon = settings.number("layer_norm_eps", text.normEpsilon, 0, 1);
  if (text.channels % text.heads != 0)
    settings.fail("num_attention_heads", fmt::format("is {} for {} channels", text.heads, text.channels));
  return text;
}

}  // namespace

ClapConfig readClapConfig(const std::filesystem::path& file) {
  const JsonSettings settings(file);
  settings.word("model_type", "", {"clap"});
  settings.word("projection_hidden_act", "relu", {"relu"});
  return {readAudio(settings.within("audio_config")), readText(settings.within("text_config")),
          settings.whole("projection_dim", 512, 1, 16384)};
}

}  // namespace patchpilot
