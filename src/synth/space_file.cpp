#include "synth/parameter_space.h"

#include "base/error.h"
#include "base/files.h"
#include "base/places.h"
#include "base/toml_reader.h"
#include "synth/parameter_kind.h"
#include "synth/tuning.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

using Reader = TomlReader;

ParameterKind kindOf(const Reader& reader) {
  const auto kind = reader.required<std::string>("kind");
  for (const auto known : {ParameterKind::continuous, ParameterKind::stepped, ParameterKind::categorical})
    if (kind == nameOf(known)) return known;
  reader.fail("kind", fmt::format("is '{}'; it may be continuous, stepped or categorical", kind));
}

float normalizedValue(const Reader& reader, const char* key, double value) {
  if (!(value >= 0 && value <= 1))
    reader.fail(key, fmt::format("is {}; values are normalized, 0 to 1", value));
  return float(value);
}

std::vector<Choice> readChoices(const Reader& reader, const std::string& file, const std::string& what) {
  std::vector<Choice> choices;
  const auto* array = reader.table().get_as<toml::array>("choices");
  if (array == nullptr || array->empty())
    reader.fail("choices", "is missing: a categorical parameter lists them");
  for (const auto& item : *array) {
    if (!item.is_table()) reader.fail("choices", "holds something that is no table");
    const Reader choice(*item.as_table(), file, what + ", choice");
    choice.allowOnly({"label", "value", "weight"});
    choices.push_back({choice.required<std::string>("label"),
                       normalizedValue(choice, "value", choice.required<double>("value")),
                       choice.optional<double>("weight").value_or(1.0)});
    if (!(choices.back().weight >= 0)) choice.fail("weight", "is negative");
  }
  if (std::all_of(choices.begin(), choices.end(), [](const Choice& c) { return c.weight == 0; }))
    reader.fail("choices", "have no weight above 0");
  return choices;
}

ParameterSpec readParameter(const toml::table& table, const std::string& file) {
  const std::string what = "parameter " + table["key"].value_or(std::string("?"));
  const Reader reader(table, file, what);
  reader.allowOnly({"key", "id", "name", "section", "kind", "min", "max", "constant", "constant_probability",
                    "unit", "display", "labels", "steps", "choices"});
  ParameterSpec p;
  p.key = reader.required<std::string>("key");
  p.id = reader.optional<std::string>("id").value_or(p.key);
  p.name = reader.optional<std::string>("name").value_or(p.key);
  p.section = reader.optional<std::string>("section").value_or("");
  p.kind = kindOf(reader);
  p.min = normalizedValue(reader, "min", reader.optional<double>("min").value_or(0.0));
  p.max = normalizedValue(reader, "max", reader.optional<double>("max").value_or(1.0));
  if (p.min > p.max) reader.fail("min", fmt::format("is {}, above max, {}", p.min, p.max));
  if (const auto constant = reader.optional<double>("constant"))
    p.constant = normalizedValue(reader, "constant", *constant);
  p.constantProbability = reader.optional<double>("constant_probability").value_or(0.0);
  if (!(p.constantProbability >= 0 && p.constantProbability <= 1))
    reader.fail("constant_probability", "is no probability, 0 to 1");
  if (p.constantProbability > 0 && !p.constant) reader.fail("constant", "is missing, but has a probability");
  p.unit = reader.optional<std::string>("unit").value_or("");
  p.display = reader.optional<std::string>("display").value_or("");
  p.labels = reader.strings("labels");
  p.steps = int(reader.optional<std::int64_t>("steps").value_or(std::int64_t(p.labels.size())));
  if (p.kind == ParameterKind::stepped && p.steps < 2) reader.fail("steps", "must be 2 or more");
  if (!p.labels.empty() && int(p.labels.size()) != p.steps)
    reader.fail("labels", fmt::format("has {} entries for {} steps", p.labels.size(), p.steps));
  if (p.kind == ParameterKind::categorical) p.choices = readChoices(reader, file, what);
  try {
    p.text(p.min);
  } catch (const Error& error) {
    reader.fail("display", fmt::format("cannot be evaluated ({})", error.what()));
  }
  return p;
}

std::map<std::string, std::string> flatten(const toml::table& table) {
  std::map<std::string, std::string> fields;
  for (const auto& [key, value] : table) {
    if (const auto* inner = value.as_table()) {
      fields.merge(flatten(*inner));
      continue;
    }
    std::string text;
    if (const auto string = value.value<std::string>()) text = *string;
    else if (const auto integer = value.value_exact<std::int64_t>()) text = fmt::format("{}", *integer);
    else if (const auto real = value.value<double>()) text = fmt::format("{}", *real);
    fields[std::string(key.str())] = text;
  }
  return fields;
}

void forEachTable(const toml::table& table, const char* key, const auto& use) {
  if (const auto* array = table.get_as<toml::array>(key))
    for (const auto& item : *array)
      if (item.is_table()) use(*item.as_table());
}

/// An inline table of keys and normalized values; empty where it is not there.
std::map<std::string, float> normalizedValues(const Reader& reader, const toml::table& table,
                                              const char* name) {
  std::map<std::string, float> values;
  if (const auto* found = table.get_as<toml::table>(name))
    for (const auto& [key, value] : *found)
      values[std::string(key.str())] =
          normalizedValue(reader, name, value.value<double>().value_or(std::nan("")));
  return values;
}

BaseSpec readBase(const toml::table& table, const std::string& file) {
  const Reader reader(table, file, "[base]");
  reader.allowOnly({"preset", "values", "modulation", "raw"});
  BaseSpec base;
  if (const auto preset = reader.optional<std::string>("preset"))
    base.preset = fs::path(file).parent_path() / *preset;
  base.values = normalizedValues(reader, table, "values");
  forEachTable(table, "modulation",
               [&](const toml::table& row) { base.content.modulations.push_back(flatten(row)); });
  forEachTable(table, "raw", [&](const toml::table& row) { base.content.raw.push_back(flatten(row)); });
  return base;
}

/// Checks what no single table shows: names that are used twice, or that stand for nothing.
void checkNames(const ParameterSpace& space) {
  std::set<std::string> sections, keys, ids;
  for (const auto& section : space.sections) sections.insert(section.key);
  for (const auto& crossing : space.crossings)
    for (const auto& section : crossing.sections)
      if (!sections.contains(section))
        failInput("{}: crossing {} names a section '{}' that is not there", space.file, crossing.key,
                  section);
  for (const auto& p : space.parameters) {
    if (!keys.insert(p.key).second) failInput("{}: parameter {} is there twice", space.file, p.key);
    if (!ids.insert(p.id).second)
      failInput("{}: parameter {} uses the id {} of another", space.file, p.key, p.id);
    if (!p.section.empty() && !sections.contains(p.section))
      failInput("{}: parameter {} names a section '{}' that is not there", space.file, p.key, p.section);
  }
  for (const auto& symmetry : space.symmetries)
    for (const auto& member : symmetry.members) {
      if (member.size() != symmetry.members.front().size())
        failInput("{}: the members of symmetry {} differ in length", space.file, symmetry.name);
      for (const auto& key : member)
        if (!keys.contains(key))
          failInput("{}: symmetry {} names no parameter: {}", space.file, symmetry.name, key);
    }
  const auto checkKnown = [&](const char* what, const std::string& key) {
    if (!keys.contains(key)) failInput("{}: {} names no parameter: {}", space.file, what, key);
  };
  const auto check = [&](const char* what, const std::string& key, bool continuous) {
    checkKnown(what, key);
    if ((space.parameters[*space.find(key)].kind == ParameterKind::continuous) != continuous)
      failInput("{}: {} names {}, which is {}continuous", space.file, what, key, continuous ? "not " : "");
  };
  for (const Carry& carry : space.carries) {
    check("carry, fine,", carry.fine, true);
    check("carry, coarse,", carry.coarse, false);
  }
  for (const Lfo& lfo : space.lfos) {
    check("lfo, rate,", lfo.rate, true);
    for (const auto& key : lfo.depths) checkKnown("lfo, depths,", key);
    const ParameterSpec& rate = space.parameters[*space.find(lfo.rate)];
    if (!(lfo.hertzAt(rate.max) > lfo.hertzAt(rate.min)))
      failInput("{}: lfo {}: its rate in Hz, '{}', does not grow", space.file, lfo.rate, lfo.hertz);
  }
  for (const Gate& gate : space.gates) {
    for (const auto& [key, value] : gate.closed) checkKnown("gate, closed,", key);
    for (const auto& key : gate.silences) {
      checkKnown("gate, silences,", key);
      if (gate.closed.contains(key)) failInput("{}: a gate silences {}, which closes it", space.file, key);
    }
  }
}

}  // namespace

ParameterSpace parseSpace(const std::string& text, const std::string& file) {
  toml::table table;
  try {
    table = toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    failInput("{}:{}: {}", file, error.source().begin.line, error.description());
  }
  const Reader top(table, file, "space");
  top.allowOnly({"format", "name", "title", "description", "synth", "section", "crossing", "parameter",
                 "symmetry", "carry", "tuning", "lfo", "gate", "base"});
  if (const auto format = top.required<std::int64_t>("format"); format != 1)
    failInput("{}: format {} is not known here; this version reads format 1", file, format);

  ParameterSpace space;
  space.file = file;
  space.toml = text;
  space.name = top.required<std::string>("name");
  space.title = top.optional<std::string>("title").value_or(space.name);
  space.description = top.optional<std::string>("description").value_or("");

  const auto* synthTable = table.get_as<toml::table>("synth");
  if (synthTable == nullptr) top.fail("synth", "is missing: it says which plug-in the space is for");
  const Reader synth(*synthTable, file, "[synth]");
  synth.allowOnly({"format", "id", "name", "fxp", "settle", "install"});
  space.synthFormat = synth.required<std::string>("format");
  if (space.synthFormat != "VST3" && space.synthFormat != "LV2" && space.synthFormat != kBuiltIn)
    synth.fail("format", "must be VST3, LV2 or built-in");
  space.synthId = synth.required<std::string>("id");
  space.synthName = synth.optional<std::string>("name").value_or(space.synthId);
  space.fxpId = synth.optional<std::string>("fxp").value_or("");
  space.settleSeconds = synth.optional<double>("settle").value_or(space.settleSeconds);
  if (!(space.settleSeconds >= 0 && space.settleSeconds <= 60))
    synth.fail("settle", fmt::format("is {}; it may be 0 to 60 seconds", space.settleSeconds));

  forEachTable(table, "section", [&](const toml::table& row) {
    const Reader section(row, file, "section");
    section.allowOnly({"key", "title"});
    space.sections.push_back({section.required<std::string>("key"), section.required<std::string>("title")});
  });
  forEachTable(table, "crossing", [&](const toml::table& row) {
    const Reader crossing(row, file, "crossing");
    crossing.allowOnly({"key", "title", "sections"});
    space.crossings.push_back({crossing.required<std::string>("key"), crossing.required<std::string>("title"),
                               crossing.strings("sections")});
  });
  forEachTable(table, "parameter",
               [&](const toml::table& row) { space.parameters.push_back(readParameter(row, file)); });
  forEachTable(table, "symmetry", [&](const toml::table& row) {
    Reader(row, file, "symmetry").allowOnly({"name", "members"});
    Symmetry symmetry{row["name"].value_or(std::string()), {}};
    if (const auto* members = row.get_as<toml::array>("members"))
      for (const auto& member : *members) {
        std::vector<std::string> keys;
        if (const auto* list = member.as_array())
          for (const auto& key : *list) keys.push_back(key.value<std::string>().value_or(""));
        symmetry.members.push_back(keys);
      }
    space.symmetries.push_back(std::move(symmetry));
  });
  forEachTable(table, "carry", [&](const toml::table& row) {
    const Reader carry(row, file, "carry");
    carry.allowOnly({"fine", "coarse"});
    space.carries.push_back({carry.required<std::string>("fine"), carry.required<std::string>("coarse")});
  });
  forEachTable(table, "lfo", [&](const toml::table& row) {
    const Reader lfo(row, file, "lfo");
    lfo.allowOnly({"rate", "hertz", "depths"});
    space.lfos.push_back(
        {lfo.required<std::string>("rate"), lfo.required<std::string>("hertz"), lfo.strings("depths")});
  });
  forEachTable(table, "gate", [&](const toml::table& row) {
    const Reader reader(row, file, "gate");
    reader.allowOnly({"closed", "silences"});
    Gate gate{normalizedValues(reader, row, "closed"), reader.strings("silences")};
    if (gate.closed.empty()) reader.fail("closed", "is missing, or empty");
    space.gates.push_back(std::move(gate));
  });
  if (const auto* base = table.get_as<toml::table>("base")) space.base = readBase(*base, file);
  checkNames(space);
  tuningsOf(space);  // throws if one of them is wrong
  return space;
}

ParameterSpace loadSpace(const std::string& nameOrPath) {
  std::error_code error;
  if (nameOrPath.ends_with(".toml") || fs::is_regular_file(nameOrPath, error))
    return parseSpace(readTextFile(nameOrPath), nameOrPath);
  std::string known;
  for (const auto& folder : spaceFolders()) {
    const fs::path path = folder / (nameOrPath + ".toml");
    if (fs::is_regular_file(path, error)) return parseSpace(readTextFile(path), path.string());
  }
  for (const auto& space : installedSpaces()) known += (known.empty() ? "" : ", ") + space.name;
  failInput(
      "no parameter space '{}'; there are {}; name one of them or a .toml file, or make one with 'space "
      "init'",
      nameOrPath, known.empty() ? "none" : known);
}

std::vector<ParameterSpace> installedSpaces(std::vector<std::string>* problems) {
  std::map<std::string, ParameterSpace> byName;
  for (const auto& folder : spaceFolders()) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (entry.path().extension() != ".toml") continue;
      try {
        auto space = parseSpace(readTextFile(entry.path()), entry.path().string());
        byName.try_emplace(space.name, std::move(space));
      } catch (const Error& broken) {
        if (problems != nullptr) problems->push_back(broken.what());
      }
    }
  }
  std::vector<ParameterSpace> spaces;
  for (auto& [name, space] : byName) spaces.push_back(std::move(space));
  return spaces;
}

}  // namespace patchpilot
