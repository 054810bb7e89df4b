#pragma once

#include <cstddef>
#include <cstdint>

namespace patchpilot {

/// What `Ranks` asks of the module that links MPI. Called by one thread at a time.
struct MpiCalls {
  void (*open)(int* rank, int* size);
  /// Sends without waiting; the bytes are copied.
  void (*send)(int to, const std::uint8_t* bytes, std::size_t count);
  /// Whether a message has come; how long it is, and from whom.
  bool (*waiting)(int* from, std::size_t* count);
  /// Takes the message that `waiting` told of.
  void (*receive)(int from, std::uint8_t* bytes, std::size_t count);
  /// Whether all that was sent has left.
  bool (*sent)();
  /// Waits until every rank has come here.
  void (*close)();
};

/// The module's one symbol: a function of this type.
using GetMpiCalls = const MpiCalls* (*)();
inline constexpr const char* kMpiCallsSymbol = "patchpilotMpiCalls";

}  // namespace patchpilot
