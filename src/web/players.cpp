#include "web/players.h"

#include "ingest/library_synth.h"
#include "web/http_error.h"

#include <limits>

namespace patchpilot {

namespace {

/// Each holds two or three processes with a plug-in in them.
constexpr std::size_t kMostPlayers = 3;

std::shared_ptr<PatchPlayer> openPlayer(const std::filesystem::path& library, std::optional<double> bpm) {
  try {
    return std::make_shared<PatchPlayer>(library, bpm);
  } catch (const Error& error) {
    throw Error(error.code(), withoutPath(error.what(), library, library.filename().string()));
  }
}

}  // namespace

PatchPlayer::PatchPlayer(const std::filesystem::path& library, std::optional<double> bpm)
    : settings_(Library::open(library).settings()),
      synth_(openLibrarySynth(Library::open(library), {.tempoBpm = bpm})),
      pool_(synth_, {.workers = 1, .longestSeconds = kMostPlayedSeconds}) {}

AudioBuffer PatchPlayer::play(const Patch& patch, const Note& note, double seconds) {
  std::lock_guard lock(mutex_);
  auto sounds = pool_.renderAll({RenderJob{0, &patch, note, seconds}});
  if (!sounds.front()) failPlugin("{} did not play this patch", synth_.plugin().name);
  return std::move(*sounds.front());
}

std::shared_ptr<PatchPlayer> Players::of(const std::filesystem::path& library, std::optional<double> bpm) {
  std::promise<std::shared_ptr<PatchPlayer>> opened;
  {
    std::unique_lock lock(mutex_);
    for (auto one = open_.begin(); one != open_.end(); ++one) {
      if (one->library != library || one->bpm != bpm) continue;
      open_.splice(open_.begin(), open_, one);
      const Opening opening = one->opening;
      lock.unlock();
      return opening.get();
    }
    open_.push_front({library, bpm, opened.get_future().share()});
    if (open_.size() > kMostPlayers) open_.pop_back();
  }
  try {
    auto player = openPlayer(library, bpm);
    opened.set_value(player);
    return player;
  } catch (...) {
    opened.set_exception(std::current_exception());
    forget(library);  // it may be there the next time
    throw;
  }
}

void Players::forget(const std::filesystem::path& library) {
  std::lock_guard lock(mutex_);
  std::erase_if(open_, [&](const auto& one) { return one.library == library; });
}

Patch withChanges(Synth& synth, Patch patch, const std::map<std::string, float>& changes) {
  if (changes.empty()) return patch;
  FlatPatch changed = flat(patch);
  if (changed.values.empty())
    changed.values.assign(synth.space().parameters.size(), std::numeric_limits<float>::quiet_NaN());
  for (const auto& [key, value] : changes) {
    const auto index = synth.space().find(key);
    if (!index) refuse(400, "{} has no parameter '{}'", synth.plugin().name, key);
    changed.values[*index] = value;
  }
  return patchOf(std::move(changed), patch.source);
}

}  // namespace patchpilot
