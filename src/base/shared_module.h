#pragma once

#include <filesystem>
#include <string_view>

namespace patchpilot {

enum class ModuleSymbols {
  own,     ///< nobody else sees the module's symbols
  global,  ///< what the module opens itself looks for them
};

/// A function of a module that is opened at run time. The module is never closed: its threads would not
/// outlive it.
/// @param remedy  what to do where it cannot be opened: "install ..."
/// @throws Error (system) where it cannot, or has no such function
void* moduleFunction(const std::filesystem::path& module, const char* name, ModuleSymbols symbols,
                     std::string_view remedy);

}  // namespace patchpilot
