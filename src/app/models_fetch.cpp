#include "app/models_fetch.h"

#include "app/progress.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/places.h"
#include "download/download.h"
#include "embed/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMirrorVariable = "PATCHPILOT_MODEL_MIRROR";

struct FetchArguments {
  std::vector<std::string> names;
  std::string from;
  bool force = false;
};

/// The model of that name, or the one that gives the embedder of that name.
const Model& modelCalled(const std::string& name, const std::vector<Model>& all) {
  std::string names;
  for (const Model& model : all) {
    const bool gives = std::any_of(model.embedders.begin(), model.embedders.end(),
                                   [&](const NetworkEmbedder& one) { return one.name == name; });
    if (model.name == name || gives) return model;
    names += (names.empty() ? "" : ", ") + model.name;
  }
  failUsage("there is no model '{}'; there are: {}", name, names);
}

/// Where a file comes from: the mirror, laid out as a folder of models is, else where it is published.
std::string addressOf(const ModelFile& file, const std::string& mirror) {
  if (mirror.empty()) return file.url;
  return mirror + (mirror.ends_with('/') ? "" : "/") + file.name;
}

void fetchFile(const ModelFile& file, const std::string& address, const fs::path& place) {
  Download fetched;
  {
    Progress progress(file.name + ", KB");
    DownloadOptions options;
    options.stop = interruptToken();
    options.onProgress = [&](std::uint64_t done, std::uint64_t total) {
      progress.update(double(done) / 1000, double(total) / 1000);
    };
    fetched = download(address, place, options);
  }
  if (!fetched.finished) return fmt::print("{}: stopped; run the command again to go on\n", file.name);
  const std::string resumed =
      fetched.resumed > 0 ? fmt::format(", {} of them from an earlier run", fetched.resumed) : "";
  fmt::print("{}: {} bytes{}; SHA-256 {} ({})\n", place.string(), fetched.bytes, resumed, fetched.sha256,
             fetched.checked ? "as stated by the server" : "the server states none to compare it with");
}

/// @return whether all files of the model are there now
bool fetchModel(const Model& model, const FetchArguments& arguments) {
  const fs::path folder = modelFolders().front();
  bool complete = true;
  for (const ModelFile& file : model.files) {
    if (interrupted()) return false;
    if (const auto there = modelFile(file); there && !arguments.force) {
      fmt::print("{}: there already ({})\n", file.name, there->string());
      continue;
    }
    const std::string address = addressOf(file, arguments.from);
    try {
      if (address.empty())
        failInput("it is published nowhere; put it into {}, or name an address that has it with --from",
                  folder.string());
      fetchFile(file, address, folder / file.name);
    } catch (const Error& error) {
      fmt::print(stderr, "patchpilot: {} cannot be had: {}\n", file.name, error.what());
      complete = false;
    }
  }
  return complete;
}

void fetch(const FetchArguments& arguments) {
  const std::vector<Model> all = models();
  std::vector<const Model*> wanted;
  for (const std::string& name : arguments.names) wanted.push_back(&modelCalled(name, all));
  std::string incomplete;
  for (const Model* model : wanted)
    if (!fetchModel(*model, arguments)) incomplete += (incomplete.empty() ? "" : ", ") + model->name;
  if (interrupted() || incomplete.empty()) return;
  failSystem("not complete: {}; --from or {} names another address, or put the files into {} yourself",
             incomplete, kMirrorVariable, modelFolders().front().string());
}

}  // namespace

std::shared_ptr<const bool> addModelsFetchCommand(const Command& models) {
  auto hasRun = std::make_shared<bool>(false);
  auto a = std::make_shared<FetchArguments>();
  a->from = environmentVariable(kMirrorVariable);
  const auto command = models.subcommand(
      "fetch",
      "Download the files of a model; what is there is not fetched again, and a download that was "
      "stopped goes on");
  command.option("names", a->names, "Models, or embedders that they give, as 'models' lists them").required();
  command.option("--from", a->from,
                 fmt::format("Address that has the files under the names that 'models' lists: http://, "
                             "https://, file:// or a folder (default: {}, else where each is published)",
                             kMirrorVariable));
  command.flag("--force", a->force, "Fetch files again that are there");
  command.run([a, hasRun] {
    *hasRun = true;
    fetch(*a);
  });
  return hasRun;
}

}  // namespace patchpilot
