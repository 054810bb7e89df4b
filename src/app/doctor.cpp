#include "app/doctor.h"

#include "app/commands.h"
#include "app/version.h"
#include "base/draft_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/places.h"
#include "base/toml_reader.h"
#include "embed/models.h"
#include "library/installed.h"
#include "library/library.h"
#include "library/preset_index.h"
#include "models/network_module.h"
#include "synth/catalogue.h"
#include "synth/parameter_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

enum class State {
  good,
  missing,  ///< something that a user can do without
  broken,   ///< there, but it cannot be used; everything else can
  needed    ///< nothing can be matched without it
};

/// One thing that was looked at.
struct Finding {
  std::string topic;
  State state = State::good;
  std::string text;
  std::string remedy;  ///< unless it is good: how to get it
  ExitCode code = ExitCode::system;
};

const char* wordOf(State state) {
  switch (state) {
    case State::good: return "ok";
    case State::missing: return "missing";
    case State::broken: return "broken";
    case State::needed: return "NEEDED";
  }
  return "";
}

class Examination {
 public:
  std::vector<Finding> run() {
    lookAtProgram();
    lookAtPlugins();
    lookAtSpaces();
    lookAtLibraries();
    lookAtNetworks();
    lookAtModels();
    lookAtPage();
    lookAtMpi();
    lookAtPrograms();
    lookAtPlaces();
    return std::move(findings_);
  }

 private:
  void good(const std::string& topic, const std::string& text) {
    findings_.push_back({topic, State::good, text, ""});
  }
  void missing(const std::string& topic, const std::string& text, const std::string& remedy) {
    findings_.push_back({topic, State::missing, text, remedy});
  }
  void broken(const std::string& topic, const std::string& text, const std::string& remedy) {
    findings_.push_back({topic, State::broken, text, remedy});
  }
  void needed(const std::string& topic, const std::string& text, const std::string& remedy,
              ExitCode code = ExitCode::system) {
    findings_.push_back({topic, State::needed, text, remedy, code});
  }

  void lookAtProgram() {
    good("program", fmt::format("patchpilot {}, {}", kVersion, programFile().string()));
    std::error_code error;
    if (const fs::path worker = workerProgram(); fs::is_regular_file(worker, error))
      good("worker", worker.string());
    else
      needed("worker", fmt::format("{} is not there: no plug-in can be opened", worker.string()),
             "install Patch Pilot anew, or name the worker with PATCHPILOT_WORKER");
  }

  void lookAtPlugins() {
    catalogue_ = scanPlugins({.limits = {.stop = interruptToken()}});
    std::vector<std::string> problems;
    spaces_ = installedSpaces(&problems);
    for (const PluginInfo& plugin : catalogue_.plugins)
      good("plug-in", fmt::format("{} ({}), {}", plugin.fullName(), plugin.format, plugin.path));
    if (catalogue_.plugins.empty())
      needed("plug-in", "no instrument is found (VST3, LV2)", "apt-get install mda-lv2 gives two",
             ExitCode::plugin);
    for (const PluginProblem& problem : catalogue_.problems)
      broken("plug-in", fmt::format("{}: {}", problem.path, problem.problem),
             problem.remembered ? "'patchpilot synths --rescan' tries it again"
                                : "install what it lacks; the next command tries it again");
    for (const std::string& problem : problems) broken("space", problem, "correct the file, or remove it");
  }

  /// How the plug-in of a space can be had, as its file says.
  static std::string installHint(const ParameterSpace& space) {
    const toml::table table = toml::parse(space.toml);
    return table["synth"]["install"].value_or(
        fmt::format("install {}, or set VST3_PATH or LV2_PATH to its folder", space.synthName));
  }

  void lookAtSpaces() {
    for (const ParameterSpace& space : spaces_) {
      if (space.synthFormat == kBuiltIn) continue;
      const bool fits = std::any_of(catalogue_.plugins.begin(), catalogue_.plugins.end(), [&](const auto& p) {
        return p.format == space.synthFormat && p.id == space.synthId;
      });
      if (fits) good("space", fmt::format("{} (for {}), {}", space.name, space.synthName, space.file));
      else
        missing("space", fmt::format("{} is for {}, which is not installed", space.name, space.synthName),
                installHint(space));
    }
    if (spaces_.empty())
      needed("space", "no parameter space is found", "install Patch Pilot anew, or set PATCHPILOT_SPACES");
  }

  /// Why the synth that is installed cannot play a library; empty if it can.
  std::string unplayable(const LibrarySettings& settings, bool isIndex) const {
    const auto plugin = std::find_if(
        catalogue_.plugins.begin(), catalogue_.plugins.end(),
        [&](const auto& p) { return p.format == settings.synthFormat && p.id == settings.synthId; });
    if (plugin == catalogue_.plugins.end()) return settings.synthName + " is not installed";
    if (plugin->version != settings.synthVersion && !isIndex)
      return fmt::format("it was made with {} {}, and {} is installed", settings.synthName,
                         settings.synthVersion, plugin->version);
    return "";
  }

  void lookAtLibraries() {
    const auto files = installedLibraries();
    for (const fs::path& file : files) {
      try {
        Library library = Library::open(file);
        const LibrarySettings& settings = library.settings();
        const std::string text = fmt::format("{}: {} patches of {}, {}", file.stem().string(),
                                             library.counts().patches, settings.synthName, file.string());
        if (const std::string why = unplayable(settings, isPresetIndex(file)); why.empty())
          good("library", text);
        else
          missing(
              "library", fmt::format("{}; {}", text, why),
              fmt::format("install that version, or 'patchpilot library build --space {}' makes a new one",
                          settings.spaceName));
      } catch (const Error& error) {
        broken("library", error.what(), "build it anew, or remove it");
      }
    }
    if (files.empty())
      missing("library", fmt::format("none in {}", libraryFolder().string()),
              "'patchpilot library build --space jx10 --count 3000' makes one");
  }

  void lookAtNetworks() {
    constexpr const char* kWithout = "without it sounds are compared by mel spectrum and envelope";
    const fs::path module = networksModule();
    if (module.empty())
      return missing("networks", "the module that uses LibTorch is not installed",
                     fmt::format("install the package patchpilot-networks, or libtorch-dev, libhdf5-dev and "
                                 "libpcre2-dev and build again; {}",
                                 kWithout));
    try {
      networkModule();
      good("networks", module.string());
    } catch (const Error& error) {
      missing("networks", error.what(), fmt::format("apt-get install libtorch1.13; {}", kWithout));
    }
  }

  void lookAtModels() {
    for (const Model& model : models()) {
      if (!model.problem.empty())
        broken("model", fmt::format("{}: {}", model.name, model.problem), "correct the file, or remove it");
      else if (modelFiles(model)) good("model", fmt::format("{}: {}", model.name, model.title));
      else
        missing("model", fmt::format("{}: {}", model.name, model.title),
                fmt::format("'patchpilot models fetch {}'", model.name));
    }
  }

  void lookAtPage() {
    const fs::path page = pageFolder();
    std::error_code error;
    if (!page.empty() && fs::is_regular_file(page / "index.html", error)) return good("page", page.string());
    missing("page", "the page of 'patchpilot serve' is not built",
            "'make page' builds it with Node.js 18, or set PATCHPILOT_PAGE to a folder that has it");
  }

  void lookAtMpi() {
    if (const fs::path module = mpiModule(); module.empty())
      missing("mpi", "the module that uses Open MPI is not installed; commands run on one machine",
              "install the package patchpilot-mpi, or libopenmpi-dev and openmpi-bin and build again");
    else good("mpi", module.string());
  }

  void lookAtPrograms() {
    const std::pair<const char*, const char*> programs[] = {
        {"fluidsynth", "'patchpilot targets make --soundfont' plays SoundFonts with it"},
        {"mpirun", "it starts 'patchpilot library build' on several machines"}};
    for (const auto& [name, use] : programs) {
      if (const fs::path file = findProgram(name); !file.empty()) good("tool", file.string());
      else
        missing("tool", fmt::format("{}: {}", name, use),
                fmt::format("apt-get install {}", std::string(name) == "mpirun" ? "openmpi-bin" : name));
    }
  }

  void lookAtPlaces() {
    const std::pair<const char*, fs::path> places[] = {
        {"data", dataFolder()}, {"libraries", libraryFolder()}, {"cache", cacheFolder()}};
    for (const auto& [what, folder] : places) {
      try {
        fs::create_directories(folder);
        const DraftFile draft(folder / "doctor", "check");
        good("write", fmt::format("{}: {}, {:.1f} GB free", what, folder.string(),
                                  double(fs::space(folder).available) / 1e9));
      } catch (const std::exception& error) {
        needed("write", fmt::format("{}: {} ({})", what, folder.string(), error.what()),
               "change its permissions, or set XDG_DATA_HOME and XDG_CACHE_HOME to folders of yours");
      }
    }
  }

  std::vector<Finding> findings_;
  Catalogue catalogue_;
  std::vector<ParameterSpace> spaces_;
};

void print(const std::vector<Finding>& findings) {
  for (const Finding& one : findings) {
    fmt::print("{:<8}{:<10}{}\n", wordOf(one.state), one.topic, one.text);
    if (!one.remedy.empty()) fmt::print("{:<18}-> {}\n", "", one.remedy);
  }
}

void printMachineReadable(const std::vector<Finding>& findings, bool works) {
  nlohmann::json list = nlohmann::json::array();
  for (const Finding& one : findings) {
    list.push_back({{"topic", one.topic}, {"state", wordOf(one.state)}, {"text", one.text}});
    if (!one.remedy.empty()) list.back()["remedy"] = one.remedy;
  }
  printJson({{"version", kVersion}, {"works", works}, {"findings", list}});
}

void diagnose(bool json) {
  const std::vector<Finding> findings = Examination().run();
  const auto fault = std::find_if(findings.begin(), findings.end(),
                                  [](const Finding& one) { return one.state == State::needed; });
  const bool works = fault == findings.end();
  if (json) printMachineReadable(findings, works);
  else print(findings);
  if (!works) throw Error(fault->code, fmt::format("{}: {}; {}", fault->topic, fault->text, fault->remedy));
}

}  // namespace

void addDoctorCommand(const Command& app) {
  auto json = std::make_shared<bool>(false);
  const auto command = app.subcommand(
      "doctor",
      "Say what is there and what is missing: plug-ins, spaces, libraries, networks, models, page, "
      "permissions; and how to get it. Fails if nothing can be matched without it");
  command.flag("--json", *json, "Print JSON");
  command.run([json] { diagnose(*json); });
}

}  // namespace patchpilot
