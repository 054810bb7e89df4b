#include "worker/open_failure.h"

#include <dlfcn.h>
#include <sys/utsname.h>

#include <filesystem>
#include <system_error>

namespace patchpilot {

std::string whyLibraryCannotBeOpened(const std::string& library, const char* entry) {
  std::error_code error;
  if (!std::filesystem::exists(library, error)) return "its binary " + library + " is missing";
  void* handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* words = ::dlerror();
    return words != nullptr ? words : "its binary " + library + " cannot be loaded";
  }
  const bool enters = ::dlsym(handle, entry) != nullptr;
  ::dlclose(handle);
  return enters ? "" : "its binary " + library + " has no function " + entry;
}

std::string whyVst3CannotBeOpened(const std::string& bundle) {
  namespace fs = std::filesystem;
  utsname machine{};
  ::uname(&machine);
  const fs::path folder = fs::path(bundle) / "Contents" / (std::string(machine.machine) + "-linux");
  std::error_code error;
  if (fs::is_directory(bundle, error) && !fs::is_directory(folder, error))
    return "it has no binary for this machine (Contents/" + folder.filename().string() + ")";
  for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error))
    if (file->path().extension() == ".so")
      if (auto why = whyLibraryCannotBeOpened(file->path().string(), "GetPluginFactory"); !why.empty())
        return why;
  return "it cannot be opened as a VST3";
}

}  // namespace patchpilot
