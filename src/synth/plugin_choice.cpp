#include "synth/plugin_choice.h"

#include "base/error.h"

#include <cctype>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

std::string simplified(const std::string& name) {
  std::string text;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u)) text += char(std::tolower(u));
    else if (!text.empty() && text.back() != '-') text += '-';
  }
  while (!text.empty() && text.back() == '-') text.pop_back();
  return text.empty() ? "space" : text;
}

[[noreturn]] void failNoInstrument(const std::string& wanted, const Catalogue& catalogue) {
  const auto isMeant = [&](const std::string& name, const std::string& id) {
    return id == wanted || (!name.empty() && simplified(name).find(simplified(wanted)) != std::string::npos);
  };
  for (const auto& problem : catalogue.problems)
    if (isMeant(problem.name, problem.path))
      failPlugin("{} ({}) cannot be opened: {}", problem.name, problem.path, problem.problem);
  for (const auto& other : catalogue.others)
    if (isMeant(other.name, other.id))
      failPlugin("{} ({}) plays no notes: it is an effect, or makes no sound of its own", other.name,
                 other.id);
  failPlugin("no instrument '{}' is installed; 'patchpilot synths' lists those that are", wanted);
}

}  // namespace

PluginInfo choosePlugin(const std::string& wanted, ScanOptions scan) {
  std::error_code error;
  const bool isFile = wanted.find('/') != std::string::npos && fs::is_directory(wanted, error);
  if (isFile) scan.files.emplace_back(wanted);
  const Catalogue catalogue = scanPlugins(scan);
  std::vector<PluginInfo> found;
  for (const auto& plugin : catalogue.plugins) {
    const bool sameFile =
        isFile && fs::weakly_canonical(plugin.bundle) == fs::weakly_canonical(fs::path(wanted) / "");
    if (plugin.id == wanted || sameFile || simplified(plugin.name) == simplified(wanted))
      found.push_back(plugin);
  }
  if (found.empty())
    for (const auto& plugin : catalogue.plugins)
      if (simplified(plugin.name).find(simplified(wanted)) != std::string::npos) found.push_back(plugin);
  if (found.empty()) failNoInstrument(wanted, catalogue);
  if (found.size() > 1) {
    std::string list;
    for (const auto& plugin : found)
      list += fmt::format("{}{} ({}, {})", list.empty() ? "" : ", ", plugin.name, plugin.format, plugin.id);
    failUsage("'{}' may be any of {}; name one by what stands last in the brackets", wanted, list);
  }
  return found.front();
}

}  // namespace patchpilot
