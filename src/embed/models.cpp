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

/// A CLAP model of LAION's on Hugging Face: the projected embedding, and the style of the first two stages.
/// @param channels  of the first stage
Model clapModel(const std::string& folder, const std::string& title, const std::string& embedder, int channels) {
  Model model{folder, title, "Apache 2.0", {}, {}};
  for (const char* name : {"config.json", "preprocessor_config.json", "model.safetensors", "vocab.json", "merges.txt"})
    model.files.push_back({folder + "/" + name, "https://huggingface.co/laion/" + folder + "/resolve/main/" + name});
  model.files[3].forTexts = model.files[4].forTexts = true;
  const NetworkEmbedder projected{.name = embedder, .version = 1, .kind = NetworkKind::clap, .dimension = 512};
  // Two blocks in each of the two stages, the second of twice the channels, a mean and a deviation of each.
  const NetworkEmbedder style{.name = embedder + "-style", .version = 1, .kind = NetworkKind::clapStyle, .dimension = 2 * 2 * (channels + 2 * channels)};
  model.embedders = {projected, style};
  return model;
}

/// How long a CLAP network's vectors are stands in its configuration. What is wrong with that is told when the network is opened.
void readClapDimension(NetworkEmbedder& embedder) {
  const auto config = nlohmann::json::parse(readTextFile(embedder.files.front()), nullptr, false);
  try {
    if (embedder.kind == NetworkKind::clap) {
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
  const NetworkEmbedder openL3{.version = 1, .kind = NetworkKind::openL3};
  NetworkEmbedder small = openL3, large = openL3;
  small.name = "openl3-512";
  small.dimension = 512;
  large.name = "openl3-6144";
  large.dimension = 6144;
  const std::string openL3File = "openl3_audio_mel256_music-v0_4_0.h5.gz";
  return {{"openl3-music-mel256", "OpenL3, trained on music, mel256 (Cramer et al. 2019)", "CC BY 4.0",
           {{openL3File, "https://github.com/marl/openl3/raw/models/" + openL3File}}, {small, large}},
          clapModel("clap-htsat-unfused", "CLAP, trained on sounds and their descriptions (Wu et al. 2023)", "clap", 96),
          clapModel("larger_clap_music", "CLAP, larger, trained on music (Wu et al. 2023)", "clap-music", 128)};
}

Model readScripted(const fs::path& tomlFile) {
  toml::table table;
  try {
    table = toml::parse(readTextFile(tomlFile), tomlFile.string());
  } catch (const toml::parse_error& error) {
    failInput("{}:{}: {}", tomlFile.string(), error.source().begin.line, error.description());
  }
  const TomlReader reader(table, tomlFile.string(), "network");
  reader.allowOnly({"format", "version", "sample_rate_hz", "seconds", "dimension", "title", "licence"});
  if (const auto format = reader.required<int>("format"); format != 1) reader.fail("format", fmt::format("is {}; this program reads 1", format));
  NetworkEmbedder embedder;
  embedder.name = tomlFile.stem().string();
  embedder.kind = NetworkKind::torchScript;
  embedder.version = reader.required<int>("version");
  embedder.dimension = reader.required<int>("dimension");
  embedder.sampleRateHz = reader.required<double>("sample_rate_hz");
  embedder.seconds = reader.required<double>("seconds");
  if (embedder.dimension < 1 || embedder.dimension > 1'000'000) reader.fail("dimension", "must be from 1 to 1000000");
  if (!(embedder.sampleRateHz >= 1000 && embedder.sampleRateHz <= 768000)) reader.fail("sample_rate_hz", "must be from 1000 to 768000");
  if (!(embedder.seconds > 0 && embedder.seconds <= 600)) reader.fail("seconds", "must be above 0, and 600 at most");
  return {embedder.name, reader.optional<std::string>("title").value_or("TorchScript"),
          reader.optional<std::string>("licence").value_or("not told"), {{embedder.name + ".pt", ""}}, {embedder}};
}

/// What is wrong with a description is told when its model is asked for, and keeps no other from being used.
void addScripted(std::vector<Model>& all, const fs::path& tomlFile) {
  try {
    all.push_back(readScripted(tomlFile));
  } catch (const Error& error) {
    const std::string name = tomlFile.stem().string();
    std::error_code ignored;
    if (!fs::is_regular_file(tomlFile.parent_path() / (name + ".pt"), ignored)) return;
    NetworkEmbedder embedder;
    embedder.name = name;
    all.push_back({name, "a network whose description is wrong", "not told", {{name + ".pt", ""}}, {embedder}, error.what()});
  }
}

/// The TorchScript files that have a description, by name; of two of the same name the first folder's.
std::vector<Model> scriptedModels() {
  std::vector<Model> found;
  std::set<std::string> seen;
  for (const fs::path& folder : modelFolders()) {
    std::set<fs::path> files;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (entry.path().extension() == ".toml") files.insert(entry.path());
    for (const fs::path& file : files)
      if (seen.insert(file.stem().string()).second) addScripted(found, file);
  }
  return found;
}

}  // namespace

std::vector<Model> models() {
  std::vector<Model> all = publishedModels();
  for (Model& model : scriptedModels()) all.push_back(std::move(model));
  for (Model& model : all) {
    const auto files = modelFiles(model);
    for (NetworkEmbedder& embedder : model.embedders) {
      embedder.files = files.value_or(std::vector<fs::path>{});
      const bool isClap = embedder.kind == NetworkKind::clap || embedder.kind == NetworkKind::clapStyle;
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
