#pragma once

#include "base/files.h"
#include "base/tempo.h"

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace patchpilot {

/// Version of the messages between the main program and its workers. Raise it with any change of a message.
inline constexpr std::uint16_t kWorkerProtocol = 4;

/// A patch as a worker applies it: a state, then values laid over it.
struct AppliedPatch {
  std::optional<Bytes> state;         ///< none: the base (`BaseRequest`), or the plug-in's own state
  std::vector<std::int32_t> indices;  ///< of the plug-in's parameters
  std::vector<float> values;          ///< normalized, one for each index
};

// Requests of the main program. A worker answers them in their order.

/// Lists the instruments in a VST3 bundle. Answered by `ScanAnswer`.
struct ScanRequest {
  std::string path;
};

/// Opens an instrument. Answered by `LoadAnswer`.
struct LoadRequest {
  std::string format, path, id;
  std::string memory;            ///< name of the shared memory for renders; empty: there will be none
  std::uint64_t slotFrames = 0;  ///< frames of a slot there; see `RenderSlots`
  double tempoBpm = kUsualBpm;   ///< of the transport that the plug-in follows
  bool renews = false;           ///< whether each patch is applied to a new instance
  double settleSeconds = 0;      ///< the longest wait for a plug-in that computes aside; see `ParameterSpace`
  std::string library =
      {};  ///< LV2: the plug-in's binary; if it cannot be opened, the loader's words are told
};

/// Sets the state that patches without one of their own are laid over. Answered by `DoneAnswer`.
struct BaseRequest {
  Bytes state;
};

/// Asks for the plug-in's whole state with the patch applied. Answered by `StateAnswer`.
struct StateRequest {
  AppliedPatch patch;
};

/// Asks how the plug-in displays each of the patch's values. Answered by `TextsAnswer`.
struct TextsRequest {
  AppliedPatch patch;
};

/// Asks for the value of every parameter with the patch applied. Answered by `ValuesAnswer`.
struct ValuesRequest {
  AppliedPatch patch;
};

/// Asks for name, value and text of every parameter with the patch applied. Answered by `ReadingsAnswer`.
struct ReadingsRequest {
  AppliedPatch patch;
};

/// Renders one note into a slot of the shared memory. Answered by `RenderAnswer`, before that by `PartAnswer`
/// if `partFrames` is not 0.
struct RenderRequest {
  AppliedPatch patch;
  std::uint32_t slot = 0;
  std::uint64_t frames = 0;
  std::int32_t note = 60, velocity = 100;
  double lengthSeconds = 0;      ///< from the note's start to its release
  bool wantsState = false;       ///< whether to answer with the plug-in's state as well
  std::uint64_t partFrames = 0;  ///< announce when so many frames are there; 0: do not
};

using WorkerRequest = std::variant<ScanRequest, LoadRequest, BaseRequest, StateRequest, TextsRequest,
                                   ValuesRequest, ReadingsRequest, RenderRequest>;

// Answers of a worker.

/// The request could not be fulfilled; the worker lives on.
struct RefusalAnswer {
  std::string problem;
};

struct DoneAnswer {};

struct ScannedInstrument {
  std::string name, vendor, version, format, id;
  std::int32_t parameters = 0;
};
struct ScanAnswer {
  std::vector<ScannedInstrument> instruments;
};

struct LoadedParameter {
  std::int32_t index = 0;
  std::string id, name;
  float defaultValue = 0;
  std::int32_t steps = 0;
  bool boolean = false;
  std::string label, text;
};
struct LoadAnswer {
  std::string name, vendor, version;
  std::vector<LoadedParameter> parameters;
};

struct StateAnswer {
  Bytes state;
};

struct TextsAnswer {
  std::vector<std::string> texts;
};

struct ValuesAnswer {
  std::vector<float> values;
};

struct Reading {
  std::string name;
  float value = 0;
  std::string text;
};
struct ReadingsAnswer {
  std::vector<Reading> readings;
};

/// The part that `RenderRequest::partFrames` asked for is in its slot; the render goes on.
struct PartAnswer {
  std::uint64_t frames = 0;
};

struct RenderAnswer {
  bool whole = true;           ///< false if the main program stopped it
  std::optional<Bytes> state;  ///< if it was wanted
  float idleRms = 0;           ///< level before the note, linear
};

using WorkerAnswer = std::variant<RefusalAnswer, DoneAnswer, ScanAnswer, LoadAnswer, StateAnswer, TextsAnswer,
                                  ValuesAnswer, ReadingsAnswer, PartAnswer, RenderAnswer>;

/// Bytes that are no message of this protocol: a plug-in has corrupted its worker.
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A message of another version of the protocol: program and worker were not installed together.
class ProtocolVersionError : public ProtocolError {
 public:
  using ProtocolError::ProtocolError;
};

/// Encodes a message: version, kind, then its fields, all little-endian; strings and arrays behind their
/// 4-byte length.
Bytes encode(const WorkerRequest& request);
Bytes encode(const WorkerAnswer& answer);

/// @throws ProtocolVersionError for a message of another version; ProtocolError for bytes that end too early,
/// go on too long, or hold no known message. No more memory is taken than the message has bytes for.
WorkerRequest decodeRequest(std::span<const std::uint8_t> bytes);
WorkerAnswer decodeAnswer(std::span<const std::uint8_t> bytes);

}  // namespace patchpilot
