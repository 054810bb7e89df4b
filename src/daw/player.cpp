#include "daw/player.h"

#include <algorithm>

namespace patchpilot {

namespace {

/// Short enough to leave an attack alone, long enough not to click.
constexpr double kFadeSeconds = 0.004;

}  // namespace

Player::Player() = default;

Player::~Player() {
  delete incoming_.load();
  delete retired_.load();
  delete current_;
}

void Player::publish(std::unique_ptr<PlayedSet> set) {
  delete incoming_.exchange(set.release());  // nobody has taken the one before
  collect();
}

void Player::collect() { delete retired_.exchange(nullptr); }

void Player::prepare(double sampleRateHz) {
  rate_ = sampleRateHz;
  fadeFrames_ = std::max(1, int(kFadeSeconds * sampleRateHz));
  gain_ = 0;
  once_ = false;
  answered_ = requests_;
}

bool Player::mayReplaceSet() const noexcept {
  return incoming_.load(std::memory_order_relaxed) != nullptr &&
         retired_.load(std::memory_order_acquire) == nullptr;
}

void Player::takeNewSet() noexcept {
  PlayedSet* next = incoming_.exchange(nullptr);
  if (next == nullptr) return;
  retired_.store(current_, std::memory_order_release);
  current_ = next;
}

std::int64_t Player::lengthOf(int source) const noexcept {
  if (current_ == nullptr || source < 0 || std::size_t(source) >= current_->sounds.size()) return 0;
  return std::int64_t(current_->sounds[std::size_t(source)].left.size());
}

void Player::process(float* const* channels, int count, int frames, int wanted,
                     std::optional<std::int64_t> timeline) noexcept {
  const std::int64_t lead = fadeFrames_;  // a sound is faded in before its first sample
  if (const std::uint32_t asked = requests_; asked != answered_) {
    answered_ = asked;
    once_ = true;
    onceAt_ = -lead;
  }
  if (stops_.load() == answered_ && answered_ != 0) once_ = false;
  if (once_) wanted = onceSound_;
  bool replacing = mayReplaceSet();
  if (replacing && gain_ == 0) {
    takeNewSet();
    replacing = false;
  }
  const bool follows = !once_ && timeline && current_ != nullptr && current_->timeline;
  std::int64_t place = once_ ? onceAt_ : follows ? *timeline - *current_->timeline : 0;
  const bool placed = once_ || follows;
  const std::int64_t wantedLength = placed ? lengthOf(wanted) : 0;
  if (once_ && onceAt_ >= wantedLength) once_ = false;

  const float step = 1.0f / float(fadeFrames_);
  bool heard = false;
  for (int i = 0; i < frames; ++i, ++place) {
    if (gain_ == 0) {
      source_ = wanted;
      at_ = place;
    }
    // Faded out before its end, and before another takes its place.
    const bool goesOn =
        !replacing && source_ == wanted && at_ == place && place >= -lead && place < wantedLength - lead;
    gain_ = goesOn ? std::min(1.0f, gain_ + step) : std::max(0.0f, gain_ - step);
    if (gain_ > 0) {
      heard = true;
      const std::int64_t length = lengthOf(source_);
      float left = 0, right = 0;
      if (at_ >= 0 && at_ < length) {
        const PlayedSound& sound = current_->sounds[std::size_t(source_)];
        left = sound.left[std::size_t(at_)];
        right = sound.right[std::size_t(at_)];
      }
      if (count == 1) left = 0.5f * (left + right);
      for (int c = 0; c < std::min(count, 2); ++c) {
        float& sample = channels[c][i];
        const float sound = c == 0 ? left : right;
        sample = gain_ == 1 ? sound : sample + gain_ * (sound - sample);
      }
    }
    ++at_;
  }
  if (once_) onceAt_ = place;
  playing_ = heard || once_;
  position_ = double(std::max<std::int64_t>(0, at_)) / rate_;
}

}  // namespace patchpilot
