#include "web/sounds.h"

#include "audio/file.h"
#include "base/files.h"
#include "listen/target.h"
#include "web/http_error.h"
#include "web/job.h"
#include "wire/fields.h"
#include "wire/job_messages.h"
#include "wire/limits.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr double kUploadSeconds = 120, kDecodeSeconds = 60;
constexpr std::size_t kLongestName = 200;

std::string plainName(const std::string& given) {
  std::string name = oneLine(given);
  for (char& c : name)
    if (c == '/' || c == '\\') c = '_';
  while (name.starts_with(".")) name.erase(0, 1);
  std::size_t end = 0;
  for (std::size_t length;
       end < name.size() && (length = utf8Length(name, end)) > 0 && end + length <= kLongestName;)
    end += length;
  name.resize(end);
  return name.empty() ? "sound" : name;
}

/// Writes the body of a request to a file, as it comes.
void receive(const httplib::ContentReader& content, const fs::path& file) {
  using Clock = std::chrono::steady_clock;
  std::ofstream stream(file, std::ios::binary);
  std::uintmax_t bytes = 0;
  bool late = false;
  const auto end = Clock::now() + std::chrono::duration<double>(kUploadSeconds);
  const bool whole = content([&](const char* data, std::size_t length) {
    bytes += length;
    late = Clock::now() > end;
    return bytes <= kMostSoundBytes && !late && stream.write(data, std::streamsize(length));
  });
  if (bytes > kMostSoundBytes)
    refuse(413, "the file has more than {} MB; cut out the part to match", kMostSoundBytes / 1'000'000);
  if (late) refuse(408, "the file took more than {:g} s to come; try again", kUploadSeconds);
  stream.close();
  if (!stream) refuse(500, "the file could not be kept; is the disk full?");
  if (!whole) refuse(400, "the file ends early; send it again");
  if (bytes == 0) refuse(400, "the file is empty; choose another");
}

}  // namespace

Sounds::Sounds(const Store& store, fs::path program, const fs::path& examples)
    : store_(store), program_(std::move(program)) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(examples, error)) {
    if (entry.path().extension() != ".flac" && entry.path().extension() != ".wav") continue;
    const std::string name = entry.path().stem().string();
    examples_.push_back(
        {{contentHash(name).substr(0, 16), name, readSound(entry.path()).fileSeconds}, entry.path()});
  }
  std::sort(examples_.begin(), examples_.end(),
            [](const Example& a, const Example& b) { return a.facts.name < b.facts.name; });
}

std::vector<ExampleFacts> Sounds::examples() const {
  std::vector<ExampleFacts> list;
  for (const Example& example : examples_) list.push_back(example.facts);
  return list;
}

SoundFacts Sounds::add(Call& call) {
  const std::string id = newId();
  StagedDirectory folder(store_.place("sounds") / id, false);
  SoundFacts facts;
  if (call.content) {
    const fs::path source = folder.path() / "source";
    receive(*call.content, source);
    facts = decode(source, folder.path(), id, plainName(call.query("name")));
    fs::remove(source);
  } else {
    const std::string wanted = exampleFrom(call.body);
    const auto found = std::find_if(examples_.begin(), examples_.end(),
                                    [&](const Example& e) { return e.facts.id == wanted; });
    if (found == examples_.end()) refuse(404, "there is no example '{}'", wanted);
    facts = decode(found->file, folder.path(), id, found->facts.name);
  }
  writeFileAtomically(folder.path() / "sound.json",
                      toJson(facts).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  folder.commit();
  return facts;
}

SoundFacts Sounds::decode(const fs::path& source, const fs::path& folder, const std::string& id,
                          const std::string& name) const {
  ChildProcess child(program_, {}, {kJobCommand});
  JobEvent answer;
  send(child.channel(), JobRequest(DecodeJob{source, folder / "sound.wav"}));
  switch (patchpilot::receive(child.channel(), answer, kDecodeSeconds)) {
    case MessageChannel::Arrival::late:
      refuse(400, "{} takes longer to decode than {:g} s; convert it to WAV or FLAC", name, kDecodeSeconds);
    case MessageChannel::Arrival::gone:
      refuse(400, "{} crashes the decoder ({}); convert it to WAV or FLAC with another program", name,
             child.obituary(1));
    case MessageChannel::Arrival::message: break;
  }
  if (const auto* failure = std::get_if<JobFailed>(&answer))
    refuse(400, "{}", withoutPath(failure->message, source, name));
  const auto& decoded = std::get<Decoded>(answer);
  return {id, name, decoded.seconds, decoded.rate, decoded.channels};
}

SoundFacts Sounds::facts(const std::string& id) const {
  const fs::path folder = store_.find("sounds", id);
  if (folder.empty()) refuse(404, "there is no sound '{}'; drop it again", id);
  return readSoundFacts(folder / "sound.json");
}

fs::path Sounds::file(const std::string& id) const {
  facts(id);
  return store_.find("sounds", id) / "sound.wav";
}

void Sounds::remove(const std::string& id) const {
  facts(id);
  store_.remove(store_.find("sounds", id));
}

TargetFacts Sounds::analysis(const std::string& id, const Call& call) const {
  const fs::path path = file(id);
  TargetOptions options;
  options.startSeconds = numberIn("start", call.query("start"), 0, kMostSoundSeconds);
  options.durationSeconds = numberIn("duration", call.query("duration"), 0.01, kMostSoundSeconds);
  options.lengthSeconds = numberIn("length", call.query("length"), 0.001, kMostSoundSeconds);
  if (const auto note = numberIn("note", call.query("note"), 0, 127)) options.note = int(*note);
  options.name = fs::path(facts(id).name).stem().string();
  const Target target = [&] {
    try {
      return readTarget(path, options);
    } catch (const Error& error) {
      refuse(statusOf(error.code()), "{}", withoutPath(error.what(), path, facts(id).name));
    }
  }();
  return factsOf(target);
}

}  // namespace patchpilot
