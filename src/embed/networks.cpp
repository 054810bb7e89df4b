#include "embed/networks.h"

#include "base/error.h"
#include "base/places.h"
#include "base/shared_module.h"

namespace patchpilot {

namespace {

const Networks& openModule() {
  const auto file = networksModule();
  if (file.empty())
    failSystem(
        "networks need LibTorch, and this Patch Pilot was built without it; install libtorch-dev, "
        "libhdf5-dev and libpcre2-dev and "
        "build it again");
  return *reinterpret_cast<const Networks* (*)()>(
      moduleFunction(file, kNetworksSymbol, ModuleSymbols::own,
                     "install libtorch-dev, libhdf5-dev and libpcre2-dev, and build Patch Pilot again"))();
}

}  // namespace

const Networks& networks() {
  static const Networks& opened = openModule();
  return opened;
}

bool haveNetworks() {
  try {
    networks();
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace patchpilot
