#include "app/commands.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "synth/parameter_kind.h"
#include "synth/plugin_choice.h"
#include "synth/space_init.h"
#include "synth/tuning.h"

#include <fmt/format.h>

#include <filesystem>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

std::string rangeText(const ParameterSpec& p) {
  std::string text;
  if (p.kind == ParameterKind::categorical) {
    for (const auto& choice : p.choices) text += (text.empty() ? "" : ", ") + choice.label;
    return text;
  }
  text = p.text(p.min).value_or(fmt::format("{:g}", p.min)) + " to " +
         p.text(p.max).value_or(fmt::format("{:g}", p.max));
  if (p.kind == ParameterKind::stepped) text += fmt::format(" in {} steps", p.steps);
  if (p.constant)
    text += fmt::format(", {:.0f} % of the time {}", 100 * p.constantProbability,
                        p.text(*p.constant).value_or(fmt::format("{:g}", *p.constant)));
  return text;
}

void show(const std::string& name, bool json) {
  const ParameterSpace space = loadSpace(name);
  if (json) {
    nlohmann::json parameters = nlohmann::json::array();
    for (const auto& p : space.parameters) {
      nlohmann::json choices = nlohmann::json::array();
      for (const auto& c : p.choices)
        choices.push_back({{"label", c.label}, {"value", c.value}, {"weight", c.weight}});
      parameters.push_back({{"key", p.key},
                            {"id", p.id},
                            {"name", p.name},
                            {"section", p.section},
                            {"kind", nameOf(p.kind)},
                            {"min", p.min},
                            {"max", p.max},
                            {"steps", p.steps},
                            {"choices", choices},
                            {"constant", p.constant ? nlohmann::json(*p.constant) : nlohmann::json()},
                            {"constant_probability", p.constantProbability}});
    }
    nlohmann::json symmetries = nlohmann::json::array();
    for (const auto& s : space.symmetries) symmetries.push_back({{"name", s.name}, {"members", s.members}});
    nlohmann::json carries = nlohmann::json::array(), lfos = nlohmann::json::array(),
                   gates = nlohmann::json::array(), tunings = nlohmann::json::array();
    for (const auto& c : space.carries) carries.push_back({{"fine", c.fine}, {"coarse", c.coarse}});
    for (const auto& t : tuningsOf(space)) {
      nlohmann::json keys = nlohmann::json::array();
      for (const std::size_t i : t.parameters) keys.push_back(space.parameters[i].key);
      tunings.push_back({{"parameters", keys}, {"semitones", t.semitones}, {"part", t.part}});
    }
    for (const auto& l : space.lfos)
      lfos.push_back({{"rate", l.rate}, {"hertz", l.hertz}, {"depths", l.depths}});
    for (const auto& g : space.gates) gates.push_back({{"closed", g.closed}, {"silences", g.silences}});
    printJson({{"name", space.name},
               {"title", space.title},
               {"file", space.file},
               {"fingerprint", space.fingerprint()},
               {"synth", {{"format", space.synthFormat}, {"id", space.synthId}, {"name", space.synthName}}},
               {"parameters", parameters},
               {"symmetries", symmetries},
               {"carries", carries},
               {"tunings", tunings},
               {"lfos", lfos},
               {"gates", gates}});
    return;
  }
  fmt::print("{} ({}), for {} ({})\n{}\n{} parameters; {}\n", space.title, space.name, space.synthName,
             space.synthFormat, space.description, space.parameters.size(), space.file);
  std::size_t keyWidth = 0, nameWidth = 0;
  for (const auto& p : space.parameters) {
    keyWidth = std::max(keyWidth, p.key.size());
    nameWidth = std::max(nameWidth, p.name.size());
  }
  const auto printSection = [&](const std::string& key, const std::string& title) {
    bool first = true;
    for (const auto& p : space.parameters) {
      if (p.section != key) continue;
      if (std::exchange(first, false)) fmt::print("\n{}\n", title);
      fmt::print("  {:<{}}  {:<{}}  {:<11}  {}\n", p.key, keyWidth, p.name, nameWidth, nameOf(p.kind),
                 rangeText(p));
    }
  };
  for (const auto& section : space.sections) printSection(section.key, section.title);
  printSection("", "Other");
}

void check(const SynthArguments& arguments, bool json) {
  Synth synth(loadSpace(arguments.space), synthOptions(arguments));
  // The middle of the space goes through the plug-in once, so that a base that it refuses is found.
  const Patch patch = Patch::point(synth.space().draw(1, 0));
  const auto texts = synth.texts(patch);
  if (json)
    printJson({{"space", synth.space().name},
               {"synth", synth.plugin().name},
               {"version", synth.plugin().version},
               {"path", synth.plugin().path},
               {"parameters", synth.space().parameters.size()},
               {"plugin_parameters", synth.parameters().size()},
               {"fits", true}});
  else
    fmt::print("{} fits {} ({}): all {} parameters are there, of the plug-in's {}\n", synth.space().name,
               synth.plugin().fullName(), synth.plugin().path, texts.size(), synth.parameters().size());
}

struct InitArguments {
  std::string plugin;
  std::string out;
  std::string name;
  bool force = false;
  bool listens = true;
};

/// What is heard of each parameter that a first space would search.
std::map<std::string, ParameterEffect> heardEffects(const std::string& space,
                                                    const InitArguments& arguments) {
  SynthOptions options;
  options.limits.answer = 5;  // of a plug-in that hangs with some values
  options.limits.stop = options.scan.limits.stop = interruptToken();
  if (arguments.plugin.find('/') != std::string::npos && fs::exists(arguments.plugin))
    options.scan.files.emplace_back(arguments.plugin);
  const Synth synth(parseSpace(space, arguments.out), options);
  Progress progress("listening", false);
  auto effects = parameterEffects(
      synth, [&](double share) { progress.update(share, 1, ""); }, interruptToken());
  std::map<ParameterEffect, std::string> held;
  for (const auto& [key, effect] : effects)
    if (effect != ParameterEffect::changes) held[effect] += (held[effect].empty() ? "" : ", ") + key;
  for (const auto& [effect, keys] : held)
    fmt::print(stderr, "note: left at their defaults, as {} in the patches that were tried: {}\n",
               effectText(effect), keys);
  if (effects.empty() && !synth.space().parameters.empty())
    fmt::print(stderr, "note: none of the patches that were tried makes a sound; check the space by hand\n");
  return effects;
}

void init(const InitArguments& arguments) {
  if (fs::exists(arguments.out) && !arguments.force)
    failUsage("{} exists already; choose another place, or replace it with --force", arguments.out);
  const WorkerLimits limits{.stop = interruptToken()};
  const PluginInfo plugin = choosePlugin(arguments.plugin, {.limits = limits});
  const std::string name =
      arguments.name.empty() ? oneLine(fs::path(arguments.out).stem().string()) : arguments.name;
  const auto parameters = probeParameters(plugin, limits);
  std::string text = firstSpace(plugin, parameters, name);
  if (arguments.listens) text = firstSpace(plugin, parameters, name, heardEffects(text, arguments));
  const std::size_t count = parseSpace(text, arguments.out).parameters.size();
  writeFileAtomically(arguments.out, text);
  if (count == 0) {
    fmt::print(
        "{}: {} shows {} to hosts, so none can be searched; its presets can be added, heard and matched\n"
        "Next: patchpilot library add --factory --space {} --library {}.db, or with the folder of its "
        "presets\n",
        arguments.out, plugin.name, parameters.empty() ? "no parameters" : "no parameters of the sound",
        arguments.out, name);
    return;
  }
  fmt::print("{}: {} parameters of {}\nNext: patchpilot library build --space {} --count 2000 --out {}.db\n",
             arguments.out, count, plugin.name, arguments.out, name);
}

}  // namespace

void addSpaceCommand(const Command& app) {
  const auto space =
      app.subcommand("space", "Look at parameter spaces, check them, write a first one for a plug-in");
  space.requireSubcommand();

  auto name = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  const auto showCommand = space.subcommand("show", "Print a space: its sections, parameters and ranges");
  showCommand.option("space", *name, "A name, or a .toml file").required();
  showCommand.flag("--json", *json, "Print JSON");
  showCommand.run([name, json] { show(*name, *json); });

  auto arguments = std::make_shared<SynthArguments>();
  const auto checkCommand = space.subcommand("check", "Check a space against the plug-in that is installed");
  checkCommand.option("space", arguments->space, "A name, or a .toml file").required();
  checkCommand.option("--base", arguments->base, "Base preset to check with it");
  addSynthOptions(checkCommand, *arguments, false);
  checkCommand.flag("--json", *json, "Print JSON");
  checkCommand.run([arguments, json] { check(*arguments, *json); });

  auto a = std::make_shared<InitArguments>();
  const auto initCommand =
      space.subcommand("init", "Write a first space for any instrument from what it reports of itself");
  initCommand.option("plugin", a->plugin, "Its name, LV2 URI, VST3 class id, or file").required();
  initCommand.option("-o,--out", a->out, "The .toml to write").required();
  initCommand.option("--name", a->name, "Name of the space (that of the file if left out)");
  initCommand.flag("--force", a->force, "Replace the file if it exists");
  initCommand.flag(
      "--listen,!--no-listen", a->listens,
      "Play the plug-in, and leave parameters at their defaults of which nothing is heard, or that "
      "only mute, retune or change the level (on)");
  initCommand.run([a] { init(*a); });
}

}  // namespace patchpilot
