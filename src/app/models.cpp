#include "app/commands.h"
#include "base/places.h"
#include "embed/models.h"

#include <fmt/format.h>

#include <memory>

namespace patchpilot {

namespace {

nlohmann::json describe(const Model& model) {
  nlohmann::json files = nlohmann::json::array(), embedders = nlohmann::json::array();
  const auto found = modelFiles(model);
  for (std::size_t i = 0; i < model.files.size(); ++i) {
    files.push_back({{"name", model.files[i].name}, {"url", model.files[i].url}});
    if (found && i < found->size()) files.back()["path"] = (*found)[i].string();
    if (model.files[i].forTexts) files.back()["for_texts"] = true;
  }
  for (const auto& embedder : model.embedders)
    embedders.push_back({{"name", embedder.name}, {"version", embedder.version}, {"dimension", embedder.dimension}});
  return {{"name", model.name}, {"title", model.title}, {"licence", model.licence}, {"installed", found.has_value()},
          {"files", files}, {"embedders", embedders}};
}

void print(const nlohmann::json& model) {
  fmt::print("{}  {}\n  {}\n", model.at("name").get<std::string>(), model.at("installed").get<bool>() ? "(installed)" : "(not installed)",
             model.at("title").get<std::string>());
  std::string embedders;
  for (const auto& embedder : model.at("embedders"))
    embedders += fmt::format("{}{} ({} values)", embedders.empty() ? "" : ", ", embedder.at("name").get<std::string>(), embedder.at("dimension").get<int>());
  fmt::print("  embedders  {}\n  licence    {}\n", embedders, model.at("licence").get<std::string>());
  for (const auto& file : model.at("files")) {
    fmt::print("  file       {}{}\n", file.value("path", file.at("name").get<std::string>()), file.contains("for_texts") ? " (for match --text)" : "");
    if (const auto url = file.at("url").get<std::string>(); !url.empty()) fmt::print("  from       {}\n", url);
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
  fmt::print("Put files as they are published, under the names above, into {}\n", folder);
}

}  // namespace

void addModelsCommand(CLI::App& app) {
  auto json = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("models", "Networks that sounds can be compared by: what they need, from where, and whether it is there");
  command->add_flag("--json", *json, "Print JSON");
  command->callback([json] { run(*json); });
}

}  // namespace patchpilot
