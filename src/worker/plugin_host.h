#pragma once

#include "worker/play_head.h"
#include "worker/settling.h"

#include <juce_audio_processors/juce_audio_processors.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace patchpilot {

/// The sound and the state of one plug-in, through JUCE. Everything is called on one thread,
/// JUCE's message thread. What goes wrong is thrown as `std::runtime_error`.
class PluginHost {
 public:
  /// One instrument inside a plug-in file.
  struct Instrument {
    juce::PluginDescription description;
    int parameters = 0;  ///< 0 where the plug-in could not be opened to count them
  };

  /// One automatable parameter as the plug-in reported it when it was loaded.
  struct Parameter {
    int index = 0;           ///< among all of the plug-in's
    std::string id;          ///< VST3: the ParamID in decimal. LV2: the port's symbol
    std::string name;        ///< at load time; may change with other parameters
    float defaultValue = 0;  ///< normalized
    int steps = 0;           ///< number of values of a discrete parameter, 0 for a continuous one
    bool boolean = false;
    std::string label;  ///< unit as the plug-in gives it
    std::string defaultText;
  };

  /// One parameter with a patch applied.
  struct Reading {
    std::string name;  ///< as it is with this patch: an oscillator's or an effect's type may change it
    float value = 0;   ///< normalized
    std::string text;
  };

  struct Note {
    int midi = 60;
    int velocity = 100;
    double lengthSeconds = 2;
  };

  /// What a render starts from: a state (empty: the plug-in's own at load time), then values
  /// laid over it, by parameter index and normalized.
  struct Patch {
    std::span<const std::uint8_t> state;
    std::vector<int> indices;
    std::vector<float> values;
  };

  PluginHost();

  /// The instruments in a VST3 bundle; each is opened to learn its class id and parameters.
  std::vector<Instrument> scanVst3(const std::string& path);

  /// Opens an instrument.
  /// @param format  "VST3" or "LV2"
  /// @param path    VST3: the bundle; LV2: the folder that holds its bundle
  /// @param id      VST3: class id as 32 hex digits; LV2: URI
  /// @param tempoBpm  of the transport that the plug-in follows
  /// @param renews    whether each patch is applied to a new instance: for a plug-in whose sound depends on
  ///                  what it has played before
  /// @param library   LV2: its binary, or nothing; says why it cannot be opened
  void load(const std::string& format, const std::string& path, const std::string& id, double tempoBpm,
            bool renews, const std::string& library = "");

  /// Finds out whether the plug-in needs time to settle before each note (`Settling`); `render` then waits. A
  /// plug-in without threads of its own renders as it would without this. Of a VST3 nothing is found out
  /// here: each `render` waits if its samples are no numbers.
  /// @param limitSeconds  the longest wait before a note; 0: there is none
  void findSettling(double limitSeconds);

  const juce::PluginDescription& description() const { return description_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }

  /// Renders a note from a clean start: no tail and no setting of any render before is heard.
  /// @param left, right  room for `frames` rounded up to whole blocks
  /// @param goOn         called after each block with the number of frames that lie in `left` and `right`; if
  ///                     it returns false, the rest is not made
  /// @return whether all of it was made
  bool render(const Patch& patch, const Note& note, float* left, float* right, std::size_t frames,
              const std::function<bool(std::size_t)>& goOn);

  /// The level (RMS, linear) just before the note of the last render: what the plug-in sounds by itself.
  float idleRms() const;

  /// The state with the patch applied: VST3, a .vstpreset; LV2, Turtle.
  std::vector<std::uint8_t> state(const Patch& patch);

  /// Each of the patch's values as the plug-in displays it, in the patch's order.
  std::vector<std::string> texts(const Patch& patch);

  /// Every parameter's value with the patch applied, normalized, in the plug-in's order.
  std::vector<float> values(const Patch& patch);

  /// Every parameter of `parameters()` with the patch applied, in that order.
  std::vector<Reading> readings(const Patch& patch);

  /// Samples a render's room must hold for `frames` that are asked for.
  static std::size_t paddedFrames(std::size_t frames);

 private:
  void readLv2Folder(const std::string& folder);
  void start(const Patch& patch);
  std::unique_ptr<juce::AudioPluginInstance> newInstance(juce::String& error);
  void prepare();
  void renewIfNeeded(const Patch& patch);
  std::vector<std::uint8_t> state();  ///< as the plug-in is now
  void applyState(std::span<const std::uint8_t> state);
  void describeParameters();
  void limitBuses();
  void processBlock(float* left, float* right, juce::MidiBuffer& midi);
  void processSilentBlock();
  bool sounds() const;  ///< whether the last silent block was none
  void refreshParameters();
  void settle(double atLeastSeconds);
  std::vector<float> probe(const Patch& patch, std::optional<double> waitSeconds);
  bool play(const Note& note, float* left, float* right, std::size_t frames,
            const std::function<bool(std::size_t)>& goOn, bool& settled);
  void pumpMessagesNowAndThen();

  juce::VST3PluginFormat vst3_;
  juce::LV2PluginFormat lv2_;
  std::string lv2Folder_;
  PlayHead playHead_;
  std::unique_ptr<juce::AudioPluginInstance> instance_;
  juce::PluginDescription description_;
  std::vector<Parameter> parameters_;
  std::vector<std::uint8_t> initialState_;  ///< empty for an LV2 that has none of its own
  std::vector<float> initialValues_;
  std::vector<float> scratch_, silentLeft_, silentRight_;
  int channels_ = 2;
  bool isLv2_ = false;
  bool renews_ = false;
  bool isNew_ = false;                   ///< no patch has been applied to the instance yet
  std::vector<std::uint8_t> lastState_;  ///< that the instance was given, if it may hold more than ports
  Settling settling_;
  int rendersSincePump_ = 0;
};

}  // namespace patchpilot
