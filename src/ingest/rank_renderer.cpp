#include "ingest/rank_renderer.h"

#include "base/error.h"
#include "base/process.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <deque>

namespace patchpilot {

using nlohmann::json;

namespace {

/// So many patches travel at once, and each rank has so many blocks in hand: one that it renders, one that
/// waits.
constexpr std::size_t kBlock = 16;
constexpr int kBlocksInHand = 2;

/// How long rank 0 waits before it looks again whether there is more to hand out.
constexpr double kWaitSeconds = 0.1;

json packed(const std::vector<float>& values) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
  return json::binary(Bytes(bytes, bytes + values.size() * sizeof(float)));
}

std::vector<float> floats(const json& packed) {
  const auto& bytes = packed.get_binary();
  std::vector<float> values(bytes.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

json packed(const Patch& patch) {
  const FlatPatch kept = flat(patch);
  return {{"values", packed(kept.values)}, {"state", json::binary(kept.state)}};
}

Patch patchOf(const json& message) {
  return patchOf(FlatPatch{floats(message.at("values")), message.at("state").get_binary()});
}

json packed(const RenderedPatch& rendered) {
  json rows = json::array();
  for (const auto& row : rendered.rows) {
    json embeddings = json::array();
    for (const auto& vector : row.embeddings) embeddings.push_back(packed(vector));
    rows.push_back({{"note", row.note},
                    {"rms", row.rmsDb},
                    {"embeddings", embeddings},
                    {"flac", json::binary(row.audio.bytes)},
                    {"scale", row.audio.scale}});
  }
  return {{"rows", rows}, {"problem", rendered.problem}};
}

RenderedPatch renderedOf(const json& message, Patch patch) {
  RenderedPatch rendered;
  rendered.patch = std::move(patch);
  for (const auto& row : message.at("rows")) {
    LibraryRow& one = rendered.rows.emplace_back(
        LibraryRow{row.at("note"), row.at("rms"), {}, {row.at("flac").get_binary(), row.at("scale")}});
    for (const auto& vector : row.at("embeddings")) one.embeddings.push_back(floats(vector));
  }
  rendered.problem = message.at("problem");
  return rendered;
}

json packed(const RenderKeeping& keeping) {
  json embedders = json::array();
  for (const auto& embedder : keeping.embedders)
    embedders.push_back({{"name", embedder.name},
                         {"version", embedder.version},
                         {"dimension", embedder.dimension},
                         {"weights", embedder.weights}});
  return {{"embedders", embedders}, {"audio", keeping.audio}, {"library", keeping.library}};
}

RenderKeeping keepingOf(const json& message) {
  RenderKeeping keeping;
  for (const auto& embedder : message.at("embedders"))
    keeping.embedders.push_back(
        {embedder.at("name"), embedder.at("version"), embedder.at("dimension"), embedder.at("weights")});
  keeping.audio = message.at("audio");
  keeping.library = message.at("library");
  return keeping;
}

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
             const TakePatch& take)
      : ranks_(ranks),
        rendering_(renderingOf(library.settings())),
        keeping_(packed(renderKeeping(library, keepAudio))),
        next_(next),
        take_(take),
        inHand_(std::size_t(ranks.size()), kBlocksInHand) {}

  void run() {
    for (;;) {
      if (interrupted()) return;
      handOut();
      if (finished_ && taken_ == issued_) return;
      const auto [from, message] = ranks_.receive(kWaitSeconds);
      if (from < 0) continue;
      try {
        read(from, message);
      } catch (const json::exception& error) {
        fail(from, fmt::format("sent what is no answer ({})", error.what()));
      }
    }
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
    json patches = json::array();
    const std::uint64_t first = issued_;
    while (patches.size() < kBlock && !finished_) {
      auto patch = next_();
      finished_ = !patch;
      if (finished_) break;
      patches.push_back(packed(*patch));
      out_.emplace(issued_++, std::move(*patch));
    }
    if (patches.empty()) return;
    blocks_[first] = {rank, patches.size()};
    ranks_.send(rank, {{"first", first}, {"patches", patches}, {"keeping", keeping_}});
    ++inHand_[std::size_t(rank)];
  }

  void read(int from, const json& message) {
    if (message.contains("failed"))
      throw Error(ExitCode(message.at("failed").get<int>()),
                  fmt::format("rank {} on {}: {}", from, message.at("host").get<std::string>(),
                              message.at("problem").get<std::string>()));
    // It was stopped by a signal: so are all, and what is done is kept.
    if (Ranks::isGoodbye(message)) return setInterrupted(true);
    if (message.contains("ready")) {
      if (message.at("ready") != rendering_)
        failInput(
            "rank {} on {} would render otherwise than rank 0: it has another version of the plug-in, of the "
            "space or of the base preset; install the same, and give --bpm if the library has a tempo of its "
            "own",
            from, message.at("host").get<std::string>());
      inHand_[std::size_t(from)] = 0;
      return;
    }
    takeBack(from, message);
    for (auto it = back_.find(taken_); it != back_.end(); it = back_.find(++taken_)) {
      take_(std::move(it->second));
      back_.erase(it);
    }
  }

  /// Takes the answer to a block: as many renders as it had patches, from the rank that it was sent to.
  void takeBack(int from, const json& message) {
    std::uint64_t number = message.at("first");
    const auto& rendered = message.at("rendered");
    const auto block = blocks_.extract(number);
    if (!block || block.mapped() != Block{from, rendered.size()})
      fail(from, fmt::format("sent back {} patches from number {} on, which it was not given",
                             rendered.size(), number));
    --inHand_[std::size_t(from)];
    for (const auto& one : rendered) {
      auto patch = out_.extract(number);
      back_.emplace(number++, renderedOf(one, std::move(patch.mapped())));
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
  json keeping_;
  const NextPatch& next_;
  const TakePatch& take_;
  std::vector<int>
      inHand_;  ///< blocks, by rank; a rank that has not said that it is ready has its hands full
  std::map<std::uint64_t, Block> blocks_;  ///< that have not come back, by the number of their first patch
  std::map<std::uint64_t, Patch> out_;     ///< the patches in these blocks, by their numbers
  std::map<std::uint64_t, RenderedPatch> back_;
  std::uint64_t issued_ = 0;
  std::uint64_t taken_ = 0;
  bool finished_ = false;
};

void renderBlocks(Ranks& ranks, const Synth& synth, const LibrarySettings& settings, int workers) {
  std::optional<PatchRenderer> renderer;
  for (;;) {
    const auto [from, message] = ranks.receive(1);
    if (interrupted()) return;
    if (from < 0) continue;
    if (Ranks::isGoodbye(message)) return;
    if (!renderer) renderer.emplace(synth, settings, keepingOf(message.at("keeping")));
    const auto& patches = message.at("patches");
    std::size_t position = 0;
    json rendered = json::array();
    renderer->run(
        workers,
        [&]() -> std::optional<Patch> {
          if (position == patches.size()) return std::nullopt;
          return patchOf(patches[position++]);
        },
        [&](RenderedPatch patch) { rendered.push_back(packed(patch)); });
    if (interrupted()) return;
    ranks.send(0, {{"first", message.at("first")}, {"rendered", rendered}});
    ranks.waitUntilSent();
  }
}

}  // namespace

void renderOnRanks(Ranks& ranks, const Library& library, bool keepAudio, const NextPatch& next,
                   const TakePatch& take) {
  Dispatcher(ranks, library, keepAudio, next, take).run();
}

void renderForRankZero(Ranks& ranks, const std::function<std::pair<Synth, LibrarySettings>()>& open,
                       int workers) {
  const auto tell = [&](ExitCode code, const char* problem) {
    ranks.send(0, {{"failed", int(code)}, {"host", hostName()}, {"problem", problem}});
    ranks.waitUntilSent();
  };
  try {
    const auto [synth, settings] = open();
    ranks.send(0, {{"ready", renderingOf(settings)}, {"host", hostName()}});
    renderBlocks(ranks, synth, settings, std::max(1, workers));
  } catch (const Error& error) {
    tell(error.code(), error.what());
  } catch (const std::exception& error) {
    tell(ExitCode::internal, error.what());
  }
}

}  // namespace patchpilot
