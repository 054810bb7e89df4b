#include "client/server_finder.h"

#include "base/detached_process.h"
#include "base/error.h"
#include "base/files.h"
#include "base/places.h"
#include "base/server_address.h"
#include "client/server_client.h"

#include <unistd.h>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr const char* kProgram = "patchpilot";

/// How long a server that was started here goes on without use.
constexpr const char* kIdleSeconds = "600";

/// How long whoever has the port may take to say what it is.
constexpr double kFindSeconds = 5;

fs::path choiceFile() { return dataFolder() / "daw" / "program"; }

bool isProgram(const fs::path& file) {
  std::error_code ignored;
  return file.is_absolute() && fs::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0;
}

fs::path chosenProgram() {
  try {
    return fs::path(oneLine(readTextFile(choiceFile())));
  } catch (const Error&) {
    return {};
  }
}

/// PREFIX/bin/patchpilot of a module that lies below PREFIX/lib.
fs::path installedWithThis() {
  for (fs::path folder = programFile().parent_path(); folder.has_relative_path();
       folder = folder.parent_path())
    if (folder.filename() == "lib") return folder.parent_path() / "bin" / kProgram;
  return {};
}

}  // namespace

fs::path usualServerData() { return dataFolder() / "web"; }

std::optional<int> findServer(const fs::path& data) {
  const auto port = readServerPort(data);
  if (!port) return std::nullopt;
  try {
    std::error_code error;
    const fs::path folder = fs::canonical(data, error);
    if (ServerClient(*port, kFindSeconds).state().data == folder.string()) return port;
  } catch (const Error&) {
  }
  return std::nullopt;
}

fs::path findPatchPilot() {
  if (const std::string given = environmentVariable("PATCHPILOT"); !given.empty()) return given;
  for (const fs::path& file : {chosenProgram(), findProgram(kProgram), installedWithThis()})
    if (isProgram(file)) return file;
  return {};
}

void chooseProgram(const fs::path& program) {
  if (!isProgram(program)) failInput("{} is no program; choose the file 'patchpilot'", program.string());
  std::error_code error;
  fs::create_directories(choiceFile().parent_path(), error);
  writeFileAtomically(choiceFile(), program.string() + "\n");
}

void startServer(const fs::path& program, const fs::path& data) {
  startDetached(program, {"serve", "--port", "0", "--idle", kIdleSeconds, "--data", data.string()});
}

}  // namespace patchpilot
