#include "match/recipe.h"

#include "base/lower_case.h"
#include "base/text.h"
#include "preset/dialect.h"
#include "synth/value_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>
#include <sstream>

namespace patchpilot {

namespace {

/// Closer than this, two values are one: plug-ins round what they save.
constexpr float kSameValue = 1e-4f;
constexpr std::size_t kLineLength = 100;

using Words = std::vector<std::string>;

Words wordsOf(const std::string& text) {
  Words words;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string joined(const Words& words, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < words.size(); ++i) text.append(text.empty() ? "" : " ").append(words[i]);
  return text;
}

bool isNumber(const std::string& word) {
  return !word.empty() &&
         std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool isOneOf(const std::string& word, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* other) { return word == other; });
}

/// A name as it stands within a sentence; abbreviations stay.
std::string withinSentence(const std::string& name) {
  std::string text = name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto isUpper = [&](std::size_t at) {
      return at < name.size() && std::isupper(static_cast<unsigned char>(name[at])) != 0;
    };
    const bool begins = i == 0 || name[i - 1] == ' ';
    const bool alone = i + 1 == name.size() || name[i + 1] == ' ' ||
                       std::isdigit(static_cast<unsigned char>(name[i + 1])) != 0;
    if (begins && isUpper(i) && !isUpper(i + 1) && !alone)
      text[i] = char(std::tolower(static_cast<unsigned char>(text[i])));
  }
  return text;
}

/// The order in which a patch is dialled in.
enum Stage { oscillators, mixer, filters, envelopes, modulation, others, effects, output };

/// What a section is about, by the words that synths' makers use in its title.
Stage stageOf(const std::string& title) {
  bool has[output + 1] = {};
  std::string plain;
  for (const char c : lowerCase(title)) plain += std::isalnum(static_cast<unsigned char>(c)) ? c : ' ';
  for (const auto& word : wordsOf(plain)) {
    if (isOneOf(word, {"output", "master", "global"})) has[output] = true;
    if (isOneOf(word,
                {"effect", "effects", "fx", "reverb", "chorus", "distortion", "phaser", "flanger", "eq"}))
      has[effects] = true;
    if (isOneOf(word, {"lfo", "lfos", "modulation", "vibrato", "tremolo", "glide", "macros", "matrix"}))
      has[modulation] = true;
    if (isOneOf(word, {"envelope", "envelopes", "env", "eg", "adsr"})) has[envelopes] = true;
    if (isOneOf(word, {"filter", "filters", "vcf"})) has[filters] = true;
    if (isOneOf(word, {"mixer", "mix", "noise"})) has[mixer] = true;
    if (isOneOf(word,
                {"oscillator", "oscillators", "osc", "vco", "carrier", "modulator", "voice", "fm", "wave"}))
      has[oscillators] = true;
  }
  // "Filter envelope" is an envelope and "LFO 3 to oscillator 1" an LFO: what comes late in the order wins.
  for (const Stage stage : {output, effects, modulation, envelopes, filters, mixer, oscillators})
    if (has[stage]) return stage;
  return others;
}

/// Where a parameter sits on the panel, and its name there.
struct Place {
  std::string section;
  std::string name;
};

/// From the words in a parameter's own name, if no space says it. Synths with two scenes or layers begin the
/// names with A and B.
Place placeOf(const std::string& fullName) {
  Words words = wordsOf(fullName);
  std::string scene;
  if (words.size() > 1 && isOneOf(words[0], {"A", "B"})) {
    if (words[0] == "B") scene = "Scene B, ";
    words.erase(words.begin());
  }
  if (words.empty()) return {"Other", fullName};
  const std::string whole = joined(words, 0), first = lowerCase(words[0]);
  const bool numbered = words.size() > 2 && isNumber(words[1]);
  const bool ofMixer = isOneOf(lowerCase(words.back()), {"volume", "mute", "solo", "route", "level"});
  const auto at = [&](const std::string& section, const std::string& name) {
    return Place{scene.empty() ? section : scene + withinSentence(section), name};
  };
  if (isOneOf(first, {"osc", "oscillator"}) && numbered)
    return ofMixer ? at("Mixer", whole) : at("Oscillator " + words[1], joined(words, 2));
  if (isOneOf(first, {"ring", "noise", "pre-filter"}) && (ofMixer || first == "pre-filter"))
    return at("Mixer", whole);
  if (first == "filter" && numbered) return at("Filter " + words[1], joined(words, 2));
  for (const char* which : {"Amp", "Filter"})
    if (first == lowerCase(which) && words.size() > 2 &&
        isOneOf(lowerCase(words[1]), {"eg", "env", "envelope"}))
      return at(std::string(which) + " envelope", joined(words, 2));
  if (first == "lfo" && numbered) return at("LFO " + words[1], joined(words, 2));
  if (first == "scene" && words.size() > 3 && isNumber(words[2]))
    return at(joined({words[0], words[1], words[2]}, 0), joined(words, 3));
  if (first == "fx" && words.size() > 2)
    return at("Effect " + words[1], joined(words, isOneOf(words[2], {"FX"}) ? 3 : 2));
  if (words[0].size() == 3 && words[0][0] == 'M' && words[0][2] == ':') return at("Macros", whole);
  if (isOneOf(first, {"filter", "highpass", "waveshaper", "feedback", "link", "cutoff", "resonance", "vcf"}))
    return at("Filters, common", whole);
  if (isOneOf(first, {"osc", "oscillator", "octave", "pitch", "portamento", "glide", "play", "fm", "noise",
                      "keytrack", "character"}))
    return at("Oscillators, common", whole);
  if (isOneOf(first, {"send", "fx"})) return at("Effects", whole);
  if (isOneOf(first, {"volume", "pan", "width", "vca", "velocity", "global", "master", "scene", "active",
                      "polyphony", "level", "gain"}))
    return at("Output", whole);
  return at("Other", whole);
}

/// The part of a title that holds for every patch: "LFO 1 to filter 1 cutoff" and "Effect A1: chorus" tell as
/// well what the space's own base makes of them.
std::string panelTitle(const std::string& title) {
  return title.substr(0, std::min(title.find(" to "), title.find(": ")));
}

/// A patch in a synth's plug-in, for the synth's dialect.
class PatchInSynth : public PatchInPlugin {
 public:
  PatchInSynth(Synth& synth, const Patch& patch, const std::vector<ParameterReading>& readings)
      : synth_(synth), patch_(patch), readings_(readings) {}

  const std::vector<ParameterReading>& readings() override { return readings_; }
  Bytes stateWith(const std::vector<ParameterValue>& values) override {
    return synth_.stateWith(patch_, values);
  }
  std::vector<std::string> textsOf(const std::vector<ParameterValue>& values) override {
    return synth_.textsOf(patch_, values);
  }

 private:
  Synth& synth_;
  const Patch& patch_;
  const std::vector<ParameterReading>& readings_;
};

/// Describes one patch.
class Describer {
 public:
  Describer(Synth& synth, const Patch& patch)
      : synth_(synth),
        patch_(patch),
        space_(synth.space()),
        dialect_(space_.dialect()),
        wholeState_(patch.isPreset()),
        pluginSpeaks_(wholeState_ && space_.synthFormat == "VST3") {
    for (const auto& p : space_.parameters) specs_.emplace(p.id, &p);
    for (const auto& section : space_.sections) titles_.emplace(section.key, section.title);
  }

  Recipe recipe() {
    const auto now = synth_.readings(patch_);
    const auto usual = startingPoint();
    // Sections stand in the space's order within a stage, then in the plug-in's.
    for (const auto& section : space_.sections) sectionCalled(section.title);
    for (std::size_t i = 0; i < now.size(); ++i)
      if (!dialect_.isSilent(now[i], now)) describe(now[i], usual[i]);
    if (wholeState_ || !synth_.hasBasePreset()) describeContents(now);  // others are the base preset's
    Recipe recipe{synth_.plugin().fullName(), synth_.hasBasePreset(), {}};
    for (const auto& section : sections_)
      if (!section.settings.empty()) recipe.sections.push_back(section);
    std::stable_sort(recipe.sections.begin(), recipe.sections.end(),
                     [](const auto& a, const auto& b) { return stageOf(a.title) < stageOf(b.title); });
    // A state may hold what opens a gate and is no parameter of the space.
    if (!pluginSpeaks_) setAside(recipe, space_, space_.silent(valuesIn(now)));
    return recipe;
  }

 private:
  std::vector<float> valuesIn(const std::vector<ParameterReading>& readings) const {
    std::vector<float> values;
    for (const auto& p : space_.parameters) {
      const auto found =
          std::find_if(readings.begin(), readings.end(), [&](const auto& r) { return r.id == p.id; });
      values.push_back(found == readings.end() ? std::numeric_limits<float>::quiet_NaN() : found->value);
    }
    return values;
  }

  /// The patch from which a person starts.
  std::vector<ParameterReading> startingPoint() {
    if (synth_.hasBasePreset()) return synth_.readings({});
    // Not the plug-in's own initial patch, if possible: the user may have changed that.
    if (const auto initial = dialect_.baseState(space_.synthId, {}))
      return synth_.readings(Patch::preset(*initial));
    std::vector<ParameterReading> readings;
    for (const auto& p : synth_.parameters())
      readings.push_back({p.id, p.name, p.defaultValue, p.defaultText});
    return readings;
  }

  RecipeSection& sectionCalled(const std::string& title) {
    const std::string shown = wholeState_ ? panelTitle(title) : title;
    const auto found = std::find_if(sections_.begin(), sections_.end(), [&](const auto& section) {
      return panelTitle(section.title) == panelTitle(shown);
    });
    if (found != sections_.end()) return *found;
    sections_.push_back({shown, {}});
    return sections_.back();
  }

  std::string textOf(const ParameterSpec* spec, const ParameterReading& reading) const {
    return spec && !pluginSpeaks_ ? valueText(space_, *spec, reading.value, reading.text) : reading.text;
  }

  void describe(const ParameterReading& now, const ParameterReading& usual) {
    const auto found = specs_.find(now.id);
    const ParameterSpec* spec = found == specs_.end() ? nullptr : found->second;
    if (std::abs(now.value - usual.value) <= kSameValue) return;
    const std::string text = textOf(spec, now), usualText = textOf(spec, usual);
    // A dash stands for what this kind of oscillator or effect does not have.
    if (text == usualText || text.empty() || text == "-") return;
    Place place = placeOf(now.name);
    if (spec) {
      if (const auto title = titles_.find(spec->section); title != titles_.end())
        place.section = title->second;
      if (!pluginSpeaks_) place.name = spec->name;
    }
    sectionCalled(place.section).settings.push_back({now.id, place.name, text, usualText, now.value});
  }

  /// Contents of the state that are not parameters, such as wavetables and modulation routings.
  void describeContents(const std::vector<ParameterReading>& now) {
    PatchInSynth patch(synth_, patch_, now);
    const StateWords words = dialect_.words(patch);
    for (const ContentWords& content : words.contents) describe(content);
    for (const RoutingWords& routing : words.routings)
      sectionCalled("Modulation")
          .settings.push_back(
              {"", routing.source + " to " + withinSentence(routing.destination), routing.depth, "", 0});
  }

  void describe(const ContentWords& content) {
    const Place place = placeOf(content.parameter);
    auto& settings = sectionCalled(place.section).settings;
    // A person chooses it right after the type.
    const bool typeFirst = !settings.empty() && settings.front().name == "Type";
    settings.insert(settings.begin() + typeFirst,
                    {"", place.name, fmt::format("\"{}\"", oneLine(content.text)), "", 0});
  }

  Synth& synth_;
  const Patch& patch_;
  const ParameterSpace& space_;
  const Dialect& dialect_;
  bool wholeState_;
  bool pluginSpeaks_;
  std::map<std::string, const ParameterSpec*> specs_;
  std::map<std::string, std::string> titles_;
  std::vector<RecipeSection> sections_;
};

/// "Filter 1: LP 24 dB, cutoff 1.2 kHz": the type of a thing is said by its value alone.
std::string phrase(const RecipeSetting& setting) {
  if (setting.name == "Type") return setting.text;
  return withinSentence(setting.name) + " " + setting.text;
}

/// Lines of at most `kLineLength` where the phrases allow it.
std::string wrapped(const std::string& begin, const std::vector<std::string>& phrases) {
  std::string text, line = begin;
  for (const std::string& next : phrases) {
    if (line.size() + 1 + next.size() > kLineLength && line.size() > 2) {
      text.append(line).append("\n");
      line = " ";
    }
    line.append(" ").append(next);
  }
  return text + line + "\n";
}

std::string paragraph(const RecipeSection& section) {
  std::vector<std::string> phrases;
  for (std::size_t i = 0; i < section.settings.size(); ++i)
    phrases.push_back(phrase(section.settings[i]) + (i + 1 < section.settings.size() ? "," : ""));
  return wrapped(section.title + ":", phrases);
}

}  // namespace

int recipeOrder(const std::string& title) { return stageOf(title); }

Recipe recipeOf(Synth& synth, const Patch& patch) { return Describer(synth, patch).recipe(); }

void setAside(Recipe& recipe, const std::vector<std::string>& ids) {
  for (auto& section : recipe.sections)
    std::erase_if(section.settings, [&](const RecipeSetting& setting) {
      if (setting.id.empty() || std::find(ids.begin(), ids.end(), setting.id) == ids.end()) return false;
      recipe.withoutEffect.push_back(panelTitle(section.title) + " " + withinSentence(setting.name));
      return true;
    });
  std::erase_if(recipe.sections, [](const RecipeSection& section) { return section.settings.empty(); });
}

void setAside(Recipe& recipe, const ParameterSpace& space, const std::vector<std::size_t>& parameters) {
  std::vector<std::string> ids;
  for (const std::size_t i : parameters) ids.push_back(space.parameters[i].id);
  setAside(recipe, ids);
}

std::string recipeText(const Recipe& recipe, const std::string& title) {
  std::string text = fmt::format("{}, for {}\n", title, recipe.synth);
  const char* const from = recipe.fromBasePreset ? "the base preset" : "its initial patch";
  if (recipe.sections.empty()) return text + fmt::format("Nothing differs from {}.\n", from);
  text += fmt::format("Start from {} and set, from top to bottom, what differs from it:\n\n", from);
  for (const auto& section : recipe.sections) text += paragraph(section);
  if (!recipe.withoutEffect.empty()) {
    std::vector<std::string> names = recipe.withoutEffect;
    for (std::size_t i = 0; i + 1 < names.size(); ++i) names[i] += ",";
    text += "\n" + wrapped("Without effect on this sound, and left out:", names);
  }
  return text;
}

}  // namespace patchpilot
