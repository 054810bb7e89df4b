#include "protocol/worker_messages.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

RenderRequest renderRequest() {
  RenderRequest request;
  request.patch = {Bytes{1, 0, 255}, {3, 7}, {0.25f, 1}};
  request.slot = 1;
  request.frames = 176400;
  request.note = 48;
  request.velocity = 90;
  request.lengthSeconds = 1.5;
  request.wantsState = true;
  request.partFrames = 44100;
  return request;
}

TEST(WorkerMessages, RequestsComeBackAsTheyWere) {
  const RenderRequest sent = renderRequest();
  const auto request = std::get<RenderRequest>(decodeRequest(encode(WorkerRequest(sent))));
  EXPECT_EQ(request.patch.state, sent.patch.state);
  EXPECT_EQ(request.patch.indices, sent.patch.indices);
  EXPECT_EQ(request.patch.values, sent.patch.values);
  EXPECT_EQ(request.slot, 1u);
  EXPECT_EQ(request.frames, 176400u);
  EXPECT_EQ(request.note, 48);
  EXPECT_EQ(request.velocity, 90);
  EXPECT_EQ(request.lengthSeconds, 1.5);
  EXPECT_TRUE(request.wantsState);
  EXPECT_EQ(request.partFrames, 44100u);
  const auto load = std::get<LoadRequest>(decodeRequest(
      encode(WorkerRequest(LoadRequest{"LV2", "/a b", "urn:id", "", 5, 97.5, true, 1.5, "/a b/c.so"}))));
  EXPECT_EQ(load.path, "/a b");
  EXPECT_EQ(load.settleSeconds, 1.5);
  EXPECT_EQ(load.library, "/a b/c.so");
  EXPECT_EQ(load.slotFrames, 5u);
  EXPECT_EQ(load.tempoBpm, 97.5);
  EXPECT_TRUE(load.renews);
}

TEST(WorkerMessages, AnswersComeBackAsTheyWere) {
  LoadAnswer sent{"Synth", "Vendor", "1.2", {{4, "cutoff", "Cutoff", 0.5f, 0, false, "Hz", "1 kHz"}}};
  const auto load = std::get<LoadAnswer>(decodeAnswer(encode(WorkerAnswer(sent))));
  ASSERT_EQ(load.parameters.size(), 1u);
  EXPECT_EQ(load.parameters[0].id, "cutoff");
  EXPECT_EQ(load.parameters[0].text, "1 kHz");
  const auto readings = std::get<ReadingsAnswer>(
      decodeAnswer(encode(WorkerAnswer(ReadingsAnswer{{{"Shape", 0.5f, "50 %"}, {"", 1, ""}}}))));
  ASSERT_EQ(readings.readings.size(), 2u);
  EXPECT_EQ(readings.readings[0].text, "50 %");
  EXPECT_FALSE(std::get<RenderAnswer>(decodeAnswer(encode(WorkerAnswer(RenderAnswer{false, {}, 0})))).state);
  EXPECT_EQ(std::get<RefusalAnswer>(decodeAnswer(encode(WorkerAnswer(RefusalAnswer{"no"})))).problem, "no");
}

TEST(WorkerMessages, WhateverIsCutOffOrAddedIsRefused) {
  const Bytes whole = encode(WorkerRequest(renderRequest()));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(decodeRequest(std::span(whole).first(size)), ProtocolError) << size;
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_THROW(decodeRequest(longer), ProtocolError);
}

TEST(WorkerMessages, AnotherVersionAndAnUnknownKindAreRefused) {
  Bytes bytes = encode(WorkerAnswer(DoneAnswer{}));
  Bytes other = bytes;
  other[0] ^= 1;
  EXPECT_THROW(decodeAnswer(other), ProtocolError);
  bytes[2] = 200;
  EXPECT_THROW(decodeAnswer(bytes), ProtocolError);
}

TEST(WorkerMessages, ASizeLargerThanTheMessageTakesNoMemory) {
  // A TextsAnswer that claims four thousand million texts.
  const Bytes bytes = encode(WorkerAnswer(TextsAnswer{}));
  Bytes claim(bytes.begin(), bytes.end() - 4);
  claim.insert(claim.end(), {255, 255, 255, 255});
  EXPECT_THROW(decodeAnswer(claim), ProtocolError);
}

}  // namespace
}  // namespace patchpilot
