#include "embed/models.h"

#include "base/files.h"
#include "base/places.h"
#include "base/toml_reader.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// Names in the module of networks.
constexpr const char *kClap = "clap", *kClapStyle = "clap-style", *kClapText = "clap-text";

/// A CLAP model of LAION's on Hugging Face: the projected embedding, and the style of the first two stages.
/// @param channels  of the first stage
Model clapModel(const std::string& folder, const std::string& title, const std::string& embedder,
                int channels) {
  Model model{folder, title, "Apache 2.0", {}, {}};
  for (const char* name :
       {"config.json", "preprocessor_config.json", "model.safetensors", "vocab.json", "merges.txt"})
    model.files.push_back(
        {folder + "/" + name, "https://huggingface.co/laion/" + folder + "/resolve/main/" + name});
  model.files[3].forTexts = model.files[4].forTexts = true;
  const NetworkEmbedder projected{
      .name = embedder, .dimension = 512, .network = kClap, .textNetwork = kClapText};
  // Two blocks in each of the two stages, the second of twice the channels, a mean and a deviation of each.
  const NetworkEmbedder style{
      .name = embedder + "-style", .dimension = 2 * 2 * (channels + 2 * channels), .network = kClapStyle};
  model.embedders = {projected, style};
  return model;
}

/// How long a CLAP network's vectors are stands in its configuration. What is wrong with that is told when
/// the network is opened.
void readClapDimension(NetworkEmbedder& embedder) {
  const auto config = nlohmann::json::parse(readTextFile(embedder.files.front()), nullptr, false);
  try {
    if (embedder.network == kClap) {
      embedder.dimension = config.value("projection_dim", embedder.dimension);
      return;
    }
    const auto& audio = config.at("audio_config");
    const int channels = audio.value("patch_embeds_hidden_size", 96);
    const auto depths = audio.value("depths", std::vector<int>{2, 2});
    embedder.dimension = 2 * channels * (depths.at(0) + 2 * depths.at(1));
  } catch (const std::exception&) {
  }
}

/// Models that others have published. None of them is part of this program.
std::vector<Model> publishedModels() {
  const NetworkEmbedder small{.name = "openl3-512", .dimension = 512, .network = "openl3"},
      large{.name = "openl3-6144", .dimension = 6144, .network = "openl3"};
  const std::string openL3File = "openl3_audio_mel256_music-v0_4_0.h5.gz";
  return {
      {"openl3-music-mel256",
       "OpenL3, trained on music, mel256 (Cramer et al. 2019)",
       "CC BY 4.0",
       {{openL3File, "https://github.com/marl/openl3/raw/models/" + openL3File}},
       {small, large}},
      clapModel("clap-htsat-unfused", "CLAP, trained on sounds and their descriptions (Wu et al. 2023)",
                "clap", 96),
      clapModel("larger_clap_music", "CLAP, larger, trained on music (Wu et al. 2023)", "clap-music", 128)};
}

/// What a TOML file beside weights says.
Model readDescribed(const fs::path& tomlFile) {
  toml::table table;
  try {
    table = toml::parse(readTextFile(tomlFile), tomlFile.string());
  } catch (const toml::parse_error& error) {
    failInput("{}:{}: {}", tomlFile.string(), error.source().begin.line, error.description());
  }
  const TomlReader reader(table, tomlFile.string(), "network");
  if (const auto format = reader.required<int>("format"); format != 1)
    reader.fail("format", fmt::format("is {}; this program reads 1", format));
  const std::string kind = reader.optional<std::string>("kind").value_or("torchscript");
  if (kind != "torchscript" && kind != "trained")
    reader.fail("kind", fmt::format("is '{}'; this program knows torchscript and trained", kind));
  const bool trained = kind == "trained";
  if (trained) reader.allowOnly({"format", "kind", "version", "dimension", "synth", "title", "licence"});
  else
    reader.allowOnly(
        {"format", "kind", "version", "sample_rate_hz", "seconds", "dimension", "title", "licence"});
  NetworkEmbedder embedder;
  embedder.name = tomlFile.stem().string();
  embedder.version = reader.required<int>("version");
  embedder.dimension = reader.required<int>("dimension");
  if (embedder.dimension < 1 || embedder.dimension > 1'000'000)
    reader.fail("dimension", "must be from 1 to 1000000");
  const std::string licence = reader.optional<std::string>("licence").value_or("not told");
  if (trained) {
    embedder.network = "sound-image";
    embedder.input = ImageInput{reader.required<std::string>("synth")};
  } else {
    embedder.network = "torchscript";
    const WaveformInput input{reader.required<double>("sample_rate_hz"), reader.required<double>("seconds")};
    if (!(input.sampleRateHz >= 1000 && input.sampleRateHz <= 768000))
      reader.fail("sample_rate_hz", "must be from 1000 to 768000");
    if (!(input.seconds > 0 && input.seconds <= 600))
      reader.fail("seconds", "must be above 0, and 600 at most");
    embedder.input = input;
  }
  return {embedder.name,
          reader.optional<std::string>("title").value_or(trained ? "Trained by 'patchpilot train embedder'"
                                                                 : "TorchScript"),
          licence,
          {{embedder.name + (trained ? ".safetensors" : ".pt"), ""}},
          {embedder}};
}

/// What is wrong with a description is told when its model is asked for, and keeps no other from being used.
void addDescribed(std::vector<Model>& all, const fs::path& tomlFile) {
  try {
    all.push_back(readDescribed(tomlFile));
  } catch (const Error& error) {
    NetworkEmbedder embedder;
    embedder.name = tomlFile.stem().string();
    for (const char* kind : {".pt", ".safetensors"}) {
      const std::string weights = embedder.name + kind;
      std::error_code ignored;
      if (!fs::is_regular_file(tomlFile.parent_path() / weights, ignored)) continue;
      all.push_back({embedder.name,
                     "a network whose description is wrong",
                     "not told",
                     {{weights, ""}},
                     {embedder},
                     error.what()});
      return;
    }
  }
}

/// The weights that have a description, by name; of two of the same name the first folder's.
std::vector<Model> describedModels() {
  std::vector<Model> found;
  std::set<std::string> seen;
  for (const fs::path& folder : modelFolders()) {
    std::set<fs::path> files;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (entry.path().extension() == ".toml") files.insert(entry.path());
    for (const fs::path& file : files)
      if (seen.insert(file.stem().string()).second) addDescribed(found, file);
  }
  return found;
}

}  // namespace

std::vector<Model> models() {
  std::vector<Model> all = publishedModels();
  for (Model& model : describedModels()) all.push_back(std::move(model));
  for (Model& model : all) {
    const auto files = modelFiles(model);
    for (NetworkEmbedder& embedder : model.embedders) {
      embedder.files = files.value_or(std::vector<fs::path>{});
      const bool isClap = embedder.network == kClap || embedder.network == kClapStyle;
      if (isClap && !embedder.files.empty()) readClapDimension(embedder);
    }
  }
  return all;
}

std::optional<fs::path> modelFile(const ModelFile& file) {
  std::error_code ignored;  // a folder that may not be read holds none
  for (const fs::path& folder : modelFolders())
    if (fs::is_regular_file(folder / file.name, ignored)) return folder / file.name;
  return std::nullopt;
}

std::optional<std::vector<fs::path>> modelFiles(const Model& model) {
  std::vector<fs::path> found;
  for (const ModelFile& file : model.files) {
    if (file.forTexts) continue;
    const auto path = modelFile(file);
    if (!path) return std::nullopt;
    found.push_back(*path);
  }
  return found;
}

}  // namespace patchpilot
