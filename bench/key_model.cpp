// Which key was pressed: renders hand-made presets at random keys, and fits the model of audio/key_model.h to
// them.
#include "audio/analysis.h"
#include "audio/file.h"
#include "audio/level.h"
#include "audio/pitch.h"
#include "base/error.h"
#include "synth/render_pool.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <torch/torch.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <map>
#include <mutex>
#include <numeric>
#include <random>
#include <set>
#include <thread>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kLowestKey = 36, kHighestKey = 84;  // C2 to C6, where people play
constexpr double kSoundSeconds = 4;

json readJson(const fs::path& file) {
  std::ifstream stream(file);
  return json::parse(stream);
}

/// Presets under a folder that are not among the target set's, nor copies of them by name or content.
std::vector<fs::path> presetsFor(const fs::path& folder, const fs::path& targets) {
  std::set<std::string> names, contents;
  std::vector<fs::path> all;
  for (const auto& entry : readJson(targets))
    if (entry.contains("patch"))
      names.insert(fs::path(entry.at("patch").get<std::string>()).filename().string());
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".fxp") all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  for (const auto& path : all)
    if (names.contains(path.filename().string())) contents.insert(contentHash(readFile(path)));
  std::vector<fs::path> kept;
  for (const auto& path : all)
    if (!names.contains(path.filename().string()) && contents.insert(contentHash(readFile(path))).second)
      kept.push_back(path);
  return kept;
}

void renderPresets(const std::string& space, const fs::path& folder, const fs::path& targets,
                   const fs::path& out, int workers) {
  const Synth synth(loadSpace(space));
  RenderPool pool(synth, {.workers = workers, .longestSeconds = kSoundSeconds});
  fs::create_directories(out);
  const auto presets = presetsFor(folder, targets);
  std::vector<Patch> patches(presets.size());
  std::mt19937 random(30);
  std::vector<Note> notes;
  for (std::size_t i = 0; i < presets.size(); ++i)
    notes.push_back({int(std::uniform_int_distribution(kLowestKey, kHighestKey)(random)), 100,
                     std::uniform_real_distribution(0.5, 2.5)(random)});
  json sounds = json::array();
  std::mutex mutex;
  std::size_t next = 0;
  pool.run(
      [&]() -> std::optional<RenderJob> {
        while (next < presets.size()) {
          const std::size_t index = next++;
          try {
            patches[index] = readPatchFile(presets[index], synth.space(), synth);
          } catch (const std::exception& error) {
            fmt::print(stderr, "skipped: {}\n", error.what());
            continue;
          }
          return RenderJob{index, &patches[index], notes[index], kSoundSeconds};
        }
        return std::nullopt;
      },
      [&](const RenderOutcome& outcome) {
        const std::string name = fmt::format("preset-{:05}.wav", outcome.tag);
        const std::string preset = fs::relative(presets[outcome.tag], folder).string();
        patches[outcome.tag] = {};
        const bool ok = outcome.status == RenderOutcome::Status::ok;
        const AudioBuffer sound = ok ? outcome.audio.copy() : AudioBuffer();
        if (!ok || containsNonFinite(sound) || rmsDb(sound) < -60) {
          fmt::print(stderr, "skipped: {}: {}\n", preset, ok ? "silent" : outcome.problem);
          return;
        }
        writeWav(out / name, sound);
        std::lock_guard lock(mutex);
        sounds.push_back(
            {{"file", name}, {"note", notes[outcome.tag].midi}, {"group", preset}, {"kind", "preset"}});
      });
  std::ofstream(out / "sounds.json") << sounds.dump(1) << "\n";
}

/// A sound whose key is known, as the analysis hears it.
struct Heard {
  std::string kind;
  std::string group;  ///< sounds of one preset or instrument; all of them are learnt from, or none
  int note = 0;
  TargetAnalysis analysis;

  /// Presets outnumber instruments three to one, and most files are of instruments.
  double weight() const { return kind == "gm" ? 4 : 1; }

  /// Which of `kKeyShifts` was played, or their number for another key.
  std::size_t answer() const {
    const int shift = note - int(std::lround(hzToNote(analysis.lowestHz)));
    return std::size_t(std::find(kKeyShifts.begin(), kKeyShifts.end(), shift) - kKeyShifts.begin());
  }
};

std::vector<Heard> listen(const fs::path& folder) {
  const json sounds = readJson(folder / "sounds.json");
  std::vector<Heard> heard(sounds.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < sounds.size(); i = next++) {
      const json& entry = sounds[i];
      try {
        const AudioBuffer sound = readSound(folder / entry.at("file").get<std::string>()).sound;
        heard[i] = {entry.at("kind"), entry.at("group"), entry.at("note"), analyseSound(sound)};
      } catch (const Error&) {
        // Some instruments have no sound at some keys.
      }
    }
  };
  std::vector<std::jthread> threads(std::max(1u, std::thread::hardware_concurrency()));
  for (auto& thread : threads) thread = std::jthread(work);
  threads.clear();
  std::erase_if(heard, [](const Heard& one) { return one.kind.empty() || !one.analysis.pitched; });
  return heard;
}

constexpr int kFolds = 5;

/// Which part of the sounds one belongs to; a group is never divided.
int foldOf(const Heard& one) {
  return int(std::stoul(contentHash(one.group).substr(0, 8), nullptr, 16) % kFolds);
}

/// What keys the sounds were played at. With the edges of that known, the model does not learn them as if
/// they were the sounds' own.
double priorOfSounds(double note) { return note > kLowestKey - 0.5 && note < kHighestKey + 0.5 ? 1 : 1e-4; }

/// Multinomial logistic regression by gradient descent (Adam, all sounds in each step), with a penalty on the
/// squares of the weights of the normalized features. The gradient is written out, so that the likelihood is
/// that of `keyProbabilities`.
KeyModel fit(const std::vector<Heard>& sounds, double penalty) {
  KeyModel model{};
  double count = 0, total = 0;
  for (const Heard& one : sounds) {
    ++count;
    total += one.weight();
  }
  for (std::size_t f = 0; f < kKeyFeatures; ++f) {
    double sum = 0, squares = 0;
    for (const Heard& one : sounds) sum += one.analysis.keyFeatures[f];
    for (const Heard& one : sounds) squares += std::pow(one.analysis.keyFeatures[f] - sum / count, 2);
    model.mean[f] = sum / count;
    model.scale[f] = 1 / std::sqrt(squares / count + 1e-12);
  }
  constexpr std::size_t kSize = kKeyAnswers * (kKeyFeatures + 1);
  constexpr int kSteps = 1500;
  constexpr double kRate = 0.03;
  double* weights = model.weights[0].data();
  const torch::Tensor parameters = torch::from_blob(weights, {std::int64_t(kSize)}, torch::kFloat64);
  const torch::Tensor gradients = torch::zeros({std::int64_t(kSize)}, torch::kFloat64);
  auto* gradient = gradients.data_ptr<double>();
  parameters.mutable_grad() = gradients;
  torch::optim::Adam adam({parameters}, torch::optim::AdamOptions(kRate).eps(1e-9));
  for (int step = 1; step <= kSteps; ++step) {
    for (std::size_t i = 0; i < kSize; ++i)
      gradient[i] = i % (kKeyFeatures + 1) == kKeyFeatures ? 0 : penalty * weights[i];
    for (const Heard& one : sounds) {
      const auto p =
          keyProbabilities(one.analysis.keyFeatures, hzToNote(one.analysis.lowestHz), model, priorOfSounds);
      for (std::size_t a = 0; a < kKeyAnswers; ++a) {
        const double error = (p[a] - (a == one.answer() ? 1 : 0)) * one.weight() / total;
        double* row = gradient + a * (kKeyFeatures + 1);
        for (std::size_t f = 0; f < kKeyFeatures; ++f)
          row[f] += error * (one.analysis.keyFeatures[f] - model.mean[f]) * model.scale[f];
        row[kKeyFeatures] += error;
      }
    }
    // The rate stays for half of the steps, then falls to zero.
    const double rate = kRate * std::min(1.0, 2.0 * (kSteps - step) / kSteps);
    static_cast<torch::optim::AdamOptions&>(adam.param_groups()[0].options()).lr(rate);
    adam.step();
  }
  return model;
}

struct Judged {
  const Heard* sound;
  std::array<double, kKeyAnswers> likely;  ///< by a model that has not seen the sound
};

/// Sounds of instruments count more when the model learns, which makes it too sure of presets: a factor for
/// all weights, by which the probabilities of the judged sounds, each counted once, are likeliest to be
/// right.
double calibration(const std::vector<Judged>& judged) {
  double best = 1, least = 1e300;
  for (double factor = 0.5; factor <= 1.5; factor += 0.01) {
    double loss = 0;
    for (const auto& [sound, likely] : judged) {
      double sum = 0;
      for (const double p : likely) sum += std::pow(p, factor);
      loss -= std::log(std::pow(likely[sound->answer()], factor) / sum + 1e-12);
    }
    if (loss < least) {
      least = loss;
      best = factor;
    }
  }
  return best;
}

/// How often the model is right, by kind of sound, and how often where it is sure.
void report(const std::vector<Judged>& judged) {
  struct Count {
    int all = 0, lowest = 0, right = 0, likeliest = 0, second = 0, octaves = 0;
  };
  std::map<std::string, Count> kinds;
  std::array<std::pair<int, int>, 10> bins{};
  for (const auto& [sound, likely] : judged) {
    const std::size_t heard = heardNote(sound->analysis.keyFeatures);
    std::size_t second = heard == 0 ? 1 : 0;
    for (std::size_t i = 0; i < kKeyShifts.size(); ++i)
      if (i != heard && likely[i] > likely[second]) second = i;
    const auto likeliest = std::size_t(std::max_element(likely.begin(), likely.end() - 1) - likely.begin());
    const bool right = heard == sound->answer();
    Count& kind = kinds[sound->kind];
    ++kind.all;
    kind.likeliest += likeliest == sound->answer();
    kind.lowest += sound->answer() == kNoShift;
    kind.right += right;
    kind.second += right || second == sound->answer();
    kind.octaves += sound->answer() < kKeyShifts.size();
    auto& bin = bins[std::size_t(std::min(9.0, likely[heard] * 10))];
    ++bin.first;
    bin.second += right;
  }
  fmt::print(
      "// kind, sounds, the key is: the lowest pitch, the note heard, the likeliest, the note heard or the "
      "likeliest other, an octave of the lowest pitch\n");
  for (const auto& [name, c] : kinds) {
    fmt::print("// {:8} {:5}", name, c.all);
    for (const int count : {c.lowest, c.right, c.likeliest, c.second, c.octaves})
      fmt::print(" {:6.1f} %", 100.0 * count / c.all);
    fmt::print("\n");
  }
  fmt::print("// confidence, sounds, right\n");
  for (std::size_t i = 0; i < bins.size(); ++i)
    if (bins[i].first > 0)
      fmt::print("// {:.1f} to {:.1f} {:5} {:6.1f} %\n", 0.1 * double(i), 0.1 * double(i + 1), bins[i].first,
                 100.0 * bins[i].second / bins[i].first);
}

/// One row of the table.
void print(const std::string& name, std::span<const double> values) {
  constexpr std::size_t kARow = 13;
  fmt::print("    // {}\n    {{{{", name);
  for (std::size_t i = 0; i < values.size(); ++i)
    fmt::print("{}{:.3g}", i == 0 ? "" : i % kARow == 0 ? ",\n      " : ", ", values[i]);
  fmt::print("}}}},\n");
}

void fitAll(const std::vector<std::string>& folders, double penalty) {
  std::vector<Heard> sounds;
  for (const auto& folder : folders)
    for (Heard& one : listen(folder)) sounds.push_back(std::move(one));
  std::vector<Judged> judged;
  for (int fold = 0; fold < kFolds; ++fold) {
    std::vector<Heard> others;
    std::copy_if(sounds.begin(), sounds.end(), std::back_inserter(others),
                 [&](const Heard& one) { return foldOf(one) != fold; });
    const KeyModel model = fit(others, penalty);
    for (const Heard& one : sounds)
      if (foldOf(one) == fold)
        judged.push_back(
            {&one, keyProbabilities(one.analysis.keyFeatures, hzToNote(one.analysis.lowestHz), model)});
  }
  const double factor = calibration(judged);
  for (Judged& one : judged) {
    double sum = 0;
    for (double& p : one.likely) sum += p = std::pow(p, factor);
    for (double& p : one.likely) p /= sum;
  }
  fmt::print(
      "// Written by bench_keys (see docs/benchmarks.md). Sounds are judged by a model that has not heard "
      "their preset or\n"
      "// instrument; shares are of all sounds of a kind that have a pitch.\n");
  report(judged);
  fmt::print("#include \"audio/key_model.h\"\n\nnamespace patchpilot {{\n\nconst KeyModel kKeyModel{{\n");
  KeyModel model = fit(sounds, penalty);
  for (auto& row : model.weights)
    for (double& weight : row) weight *= factor;
  print("means", model.mean);
  print("1 / standard deviations", model.scale);
  fmt::print("    {{{{\n");
  for (std::size_t a = 0; a < kKeyAnswers; ++a)
    print(a < kKeyShifts.size() ? fmt::format("{:+} semitones", kKeyShifts[a]) : "another key",
          model.weights[a]);
  fmt::print("    }}}},\n}};\n\n}}  // namespace patchpilot\n");
}

}  // namespace
}  // namespace patchpilot

int main(int count, char** arguments) {
  CLI::App app{
      "Learns which key was pressed, from sounds whose key is known: prints src/audio/key_weights.cpp"};
  app.require_subcommand(1);
  std::string presets, targets = "../shared/targets/targets.json", out, space = "surge-simple";
  std::vector<std::string> folders;
  int workers = 0;
  double penalty = 1e-3;
  auto* render = app.add_subcommand(
      "render", "Render Surge XT's presets, but for those of the target set, each at a random key");
  render->add_option("--presets", presets, "Folder of .fxp files, with those below it")->required();
  render->add_option("--targets", targets, "targets.json whose presets are left out")->capture_default_str();
  render->add_option("--space", space, "A space of the synth")->capture_default_str();
  render->add_option("--workers", workers, "Processes that render (one for each core if 0)")
      ->capture_default_str();
  render->add_option("--out", out, "Folder for the sounds and their list, sounds.json")->required();
  auto* fit =
      app.add_subcommand("fit", "Fit the model, five times to four fifths for the figures, then to all");
  fit->add_option("folders", folders, "Folders with sounds.json: of `render`, and of tools/notes/render-gm")
      ->required();
  fit->add_option("--penalty", penalty, "On the squares of the weights")->capture_default_str();
  CLI11_PARSE(app, count, arguments);
  try {
    if (*render) patchpilot::renderPresets(space, presets, targets, out, workers);
    if (*fit) patchpilot::fitAll(folders, penalty);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
