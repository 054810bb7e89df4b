#include "base/ranks.h"

#include "base/error.h"
#include "base/places.h"
#include "base/shared_module.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace patchpilot {

namespace {

/// How often it is looked whether a message has come: MPI itself would wait by keeping a core busy, one that
/// renders.
constexpr auto kPatience = std::chrono::microseconds(500);

const MpiCalls* loadMpi() {
  const auto module = mpiModule();
  if (module.empty())
    failSystem(
        "mpirun has started this program, but the module that uses Open MPI is not installed; install the "
        "package patchpilot-mpi, or libopenmpi-dev and build again, or run it alone");
  // Open MPI's own parts look for its symbols among the global ones.
  return reinterpret_cast<GetMpiCalls>(
      moduleFunction(module, kMpiCallsSymbol, ModuleSymbols::global,
                     "install Open MPI (openmpi-bin), or run the program alone"))();
}

}  // namespace

bool Ranks::areThere() {
  const char* size = std::getenv("OMPI_COMM_WORLD_SIZE");
  return size != nullptr && std::atoi(size) > 1;
}

Ranks::Ranks() : Ranks(*loadMpi()) {}

Ranks::Ranks(const MpiCalls& calls) : calls_(&calls) { calls_->open(&rank_, &size_); }

Ranks::~Ranks() {
  const int others = rank_ == 0 ? size_ - 1 : 1;
  for (int i = 0; i < others; ++i) send(rank_ == 0 ? i + 1 : 0, Kind::goodbye, {});
  // A large message leaves only where it is taken.
  while (int(gone_.size()) < others || !calls_->sent())
    if (take().from < 0) std::this_thread::sleep_for(kPatience);
  calls_->close();
}

void Ranks::send(int to, const Bytes& message) { send(to, Kind::message, message); }

void Ranks::send(int to, Kind kind, const Bytes& message) {
  Bytes bytes{std::uint8_t(kind)};
  bytes.insert(bytes.end(), message.begin(), message.end());
  calls_->send(to, bytes.data(), bytes.size());
}

void Ranks::waitUntilSent(const std::stop_token& stop) {
  while (!calls_->sent() && !stop.stop_requested()) std::this_thread::sleep_for(kPatience);
}

Ranks::Received Ranks::receive(double seconds, const std::stop_token& stop) {
  using Clock = std::chrono::steady_clock;
  for (const auto begin = Clock::now();;) {
    if (Received received = take(); received.from >= 0) return received;
    if (stop.stop_requested() || Clock::now() - begin > std::chrono::duration<double>(seconds)) return {};
    std::this_thread::sleep_for(kPatience);
  }
}

Ranks::Received Ranks::take() {
  Received received;
  std::size_t count = 0;
  if (!calls_->waiting(&received.from, &count)) return {};
  Bytes bytes(count);
  calls_->receive(received.from, bytes.data(), bytes.size());
  received.isGoodbye = bytes.empty() || bytes.front() != std::uint8_t(Kind::message);
  if (received.isGoodbye) gone_.insert(received.from);
  else received.message.assign(bytes.begin() + 1, bytes.end());
  return received;
}

std::string hostName() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace patchpilot
