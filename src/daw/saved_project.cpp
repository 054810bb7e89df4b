#include "daw/saved_project.h"

namespace patchpilot {

std::vector<std::uint8_t> ProjectSaver::save(const SessionView& view,
                                             const std::map<std::string, float>& parameters) {
  if (view.unreadable) return *view.unreadable;
  ProjectState state;
  state.parameters = parameters;
  state.libraries = view.chosen;
  if (view.match) {
    state.match = view.match->id;
    state.candidates = view.match->candidates;
  }
  if (!view.sound) return packProjectState(state);
  if (view.match) state.target = view.match->target;
  Part kept = withMargin(view.part, view.sound->audio.seconds());
  if (state.target) kept = joined(kept, {state.target->startSeconds, state.target->seconds});
  state.sound = encoded(view.sound, kept);
  state.soundName = view.sound->name;
  state.part = {view.part.start - kept.start, view.part.seconds};
  if (state.target) state.target->startSeconds -= kept.start;
  if (view.sound->timelineSeconds) state.timelineSeconds = *view.sound->timelineSeconds + kept.start;
  return packProjectState(state);
}

Flac ProjectSaver::encoded(const std::shared_ptr<const TakenSound>& sound, Part part) {
  std::lock_guard lock(mutex_);
  if (sound_ != sound || part_ != part) {
    const AudioBuffer audio = cut(sound->audio, part);
    flac_ = encodeFlac(audio.channel(0), audio.channel(1));
    sound_ = sound;
    part_ = part;
  }
  return flac_;
}

RestoredProject restoredProject(std::span<const std::uint8_t> bytes) {
  ProjectState state = unpackProjectState(bytes);
  RestoredProject project;
  project.parameters = std::move(state.parameters);
  project.libraries = std::move(state.libraries);
  project.part = state.part;
  if (!state.sound.bytes.empty())
    project.sound = std::make_shared<TakenSound>(TakenSound{
        decodeFlac(state.sound, "the sound that the project keeps"), state.soundName, state.timelineSeconds});
  if (!state.match.empty() || !state.candidates.empty()) {
    ServerMatch& match = project.match.emplace();
    match.id = std::move(state.match);
    match.name = std::move(state.soundName);
    match.state = "done";
    match.target = std::move(state.target);
    match.candidates = std::move(state.candidates);
  }
  return project;
}

}  // namespace patchpilot
