#include "app/commands.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "learn/training.h"
#include "library/installed.h"

#include <fmt/format.h>

#include <cmath>
#include <memory>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

struct Options {
  EmbedderTraining training;
  SynthArguments synth;
  std::vector<std::string> libraries;
  std::string out, from;
  bool json = false;
};

std::string words(const Judgement& j) {
  return fmt::format(
      "MSS of the best of 1, 5, 50: {:.2f}, {:.2f}, {:.2f}; the true patch found: {:.0f} %, {:.0f} %, {:.0f} "
      "%",
      j.best[0], j.best[1], j.best[2], 100 * j.recall[0], 100 * j.recall[1], 100 * j.recall[2]);
}

void run(Options options) {
  requireOneProcess("train embedder");
  EmbedderTraining& training = options.training;
  for (const auto& file : options.libraries) training.libraries.push_back(resolveLibrary(file));
  training.out = options.out;
  training.start = options.from;
  training.data.synth = synthOptions(options.synth);
  auto rendering = std::make_unique<Progress>("renders", options.json);
  std::unique_ptr<Progress> learning;
  training.data.onProgress = [&](std::size_t renders, std::size_t of) {
    rendering->update(double(renders), double(of));
  };
  training.onData = [&](const Judgement& mel, const Judgement& other) {
    rendering.reset();
    if (options.json) return;
    fmt::print("On patches that are held back: {} targets, the best there is {:.2f}\nmel-envelope: {}\n",
               mel.targets, mel.oracle, words(mel));
    fmt::print("exact distances at another note, velocity and length: {}\n", words(other));
  };
  training.onTraining = [&](int step, const TrainingMoment* moment) {
    if (!learning) learning = std::make_unique<Progress>("steps", options.json);
    if (moment == nullptr) return learning->update(step, training.steps);
    if (options.json) return;
    const std::string loss =
        std::isnan(moment->trainingLoss) ? "" : fmt::format("loss {:.3f}, ", moment->trainingLoss);
    fmt::print("step {}: {}held-out loss {:.3f}. {}\n", moment->step, loss, moment->validationLoss,
               words(moment->judgement));
    std::fflush(stdout);
  };
  const EmbedderReport report = trainEmbedder(training);
  learning.reset();
  if (options.json) {
    nlohmann::json written = nlohmann::json::array();
    for (const fs::path& file : report.written) written.push_back(file.string());
    return printJson({{"finished", report.finished}, {"written", written}});
  }
  if (!report.finished) return fmt::print("Stopped. Run the same command to go on.\n");
  fmt::print("\nmel-envelope: {}\nkept:         {}\n", words(report.melEnvelope), words(report.own));
  for (const fs::path& file : report.written) fmt::print("Written {}\n", file.string());
}

}  // namespace

void addTrainCommand(CLI::App& app) {
  auto o = std::make_shared<Options>();
  auto* train = app.add_subcommand("train", "Train networks");
  train->require_subcommand(1);
  auto* command = train->add_subcommand(
      "embedder",
      "Train an embedder on renders of a library, so that near means alike to the ear, whatever the note");
  command
      ->add_option("--library", o->libraries,
                   "Library whose patches it learns from; several of one synth are mixed")
      ->required();
  command
      ->add_option("--out", o->out,
                   "File to make, NAME.safetensors; NAME.toml and NAME.training.json come beside it")
      ->required();
  command
      ->add_option("--from", o->from, "Weights to begin with, of another training (where renders are dear)")
      ->check(CLI::ExistingFile);
  command->add_option("--renders", o->training.data.renders, "About how many renders to learn from")
      ->check(CLI::Range(200, 100'000'000))
      ->capture_default_str();
  command->add_option("--steps", o->training.steps, "Steps of training")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  command->add_option("--seed", o->training.data.seed, "What chance begins with")->capture_default_str();
  command->add_option("--workers", o->training.data.workers, "Processes that render (one for each core if 0)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->add_option("--threads", o->training.threads, "Threads that train")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_flag("--keep-data", o->training.keepData,
                    "Keep what the renders gave, beside --out, for another training");
  command->add_flag("--json", o->json, "Print JSON");
  addSynthOptions(*command, o->synth, false);
  command->callback([o] { run(std::move(*o)); });
}

}  // namespace patchpilot
