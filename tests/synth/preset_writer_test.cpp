#include "synth/preset_writer.h"

#include "base/error.h"
#include "preset/fxp.h"
#include "preset/vstpreset.h"
#include "test_support.h"

namespace patchpilot {
namespace {

ParameterSpace exampleSpace() {
  ParameterSpace space;
  space.name = "example";
  space.synthName = "Example";
  space.synthFormat = "VST3";
  space.synthId = "0123456789ABCDEF0123456789ABCDEF";
  space.fxpId = "Xmpl";
  return space;
}

Fxp exampleFxp() {
  Fxp fxp;
  fxp.fxId = "Xmpl";
  fxp.chunk = {1, 2, 3, 4, 5};
  setFxpName(fxp, "Brass");
  return fxp;
}

/// By way of a `.vstpreset` and back, as `convert` goes.
Fxp thereAndBack(const TemporaryFolder& folder, const Fxp& fxp) {
  const ParameterSpace space = exampleSpace();
  const PresetLabel label{"Brass", "", "", ""};
  writeFileAtomically(folder / "a.fxp", std::span<const std::uint8_t>(serializeFxp(fxp)));
  writePresetFile(folder / "b.vstpreset", space, "", label,
                  stateOfPreset(readPresetFile(folder / "a.fxp"), space), true);
  writePresetFile(folder / "c.fxp", space, "", label,
                  stateOfPreset(readPresetFile(folder / "b.vstpreset"), space), true);
  return parseFxp(readFile(folder / "c.fxp"));
}

TEST(PresetWriter, AnFxpComesBackFromAVstPresetByteForByte) {
  const TemporaryFolder folder;
  EXPECT_EQ(serializeFxp(thereAndBack(folder, exampleFxp())), serializeFxp(exampleFxp()));
}

TEST(PresetWriter, SizesThatWereWrongInAnFxpComeBackRight) {
  const TemporaryFolder folder;
  for (const std::uint32_t declared : {0u, 12345u}) {
    Fxp fxp = exampleFxp();
    fxp.declaredSize = declared;
    fxp.declaredChunkSize = 900;
    const Fxp back = thereAndBack(folder, fxp);
    EXPECT_EQ(back.chunk, fxp.chunk);
    EXPECT_FALSE(back.declaredSize) << *back.declaredSize;
    EXPECT_FALSE(back.declaredChunkSize) << *back.declaredChunkSize;
    EXPECT_EQ(serializeFxp(back), serializeFxp(exampleFxp()));
  }
}

TEST(PresetWriter, AProgramOfParametersIsRefusedWithARemedy) {
  Fxp fxp = exampleFxp();
  fxp.kind = Fxp::Kind::parameters;
  fxp.chunk.clear();
  fxp.parameters = {0.5f, 0.25f};
  const TemporaryFolder folder;
  writeFileAtomically(folder / "p.fxp", std::span<const std::uint8_t>(serializeFxp(fxp)));
  try {
    stateOfPreset(readPresetFile(folder / "p.fxp"), exampleSpace());
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_NE(std::string(error.what()).find("2 parameters of the VST2"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("save that"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace patchpilot
