#pragma once

#include "audio/level.h"
#include "library/library.h"
#include "synth/render_pool.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>

namespace patchpilot {

/// The level of a render over its whole length, in dB RMS; not finite if it is too loud for that.
double renderLevelDb(const StereoView& audio);

/// What is wrong with a render from which an embedder made a vector that is not of numbers.
std::string noVector(const std::string& embedder);

/// A patch that was rendered at each of a library's notes.
struct RenderedPatch {
  Patch patch;
  std::vector<LibraryRow> rows;  ///< of the notes that are audible, in the order of the notes
  std::string problem;           ///< why it failed, in a few words; empty if it did not
  Bytes loadedState;             ///< if asked for: the state that the synth saves after loading the patch
};

/// The next patch to render; nothing if there is none.
using NextPatch = std::function<std::optional<Patch>()>;
/// Takes a rendered patch.
using TakePatch = std::function<void(RenderedPatch)>;

/// What is made of a render, beside its level.
struct RenderKeeping {
  std::vector<EmbedderInfo> embedders;
  bool audio = false;
  std::string library;  ///< the file, for what is said of its embedders
};

/// All embeddings of a library.
RenderKeeping renderKeeping(const Library& library, bool audio);

/// Renders patches at the notes of a library and embeds them, in whatever order is fastest, and hands them
/// back in the order in which they came.
class PatchRenderer {
 public:
  /// @param settings    notes and times; must outlive this, as `synth` must
  /// @param wantStates  whether the state after loading is asked for
  /// @throws as `makeEmbedder`
  PatchRenderer(const Synth& synth, const LibrarySettings& settings, const RenderKeeping& keeping,
                bool wantStates = false);

  /// Renders until `next` has none, or a stop is requested. The two are called by any thread, but never at
  /// the same time.
  /// @param workers  0: one for each core; they stay for the next run, so that its number counts no more
  /// @throws what `RenderPool::run`, `next` and `take` throw.
  void run(int workers, const NextPatch& next, const TakePatch& take, std::stop_token stop = {});

 private:
  struct Pending {
    RenderedPatch rendered;
    std::size_t rendersLeft = 0;
  };

  std::optional<RenderJob> nextJob(const NextPatch& next);
  LibraryRow heard(const RenderOutcome& outcome, std::string& problem) const;
  void finish(const RenderOutcome& outcome, const TakePatch& take);

  const Synth& synth_;
  const LibrarySettings& settings_;
  bool wantStates_;
  bool keepAudio_;
  std::vector<std::unique_ptr<Embedder>> embedders_;
  std::unique_ptr<RenderPool> pool_;
  std::mutex mutex_;
  std::map<std::uint64_t, Pending> pending_;  ///< by the patch's number among all
  std::uint64_t issued_ = 0;
  std::uint64_t taken_ = 0;
  std::size_t noteIndex_ = 0;
};

}  // namespace patchpilot
