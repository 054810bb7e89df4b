#pragma once

#include "ingest/library_builder.h"

#include <memory>
#include <string>

namespace patchpilot {

/// Draws patches from the neighbourhood of presets: what random corners of a space sound like is rarely what
/// anyone searches for. Half of the patches are one preset with a few parameters changed, by a little or by
/// more; the other half are one preset that takes one or more parts of another (`Crossing`), and every second
/// of these is changed as well. A space without crossings or sections is changed only.
///
/// A patch is the state of its first preset, as the synth saves it after loading (with the parts of the other
/// in its place, if the synth's dialect can put them there), and the parameters that differ as its `moved`.
/// `source` says in words what it is. The patch of an index depends on the presets, the space, the seed and
/// the index alone.
class AroundPresets {
 public:
  /// The presets that a library was begun with.
  struct Settled {
    std::string name;               ///< as `name()` was then; empty: drawing has not begun
    std::filesystem::path library;  ///< the file that says so
  };

  /// @param presets  holds the presets; it and `synth` must outlive this
  /// @param settled  presets that came later are left out
  /// @throws Error (input) if there are no presets, if they are another synth's or not those of `settled`, or
  /// if the name in `settled` is damaged
  AroundPresets(Library& presets, Synth& synth, std::uint64_t seed, const Settled& settled = {});
  ~AroundPresets();

  /// Names the presets that are drawn from: how many, up to which id, and a hash over all. For
  /// `LibrarySettings::around`.
  const std::string& name() const;

  /// The patch of an index, and the hashes of all the presets that it came from. Safe to call by one thread
  /// at a time. @throws Error (plugin) if the synth fails on every preset.
  DrawnPatch draw(std::uint64_t index);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace patchpilot
