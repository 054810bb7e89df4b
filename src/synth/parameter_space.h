#pragma once

#include "preset/dialect.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

enum class ParameterKind { continuous, stepped, categorical };

/// One value of a categorical parameter.
struct Choice {
  std::string label;
  float value = 0;    ///< normalized
  double weight = 1;  ///< relative probability when a patch is drawn
};

/// One searched parameter of a synth. All values are normalized, 0 to 1, as hosts see them.
struct ParameterSpec {
  std::string key;      ///< names it in this space, for good
  std::string id;       ///< its address in the plug-in: VST3 ParamID in decimal, LV2 port symbol
  std::string name;     ///< for people
  std::string section;  ///< key of its section
  ParameterKind kind = ParameterKind::continuous;
  float min = 0;
  float max = 1;
  std::optional<float> constant;    ///< continuous: held here ...
  double constantProbability = 0;   ///< ... with this probability
  int steps = 0;                    ///< stepped: values spread evenly from min to max
  std::vector<std::string> labels;  ///< stepped: one a step, or none
  std::vector<Choice> choices;      ///< categorical
  std::string unit;                 ///< of the displayed number; empty where the plug-in's text says it
  std::string display;              ///< muParser formula of x, the normalized value; may be empty

  /// The nearest value that this parameter can take.
  float nearest(float normalized) const;
  /// Categorical or stepped: the value one place on (`direction` 1) or back (-1); nothing at its end.
  std::optional<float> next(float normalized, int direction) const;
  /// Categorical: the choice at a share, in [0, 1), of all weights, one choice after the other.
  float choiceAt(double share) const;
  /// What the space itself says of a value ("1.2 kHz", "LP 24 dB"); nothing where only the plug-in knows.
  std::optional<std::string> text(float normalized) const;
};

struct Section {
  std::string key;
  std::string title;
};

/// Sections that go together when one preset takes a part of another. If the key is one of the parts that the
/// synth's dialect knows (`Dialect::withPart`), contents that no parameter reaches go with them.
struct Crossing {
  std::string key;
  std::string title;
  std::vector<std::string> sections;  ///< keys
};

/// Groups of parameters that may change places with no change of sound, as parallel lists of keys.
struct Symmetry {
  std::string name;
  std::vector<std::vector<std::string>> members;
};

/// Two parameters of which one goes on where the other ends, such as the fine and the coarse tuning of an
/// oscillator: beyond its last value the fine one is at its first, with the coarse one a choice or a step
/// further.
struct Carry {
  std::string fine;    ///< key of a continuous parameter
  std::string coarse;  ///< key of a categorical parameter whose choices are in order, or of a stepped one
};

/// Parameters that nothing is heard of while others stand at certain values, such as the rate of an LFO that
/// has no depth.
struct Gate {
  std::map<std::string, float> closed;  ///< key -> normalized value, of all that must stand so
  std::vector<std::string> silences;    ///< keys
};

/// Something that modulates at a steady rate.
struct Lfo {
  std::string rate;                 ///< key of a continuous parameter
  std::string hertz;                ///< muParser formula of x, its normalized value, that grows with x
  std::vector<std::string> depths;  ///< keys of those that say how much it does; may be empty

  /// The rate in Hz. @throws Error (input) where the formula cannot be evaluated
  double hertzAt(float normalized) const;
  /// The normalized value of a rate, the nearest within [low, high].
  float valueAt(double hertz, float low, float high) const;
};

/// The part of a patch that a space does not vary: a preset file, values of other parameters, and contents
/// that no parameter reaches.
struct BaseSpec {
  std::filesystem::path preset;         ///< empty: the plug-in's own state when loaded
  std::map<std::string, float> values;  ///< plug-in parameter id -> normalized value
  StateContent content;                 ///< only for synths whose dialect makes states
};

/// The format of engines that are no plug-ins.
inline constexpr const char* kBuiltIn = "built-in";

/// Which parameters of a synth are searched, and how patches are drawn: a `spaces/*.toml` file. There may be
/// none, if a plug-in shows none to hosts: then its presets can be heard and matched, and nothing can be
/// drawn.
struct ParameterSpace {
  std::string name;
  std::string title;
  std::string description;
  std::string synthFormat;  ///< "VST3", "LV2" or `kBuiltIn`
  std::string synthId;      ///< VST3 class id (32 hex digits) or LV2 URI
  std::string synthName;
  std::string fxpId;  ///< four characters, if the synth reads .fxp; otherwise empty
  double settleSeconds =
      2;  ///< the longest wait before a note for a plug-in that computes aside; 0: there is none
  std::vector<Section> sections;
  std::vector<Crossing> crossings;
  std::vector<ParameterSpec> parameters;
  std::vector<Symmetry> symmetries;
  std::vector<Carry> carries;
  std::vector<Lfo> lfos;
  std::vector<Gate> gates;
  BaseSpec base;
  std::string toml;  ///< the text it was read from
  std::string file;  ///< where that was, for messages

  /// Changes when anything changes that changes a patch's meaning; comments and titles do not count.
  std::string fingerprint() const;

  /// Draws a patch: `parameters.size()` normalized values. The same (seed, index) gives the same patch,
  /// whoever asks and in whatever order.
  std::vector<float> draw(std::uint64_t seed, std::uint64_t index) const;

  /// What presets are crossed by: the crossings, or each section that has parameters where there are none.
  std::vector<Crossing> crossingsOrSections() const;

  /// The parameters that nothing is heard of in a patch, as its gates say, in order.
  /// @param values  of every parameter; none, or NaN, as of a preset that holds its own, closes nothing
  std::vector<std::size_t> silent(const std::vector<float>& values) const;

  /// The dialect of the space's synth.
  const Dialect& dialect() const;

  /// Index into `parameters`, or nothing.
  std::optional<std::size_t> find(const std::string& key) const;
};

/// Reads a space. @param file where `text` was read, for messages and relative paths.
/// @throws Error (input) that names the file and the line or key.
ParameterSpace parseSpace(const std::string& text, const std::string& file);

/// Finds a space by name among `spaceFolders()`, or by path. @throws Error (input) that lists what there is.
ParameterSpace loadSpace(const std::string& nameOrPath);

/// Every readable space of `spaceFolders()`, by name; a broken file is passed over and told in `problems`.
std::vector<ParameterSpace> installedSpaces(std::vector<std::string>* problems = nullptr);

}  // namespace patchpilot
