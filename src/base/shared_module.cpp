#include "base/shared_module.h"

#include "base/error.h"

#include <dlfcn.h>

namespace patchpilot {

void* moduleFunction(const std::filesystem::path& module, const char* name, ModuleSymbols symbols,
                     std::string_view remedy) {
  void* opened =
      ::dlopen(module.c_str(), RTLD_NOW | (symbols == ModuleSymbols::global ? RTLD_GLOBAL : RTLD_LOCAL));
  if (opened == nullptr) failSystem("{} cannot be opened ({}); {}", module.string(), ::dlerror(), remedy);
  void* function = ::dlsym(opened, name);
  if (function == nullptr)
    failSystem("{} belongs to another version of Patch Pilot; install both anew", module.string());
  return function;
}

}  // namespace patchpilot
