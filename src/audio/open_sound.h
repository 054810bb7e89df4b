#pragma once

#include <sndfile.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "audio/sound_header.h"

namespace patchpilot {

using SndFile = std::unique_ptr<SNDFILE, decltype(&sf_close)>;

/// A buffer for some frames of a file, of which there are as many as fit.
struct Block {
  explicit Block(int channels);

  sf_count_t frames;
  std::vector<float> samples;  ///< interleaved
};

/// A sound file that is open for reading by libsndfile, with the bytes that its header should have had.
class OpenSound {
 public:
  OpenSound(const std::filesystem::path& path, const SoundHeader& header);
  ~OpenSound();
  OpenSound(OpenSound&&) noexcept;

  /// Whether libsndfile could open it; `sf_strerror(nullptr)` says why not.
  explicit operator bool() const { return file_ != nullptr; }
  SNDFILE* get() const { return file_.get(); }
  const SF_INFO& info() const { return info_; }

  /// Goes to a frame, by decoding all before it if the format knows no other way. @return whether it is there
  bool goTo(sf_count_t frame);

  /// Decodes up to so many frames, and forgets them. @return how many there were
  sf_count_t skip(sf_count_t frames);

 private:
  struct PatchedFile;

  SF_INFO info_{};
  std::unique_ptr<PatchedFile> patched_;
  SndFile file_{nullptr, &sf_close};
};

}  // namespace patchpilot
