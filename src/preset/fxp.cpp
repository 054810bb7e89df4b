#include "preset/fxp.h"

#include "base/byte_reader.h"
#include "base/error.h"
#include "base/text.h"

#include <algorithm>
#include <bit>

namespace patchpilot {

namespace {

constexpr std::string_view what = "the .fxp";
constexpr std::size_t bytesBeforeSizeCounts = 8;  ///< the magic and the size itself

Bytes copy(std::span<const std::uint8_t> bytes) { return {bytes.begin(), bytes.end()}; }

constexpr std::size_t bankReserveBytes = 128;  ///< after the number of programs: the current one, and zeros
constexpr std::uint32_t newestVersion = 2;     ///< of the format; 2 came with VST 2.4 and has the same layout

void readChunk(ByteReader& reader, Fxp& fxp, bool wholeOnly) {
  const auto declared = reader.bigEndian<std::uint32_t>("the chunk's size");
  const auto present = wholeOnly ? declared : std::min<std::uint64_t>(declared, reader.remaining());
  fxp.chunk = copy(reader.take(present, "the chunk"));
  if (present != declared) fxp.declaredChunkSize = declared;
}

void readParameters(ByteReader& reader, Fxp& fxp) {
  if (fxp.parameterCount > reader.remaining() / 4)
    failInput("the .fxp is cut short: {} parameters are declared, {} bytes are left", fxp.parameterCount,
              reader.remaining());
  fxp.parameters.reserve(fxp.parameterCount);
  for (std::uint32_t i = 0; i < fxp.parameterCount; ++i)
    fxp.parameters.push_back(std::bit_cast<float>(reader.bigEndian<std::uint32_t>("a parameter")));
}

std::uint32_t readVersion(ByteReader& reader) {
  const auto version = reader.bigEndian<std::uint32_t>("the version");
  if (version > newestVersion)
    failInput("{} has version {} of its format; versions up to {} are known here", what, version,
              newestVersion);
  return version;
}

/// Reads a program up to its end. @param inBank  whether another may follow, so that nothing may be missing
Fxp readProgram(ByteReader& reader, bool inBank) {
  if (reader.remaining() < 4 || reader.text(4, "the header") != "CcnK")
    failInput("not a .fxp: it does not begin with 'CcnK'");
  const auto declared = reader.bigEndian<std::uint32_t>("the file's size");
  const auto counted = reader.remaining();
  const auto magic = reader.text(4, "the kind of file");
  if (magic == "FBCh" || magic == "FxBk")
    failInput("this is a VST2 bank (.fxb) of many programs, not one program");
  if (magic != "FPCh" && magic != "FxCk")
    failInput("not a .fxp that is known here: its kind is neither 'FPCh' (a chunk) nor 'FxCk' (parameters)");
  Fxp fxp;
  fxp.kind = magic == "FPCh" ? Fxp::Kind::chunk : Fxp::Kind::parameters;
  fxp.version = readVersion(reader);
  fxp.fxId = reader.text(4, "the plug-in's id");
  fxp.fxVersion = reader.bigEndian<std::uint32_t>("the plug-in's version");
  fxp.parameterCount = reader.bigEndian<std::uint32_t>("the number of parameters");
  const auto name = reader.take(fxp.programName.size(), "the program name");
  std::copy(name.begin(), name.end(), fxp.programName.begin());
  if (fxp.kind == Fxp::Kind::chunk) readChunk(reader, fxp, inBank);
  else readParameters(reader, fxp);
  if (!inBank) fxp.trailing = copy(reader.take(reader.remaining(), "the rest"));
  if (declared != counted - reader.remaining()) fxp.declaredSize = declared;
  return fxp;
}

}  // namespace

Fxp parseFxp(std::span<const std::uint8_t> bytes) {
  ByteReader reader(bytes, what);
  return readProgram(reader, false);
}

bool isFxBank(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 12 || !std::equal(bytes.begin(), bytes.begin() + 4, "CcnK")) return false;
  return std::equal(bytes.begin() + 8, bytes.begin() + 12, "FxBk") ||
         std::equal(bytes.begin() + 8, bytes.begin() + 12, "FBCh");
}

FxBank parseFxBank(std::span<const std::uint8_t> bytes) {
  if (!isFxBank(bytes)) failInput("not a .fxb: its kind is neither 'FxBk' (programs) nor 'FBCh' (a chunk)");
  ByteReader reader(bytes, "the .fxb");
  reader.take(bytesBeforeSizeCounts, "the header");
  const bool programs = reader.text(4, "the kind of file") == "FxBk";
  FxBank bank;
  bank.version = readVersion(reader);
  bank.fxId = reader.text(4, "the plug-in's id");
  bank.fxVersion = reader.bigEndian<std::uint32_t>("the plug-in's version");
  bank.programCount = reader.bigEndian<std::uint32_t>("the number of programs");
  reader.take(bankReserveBytes, "the header");
  if (programs) {
    for (std::uint32_t i = 0; i < bank.programCount; ++i) bank.programs.push_back(readProgram(reader, true));
  } else {
    const auto size = reader.bigEndian<std::uint32_t>("the chunk's size");
    bank.chunk = copy(reader.take(size, "the chunk"));
  }
  return bank;
}

Bytes serializeFxp(const Fxp& fxp) {
  if (fxp.fxId.size() != 4) failInput("cannot write a .fxp: the id '{}' is not four characters", fxp.fxId);
  Bytes body;
  append(body, std::string_view(fxp.kind == Fxp::Kind::chunk ? "FPCh" : "FxCk"));
  appendBigEndian(body, fxp.version);
  append(body, std::string_view(fxp.fxId));
  appendBigEndian(body, fxp.fxVersion);
  appendBigEndian(body,
                  fxp.kind == Fxp::Kind::chunk ? fxp.parameterCount : std::uint32_t(fxp.parameters.size()));
  append(body, std::string_view(fxp.programName.data(), fxp.programName.size()));
  if (fxp.kind == Fxp::Kind::chunk) {
    appendBigEndian(body, fxp.declaredChunkSize.value_or(std::uint32_t(fxp.chunk.size())));
    append(body, fxp.chunk);
  } else {
    for (const float value : fxp.parameters) appendBigEndian(body, std::bit_cast<std::uint32_t>(value));
  }
  append(body, fxp.trailing);
  Bytes bytes;
  bytes.reserve(body.size() + bytesBeforeSizeCounts);
  append(bytes, std::string_view("CcnK"));
  appendBigEndian(bytes, fxp.declaredSize.value_or(std::uint32_t(body.size())));
  append(bytes, body);
  return bytes;
}

std::string fxpName(const Fxp& fxp) {
  return {fxp.programName.begin(), std::find(fxp.programName.begin(), fxp.programName.end(), '\0')};
}

void setFxpName(Fxp& fxp, std::string_view name) {
  const std::string shortened = shortName(name, fxp.programName.size() - 1);
  fxp.programName.fill('\0');
  std::copy(shortened.begin(), shortened.end(), fxp.programName.begin());
}

void setFxpChunk(Fxp& fxp, Bytes chunk) {
  fxp.kind = Fxp::Kind::chunk;
  fxp.parameters.clear();
  fxp.chunk = std::move(chunk);
  fxp.declaredChunkSize.reset();
  fxp.trailing.clear();
}

}  // namespace patchpilot
