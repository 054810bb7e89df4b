#include "app/commands.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "base/text.h"
#include "match/recipe.h"

#include <fmt/format.h>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct ExplainArguments {
  SynthArguments synth;
  std::string file;
  std::string program;
  bool json = false;
};

const char* formatName(PresetFormat format) {
  switch (format) {
    case PresetFormat::fxp: return "VST2 preset";
    case PresetFormat::vstPreset: return "VST3 preset";
    case PresetFormat::lv2: return "LV2 preset";
  }
  return "";
}

json describe(const PresetFile& preset) {
  return {
      {"file", preset.path.string()},   {"program", preset.program}, {"format", formatName(preset.format)},
      {"synth_id", preset.synthId},     {"name", preset.name},       {"category", preset.category},
      {"author", preset.author},        {"comment", preset.comment}, {"bytes", preset.bytes.size()},
      {"parameters", preset.parameters}};
}

void printFacts(const PresetFile& preset) {
  fmt::print("{}: {} for {}, {} bytes{}\n", oneLine(preset.where()), formatName(preset.format),
             oneLine(preset.synthId), preset.bytes.size(),
             preset.parameters > 0 ? fmt::format(", {} parameters", preset.parameters) : "");
  const std::pair<const char*, const std::string&> fields[] = {{"name", preset.name},
                                                               {"category", preset.category},
                                                               {"author", preset.author},
                                                               {"comment", preset.comment}};
  for (const auto& [field, text] : fields)
    if (!text.empty()) fmt::print("  {:<9} {}\n", field, text);
  fmt::print("\n");
}

/// Lists what a folder or a file of several presets holds; what cannot be read is named, with the reason.
void list(const std::vector<fs::path>& paths, const ExplainArguments& options) {
  noteForeignFiles({options.file});
  json presets = json::array(), problems = json::array();
  std::size_t count = 0;
  for (const auto& path : paths) {
    try {
      for (const auto& preset : readPresets(path)) {
        ++count;
        if (options.json) presets.push_back(describe(preset));
        else
          fmt::print("{:<28}  {:<11}  {:<12}  {}\n", preset.name, formatName(preset.format),
                     oneLine(preset.synthId), oneLine(preset.where()));
      }
    } catch (const Error& error) {
      if (options.json) problems.push_back({{"file", path.string()}, {"problem", error.what()}});
      else fmt::print(stderr, "refused: {}\n", error.what());
    }
  }
  if (options.json) printJson({{"presets", presets}, {"refused", problems}});
  else if (count == 0) fmt::print("No presets of a format that is read here: .fxp, .fxb, .vstpreset, LV2\n");
  else fmt::print("{} presets in {} files\n", count, paths.size());
}

/// Prints the recipe, or why there is none: what the file is has been said then.
void explain(const PresetFile& preset, const ExplainArguments& options) {
  if (!options.json) printFacts(preset);
  noteMissingFiles(preset.where(), preset.bytes);
  json document = describe(preset);
  try {
    Synth synth(spaceFor(preset, options.synth), synthOptions(options.synth));
    const Recipe recipe = recipeOf(synth, patchOfPreset(preset, synth));
    document["space"] = synth.space().name;
    document["recipe"] = toJson(recipe);
    if (!options.json) fmt::print("{}", recipeText(recipe, preset.name));
  } catch (const Error& error) {
    if (!options.synth.space.empty()) throw;
    document["no_recipe"] = error.what();
    if (!options.json) fmt::print("No recipe: {}\n", error.what());
  }
  if (options.json) printJson(document);
}

void explainJson(const ExplainArguments& options) {
  Synth synth(spaceForJsonFile(options.file, options.synth), synthOptions(options.synth));
  const Recipe recipe = recipeOf(synth, readPatchFile(options.file, synth.space(), synth));
  if (options.json)
    printJson({{"file", options.file},
               {"format", "JSON"},
               {"space", synth.space().name},
               {"recipe", toJson(recipe)}});
  else fmt::print("{}", recipeText(recipe, oneLine(fs::path(options.file).stem().string())));
}

void explain(const ExplainArguments& options) {
  const fs::path file = options.file;
  if (file.extension() == ".json") return explainJson(options);
  const auto paths = presetPathsUnder(file);
  if (paths.size() != 1 || paths.front() != file) return list(paths, options);
  auto presets = readPresets(file);
  if (!options.program.empty()) {
    std::erase_if(presets, [&](const auto& preset) { return !preset.isCalled(options.program); });
    if (presets.empty())
      failUsage("{} holds no preset '{}'; without --program its presets are listed", options.file,
                options.program);
    presets.resize(1);
  }
  if (presets.size() == 1) explain(presets.front(), options);
  else list(paths, options);
}

}  // namespace

void addExplainCommand(const Command& app) {
  auto o = std::make_shared<ExplainArguments>();
  const auto command = app.subcommand("explain", "Say what a preset file is, and how to dial it in by hand");
  command
      .option("file", o->file,
              "A .fxp, .fxb, .vstpreset, LV2 bundle or .json; of a folder, its presets are listed")
      .required();
  command.option("--program", o->program,
                 "Which preset, where the file holds several: its name, number or URI");
  command.option("--space", o->synth.space,
                 "Parameter space to describe it with; found among those installed without it");
  addSynthOptions(command, o->synth, false);
  command.flag("--json", o->json, "Print JSON");
  command.run([o] { explain(*o); });
}

}  // namespace patchpilot
