// The HTTP interface, fed with requests that nobody wrote: the same ones every time. Whatever comes, the
// server answers in JSON whose fault it is, or closes the connection, and goes on.
#include "../preset/random_damage.h"
#include "web_fixture.h"

#include <nlohmann/json.hpp>

namespace patchpilot {
namespace {

using nlohmann::json;

/// PATCHPILOT_FUZZ_REQUESTS asks for more than a test run has time for.
int requests() {
  const char* given = std::getenv("PATCHPILOT_FUZZ_REQUESTS");
  return given != nullptr ? std::atoi(given) : 1500;
}

class WebFuzz : public WebTest {
 protected:
  WebFuzz() {
    makeLibrary();
    open();
    sound = uploadTone();
    library = libraryId();
    match = startMatch({{"sound", sound}, {"refine", false}, {"top", 2}});
    EXPECT_EQ(finished(match).at("state"), "done");
  }

  std::string chosen(const std::vector<std::string>& from) { return from[random.below(from.size())]; }

  std::string somePath() {
    const std::vector<std::string> names = {match,
                                            sound,
                                            library,
                                            "0123456789abcdef",
                                            "1",
                                            "2",
                                            "0",
                                            "-1",
                                            "99999999999999999999",
                                            "01.lv2",
                                            "..",
                                            ".",
                                            "",
                                            "%00",
                                            "%2e%2e%2f",
                                            "a b",
                                            std::string(300, 'a'),
                                            "{id}",
                                            "\xff\xfe"};
    std::string path = chosen(paths());
    for (std::size_t open; (open = path.find('{')) != std::string::npos;) {
      const std::size_t close = path.find('}', open);
      const std::string name = path.substr(open + 1, close - open - 1);
      const std::string fitting = name == "rank" || name == "patch"              ? "1"
                                  : name == "name"                               ? "01.lv2"
                                  : path.find("/sounds") != std::string::npos    ? sound
                                  : path.find("/libraries") != std::string::npos ? library
                                                                                 : match;
      const std::string value = random.below(4) > 0 ? fitting : chosen(names);
      path.replace(open, close - open + 1, value == "{id}" ? "%7Bid%7D" : value);
    }
    if (random.below(4) == 0)
      path += chosen({"?g=1", "?g=0", "?g=x", "?note=60", "?start=1e9&duration=nan", "?name=%FF%2F", "?a",
                      "?&=&", "?g=1&g=2"});
    return path;
  }

  std::vector<std::string> paths() const {
    std::vector<std::string> all = {"/", "/index.html", "/api", "/api/v1", "*", "//", "/api/v1/../v1/state"};
    // An event stream does not end by itself.
    for (const Route& route : server->routes())
      if (!route.path.ends_with("events")) all.push_back(route.path);
    return all;
  }

  std::string someBody() {
    const std::vector<std::string> bodies = {
        "",
        "{}",
        "[]",
        "null",
        "1e999",
        "{\"a\":",
        std::string(100, '['),
        "{\"\\u0000\":\"\\ud800\"}",
        json{{"sound", sound}, {"libraries", {library}}, {"refine", false}, {"top", 1}}.dump(),
        json{{"text", "warm brass"}, {"libraries", {library}}}.dump(),
        json{{"near",
              {{"match", match}, {"rank", 1}, {"locked", {"vcf_freq"}}, {"changes", {{"vcf_freq", 0.5}}}}},
             {"renders", 1}}
            .dump(),
        json{{"note", 60},
             {"velocity", 100},
             {"length", 0.1},
             {"seconds", 0.1},
             {"changes", {{"vcf_freq", 0.25}}}}
            .dump(),
        json{{"changes", {{"vcf_freq", 1}}}}.dump(),
        json{{"example", "0123456789abcdef"}}.dump(),
        json{{"synth", "0123456789abcdef"}, {"count", 1}}.dump(),
        "RIFF\x24\0\0\0WAVEfmt "};
    std::string body = chosen(bodies);
    if (random.below(2) == 0) {
      const Bytes changed = damaged(Bytes(body.begin(), body.end()), random);
      body.assign(changed.begin(), changed.end());
    }
    return body;
  }

  /// One that is framed as it should be.
  std::string someRequest() {
    const std::string body = someBody();
    std::string text = chosen({"GET", "GET", "POST", "POST", "POST", "HEAD", "PUT", "PATCH", "OPTIONS"}) +
                       " " + somePath() + " HTTP/1.1\r\n";
    text += "Host: 127.0.0.1:" + std::to_string(server->port()) + "\r\n";
    text += "Content-Type: " +
            chosen({"application/json", "application/json", "application/octet-stream", "text/plain",
                    "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""}) +
            "\r\n";
    if (random.below(4) == 0)
      text += chosen({"Range: bytes=0-1", "Range: bytes=9999999-", "Range: bytes=-1", "Range: bytes=5-1",
                      "Range: bytes=0-0,1-1,2-2", "Range: x", "Origin: null", "Expect: 100-continue",
                      "Cookie: a=b", "Content-Encoding: gzip"}) +
              "\r\n";
    return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  static void expectAnswer(const std::string& request, const std::string& answer) {
    ASSERT_TRUE(answer.starts_with("HTTP/1.1 ")) << request << "\n" << answer.substr(0, 300);
    int status = std::stoi(answer.substr(9, 3));
    std::size_t body = answer.find("\r\n\r\n");
    ASSERT_NE(body, std::string::npos) << request;
    if (status == 100) {  // what it expected; the answer follows
      ASSERT_GT(answer.size(), body + 16) << request;
      status = std::stoi(answer.substr(body + 13, 3));
      body = answer.find("\r\n\r\n", body + 4);
    }
    EXPECT_LT(status, 500) << request << "\n" << answer.substr(0, 600);
    if (status >= 400 && !request.starts_with("HEAD")) {
      const json said = json::parse(answer.substr(body + 4), nullptr, false);
      ASSERT_TRUE(said.is_object() && said.contains("error")) << request << "\n" << answer;
      EXPECT_FALSE(said.at("error").at("message").get<std::string>().empty());
    }
  }

  Random random{1};
  std::string sound, library, match;
};

TEST_F(WebFuzz, WhatIsFramedAsARequestIsAnswered) {
  for (int i = 0; i < requests() && !HasFailure(); ++i) {
    const std::string request = someRequest();
    expectAnswer(request, exchanged(server->port(), request));
  }
  EXPECT_EQ(get("/matches/" + match).status, 200);
}

TEST_F(WebFuzz, WhatIsNoneIsAnsweredOrCut) {
  for (int i = 0; i < requests() && !HasFailure(); ++i) {
    const std::string whole = someRequest();
    const Bytes changed = damaged(Bytes(whole.begin(), whole.end()), random);
    const std::string request(changed.begin(), changed.end());
    const std::string answer = exchanged(server->port(), request, true);
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 ")) << request << "\n"
                                                                   << answer.substr(0, 300);
  }
  EXPECT_EQ(get("/matches/" + match).status, 200);
}

}  // namespace
}  // namespace patchpilot
