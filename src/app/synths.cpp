#include "app/commands.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "synth/catalogue.h"
#include "synth/parameter_space.h"
#include "wire/plugin_json.h"

#include <fmt/format.h>
#include <unistd.h>

namespace patchpilot {

namespace {

struct SynthsArguments {
  std::vector<std::string> files;
  bool rescan = false;
  bool all = false;
  bool json = false;
  double limitSeconds = 30;
};

std::vector<std::string> fittingSpaces(const PluginInfo& plugin, const std::vector<ParameterSpace>& spaces) {
  std::vector<std::string> names;
  for (const auto& space : spaces)
    if (space.synthFormat == plugin.format && space.synthId == plugin.id) names.push_back(space.name);
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string problemText(const PluginProblem& problem) {
  std::string text = problem.path.find(problem.name) == std::string::npos
                         ? fmt::format("{} ({})", problem.name, problem.path)
                         : problem.path;
  text += ": " + problem.problem;
  if (problem.remembered) text += " (at an earlier scan; --rescan tries again)";
  return text;
}

/// Plug-ins that are installed, and are no instruments: a user who misses one sees that it was found.
void printOthers(const std::vector<PluginInfo>& others, bool all) {
  if (others.empty()) return;
  fmt::print("Not listed: {} LV2 plug-in{} that play{} no notes{}\n", others.size(),
             others.size() == 1 ? "" : "s", others.size() == 1 ? "s" : "", all ? ":" : " (--all names them)");
  for (const auto& plugin : others)
    if (all) fmt::print("  {} ({})\n", plugin.name, plugin.id);
}

void printTable(const Catalogue& catalogue, const std::vector<ParameterSpace>& spaces, bool all) {
  std::size_t width = 4, versionWidth = 7;
  for (const auto& plugin : catalogue.plugins) {
    width = std::max(width, plugin.name.size());
    versionWidth = std::max(versionWidth, plugin.version.size());
  }
  fmt::print("{:<{}}  {:<6}  {:<{}}  {:>10}  {}\n", "NAME", width, "FORMAT", "VERSION", versionWidth,
             "PARAMETERS", "SPACES");
  for (const auto& plugin : catalogue.plugins)
    fmt::print("{:<{}}  {:<6}  {:<{}}  {:>10}  {}\n", plugin.name, width, plugin.format, plugin.version,
               versionWidth, plugin.parameters, joined(fittingSpaces(plugin, spaces)));
  if (catalogue.plugins.empty())
    fmt::print("No instruments found. Debian's mda-lv2 has two: apt-get install mda-lv2\n");
  printOthers(catalogue.others, all);
  for (const auto& problem : catalogue.problems) fmt::print(stderr, "skipped: {}\n", problemText(problem));
}

void printMachineReadable(const Catalogue& catalogue, const std::vector<ParameterSpace>& spaces) {
  nlohmann::json plugins = nlohmann::json::array(), problems = nlohmann::json::array(),
                 others = nlohmann::json::array();
  for (const auto& p : catalogue.plugins) {
    plugins.push_back(toJson(p));
    plugins.back()["spaces"] = fittingSpaces(p, spaces);
  }
  for (const auto& p : catalogue.problems)
    problems.push_back(
        {{"path", p.path}, {"name", p.name}, {"problem", p.problem}, {"remembered", p.remembered}});
  for (const auto& p : catalogue.others) others.push_back({{"name", p.name}, {"id", p.id}});
  printJson({{"synths", plugins}, {"skipped", problems}, {"others", others}});
}

void listSynths(const SynthsArguments& options) {
  ScanOptions scan;
  for (const auto& file : options.files) scan.files.emplace_back(file);
  scan.rescan = options.rescan;
  scan.limits.load = options.limitSeconds;
  scan.limits.stop = interruptToken();
  if (::isatty(STDERR_FILENO))
    scan.onScan = [](const std::string& path) { fmt::print(stderr, "\r\033[Klooking into {}", path); };
  const Catalogue catalogue = scanPlugins(scan);
  if (scan.onScan) fmt::print(stderr, "\r\033[K");
  std::vector<std::string> problems;
  const auto spaces = installedSpaces(&problems);
  for (const auto& problem : problems) fmt::print(stderr, "skipped: {}\n", problem);
  if (options.json) printMachineReadable(catalogue, spaces);
  else printTable(catalogue, spaces, options.all);
}

}  // namespace

void addSynthsCommand(const Command& app) {
  auto options = std::make_shared<SynthsArguments>();
  const auto command =
      app.subcommand("synths", "List the instruments found (VST3, LV2), and which spaces fit them");
  command.option("files", options->files,
                 "Plug-ins (.vst3, LV2 bundles), or folders of them, besides those in the standard places");
  command.flag("--rescan", options->rescan, "Look into every plug-in again, changed or not");
  command.option("--limit", options->limitSeconds, "Seconds that a plug-in may take to open")
      .aboveZero()
      .showDefault();
  command.flag("--all", options->all, "Name the LV2 plug-ins too that play no notes");
  command.flag("--json", options->json, "Print JSON");
  command.run([options] { listSynths(*options); });
}

}  // namespace patchpilot
