#include "models/network_module.h"

#include "base/error.h"
#include "base/places.h"
#include "base/shared_module.h"

namespace patchpilot {

namespace {

constexpr const char* kBuildRemedy =
    "install libtorch-dev, libhdf5-dev and libpcre2-dev, and build Patch Pilot again";

}  // namespace

void Network::sample(BatchView inputs, const SampleOptions& options, std::span<float> outputs) const {
  if (options.count != 1)
    throw Error(ExitCode::internal,
                fmt::format("{} answers were asked of a network that gives one", options.count));
  run(inputs, outputs);
}

const NetworkModule& openNetworkModule(const std::filesystem::path& file) {
  const auto symbol = [&](const char* name) {
    return moduleFunction(file, name, ModuleSymbols::own, kBuildRemedy);
  };
  const auto abi = *static_cast<const std::uint32_t*>(symbol(kNetworksAbiSymbol));
  if (abi != kNetworksAbi)
    failSystem("{} has interface version {}, this program needs {}; install both anew", file.string(), abi,
               kNetworksAbi);
  return *reinterpret_cast<const NetworkModule* (*)()>(symbol(kNetworksSymbol))();
}

const NetworkModule& networkModule() {
  static const NetworkModule& opened = []() -> const NetworkModule& {
    const auto file = networksModule();
    if (file.empty())
      failSystem(
          "networks need LibTorch, and the module that uses it is not installed; install the package "
          "patchpilot-networks, or {}",
          kBuildRemedy);
    return openNetworkModule(file);
  }();
  return opened;
}

bool haveNetworks() {
  try {
    networkModule();
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace patchpilot
