#include "ingest/rank_renderer.h"

#include "base/error.h"
#include "ingest/rank_messages.h"

namespace patchpilot {

namespace {

/// So many patches travel at once, and each rank has so many blocks in hand: one that it renders, one that
/// waits.
constexpr std::size_t kBlock = 16;
constexpr int kBlocksInHand = 2;

/// How long rank 0 waits before it looks again whether there is more to hand out.
constexpr double kWaitSeconds = 0.1;

/// Two ranks that agree in it make the same of a patch.
std::string renderingOf(const LibrarySettings& s) {
  std::string text =
      fmt::format("{} {} {} {} {} {} {} {} {}", s.spaceFingerprint, s.synthFormat, s.synthId, s.synthVersion,
                  contentHash(s.base), s.velocity, s.lengthSeconds, s.durationSeconds, s.tempoBpm);
  for (const int note : s.notes) text += fmt::format(" {}", note);
  return text;
}

class Dispatcher {
 public:
  Dispatcher(Ranks& ranks, const Library& library, bool keepAudio, const NextPatch& next,
             const TakePatch& take, std::stop_token stop)
      : ranks_(ranks),
        rendering_(renderingOf(library.settings())),
        keeping_(renderKeeping(library, keepAudio)),
        next_(next),
        take_(take),
        stop_(std::move(stop)),
        inHand_(std::size_t(ranks.size()), kBlocksInHand) {}

  /// @return false if it, or another rank, was stopped
  bool run() {
    while (!stop_.stop_requested()) {
      handOut();
      if (finished_ && taken_ == issued_) return true;
      const Ranks::Received received = ranks_.receive(kWaitSeconds, stop_);
      if (received.from < 0) continue;
      if (received.isGoodbye) return false;  // before there is no more to do: it was stopped
      read(received.from, decoded(received));
    }
    return false;
  }

 private:
  [[noreturn]] static void fail(int rank, const std::string& problem) {
    failSystem("rank {} {}; run the same version of Patch Pilot on all machines", rank, problem);
  }

  void handOut() {
    for (int round = 0; round < kBlocksInHand; ++round)
      for (std::size_t rank = 1; rank < inHand_.size() && !finished_; ++rank)
        if (inHand_[rank] <= round) sendBlock(int(rank));
  }

  void sendBlock(int rank) {
    PatchBlock block{issued_, {}, keeping_};
    while (block.patches.size() < kBlock && !finished_) {
      auto patch = next_();
      finished_ = !patch;
      if (finished_) break;
      block.patches.push_back(flat(*patch));
      out_.emplace(issued_++, std::move(*patch));
    }
    if (block.patches.empty()) return;
    blocks_[block.first] = {rank, block.patches.size()};
    ranks_.send(rank, encode(block));
    ++inHand_[std::size_t(rank)];
  }

  static RankMessage decoded(const Ranks::Received& received) {
    try {
      return decodeRankMessage(received.message);
    } catch (const ProtocolError& error) {
      fail(received.from, fmt::format("sent what is no answer ({})", error.what()));
    }
  }

  void read(int from, RankMessage message) {
    if (auto* answer = std::get_if<BlockAnswer>(&message)) return takeBack(from, std::move(*answer));
    if (const auto* failed = std::get_if<RankFailed>(&message))
      throw Error(ExitCode(failed->code),
                  fmt::format("rank {} on {}: {}", from, failed->host, failed->problem));
    if (const auto* ready = std::get_if<RankReady>(&message)) return welcome(from, *ready);
    fail(from, "sent what is no answer (it hands out patches)");
  }

  void welcome(int from, const RankReady& ready) {
    if (ready.rendering != rendering_)
      failInput(
          "rank {} on {} would render otherwise than rank 0: it has another version of the plug-in, of the "
          "space or of the base preset; install the same, and give --bpm if the library has a tempo of its "
          "own",
          from, ready.host);
    inHand_[std::size_t(from)] = 0;
  }

  /// Takes the answer to a block: as many renders as it had patches, from the rank that it was sent to. Hands
  /// on what follows what was handed on before.
  void takeBack(int from, BlockAnswer answer) {
    const auto block = blocks_.extract(answer.first);
    if (!block || block.mapped() != Block{from, answer.rendered.size()})
      fail(from, fmt::format("sent back {} patches from number {} on, which it was not given",
                             answer.rendered.size(), answer.first));
    --inHand_[std::size_t(from)];
    for (PatchAnswer& one : answer.rendered) {
      auto patch = out_.extract(answer.first);
      back_.emplace(
          answer.first++,
          RenderedPatch{std::move(patch.mapped()), std::move(one.rows), std::move(one.problem), {}});
    }
    for (auto it = back_.find(taken_); it != back_.end(); it = back_.find(++taken_)) {
      take_(std::move(it->second));
      back_.erase(it);
    }
  }

  /// Patches that a rank has in hand.
  struct Block {
    int rank = 0;
    std::size_t patches = 0;
    bool operator==(const Block&) const = default;
  };

  Ranks& ranks_;
  std::string rendering_;
  RenderKeeping keeping_;
  const NextPatch& next_;
  const TakePatch& take_;
  std::stop_token stop_;
  std::vector<int>
      inHand_;  ///< blocks, by rank; a rank that has not said that it is ready has its hands full
  std::map<std::uint64_t, Block> blocks_;  ///< that have not come back, by the number of their first patch
  std::map<std::uint64_t, Patch> out_;     ///< the patches in these blocks, by their numbers
  std::map<std::uint64_t, RenderedPatch> back_;
  std::uint64_t issued_ = 0;
  std::uint64_t taken_ = 0;
  bool finished_ = false;
};

void renderBlocks(Ranks& ranks, const Synth& synth, const LibrarySettings& settings, int workers,
                  const std::stop_token& stop) {
  std::optional<PatchRenderer> renderer;
  for (;;) {
    const Ranks::Received received = ranks.receive(1, stop);
    if (stop.stop_requested() || received.isGoodbye) return;
    if (received.from < 0) continue;
    RankMessage message = decodeRankMessage(received.message);
    auto& block = std::get<PatchBlock>(message);
    if (!renderer) renderer.emplace(synth, settings, block.keeping);
    auto patch = block.patches.begin();
    BlockAnswer answer{block.first, {}};
    renderer->run(
        workers,
        [&]() -> std::optional<Patch> {
          if (patch == block.patches.end()) return std::nullopt;
          return patchOf(std::move(*patch++));
        },
        [&](RenderedPatch rendered) {
          answer.rendered.push_back({std::move(rendered.rows), std::move(rendered.problem)});
        },
        stop);
    if (stop.stop_requested()) return;
    ranks.send(0, encode(answer));
    ranks.waitUntilSent(stop);
  }
}

}  // namespace

bool renderOnRanks(Ranks& ranks, const Library& library, bool keepAudio, const NextPatch& next,
                   const TakePatch& take, const std::stop_token& stop) {
  return Dispatcher(ranks, library, keepAudio, next, take, stop).run();
}

void renderForRankZero(Ranks& ranks, const std::function<std::pair<Synth, LibrarySettings>()>& open,
                       int workers, const std::stop_token& stop) {
  const auto tell = [&](ExitCode code, const char* problem) {
    ranks.send(0, encode(RankFailed{int(code), hostName(), problem}));
    ranks.waitUntilSent(stop);
  };
  try {
    const auto [synth, settings] = open();
    ranks.send(0, encode(RankReady{renderingOf(settings), hostName()}));
    renderBlocks(ranks, synth, settings, std::max(1, workers), stop);
  } catch (const Error& error) {
    tell(error.code(), error.what());
  } catch (const std::exception& error) {
    tell(ExitCode::internal, error.what());
  }
}

}  // namespace patchpilot
