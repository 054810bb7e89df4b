#pragma once

#include "audio/analysis.h"
#include "propose/network_hearing.h"
#include "propose/proposer.h"

#include <compare>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace patchpilot {

/// A way in which a target may have been played.
struct PlayedWay {
  int note = 60;
  std::optional<double> lengthSeconds;  ///< if not as the target's analysis says
  std::size_t length = 0, lengths = 1;  ///< which of the lengths that are tried at this note, and how many

  auto operator<=>(const PlayedWay&) const = default;
};

/// Shares out the proposals for a target whose note is open between the ways in which it may have been
/// played: the likely notes (`likelyNotes`), each let go when the analysis says, and when networks say that
/// know the synth if that is another time. In the first round each way has as many as it is likely, in later
/// ones as its renders came near (successive halving; Jamieson and Talwalkar 2016).
class NoteRounds {
 public:
  /// @param hearing  networks that have a say in which notes and lengths are likely; null: none
  explicit NoteRounds(std::shared_ptr<NetworkHearing> hearing = nullptr) : hearing_(std::move(hearing)) {}

  static constexpr int kRounds = 3;
  /// 1 if the target's note is known.
  static int rounds(const Target& target) { return target.noteOpen ? kRounds : 1; }

  /// Begins with a target, unless it is the last one. @return whether it began
  bool begin(const Target& target);

  /// A way's proposal of a rank (0, 1, ...), likeliest first; nothing if there are no more.
  using ProposalAt = std::function<std::optional<Proposal>(const PlayedWay& way, std::size_t rank)>;

  /// The proposals of the next round, at most `count`. They go on where each way's ended in the last one.
  std::vector<Proposal> next(int count, const ProposalAt& at);

  /// Learns how near renders in each way came.
  void observe(std::span<const Candidate> candidates);

 private:
  struct Tried {
    PlayedWay way;
    double share = 0;  ///< as likely as it is
    std::size_t proposed = 0;
    double best = 0;  ///< the least distance of their renders; infinite if there are none
  };

  std::vector<double> shares() const;

  std::shared_ptr<NetworkHearing> hearing_;
  const Target* target_ = nullptr;
  int round_ = 0;
  std::vector<Tried> ways_;
};

}  // namespace patchpilot
