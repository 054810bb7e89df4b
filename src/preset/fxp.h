#pragma once

#include "base/files.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace patchpilot {

/// A VST2 program file, `.fxp` (Steinberg VST 2.4, "vstfxstore.h"), either with an opaque chunk ('FPCh') or
/// with a list of parameters ('FxCk').
struct Fxp {
  enum class Kind { chunk, parameters };

  Kind kind = Kind::chunk;
  std::uint32_t version = 1;
  std::string fxId;  ///< four characters that name the plug-in
  std::uint32_t fxVersion = 1;
  std::uint32_t parameterCount = 1;    ///< as the file says; some synths write 1 beside a chunk
  std::array<char, 28> programName{};  ///< may lack a final zero; see `fxpName`
  Bytes chunk;                         ///< kind `chunk`
  std::vector<float> parameters;       ///< kind `parameters`, 0 to 1

  /// Sizes as the file declares them, if they differ from the true sizes: some synths write 0, and some files
  /// have bytes after the chunk. Empty: `serializeFxp` writes the true sizes.
  std::optional<std::uint32_t> declaredSize;
  std::optional<std::uint32_t> declaredChunkSize;
  Bytes trailing;  ///< what follows the chunk or the parameters
};

/// A VST2 bank, `.fxb` (Steinberg VST 2.4, "vstfxstore.h"): all programs of a plug-in, each as in a `.fxp`
/// ('FxBk'), or in one opaque chunk ('FBCh').
struct FxBank {
  std::uint32_t version = 1;
  std::string fxId;
  std::uint32_t fxVersion = 1;
  std::uint32_t programCount = 0;  ///< as the file says
  std::vector<Fxp> programs;       ///< of an 'FxBk'
  Bytes chunk;                     ///< of an 'FBCh'; empty for an 'FxBk'
};

/// Whether these are the bytes of a `.fxb`.
bool isFxBank(std::span<const std::uint8_t> bytes);

/// @throws Error (input): no `.fxb`, cut short, or of a version of the format that is not known here.
FxBank parseFxBank(std::span<const std::uint8_t> bytes);

/// @throws Error (input): no `.fxp`, a bank (`.fxb`), cut short before the chunk, of a version of the format
/// that is not known here, or with more parameters declared than there are bytes for. A chunk that is shorter
/// than declared is taken as it is.
Fxp parseFxp(std::span<const std::uint8_t> bytes);

/// The bytes of the file. What `parseFxp` read comes back byte for byte.
/// @throws Error (input) where `fxId` is not four characters.
Bytes serializeFxp(const Fxp& fxp);

/// The program name as text, up to its first zero.
std::string fxpName(const Fxp& fxp);

/// Sets the program name, cut to 27 bytes (`shortName`). @param name UTF-8
void setFxpName(Fxp& fxp, std::string_view name);

/// Replaces the chunk, and with it the size that the file declared for it and what followed it.
void setFxpChunk(Fxp& fxp, Bytes chunk);

}  // namespace patchpilot
