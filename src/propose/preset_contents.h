#pragma once

#include "library/preset_index.h"
#include "synth/synth.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// Finds the presets that an index names among those of the synth on this machine. A preset fits if the bytes
/// of its file have the hash that the index says. Callable by any thread.
class PresetContents {
 public:
  /// @param synth   must outlive this
  /// @param onNote  told once of a preset that is there and does not fit; may be empty
  PresetContents(std::filesystem::path library, const Synth& synth,
                 std::function<void(const std::string&)> onNote = {});

  /// The preset as a patch; nothing if it is not there or does not fit.
  std::optional<Patch> find(std::int64_t patch);

  struct Counts {
    std::size_t indexed = 0;
    std::size_t there = 0;  ///< whose file is there, whatever it holds
  };
  Counts counts();

  /// The presets that are missing or do not fit, in the index's order. Reads them all.
  std::vector<IndexedPreset> misfits();

 private:
  std::optional<Patch> read(const IndexedPreset& preset);
  std::optional<Patch> readFrom(const std::filesystem::path& file, const std::string& program,
                                const IndexedPreset& preset);

  std::filesystem::path library_;
  const Synth& synth_;
  std::function<void(const std::string&)> onNote_;
  PresetIndex index_;
  std::vector<std::filesystem::path> places_;  ///< that the paths of the index begin in
  std::mutex mutex_;
  std::map<std::int64_t, std::optional<Patch>> known_;
  bool noted_ = false;
};

}  // namespace patchpilot
