#include "preset/dialect.h"

#include "base/byte_reader.h"
#include "base/error.h"
#include "preset/surge/patch.h"
#include "preset/vstpreset.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

constexpr const char* kClassId = "0123456789ABCDEF0123456789ABCDEF";

/// What a VST3 saves that is in no table. Its bytes would be sizes if they stood in a Surge patch.
Bytes unknownState() {
  VstPreset preset;
  preset.classId = kClassId;
  for (std::uint32_t i = 0; i < 400; ++i) appendLittleEndian(preset.componentState, std::uint32_t(4));
  return serializeVstPreset(preset);
}

TEST(Dialect, OfAnUnknownSynthLeavesItsStatesAlone) {
  const Dialect& dialect = dialectOfSynth("none");
  const Bytes state = unknownState();
  EXPECT_FALSE(dialect.audibleContent(state));
  EXPECT_EQ(dialect.label(state).name, "");
  EXPECT_EQ(dialect.withLabel(state, {"Name", "", "", ""}), state);
  EXPECT_EQ(dialect.componentState(state), state);
  EXPECT_FALSE(dialect.baseState(kClassId, {}));
  EXPECT_FALSE(dialect.withPart(state, state, "oscillators"));
  EXPECT_FALSE(dialect.hasRevisions());
  EXPECT_FALSE(dialect.factoryFolders("/x"));
  EXPECT_FALSE(dialect.userFolder(".fxp"));
  EXPECT_EQ(&dialect, &dialectOfSynth(""));
  EXPECT_EQ(&dialect, &dialectOfInnerState(state));
  EXPECT_EQ(&dialect, &dialectOfInnerState({}));
}

TEST(Dialect, IsFoundByTheSynthsIdOrItsStatesTag) {
  const Dialect& dialect = dialectOfSynth(surgeFxId);
  EXPECT_NE(&dialect, &dialectOfSynth("none"));
  EXPECT_EQ(&dialectOfInnerState(serializeSurgePatch(emptySurgePatch())), &dialect);
  EXPECT_EQ(dialectNames(), "Surge XT (fxp = \"cjs3\")");
}

TEST(Dialect, AnUnknownStateIsOnePiece) {
  const Bytes state = unknownState();
  EXPECT_EQ(pieceEndsOfState(state), std::vector<std::size_t>{state.size()});
  EXPECT_EQ(pieceEndsOfState({}), std::vector<std::size_t>{});
}

TEST(Dialect, FindsThePiecesOfAStateBehindAFilesHeader) {
  SurgePatch patch = emptySurgePatch();
  patch.wavetableBytes[0] = 100;
  patch.tail.assign(100, 7);
  const Bytes inner = serializeSurgePatch(patch);
  const std::size_t xmlEnd = inner.size() - 100;
  EXPECT_EQ(pieceEndsOfState(inner), (std::vector<std::size_t>{xmlEnd, inner.size()}));
  const Bytes fxp = serializeFxp(surgeFxp(inner, "x"));
  EXPECT_EQ(pieceEndsOfState(fxp), (std::vector<std::size_t>{60 + xmlEnd, fxp.size()}));
  VstPreset preset;
  preset.classId = kClassId;
  preset.componentState = inner;
  const Bytes state = serializeVstPreset(preset);
  EXPECT_EQ(pieceEndsOfState(state),
            (std::vector<std::size_t>{48 + xmlEnd, 48 + inner.size(), state.size()}));
}

TEST(Dialect, AStateWithDamagedSizesIsOnePiece) {
  SurgePatch patch = emptySurgePatch();
  patch.wavetableBytes[0] = 100;
  patch.tail.assign(100, 7);
  Bytes hostile = serializeFxp(surgeFxp(serializeSurgePatch(patch), "x"));
  std::fill(hostile.begin() + 64, hostile.begin() + 92, std::uint8_t(0xFF));
  EXPECT_EQ(pieceEndsOfState(hostile), std::vector<std::size_t>{hostile.size()});
}

}  // namespace
}  // namespace patchpilot
