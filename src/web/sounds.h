#pragma once

#include "web/router.h"
#include "web/store.h"
#include "wire/match_facts.h"
#include "wire/sound_facts.h"

namespace patchpilot {

/// The sounds that were uploaded, decoded once, in a process that may crash. Safe to use from any thread.
class Sounds {
 public:
  /// @param program   this program, which decodes when it is started with `kJobCommand`
  /// @param examples  folder of sounds that come with it; may be empty
  Sounds(const Store& store, std::filesystem::path program, const std::filesystem::path& examples);

  /// Takes the body of a request: bytes of a file, which `name` is the name of, or the id of an example.
  /// @return what is known of the sound
  /// @throws HttpError 413 where it is too large, 408 where it takes too long, 400 where it is no sound
  SoundFacts add(Call& call);

  /// @throws HttpError 404
  SoundFacts facts(const std::string& id) const;

  /// The sound as it was decoded. @throws HttpError 404
  std::filesystem::path file(const std::string& id) const;

  /// @throws HttpError 404
  void remove(const std::string& id) const;

  /// The part that a match would take, and the note in it. @throws HttpError 404; Error (input) as
  /// `readTarget`
  TargetFacts analysis(const std::string& id, const Call& call) const;

  std::vector<ExampleFacts> examples() const;

 private:
  struct Example {
    ExampleFacts facts;
    std::filesystem::path file;
  };

  SoundFacts decode(const std::filesystem::path& source, const std::filesystem::path& folder,
                    const std::string& id, const std::string& name) const;

  const Store& store_;
  std::filesystem::path program_;
  std::vector<Example> examples_;
};

}  // namespace patchpilot
