#include "synth/space_init.h"

#include "base/error.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace patchpilot {

namespace {

std::string lower(std::string text) {
  for (char& c : text) c = char(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// A name as a key: lower case, every other character an underscore.
std::string slug(const std::string& name) {
  std::string key;
  for (const char c : lower(name)) key += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return key.empty() ? "parameter" : key;
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) result += c;
  }
  return result + "\"";
}

/// Parameters that, moved at random, do no more than silence a synth, mistune it, or bring up
/// another of its programs.
bool betterLeftAlone(const std::string& name) {
  static const char* const kWords[] = {
      "bypass",     "master vol", "master gain", "output gain",  "main volume", "volume out", "master tune",
      "transpose",  "polyphony",  "program",     "midi channel", "panic",       "pitch bend", "pitchbend",
      "bend range", "quality",    "oversampl",   "enabled",      "mono/poly"};
  const std::string text = lower(name);
  const bool word = std::any_of(std::begin(kWords), std::end(kWords),
                                [&](const char* w) { return text.find(w) != std::string::npos; });
  static const std::set<std::string> kWhole = {"on",     "active", "volume",    "tune",
                                               "tuning", "gain",   "freewheel", "latency"};
  return word || kWhole.contains(text);
}

std::string entry(const PluginParameter& p, const std::string& key, bool commented) {
  std::string text = "[[parameter]]\n";
  text += fmt::format("key = {}\n", quoted(key));
  if (p.id != key) text += fmt::format("id = {}\n", quoted(p.id));
  text += fmt::format("name = {}\n", quoted(p.name));
  if (p.boolean || p.steps == 2) text += "kind = \"stepped\"\nsteps = 2\nlabels = [\"Off\", \"On\"]\n";
  else if (p.steps > 1 && p.steps <= 128) text += fmt::format("kind = \"stepped\"\nsteps = {}\n", p.steps);
  else text += "kind = \"continuous\"\nmin = 0.0\nmax = 1.0\n";
  if (!p.unit.empty()) text += fmt::format("unit = {}\n", quoted(p.unit));
  if (!commented) return text + "\n";
  std::string result =
      fmt::format("# left at its default, {:.4g}: remove the marks to search it\n", p.defaultValue);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    result += "# " + text.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return result + "\n";
}

}  // namespace

std::vector<PluginParameter> probeParameters(const PluginInfo& plugin, const WorkerLimits& limits) {
  try {
    WorkerSession session;
    return pluginParameters(
        session.ask<LoadAnswer>(LoadRequest{plugin.format, plugin.path, plugin.id, {}, 0}, limits.load));
  } catch (const WorkerDied& death) {
    failPlugin("{} ({}) {} when it was opened", plugin.name, plugin.path, death.what());
  } catch (const WorkerRefused& refusal) {
    failPlugin("{} ({}) cannot be opened: {}", plugin.name, plugin.path, refusal.what());
  }
}

std::string firstSpace(const PluginInfo& plugin, const std::vector<PluginParameter>& parameters,
                       const std::string& name) {
  std::string text = fmt::format(
      "# A first parameter space for {}, from what the plug-in reports of itself. Narrow the ranges, group "
      "the\n"
      "# parameters in [[section]]s and hold what should not vary, and matches get better.\n"
      "format = 1\nname = {}\ntitle = {}\ndescription = {}\n\n[synth]\nformat = {}\nid = {}\nname = {}\n\n",
      plugin.name, quoted(name), quoted(plugin.name),
      quoted("All parameters of " + plugin.name + " as it reports them"), quoted(plugin.format),
      quoted(plugin.id), quoted(plugin.name));
  std::set<std::string> keys;
  for (const auto& p : parameters) {
    std::string key = plugin.format == "LV2" ? p.id : slug(p.name);
    for (int n = 2; !keys.insert(key).second; ++n) key = fmt::format("{}_{}", slug(p.name), n);
    text += entry(p, key, betterLeftAlone(p.name) || p.steps > 128);
  }
  return text;
}

}  // namespace patchpilot
