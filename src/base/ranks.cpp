#include "base/ranks.h"

#include "base/error.h"
#include "base/places.h"
#include "base/process.h"
#include "base/shared_module.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace patchpilot {

using nlohmann::json;

namespace {

/// How often it is looked whether a message has come: MPI itself would wait by keeping a core busy, one that
/// renders.
constexpr auto kPatience = std::chrono::microseconds(500);

const MpiCalls* loadMpi() {
  const auto module = mpiModule();
  if (module.empty())
    failSystem(
        "mpirun has started this program, but it was built without Open MPI; install libopenmpi-dev and "
        "build it again, or run it alone");
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
  for (int i = 0; i < others; ++i) send(rank_ == 0 ? i + 1 : 0, {{"goodbye", true}});
  // A large message leaves only where it is taken.
  while (int(gone_.size()) < others || !calls_->sent())
    if (take().from < 0) std::this_thread::sleep_for(kPatience);
  calls_->close();
}

void Ranks::send(int to, const json& message) {
  const auto bytes = json::to_msgpack(message);
  calls_->send(to, bytes.data(), bytes.size());
}

void Ranks::waitUntilSent() {
  while (!calls_->sent() && !interrupted()) std::this_thread::sleep_for(kPatience);
}

Ranks::Received Ranks::receive(double seconds) {
  using Clock = std::chrono::steady_clock;
  for (const auto begin = Clock::now();;) {
    if (Received received = take(); received.from >= 0) return received;
    if (interrupted() || Clock::now() - begin > std::chrono::duration<double>(seconds)) return {};
    std::this_thread::sleep_for(kPatience);
  }
}

Ranks::Received Ranks::take() {
  Received received;
  std::size_t count = 0;
  if (!calls_->waiting(&received.from, &count)) return {};
  std::vector<std::uint8_t> bytes(count);
  calls_->receive(received.from, bytes.data(), bytes.size());
  received.message = json::from_msgpack(bytes, true, false);
  if (received.message.is_discarded()) received.message = {{"goodbye", true}};
  if (isGoodbye(received.message)) gone_.insert(received.from);
  return received;
}

std::string hostName() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace patchpilot
