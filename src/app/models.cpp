#include "embed/models.h"
#include "app/commands.h"
#include "app/models_fetch.h"
#include "base/error.h"
#include "base/places.h"
#include "models/model_file.h"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <memory>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

nlohmann::json describe(const Model& model) {
  nlohmann::json files = nlohmann::json::array(), embedders = nlohmann::json::array();
  for (const ModelFile& file : model.files) {
    files.push_back({{"name", file.name}, {"url", file.url}});
    if (const auto path = modelFile(file)) files.back()["path"] = path->string();
    if (file.forTexts) files.back()["for_texts"] = true;
  }
  for (const auto& embedder : model.embedders)
    embedders.push_back(
        {{"name", embedder.name}, {"version", embedder.version}, {"dimension", embedder.dimension}});
  nlohmann::json described = {{"name", model.name},       {"title", model.title},
                              {"licence", model.licence}, {"installed", modelFiles(model).has_value()},
                              {"files", files},           {"embedders", embedders}};
  if (!model.problem.empty()) described["problem"] = model.problem;
  return described;
}

void print(const nlohmann::json& model) {
  fmt::print("{}  {}\n  {}\n", model.at("name").get<std::string>(),
             model.at("installed").get<bool>() ? "(installed)" : "(not installed)",
             model.at("title").get<std::string>());
  if (model.contains("problem"))
    return fmt::print("  problem    {}\n", model.at("problem").get<std::string>());
  std::string embedders;
  for (const auto& embedder : model.at("embedders"))
    embedders += fmt::format("{}{} ({} values)", embedders.empty() ? "" : ", ",
                             embedder.at("name").get<std::string>(), embedder.at("dimension").get<int>());
  fmt::print("  embedders  {}\n  licence    {}\n", embedders, model.at("licence").get<std::string>());
  for (const auto& file : model.at("files")) {
    fmt::print("  file       {}{}{}\n", file.value("path", file.at("name").get<std::string>()),
               file.contains("path") ? "" : " (missing)",
               file.contains("for_texts") ? " (for match --text)" : "");
    if (const auto url = file.at("url").get<std::string>(); !url.empty())
      fmt::print("  from       {}\n", url);
  }
}

void listModels(bool json) {
  nlohmann::json all = nlohmann::json::array();
  for (const Model& model : models()) all.push_back(describe(model));
  const std::string folder = modelFolders().front().string();
  if (json) return printJson({{"folder", folder}, {"models", all}});
  for (const auto& model : all) {
    print(model);
    fmt::print("\n");
  }
  fmt::print("'patchpilot models fetch NAME' downloads files; or put them, under the names above, into {}\n",
             folder);
}

/// A file, or the name of one in the folders of models.
fs::path resolveModel(const std::string& nameOrFile) {
  std::error_code ignored;
  if (fs::exists(nameOrFile, ignored)) return nameOrFile;
  for (const fs::path& folder : modelFolders())
    if (const fs::path file = folder / (nameOrFile + ".safetensors"); fs::is_regular_file(file, ignored))
      return file;
  failInput("{}: there is no such file, and no {}.safetensors in {}", nameOrFile, nameOrFile,
            modelFolders().front().string());
}

/// What was judged, as JSON; null if the file does not tell.
nlohmann::json judgedOf(const ModelAbout& about) {
  return nlohmann::json::parse(about.judged, nullptr, false).is_discarded()
             ? nlohmann::json()
             : nlohmann::json::parse(about.judged);
}

/// "trained/mss_of_best/10: 1.85", a line each.
void printFigures(const nlohmann::json& value, const std::string& name) {
  if (value.is_number()) return fmt::print("  {:<30} {:.4g}\n", name, value.get<double>());
  if (!value.is_object()) return;
  for (const auto& [key, inner] : value.items())
    printFigures(inner, name.empty() ? key : fmt::format("{}/{}", name, key));
}

void tellModel(const std::string& nameOrFile, bool json) {
  const fs::path path = resolveModel(nameOrFile);
  const Safetensors file(path);
  const ModelAbout about = readModelAbout(file);
  std::uint64_t weights = 0;
  for (const auto& [name, tensor] : file.tensors()) {
    std::uint64_t count = 1;
    for (const std::int64_t size : tensor.shape) count *= std::uint64_t(size);
    weights += count;
  }
  nlohmann::json document = metadataOf(about);
  document["file"] = path.string();
  document["weights"] = weights;
  document["judged"] = judgedOf(about);
  if (json) return printJson(document);
  fmt::print("{}: {}\n", path.string(), about.title.empty() ? "a trained " + about.kind : about.title);
  const std::pair<const char*, std::string> lines[] = {
      {"kind", about.kind},
      {"network", fmt::format("{}, {} weights", about.network, weights)},
      {"synth", about.synth},
      {"space", about.space},
      {"licence", about.licence},
      {"hears", fmt::format("{}, version {}", about.frontEnd, about.frontEndVersion)}};
  for (const auto& [name, text] : lines)
    if (!text.empty()) fmt::print("  {:<10} {}\n", name, text);
  fmt::print("judged on what was held back:\n");
  printFigures(document["judged"], "");
}

}  // namespace

void addModelsCommand(const Command& app) {
  auto json = std::make_shared<bool>(false);
  const auto command = app.subcommand(
      "models",
      "Networks that sounds can be compared by: what they need, from where, and whether it is there");
  command.flag("--json", *json, "Print JSON");
  const auto about = command.subcommand("info", "What a trained model is, and how well it does");
  auto file = std::make_shared<std::string>();
  about.option("file", *file, "The model: a file, or its name in the folders of models").required();
  about.flag("--json", *json, "Print JSON");
  about.run([file, json] { tellModel(*file, *json); });
  const auto fetched = addModelsFetchCommand(command);
  // Called after the subcommand, if there is one.
  command.run([file, json, fetched] {
    if (file->empty() && !*fetched) listModels(*json);
  });
}

}  // namespace patchpilot
