#include "web/sounds.h"

#include "audio/file.h"
#include "web/job.h"
#include "web_fixture.h"
#include "wire/limits.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

using Sound = WebTest;

TEST_F(Sound, IsDecodedOnceAndHeardWholeOrInPart) {
  open();
  const Answer added = answerOf(client->Post("/api/v1/sounds?name=..%2F..%2Fmy%20b%C3%A4ss.wav", toneBytes(),
                                             "application/octet-stream"));
  ASSERT_EQ(added.status, 201) << added.body;
  const json facts = added.json();
  EXPECT_EQ(facts.at("channels"), 2);
  EXPECT_EQ(facts.at("rate"), 44100);
  EXPECT_NEAR(facts.at("seconds").get<double>(), 1.5, 1e-3);
  EXPECT_EQ(facts.at("name").get<std::string>().find('/'), std::string::npos) << facts;
  const std::string place = "/sounds/" + facts.at("id").get<std::string>();
  EXPECT_EQ(get(place).json(), facts);
  const Answer whole = get(place + "/audio");
  ASSERT_EQ(whole.status, 200);
  EXPECT_EQ(whole.header("Content-Type"), "audio/wav");
  writeFileAtomically(places.folder / "heard.wav", whole.body);
  EXPECT_EQ(readSound(places.folder / "heard.wav").sound.frames(), 66150u);
  const Answer part = get(place + "/audio", {{"Range", "bytes=4-11"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, whole.body.substr(4, 8));
  EXPECT_EQ(get(place + "/audio", {{"Range", "bytes=-4"}}).body, whole.body.substr(whole.body.size() - 4));
  EXPECT_EQ(get(place + "/audio", {{"Range", "bytes=100-999999999"}}).body, whole.body.substr(100));
  expectRefused(get(place + "/audio", {{"Range", "bytes=999999999-"}}), 416, "range");
  for (const auto& entry : fs::recursive_directory_iterator(options.data / "sounds"))
    EXPECT_NE(entry.path().filename(), "source") << "the upload goes";
}

TEST_F(Sound, ItsNoteIsFoundOrTold) {
  open();
  const std::string place = "/sounds/" + uploadTone() + "/analysis";
  const json found = get(place).json();
  EXPECT_EQ(found.at("note"), 57);
  EXPECT_EQ(found.at("note_name"), "A3");
  EXPECT_NEAR(found.at("duration").get<double>(), 1.5, 0.05);
  const json told = get(place + "?note=45&start=0.5&duration=0.25").json();
  EXPECT_EQ(told.at("note"), 45);
  EXPECT_EQ(told.at("confidence"), 1);
  EXPECT_GE(told.at("start").get<double>(), 0.5);
  EXPECT_LE(told.at("duration").get<double>(), 0.25);
  expectRefused(get(place + "?note=x"), 400, "note");
  expectRefused(get(place + "?start=100"), 400, "My tone.wav");
}

TEST_F(Sound, WhatIsNoneIsRefusedAndLeavesNothing) {
  open();
  const auto send = [&](const std::string& bytes) {
    return answerOf(client->Post("/api/v1/sounds?name=broken.wav", bytes, "application/octet-stream"));
  };
  expectRefused(send("this is no sound"), 400, "broken.wav");
  expectRefused(send(toneBytes().substr(0, 30)), 400, "broken.wav");
  expectRefused(post("/sounds"), 400, "no sound");
  expectRefused(post("/sounds", {{"example", "0123456789abcdef"}}), 404, "example");
  EXPECT_TRUE(fs::is_empty(options.data / "sounds"));
}

TEST_F(Sound, TooManyBytesAreRefused) {
  open();
  const std::string block(1 << 20, 'x');
  const auto provide = [&](std::size_t, std::size_t length, httplib::DataSink& sink) {
    return sink.write(block.data(), std::min(length, block.size()));
  };
  expectRefused(answerOf(client->Post("/api/v1/sounds", std::size_t(kMostSoundBytes) + 1, provide,
                                      "application/octet-stream")),
                413, "100 MB");
  EXPECT_TRUE(fs::is_empty(options.data / "sounds"));
}

TEST_F(Sound, ADecoderThatCrashesCostsOneSound) {
  const fs::path program = places.folder / "crashes";
  writeFileAtomically(program, "#!/bin/sh\nkill -SEGV $$\n");
  fs::permissions(program, fs::perms::owner_all);
  options.program = program;
  open();
  expectRefused(
      answerOf(client->Post("/api/v1/sounds?name=evil.wav", toneBytes(), "application/octet-stream")), 400,
      "evil.wav crashes the decoder (killed by signal 11");
  EXPECT_EQ(get("/state").status, 200) << "the server goes on";
  EXPECT_TRUE(fs::is_empty(options.data / "sounds"));
}

TEST_F(Sound, ExamplesComeWithTheProgram) {
  options.examples = PATCHPILOT_SOURCE_DIR "/examples";
  open();
  const json examples = get("/state").json().at("examples");
  ASSERT_EQ(examples.size(), 3u);
  EXPECT_EQ(examples[0].at("name"), "bass");
  const Answer added = post("/sounds", {{"example", examples[0].at("id")}});
  ASSERT_EQ(added.status, 201) << added.body;
  EXPECT_EQ(get("/sounds/" + added.json().at("id").get<std::string>() + "/analysis").json().at("note"), 36);
}

}  // namespace
}  // namespace patchpilot
