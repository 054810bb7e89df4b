#include "daw/followed_match.h"

#include "audio/file.h"
#include "base/error.h"

namespace patchpilot {

FollowedMatch FollowedMatch::begin(ServerClient& client, const TakenSound& sound, Part part,
                                   const std::vector<std::string>& libraries, std::optional<int> renders) {
  if (libraries.empty())
    failInput(
        "There is no library to search. Build one on Patch Pilot's page, http://127.0.0.1:{}/, or with "
        "'patchpilot library build'",
        client.port());
  const double seconds = sound.audio.seconds();
  const Part slice = withMargin(part, seconds);
  MatchQuestion question;
  question.sound = client.upload(sound.name, wavBytes(cut(sound.audio, slice))).id;
  question.libraries = libraries;
  question.renders = renders;
  if (part.seconds < seconds) {
    question.start = part.start - slice.start;
    question.duration = part.seconds;
  }
  ServerMatch begun;
  begun.id = client.startMatch(question);
  begun.name = sound.name;
  begun.state = "queued";
  FollowedMatch match(std::move(begun), part);
  match.sliceStart_ = slice.start;
  return match;
}

bool FollowedMatch::ask(ServerClient& client) {
  try {
    ServerMatch next = client.match(progress_.id);
    if (next.target) {
      // Where the slice of a kept match begins is known by the target that was kept.
      if (!sliceStart_)
        sliceStart_ = progress_.target ? progress_.target->startSeconds - next.target->startSeconds : 0;
      next.target->startSeconds += *sliceStart_;
    }
    const bool areNew = getRenders(client, next);
    progress_ = std::move(next);
    isSettled_ = progress_.isOver();
    return areNew;
  } catch (const Error& error) {
    isSettled_ = error.code() != ExitCode::system;
    throw;
  }
}

bool FollowedMatch::getRenders(ServerClient& client, ServerMatch& next) {
  if (next.generation == rendered_ || next.candidates.empty()) return false;
  try {
    std::map<int, CandidateRender> renders;
    for (const MatchedCandidate& candidate : next.candidates)
      renders[candidate.rank] = {decodedFromServer(client.get(candidate.audio)),
                                 candidate.gainDb.value_or(0)};
    renders_ = std::move(renders);
    rendered_ = next.generation;
    return true;
  } catch (const Error& error) {
    // Better ones have come, and only the last few are kept: they are fetched with the next answer.
    if (error.code() != ExitCode::input || next.isOver()) throw;
    next.candidates = progress_.candidates;
    return false;
  }
}

Part FollowedMatch::targetIn(Part marked) const {
  if (!progress_.target || marked != part_) return marked;
  return {progress_.target->startSeconds, progress_.target->seconds};
}

}  // namespace patchpilot
