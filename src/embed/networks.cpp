#include "embed/networks.h"

#include "base/error.h"
#include "base/places.h"

#include <dlfcn.h>

namespace patchpilot {

namespace {

const Networks& openModule() {
  const auto file = networksModule();
  if (file.empty())
    failSystem("networks need LibTorch, and this Patch Pilot was built without it; install libtorch-dev, libhdf5-dev and libpcre2-dev and "
               "build it again");
  // Never closed: LibTorch's threads would not outlive it.
  void* module = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr)
    failSystem("{} cannot be opened ({}); install libtorch-dev, libhdf5-dev and libpcre2-dev, and build Patch Pilot again", file.string(), ::dlerror());
  const auto door = reinterpret_cast<const Networks* (*)()>(::dlsym(module, kNetworksSymbol));
  if (door == nullptr) failSystem("{} belongs to another version of Patch Pilot; install both anew", file.string());
  return *door();
}

}  // namespace

const Networks& networks() {
  static const Networks& opened = openModule();
  return opened;
}

}  // namespace patchpilot
