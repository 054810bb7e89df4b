// The HTTP interface: the bytes of one request, as a connection brings them, before the real router and what
// stands behind it. Each is answered in HTTP, or with nothing; a refusal is one line of JSON that says whose
// fault it is. In a seed, ":8420" stands for the port, "{library}" for the id of a library; a sound and a
// match have the id kId.
#include "fuzz.h"

#include "audio/file.h"
#include "base/files.h"
#include "library/library.h"
#include "web/job.h"
#include "web/server.h"

#include <nlohmann/json.hpp>

#include <httplib.h>

#include <memory>

namespace {

using namespace patchpilot;
using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kId = "0123456789abcdef";

/// What is changed by one request is there for the next; so often all is made anew.
constexpr int kRequestsOfAServer = 2000;

/// A connection whose other end has sent some bytes, and takes whatever comes back.
class Connection : public httplib::Stream {
 public:
  explicit Connection(const std::string& request) : request_(request) {}
  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, std::size_t size) override {
    const std::size_t count = request_.copy(to, size, at_);
    at_ += count;
    return ssize_t(count);
  }
  ssize_t write(const char* from, std::size_t size) override {
    answer.append(from, size);
    return ssize_t(size);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override { ip = "127.0.0.1", port = 1; }
  void get_local_ip_and_port(std::string& ip, int& port) const override { ip = "127.0.0.1", port = 1; }
  socket_t socket() const override { return INVALID_SOCKET; }

  std::string answer;

 private:
  const std::string& request_;
  std::size_t at_ = 0;
};

void replaceAll(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

/// A server with a sound, a library without patches, and a match that is done. Its jobs all fail at once.
class World {
 public:
  World() {
    std::string name = (fs::temp_directory_path() / "patchpilot-fuzz-XXXXXX").string();
    mustHold(::mkdtemp(name.data()) != nullptr, "there is a folder to work in");
    folder_ = name;
    for (const char* place :
         {"data/libraries", "data/sounds/0123456789abcdef", "data/matches/0123456789abcdef/g1", "plugins"})
      fs::create_directories(folder_ / place);
    for (const char* variable : {"VST3_PATH", "LV2_PATH", "XDG_CACHE_HOME", "HOME"})
      ::setenv(variable, (folder_ / "plugins").c_str(), 1);
    makeSound();
    makeMatch();
    LibrarySettings settings;
    settings.spaceToml = "format = 1";
    settings.embedders = {embedderInfo("mel-envelope")};
    Library::create(folder_ / "data/libraries/mine.db", settings);
    ServerOptions options;
    options.port = 0;
    options.data = folder_ / "data";
    options.program = "/bin/false";
    server_ = std::make_unique<WebServer>(options);
    server_->stop();  // an event stream ends with what there is to tell
    const json state =
        json::parse(bodyOf(answerTo("GET /api/v1/state HTTP/1.1\r\nHost: 127.0.0.1:8420\r\n\r\n")));
    library_ = state.at("libraries").at(0).at("id");
  }
  ~World() {
    server_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  bool isWhole() const {
    return ++requests_ < kRequestsOfAServer && fs::exists(folder_ / "data/sounds" / kId) &&
           fs::exists(folder_ / "data/matches" / kId) && fs::exists(folder_ / "data/libraries/mine.db");
  }

  std::string answerTo(std::string request) {
    replaceAll(request, ":8420", ":" + std::to_string(server_->port()));
    if (!library_.empty()) replaceAll(request, "{library}", library_);
    Connection connection(request);
    server_->answer(connection);
    return std::move(connection.answer);
  }

  /// Without the word that more is awaited.
  static std::string finalOf(const std::string& answer) {
    return answer.starts_with("HTTP/1.1 100") ? answer.substr(answer.find("\r\n\r\n") + 4) : answer;
  }

  static std::string bodyOf(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

  std::string folder() const { return folder_.string(); }

 private:
  void makeSound() const {
    AudioBuffer sound(2, 4410);
    for (std::size_t i = 0; i < sound.frames(); ++i)
      sound.channel(0)[i] = sound.channel(1)[i] = float(i % 100) / 200 - 0.25f;
    writeWav(folder_ / "data/sounds" / kId / "sound.wav", sound);
    writeWav(folder_ / "data/matches" / kId / "target.wav", sound);
    writeWav(folder_ / "data/matches" / kId / "g1/01.wav", sound);
    writeFileAtomically(
        folder_ / "data/sounds" / kId / "sound.json",
        json{{"id", kId}, {"name", "tone.wav"}, {"seconds", 0.1}, {"rate", 44100}, {"channels", 2}}.dump());
  }

  void makeMatch() const {
    const json candidate = {{"rank", 1},
                            {"synth", "Synth"},
                            {"space", "space"},
                            {"origin", "mine.db, patch 1"},
                            {"note", 60},
                            {"velocity", 100},
                            {"length", 0.1},
                            {"gain_db", 0.0},
                            {"distances", {{"mss", 1.5}}},
                            {"files",
                             {{"render", "01.wav"},
                              {"presets", {"01.vstpreset"}},
                              {"parameters", "01.json"},
                              {"recipe", "01.txt"}}}};
    const fs::path folder = folder_ / "data/matches" / kId;
    writeFileAtomically(folder / "match.json", json{{"name", "tone"},
                                                    {"created", "2026-01-01T00:00:00.000Z"},
                                                    {"state", "done"},
                                                    {"error", ""},
                                                    {"request", {{"sound", kId}, {"libraries", {kId}}}},
                                                    {"target", json()},
                                                    {"curve", json::array()},
                                                    {"candidates", {candidate}},
                                                    {"generation", 1},
                                                    {"provisional", false}}
                                                   .dump());
    writeFileAtomically(folder / "g1/candidates.json", json{{"candidates", {candidate}}}.dump());
    writeFileAtomically(folder / "g1/01.txt", "a recipe");
    writeFileAtomically(folder / "g1/01.vstpreset", "a preset");
    // Of a library that is no longer there: no plug-in is opened.
    const Bytes patches = packPatches({{(folder_ / "gone.db").string(), Proposal{}}});
    writeFileAtomically(folder / "g1" / kPatchesFile,
                        std::string_view(reinterpret_cast<const char*>(patches.data()), patches.size()));
  }

  fs::path folder_;
  std::unique_ptr<WebServer> server_;
  std::string library_;
  mutable int requests_ = 0;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::unique_ptr<World> world;
  if (!world || !world->isWhole()) {
    world.reset();
    world = std::make_unique<World>();
  }
  const std::string request(reinterpret_cast<const char*>(data), size),
      answer = World::finalOf(world->answerTo(request));
  if (answer.empty()) return 0;
  const auto promise = [&](bool holds, const char* what) {
    if (!holds) std::fprintf(stderr, "%s\n-> %s\n", request.c_str(), answer.c_str());
    mustHold(holds, what);
  };
  promise(answer.starts_with("HTTP/1.1 ") && answer.find("\r\n\r\n") != std::string::npos,
          "an answer is HTTP");
  const int status = std::atoi(answer.c_str() + 9);
  promise(status >= 200 && status < 600, "an answer has a status");
  promise(status < 500 || status == 503, "a request is no fault of the server's");
  // A body that is not sent, or is packed, is not read here.
  if (status < 400 || request.starts_with("HEAD") ||
      answer.find("\r\nContent-Encoding: ") < answer.find("\r\n\r\n"))
    return 0;
  const json said = json::parse(World::bodyOf(answer), nullptr, false);
  promise(said.is_object() && said.contains("error"), "a refusal is JSON");
  const auto message = said.at("error").at("message").get<std::string>();
  promise(!message.empty() && message.find('\n') == std::string::npos, "a refusal is one line");
  promise(message.find(world->folder()) == std::string::npos, "a refusal names no path of this machine");
  return 0;
}
