#include "learn/training.h"

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "embed/networks.h"

#include <nlohmann/json.hpp>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int kHidden = 384, kDimension = 96;

fs::path beside(const fs::path& out, const std::string& ending) {
  fs::path path = out;
  return path.replace_extension(ending);
}

void checkOut(const fs::path& out) {
  if (out.extension() != ".safetensors" || out.stem().empty())
    failUsage("--out is '{}'; name a file that ends in .safetensors", out.string());
  if (fs::exists(out)) failUsage("{} exists; remove it, or name another --out", out.string());
  if (const fs::path parent = fs::absolute(out).parent_path(); !fs::is_directory(parent))
    failUsage("{}: there is no such folder; make it first", parent.string());
}

json describe(const Judgement& j) {
  json best, recall;
  for (std::size_t b = 0; b < Judgement::kBudgets; ++b) {
    best[std::to_string(Judgement::kRenders[b])] = j.best[b];
    recall[std::to_string(Judgement::kRenders[b])] = j.recall[b];
  }
  return {{"mss_of_best", best}, {"recall", recall}, {"oracle_mss", j.oracle}, {"targets", j.targets}};
}

std::string toml(const LibrarySettings& settings) {
  return fmt::format(
      "format = 1\nkind = \"trained\"\nversion = 1\ndimension = {}\nsynth = \"{}\"\ntitle = \"Trained on "
      "renders of {}\"\nlicence = \"GPL-3.0-or-later\"\n",
      kDimension, settings.synthId, settings.synthName);
}

}  // namespace

EmbedderReport trainEmbedder(const EmbedderTraining& training) {
  checkOut(training.out);
  const Networks& door = networks();  // where there is none, that is told before anything is rendered
  std::vector<Library> libraries;
  for (const fs::path& file : training.libraries) libraries.push_back(Library::open(file));
  const fs::path dataFile = beside(training.out, ".data"), checkpoint = beside(training.out, ".checkpoint");
  EmbedderReport report;
  const auto data = makeTrainingData(libraries, training.data, dataFile);
  if (!data) return report;
  report.melEnvelope = judgeMelEnvelope(data->validation);
  report.otherCondition = judgeOtherCondition(data->validation);
  if (training.onData) training.onData(report.melEnvelope, report.otherCondition);

  TrainingOptions options{training.out,   checkpoint,       {},      training.start, training.data.seed,
                          training.steps, training.threads, kHidden, kDimension};
  options.stopped = interrupted;
  options.settings = contentHash(fmt::format(
      "{}\n{} steps, from {}, {} wide, {} values, {} groups", datasetName(libraries, training.data),
      options.steps, training.start.empty() ? "chance" : contentHash(readFile(training.start)),
      options.hidden, options.dimension, data->training.size()));
  const TrainingResult result = door.train(*data, options, training.onTraining);
  if (!result.finished) return report;

  json curve = json::array();
  for (const TrainingMoment& moment : result.curve) {
    curve.push_back({{"step", moment.step},
                     {"training_loss", moment.trainingLoss},
                     {"validation_loss", moment.validationLoss}});
    curve.back().update(describe(moment.judgement));
    if (moment.step == result.bestStep) report.own = moment.judgement;
  }
  const json about = {{"mel_envelope", describe(report.melEnvelope)},
                      {"mss_under_another_condition", describe(report.otherCondition)},
                      {"trained", describe(report.own)},
                      {"best_step", result.bestStep},
                      {"curve", curve}};
  const fs::path tomlFile = beside(training.out, ".toml"), curveFile = beside(training.out, ".training.json");
  writeFileAtomically(curveFile, about.dump(1) + "\n");
  writeFileAtomically(tomlFile, toml(libraries.front().settings()));
  report.written = {training.out, tomlFile, curveFile};
  fs::remove(checkpoint);
  if (!training.keepData) fs::remove(dataFile);
  report.finished = true;
  return report;
}

}  // namespace patchpilot
