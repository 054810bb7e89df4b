#include "embed/models.h"
#include "app/commands.h"
#include "app/models_fetch.h"
#include "base/places.h"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <memory>

namespace patchpilot {

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

void run(bool json) {
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

}  // namespace

void addModelsCommand(const Command& app) {
  auto json = std::make_shared<bool>(false);
  const auto command = app.subcommand(
      "models",
      "Networks that sounds can be compared by: what they need, from where, and whether it is there");
  command.flag("--json", *json, "Print JSON");
  const auto fetched = addModelsFetchCommand(command);
  command.run([json, fetched] {
    if (!*fetched) run(*json);
  });
}

}  // namespace patchpilot
