#pragma once

#include "web/server.h"

#include "../app/program.h"
#include "ingest/library_builder.h"
#include "ingest/library_synth.h"
#include "json_schema.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <atomic>
#include <functional>
#include <thread>

namespace patchpilot {

/// What a server says to bytes that need not be a request.
/// @param closed  whether the connection's other end is closed after them; a server need not answer then
inline std::string exchanged(int port, const std::string& bytes, bool closed = false) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(std::uint16_t(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return ::close(descriptor), "no connection";
  for (std::size_t done = 0; done < bytes.size();) {
    const auto count = ::send(descriptor, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (count <= 0) break;
    done += std::size_t(count);
  }
  if (closed) ::shutdown(descriptor, SHUT_WR);
  std::string answer;
  char block[4096];
  for (ssize_t count; (count = ::recv(descriptor, block, sizeof block, 0)) > 0;)
    answer.append(block, std::size_t(count));
  ::close(descriptor);
  return answer;
}

/// Waits for a process that need not be a child to end.
inline bool hasEnded(int process, int milliseconds) {
  const int descriptor = int(::syscall(SYS_pidfd_open, process, 0));
  if (descriptor < 0) return true;
  pollfd entry{descriptor, POLLIN, 0};
  const bool ended = ::poll(&entry, 1, milliseconds) > 0;
  ::close(descriptor);
  return ended;
}

/// The processes whose command lines have all of these words in them. Other processes come and go while it
/// looks: what can be read of one that has just ended is an error, and no reason to fail.
inline std::vector<int> processesWith(const std::vector<std::string>& words) {
  std::vector<int> found;
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    const int descriptor = ::open((process.path() / "cmdline").c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) continue;
    std::string line;
    char block[4096];
    for (ssize_t count; (count = ::read(descriptor, block, sizeof block)) > 0;)
      line.append(block, std::size_t(count));
    ::close(descriptor);
    if (std::all_of(words.begin(), words.end(),
                    [&](const std::string& word) { return line.find(word) != std::string::npos; }))
      found.push_back(std::stoi(process.path().filename()));
  }
  return found;
}

/// A server of this process, with a library of JX10.
class WebTest : public ::testing::Test {
 protected:
  static constexpr int kPatches = 80;

  WebTest() : home("HOME", (places.folder / "home").string()) {
    std::filesystem::create_directory(places.folder / "home");
    options.port = 0;
    options.data = places.folder / "data";
    options.program = PATCHPILOT_BINARY_DIR "/patchpilot";
    options.version = "test";
    options.log = [this](const httplib::Request& request, const httplib::Response& response) {
      checkAnswer(request.method, request.path, response.status, response.get_header_value("Content-Type"),
                  response.body);
    };
  }

  ~WebTest() override { close(); }

  void makeLibrary() {
    const Synth synth(loadSpace("jx10"));
    LibrarySettings settings = librarySettings(synth);
    settings.notes = {57};
    settings.durationSeconds = 1.5;
    settings.lengthSeconds = 0.8;
    Library library = Library::create(places.folder / "jx10.db", settings);
    BuildOptions build;
    build.count = kPatches;
    buildLibrary(library, synth, build);
    options.libraries = {(places.folder / "jx10.db").string()};
  }

  void open() {
    server = std::make_unique<WebServer>(options);
    runner = std::thread([this] { server->run(); });
    client = std::make_unique<httplib::Client>("127.0.0.1", server->port());
    client->set_read_timeout(120);
    api = "/api/v1";
  }

  void close() {
    if (server) server->stop();
    if (runner.joinable()) runner.join();
    server.reset();
  }

  struct Answer {
    int status = 0;
    std::string body;
    httplib::Headers headers;
    nlohmann::json json() const { return nlohmann::json::parse(body); }
    std::string header(const std::string& name) const {
      const auto found = headers.find(name);
      return found == headers.end() ? "" : found->second;
    }
  };

  static Answer answerOf(const httplib::Result& result) {
    if (!result) return {0, "no answer: " + httplib::to_string(result.error()), {}};
    return {result->status, result->body, result->headers};
  }

  Answer get(const std::string& path, const httplib::Headers& headers = {}) {
    const Answer answer = answerOf(client->Get(api + path, headers));
    checkAnswer("GET", api + path.substr(0, path.find('?')), answer.status, answer.header("Content-Type"),
                answer.body);
    return answer;
  }
  Answer post(const std::string& path, const nlohmann::json& body) {
    const Answer answer = answerOf(client->Post(api + path, body.dump(), "application/json"));
    if (answer.status >= 200 && answer.status < 300)
      expectNone(contract.problemsOfRequest("POST", api + path.substr(0, path.find('?')), body), path);
    return answer;
  }
  Answer post(const std::string& path) { return answerOf(client->Post(api + path)); }
  Answer getPlace(const std::string& place) { return answerOf(client->Get(place)); }

  /// A refusal is one line of JSON that says what is wrong.
  static void expectRefused(const Answer& answer, int status, const std::string& part) {
    EXPECT_EQ(answer.status, status) << answer.body;
    ASSERT_TRUE(nlohmann::json::accept(answer.body)) << answer.body;
    const auto message = answer.json().at("error").at("message").get<std::string>();
    EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    EXPECT_EQ(message.find(std::filesystem::temp_directory_path().string() + "/"), std::string::npos)
        << "no path of this machine: " << message;
  }

  std::string toneBytes(double seconds = 1.5) {
    tone(places.folder / "tone.wav", seconds);
    return readTextFile(places.folder / "tone.wav");
  }

  std::string uploadTone() {
    const Answer answer =
        answerOf(client->Post(api + "/sounds?name=My%20tone.wav", toneBytes(), "application/octet-stream"));
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.json().at("id");
  }

  std::string libraryId() { return get("/state").json().at("libraries").at(0).at("id"); }

  std::string startMatch(nlohmann::json request) {
    if (!request.contains("near")) request["libraries"] = {libraryId()};
    const Answer answer = post("/matches", request);
    EXPECT_EQ(answer.status, 202) << answer.body;
    return answer.json().value("id", "");
  }

  /// Follows an event stream until `enough` says so, or it ends. @return what came last
  nlohmann::json follow(const std::string& path, const std::function<bool(const nlohmann::json&)>& enough) {
    std::string pending;
    nlohmann::json last;
    httplib::Client stream("127.0.0.1", server->port());
    stream.set_read_timeout(120);
    stream.Get(api + path, [&](const char* data, std::size_t length) {
      pending.append(data, length);
      for (std::size_t end; (end = pending.find("\n\n")) != std::string::npos; pending.erase(0, end + 2)) {
        const std::size_t at = pending.find("data: ");
        if (at == std::string::npos || at > end) continue;
        last = nlohmann::json::parse(pending.substr(at + 6, end - at - 6));
        checkEvent(pending.substr(0, pending.find('\n')), last);
        if (enough(last)) return false;
      }
      return true;
    });
    return last;
  }

  nlohmann::json finished(const std::string& match) {
    return follow("/matches/" + match + "/events", [](const nlohmann::json&) { return false; });
  }

  /// An answer is as docs/openapi.json says. The server calls this for each one; a body that it sends from a
  /// file is empty then.
  void checkAnswer(const std::string& method, const std::string& path, int status, const std::string& type,
                   const std::string& body) const {
    if (path.starts_with("/api/v1/") && path.size() < 500 && method != "OPTIONS")
      expectNone(contract.problemsOfAnswer(method, path, status, type, body), method + " " + path);
  }

  void checkEvent(const std::string& line, const nlohmann::json& data) const {
    const std::string schema = line == "event: match" ? "Match" : line == "event: job" ? "Job" : "Removal";
    expectNone(contract.problemsOf({{"$ref", "#/components/schemas/" + schema}}, data.dump()), line);
  }

  static void expectNone(const std::vector<std::string>& problems, const std::string& where) {
    for (const std::string& problem : problems) ADD_FAILURE() << where << ": " << problem;
  }

  const ApiContract contract{nlohmann::json::parse(readTextFile(PATCHPILOT_SOURCE_DIR "/docs/openapi.json"))};
  TestPlaces places;
  ScopedVariable home;
  ServerOptions options;
  std::unique_ptr<WebServer> server;
  std::thread runner;
  std::unique_ptr<httplib::Client> client;
  std::string api;
};

}  // namespace patchpilot
