#include "synth/space_init.h"

#include "base/error.h"
#include "base/lower_case.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace patchpilot {

namespace {

/// A name as a key: lower case, every other character an underscore.
std::string slug(const std::string& name) {
  std::string key;
  for (const char c : lowerCase(name)) key += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
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

/// The words of a name: runs of letters.
std::set<std::string> wordsOf(const std::string& name) {
  std::set<std::string> words;
  std::string word;
  for (const char c : lowerCase(name) + " ") {
    if (std::isalpha(static_cast<unsigned char>(c))) word += c;
    else if (!word.empty()) words.insert(std::exchange(word, ""));
  }
  return words;
}

/// Parameters that, moved at random, do no more than silence a synth, mistune it, or bring up
/// another of its programs: by their names. `parameterEffects` finds others by listening.
bool betterLeftAlone(const std::string& name) {
  static const char* const kPhrases[] = {
      "bypass",           "master vol",  "master gain",   "master level", "output gain", "output level",
      "output vol",       "main volume", "main level",    "volume out",   "out volume",  "out level",
      "out gain",         "master tune", "master tuning", "master pitch", "global tune", "global tuning",
      "transpose",        "tuning ref",  "tuning enab",   "tuning scale", "tuning key",  "tuning table",
      "micro tuning",     "microtuning", "ref pitch",     "ref note",     "reference",   "concert pitch",
      "pitch standard",   "a4 ",         "midi ch",       "polyphony",    "max voices",  "voice limit",
      "number of voices", "program",     "panic",         "pitch bend",   "pitchbend",   "bend range",
      "quality",          "oversampl",   "enabled",       "mono/poly",    "midi in",     "sample rate"};
  static const std::set<std::string> kWords = {"channel",   "bypass",       "panic",  "mpe",
                                               "scala",     "kbm",          "keymap", "latency",
                                               "freewheel", "freewheeling", "undo"};
  static const std::set<std::string> kWhole = {"on",        "active",  "volume", "tune",    "tuning", "gain",
                                               "freewheel", "latency", "voices", "output",  "master", "poly",
                                               "out",       "bank",    "a4",     "a4 (hz)", "solo",   "mute"};
  const std::string text = lowerCase(name);
  const bool phrase = std::any_of(std::begin(kPhrases), std::end(kPhrases),
                                  [&](const char* p) { return text.find(p) != std::string::npos; });
  const auto words = wordsOf(name);
  const bool word = std::any_of(words.begin(), words.end(), [](const auto& w) { return kWords.contains(w); });
  return phrase || word || kWhole.contains(text);
}

/// @param reason  why it is left out, as a comment; empty if it is not
std::string entry(const PluginParameter& p, const std::string& key, const std::string& reason) {
  std::string text = "[[parameter]]\n";
  text += fmt::format("key = {}\n", quoted(key));
  if (p.id != key) text += fmt::format("id = {}\n", quoted(p.id));
  text += fmt::format("name = {}\n", quoted(p.name));
  if (p.boolean || p.steps == 2) text += "kind = \"stepped\"\nsteps = 2\nlabels = [\"Off\", \"On\"]\n";
  else if (p.steps > 1 && p.steps <= 128) text += fmt::format("kind = \"stepped\"\nsteps = {}\n", p.steps);
  else text += "kind = \"continuous\"\nmin = 0.0\nmax = 1.0\n";
  if (!p.unit.empty()) text += fmt::format("unit = {}\n", quoted(p.unit));
  if (reason.empty()) return text + "\n";
  std::string result =
      fmt::format("# left at its default, {:.4g}{}: remove the marks to search it\n", p.defaultValue, reason);
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
    return pluginParameters(session.ask<LoadAnswer>(LoadRequest{plugin.format, plugin.path, plugin.id, {}, 0},
                                                    limits.load, limits.stop));
  } catch (const WorkerDied& death) {
    failPlugin("{} ({}) {} when it was opened", plugin.name, plugin.path, death.what());
  } catch (const WorkerRefused& refusal) {
    failPlugin("{} ({}) cannot be opened: {}", plugin.name, plugin.path, refusal.what());
  }
}

std::string firstSpace(const PluginInfo& plugin, const std::vector<PluginParameter>& parameters,
                       const std::string& name, const std::map<std::string, ParameterEffect>& effects) {
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
    std::string reason;
    const auto effect = effects.find(key);
    if (betterLeftAlone(p.name)) reason = ", as its name says that it is no matter of the sound";
    else if (p.steps > 128) reason = ", as it has so many steps";
    else if (effect != effects.end() && effect->second != ParameterEffect::changes)
      reason = fmt::format(" ({})", effectText(effect->second));
    text += entry(p, key, reason);
  }
  return text;
}

}  // namespace patchpilot
