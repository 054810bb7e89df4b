#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace patchpilot {

/// A sound at the host's rate.
struct PlayedSound {
  std::vector<float> left, right;  ///< of equal length; empty: not there
};

/// What can be heard in place of the track: the target, and the candidates for it.
struct PlayedSet {
  std::vector<PlayedSound> sounds;       ///< the target, then the candidates by rank
  std::optional<std::int64_t> timeline;  ///< where they begin on the host's timeline, in samples
};

/// Plays a sound in place of the track, without a click. Where it plays nothing the track passes bit for bit.
///
/// `process` is called by the audio thread, and neither waits nor allocates. `publish` and `collect` are for
/// one other thread, the rest for any.
class Player {
 public:
  Player();
  ~Player();

  /// What is heard: the track, or a sound of the set.
  static constexpr int kTrack = -1;

  /// Hands over what is to be played from now on; what sounds is faded out first.
  void publish(std::unique_ptr<PlayedSet> set);

  /// Frees what is no longer played; to be called now and then.
  void collect();

  /// Plays a sound of the set once from its beginning, wherever the host stands, and whatever else is wanted.
  void playOnce(int sound) {
    onceSound_ = sound;
    ++requests_;
  }

  /// Goes on with another sound at the same place, if one is played once.
  void switchTo(int sound) { onceSound_ = sound; }

  /// Ends what is played once.
  void stop() { stops_.store(requests_.load()); }

  bool isPlaying() const { return playing_; }

  /// Where in the sound it is, in seconds; meaningful while it plays.
  double positionSeconds() const { return position_; }

  /// Before `process`, by a thread that excludes it.
  void prepare(double sampleRateHz);

  /// @param channels  `count` channels of `frames` samples of the track, replaced where something is played
  /// @param wanted  `kTrack`, or the index of a sound. One that is not in the set is the track.
  /// @param timeline  the host's position; nothing if it stands still: then only `playOnce` is heard
  void process(float* const* channels, int count, int frames, int wanted,
               std::optional<std::int64_t> timeline) noexcept;

 private:
  bool mayReplaceSet() const noexcept;
  void takeNewSet() noexcept;
  std::int64_t lengthOf(int source) const noexcept;

  std::atomic<PlayedSet*> incoming_{nullptr}, retired_{nullptr};
  std::atomic<std::uint32_t> requests_{0}, stops_{0};
  std::atomic<int> onceSound_{kTrack};
  std::atomic<bool> playing_{false};
  std::atomic<double> position_{0};

  // Of the audio thread.
  PlayedSet* current_ = nullptr;
  std::uint32_t answered_ = 0;
  bool once_ = false;        ///< something is played once
  std::int64_t onceAt_ = 0;  ///< its position
  int source_ = kTrack;      ///< that sounds, or is faded out
  std::int64_t at_ = 0;      ///< its position
  float gain_ = 0;           ///< of the sound; the track has the rest
  int fadeFrames_ = 1;
  double rate_ = 44100;
};

}  // namespace patchpilot
