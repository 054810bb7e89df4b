#include "web/router.h"

#include "web_fixture.h"

namespace patchpilot {
namespace {

using nlohmann::json;

using Web = WebTest;

std::string request(const std::string& line, const std::string& headers, const std::string& body = "") {
  return line + " HTTP/1.1\r\n" + headers + "\r\n" + body;
}

int statusOf(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

std::size_t answersIn(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = text.find("HTTP/1.1 "); at != std::string::npos; at = text.find("HTTP/1.1 ", at + 1))
    ++count;
  return count;
}

TEST_F(Web, AnswersItsOwnPageAndNoOther) {
  open();
  const std::string port = std::to_string(server->port());
  const auto asked = [&](const std::string& headers) {
    return statusOf(exchanged(server->port(), request("GET /api/v1/matches", headers)));
  };
  for (const std::string host : {"127.0.0.1:", "localhost:", "[::1]:"})
    EXPECT_EQ(asked("Host: " + host + port + "\r\n"), 200) << host;
  const std::string own = "Host: 127.0.0.1:" + port + "\r\n";
  EXPECT_EQ(asked(own + "Origin: http://127.0.0.1:" + port + "\r\n"), 200);
  EXPECT_EQ(asked(own + "Sec-Fetch-Site: same-origin\r\n"), 200);
  for (const std::string wrong : {"", "Host: 127.0.0.1\r\n", "Host: evil.example\r\n",
                                  "Host: 127.0.0.1:1\r\n", "Host: 127.0.0.1.evil.example:8420\r\n"})
    EXPECT_EQ(asked(wrong), 403) << wrong;
  EXPECT_EQ(asked(own + own), 403) << "twice";
  for (const std::string wrong :
       {"http://evil.example", "null", "https://127.0.0.1:", "http://127.0.0.1:1", "http://localhost"})
    EXPECT_EQ(asked(own + "Origin: " + wrong + "\r\n"), 403) << wrong;
  for (const std::string wrong : {"cross-site", "same-site"})
    EXPECT_EQ(asked(own + "Sec-Fetch-Site: " + wrong + "\r\n"), 403) << wrong;
}

TEST_F(Web, AHostOfAForwardedPortIsToldWhatHelps) {
  open();
  const std::string port = std::to_string(server->port());
  const std::string answer =
      exchanged(server->port(), request("GET /api/v1/state", "Host: localhost:9000\r\n"));
  EXPECT_EQ(statusOf(answer), 403);
  for (const std::string& part : {"ssh -L " + port + ":127.0.0.1:" + port + " ",
                                  std::string("patchpilot serve --host-name localhost:9000")})
    EXPECT_NE(answer.find(part), std::string::npos) << answer;
}

TEST_F(Web, AnswersUnderTheNamesThatTheUserAllows) {
  options.hosts.add("localhost:9000");
  options.hosts.add("studio.local");
  open();
  const auto asked = [&](const std::string& headers) {
    return statusOf(exchanged(server->port(), request("GET /api/v1/matches", headers)));
  };
  for (const std::string host : {"localhost:9000", "studio.local", "studio.local:8420"}) {
    const std::string own = "Host: " + host + "\r\n";
    EXPECT_EQ(asked(own + "Origin: http://" + host + "\r\nSec-Fetch-Site: same-origin\r\n"), 200) << host;
    EXPECT_EQ(asked(own + "Origin: http://evil.example\r\n"), 403) << host;
    EXPECT_EQ(asked(own + "Sec-Fetch-Site: cross-site\r\n"), 403) << host;
  }
  EXPECT_EQ(asked("Host: 127.0.0.1:" + std::to_string(server->port()) + "\r\n"), 200);
  for (const std::string wrong : {"localhost:9001", "evil.example", "studio.local.evil.example"})
    EXPECT_EQ(asked("Host: " + wrong + "\r\n"), 403) << wrong;
}

TEST_F(Web, ABodyThatWasNotReadIsNoRequest) {
  open();
  const std::string own = "Host: 127.0.0.1:" + std::to_string(server->port()) + "\r\n";
  const std::string hidden = request("GET /api/v1/matches", own);
  const std::string length =
      "Content-Type: text/plain\r\nContent-Length: " + std::to_string(hidden.size()) + "\r\n";
  for (const std::string& headers : {own + "Origin: http://evil.example\r\n" + length, own + length}) {
    const std::string answer = exchanged(server->port(), request("POST /api/v1/matches", headers, hidden));
    EXPECT_EQ(answersIn(answer), 1u) << answer;
    EXPECT_EQ(answer.find("\"matches\""), std::string::npos) << answer;
  }
}

TEST_F(Web, WhateverIsWrongIsSaidInJson) {
  open();
  expectRefused(get("/nothing"), 404, "/api/v1/nothing");
  expectRefused(getPlace("/nothing"), 404, "/nothing");
  expectRefused(get("/matches/0123456789abcdef"), 404, "0123456789abcdef");
  expectRefused(answerOf(client->Delete("/api/v1/state")), 405, "DELETE");
  expectRefused(answerOf(client->Post("/api/v1/matches", "sound=1", "application/x-www-form-urlencoded")),
                415, "application/json");
  expectRefused(answerOf(client->Post("/api/v1/matches", "{", "application/json")), 400, "no JSON");
  expectRefused(answerOf(client->Post("/api/v1/matches", std::string(40, '[') + std::string(40, ']'),
                                      "application/json")),
                400, "nested");
  expectRefused(answerOf(client->Post("/api/v1/matches", "[]", "application/json")), 400, "no JSON object");
  expectRefused(
      answerOf(client->Post("/api/v1/matches", "\"" + std::string(2 << 20, 'x') + "\"", "application/json")),
      413, "bytes");
  expectRefused(post("/matches", {{"sound", "0123456789abcdef"}, {"speed", 1}}), 400, "speed");
  expectRefused(post("/matches", {{"note", 200}}), 400, "from 0 to 127");
  expectRefused(post("/matches", {{"note", 1.5}}), 400, "whole");
  expectRefused(post("/matches", {{"bpm", 5}}), 400, "from 10 to 999");
  expectRefused(post("/matches", {{"refine", "yes"}}), 400, "true or false");
  expectRefused(post("/matches", {{"libraries", "all"}}), 400, "list");
  expectRefused(post("/matches", {{"sound", "0123456789abcdef"}}), 400, "libraries");
  expectRefused(post("/matches", json::object()), 400, "sound");
  expectRefused(get("/" + std::string(1000, 'x')), 414, "bytes");
  EXPECT_EQ(statusOf(exchanged(server->port(), "no request at all\r\n\r\n")), 400);
}

TEST_F(Web, EveryAnswerTellsTheBrowserToKeepToItself) {
  open();
  for (const std::string path : {"/api/v1/state", "/nothing", "/"}) {
    const Answer answer = getPlace(path);
    EXPECT_NE(answer.header("Content-Security-Policy").find("default-src 'none'"), std::string::npos) << path;
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.header("Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "");
  }
}

TEST_F(Web, NoPathFromAClientReachesTheFiles) {
  std::filesystem::create_directory(places.folder / "page");
  writeFileAtomically(places.folder / "page/index.html", "<!doctype html>");
  writeFileAtomically(places.folder / "secret", "secret");
  options.page = places.folder / "page";
  open();
  std::filesystem::create_directory(options.data / "sounds/evil");
  writeFileAtomically(options.data / "sounds/evil/sound.wav", "secret");
  const std::string own = "Host: 127.0.0.1:" + std::to_string(server->port()) + "\r\n";
  for (const std::string path :
       {"/../secret", "/%2e%2e/secret", "/..%2fsecret", "//secret", "/./../secret", "/page/../../secret",
        "/%00/secret", "/..\\secret", "/api/v1/sounds/evil/audio", "/api/v1/sounds/..%2f..%2fsecret/audio",
        "/api/v1/sounds/../../secret", "/api/v1/matches/..%2f..%2f..%2fsecret/target",
        "/api/v1/matches/%2e%2e/target"}) {
    const std::string answer = exchanged(server->port(), request("GET " + path, own));
    EXPECT_TRUE(statusOf(answer) == 404 || statusOf(answer) == 400) << path << "\n" << answer;
    EXPECT_TRUE(answer.ends_with("}") || answer.find("\"error\"") != std::string::npos) << answer;
    EXPECT_EQ(answer.find("\r\n\r\nsecret"), std::string::npos) << path;
  }
}

TEST_F(Web, TheDocumentHasEveryRouteAndNoOther) {
  open();
  const Answer answer = get("/openapi.json");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, readTextFile(PATCHPILOT_SOURCE_DIR "/docs/openapi.json"));
  std::set<std::string> documented, served;
  const json document = answer.json();
  for (const auto& [path, operations] : document.at("paths").items())
    for (const auto& [method, operation] : operations.items()) {
      std::string name = method;
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return char(std::toupper(c)); });
      documented.insert(name + " " + path);
      const bool takesBody = operation.contains("requestBody");
      const auto route = std::find_if(server->routes().begin(), server->routes().end(),
                                      [&](const Route& r) { return r.method == name && r.path == path; });
      ASSERT_NE(route, server->routes().end()) << name << " " << path << " is in the document only";
      EXPECT_EQ(takesBody, route->body != BodyKind::none) << name << " " << path;
    }
  for (const Route& route : server->routes()) served.insert(route.method + " " + route.path);
  EXPECT_EQ(documented, served);
}

// The fixture checks each answer of each test against the document; here are those that no other test asks
// for.
TEST_F(Web, TheDocumentSaysWhatIsAnswered) {
  makeLibrary();
  options.examples = PATCHPILOT_SOURCE_DIR "/examples";
  open();
  const std::string sound = uploadTone();
  const json match = finished(startMatch({{"sound", sound}, {"renders", 24}, {"top", 2}}));
  EXPECT_EQ(match.at("state"), "done");
  const std::string place = "/matches/" + match.at("id").get<std::string>();
  for (const std::string& path :
       {std::string("/state"), "/sounds/" + sound, "/sounds/" + sound + "/analysis", place,
        std::string("/matches"), place + "/candidates/1/parameters", "/libraries/" + libraryId() + "/map",
        std::string("/jobs"), std::string("/openapi.json")})
    EXPECT_EQ(get(path).status, 200) << path;
}

}  // namespace
}  // namespace patchpilot
