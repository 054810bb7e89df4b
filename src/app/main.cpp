#include "app/arguments.h"
#include "app/command_table.h"
#include "app/commands.h"
#include "app/dataset.h"
#include "app/doctor.h"
#include "app/shell_commands.h"
#include "app/version.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/process.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>

namespace patchpilot {
namespace {

constexpr const char* kFooter = R"(
Exit status: 0 done; 1 a fault of Patch Pilot's own; 2 wrong options; 3 a file that cannot be used;
4 a plug-in that is missing or fails; 5 the machine refuses (disk full, no permission);
130 stopped by Ctrl-C, with what was done so far kept.

Environment: VST3_PATH, LV2_PATH (where plug-ins are looked for, instead of the standard places),
PATCHPILOT_SPACES (more folders of parameter spaces), PATCHPILOT_MODELS (more folders of models),
PATCHPILOT_MODEL_MIRROR (address that `models fetch` takes files from), PATCHPILOT_LIBRARIES (more folders of
libraries), http_proxy, https_proxy and no_proxy (for `models fetch`),
PATCHPILOT_WORKER_LOG (a file that takes what plug-ins print).

Example: find patches of mda's JX10 that sound like flute.wav
  patchpilot library build --space jx10 --count 3000 --out jx10.db
  patchpilot match flute.wav --library jx10.db --out flute
)";

/// CLI11 writes what an option that says no stands for behind its name: "--no-baseline{false}".
class Formatter : public CLI::Formatter {
 public:
  std::string make_option_name(const CLI::Option* option, bool isPositional) const override {
    std::string name = CLI::Formatter::make_option_name(option, isPositional);
    constexpr std::string_view kNo = "{false}";
    for (auto at = name.find(kNo); at != std::string::npos; at = name.find(kNo)) name.erase(at, kNo.size());
    return name;
  }
};

int run(int count, char** arguments) {
  CLI::App app{"Give it a sound, and it gives back patches of a real synthesizer that make that sound.",
               "patchpilot"};
  app.set_version_flag("--version", fmt::format("patchpilot {}", kVersion));
  app.require_subcommand(1);
  app.footer(kFooter);
  app.formatter(std::make_shared<Formatter>());
  app.get_formatter()->column_width(34);
  const Command program(app);
  addMatchCommand(program);
  addLibraryCommand(program);
  addSynthsCommand(program);
  addSpaceCommand(program);
  addRenderCommand(program);
  addEvalCommand(program);
  addTargetsCommand(program);
  addExplainCommand(program);
  addConvertCommand(program);
  addModelsCommand(program);
  addServeCommand(program);
  addDatasetCommand(program);
  addTrainCommand(program);
  addDoctorCommand(program);
  addShellCommands(
      program, [&app] { return commandTable(app); }, kFooter);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == 0;  // --help and --version
    if (asked) return app.exit(error);
    fmt::print(stderr, "patchpilot: {}; run with --help for what there is\n", error.what());
    return int(ExitCode::usage);
  }
  return int(interrupted() ? ExitCode::interrupted : ExitCode::success);
}

}  // namespace
}  // namespace patchpilot

int main(int count, char** arguments) {
  using namespace patchpilot;
  catchInterrupts();
  try {
    return run(count, arguments);
  } catch (const Error& error) {
    fmt::print(stderr, "patchpilot: {}\n", error.what());
    return int(error.code());
  } catch (const std::exception& error) {
    fmt::print(stderr, "patchpilot: {}; please report this, with the command that led to it\n", error.what());
    return int(ExitCode::internal);
  }
}
