// What the best of the same renders is if other distances rank them. The neighbours of each target are
// rendered once; each ranking then chooses its best, which all four metrics judge, over the whole sound of
// the file as `eval` does. Differences are paired, with the bootstrap's 95 % interval.
//   bench_rankings TARGETS LIBRARY [RENDERS [LIMIT]]
#include "base/error.h"
#include "eval/statistics.h"
#include "eval/target_set.h"
#include "features/mel.h"
#include "features/metric.h"
#include "listen/ranking.h"
#include "match/sources.h"
#include "propose/retrieval.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace patchpilot;

namespace {

/// Levels below this count as silence, in dB below full scale.
constexpr double kSilence = -70;

double decibels(double power) { return std::max(kSilence, 10 * std::log10(std::max(power, 1e-20))); }

/// What the distances below compare, which keep the level and hear an envelope finely.
struct Heard {
  std::vector<Spectrogram> mel;  ///< of each channel; dB, 64 bands, windows of 1,024 samples, hop 512
  std::vector<double> envelope;  ///< dB, hop 2.5 ms

  explicit Heard(const AudioBuffer& sound) {
    constexpr std::size_t kWindow = 1024, kBands = 64, kHop = 110;
    static const MelFilterbank filters(kSampleRateHz, kWindow, kBands);
    for (int channel = 0; channel < sound.channels(); ++channel) {
      mel.push_back(filters.apply(powerSpectrogram(sound.channel(channel), kWindow, kWindow / 2)));
      for (float& value : mel.back().values) value = float(decibels(value));
    }
    for (std::size_t begin = 0; begin < sound.frames(); begin += kHop) {
      const std::size_t end = std::min(begin + kHop, sound.frames());
      double energy = 0;
      for (int channel = 0; channel < sound.channels(); ++channel)
        for (std::size_t i = begin; i < end; ++i)
          energy += double(sound.channel(channel)[i]) * sound.channel(channel)[i];
      envelope.push_back(decibels(energy / double(sound.channels()) / double(end - begin)));
    }
  }
};

/// @param heardOnly  leaves out the moments at which both are silent
double melDifference(const Heard& a, const Heard& b, bool heardOnly) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t channel = 0; channel < a.mel.size(); ++channel)
    for (std::size_t frame = 0; frame < a.mel[channel].frames; ++frame) {
      const std::size_t bands = a.mel[channel].bands;
      double difference = 0, loudest = kSilence;
      for (std::size_t band = 0; band < bands; ++band) {
        const double one = a.mel[channel].at(frame, band), other = b.mel[channel].at(frame, band);
        difference += std::abs(one - other);
        loudest = std::max({loudest, one, other});
      }
      if (heardOnly && loudest <= kSilence) continue;
      sum += difference;
      count += bands;
    }
  return count == 0 ? 0 : sum / double(count);
}

double envelopeDifference(const Heard& a, const Heard& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.envelope.size(); ++i) sum += std::abs(a.envelope[i] - b.envelope[i]);
  return sum / double(a.envelope.size());
}

/// Dynamic time warping of the envelopes, 10 ms a step, at most 200 ms apart.
double warpedEnvelopeDifference(const Heard& a, const Heard& b) {
  constexpr std::size_t kStep = 4, kFar = 20;
  constexpr double kNoWay = std::numeric_limits<double>::infinity();
  const std::size_t count = (a.envelope.size() + kStep - 1) / kStep;
  std::vector<double> before(count, kNoWay), row(count, kNoWay);
  for (std::size_t i = 0; i < count; ++i, std::swap(before, row)) {
    std::fill(row.begin(), row.end(), kNoWay);
    for (std::size_t j = i - std::min(i, kFar); j < std::min(count, i + kFar + 1); ++j) {
      double least = i == 0 && j == 0 ? 0 : before[j];
      if (j > 0) least = std::min({least, row[j - 1], before[j - 1]});
      row[j] = least + std::abs(a.envelope[i * kStep] - b.envelope[j * kStep]);
    }
  }
  return before.back() / double(count);
}

/// A render: its distances as a ranking hears them, and the four metrics as `eval` judges it.
struct Render {
  std::vector<double> distances;
  Measurements judged;
};

/// Weights of the four metrics, in the order of their table.
struct Weights {
  const char* name;
  std::vector<double> weights;
};
const std::vector<Weights> kWeights{{"mss", {1, 0, 0, 0}},
                                    {"wmfcc", {0, 1, 0, 0}},
                                    {"sot", {0, 0, 1, 0}},
                                    {"rms", {0, 0, 0, 1}},
                                    {"four", {1, 1, 1, 1}},
                                    {"mss=2,wmfcc=1,sot=1,rms=1", {2, 1, 1, 1}},
                                    {"mss=3,wmfcc=1,sot=1,rms=1", {3, 1, 1, 1}},
                                    {"mss=3,wmfcc=1.5,sot=1,rms=1 (balanced)", {3, 1.5, 1, 1}},
                                    {"mss=4,wmfcc=2,sot=1,rms=1", {4, 2, 1, 1}},
                                    {"mss=6,wmfcc=2,sot=1,rms=1", {6, 2, 1, 1}}};
const std::vector<std::string> kOthers{"log-mel, level kept", "the same, where one is heard",
                                       "envelope at 2.5 ms", "envelope, warped in time"};
/// Of each metric the spread over the renders of the target itself is the unit.
constexpr const char* kBySpread = "four, by the spread of each over the target's renders";

std::vector<Render> rendersOf(const TargetEntry& entry, Sources& sources, int count) {
  const Target target = readTarget(entry.file, {});
  const AudioBuffer whole = readTarget(entry.file, {.beginsWithNote = true}).sound;
  const Ruler ruler({metrics().begin(), metrics().end()}, whole);
  const Ruler own({metrics().begin(), metrics().end()}, target.sound);
  const Heard wanted(target.sound);
  std::vector<std::string> problems;
  std::vector<Render> renders;
  for (const Candidate& candidate :
       rankByRendering(target, RetrievalProposer(sources.searched()).propose(target, count), sources.engines,
                       {}, problems)) {
    Render& render = renders.emplace_back();
    const Measurements values = own.measure(candidate.sound);
    for (const auto& [name, weights] : kWeights) {
      double sum = 0;
      for (std::size_t i = 0; i < weights.size(); ++i) {
        const Metric& metric = metrics()[i];
        sum += weights[i] * metric.cost(values.at(metric.name)) / metric.randomCost;
      }
      render.distances.push_back(sum);
    }
    const Heard heard(candidate.sound);
    for (const double distance : {melDifference(wanted, heard, false), melDifference(wanted, heard, true),
                                  envelopeDifference(wanted, heard), warpedEnvelopeDifference(wanted, heard)})
      render.distances.push_back(distance);
    const auto begin = std::size_t(std::llround(target.startSeconds * kSampleRateHz));
    render.judged = ruler.measure(candidate.sound.placedAt(begin, whole.frames()));
  }
  // The first four weights are the metrics alone.
  std::vector<double> sums(renders.size());
  for (std::size_t metric = 0; metric < 4; ++metric) {
    std::vector<double> squares, values;
    for (const Render& render : renders) values.push_back(render.distances[metric]);
    for (const double value : values) squares.push_back((value - mean(values)) * (value - mean(values)));
    const double spread = std::sqrt(mean(squares));
    for (std::size_t i = 0; i < renders.size() && spread > 0; ++i) sums[i] += values[i] / spread;
  }
  for (std::size_t i = 0; i < renders.size(); ++i) renders[i].distances.push_back(sums[i]);
  return renders;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) {
    fmt::print(stderr, "usage: bench_rankings TARGETS LIBRARY [RENDERS [LIMIT]]\n");
    return 2;
  }
  const TargetSet set = readTargetSet(argv[1]);
  Sources sources = openSources(sourceNames({argv[2]}), {});
  const int count = argc > 3 ? std::stoi(argv[3]) : 50;
  const std::size_t limit = argc > 4 ? std::stoul(argv[4]) : set.entries.size();
  std::vector<std::string> names;
  for (const Weights& one : kWeights) names.push_back(one.name);
  names.insert(names.end(), kOthers.begin(), kOthers.end());
  names.push_back(kBySpread);
  std::vector<std::vector<Measurements>> best(names.size());  // of each ranking, of each target
  for (std::size_t t = 0; t < std::min(limit, set.entries.size()); ++t) {
    const std::vector<Render> renders = rendersOf(set.entries[t], sources, count);
    if (renders.empty()) continue;
    for (std::size_t i = 0; i < names.size(); ++i)
      best[i].push_back(
          std::min_element(renders.begin(), renders.end(), [i](const Render& a, const Render& b) {
            return a.distances[i] < b.distances[i];
          })->judged);
  }
  fmt::print("| ranked by |");
  for (const Metric& metric : metrics()) fmt::print(" {} | to MSS alone |", metric.title);
  fmt::print("\n| --- |");
  for (std::size_t i = 0; i < metrics().size(); ++i) fmt::print(" --- | --- |");
  for (std::size_t i = 0; i < names.size(); ++i) {
    fmt::print("\n| {} |", names[i]);
    for (const Metric& metric : metrics()) {
      std::vector<double> values, differences, costs;
      for (std::size_t t = 0; t < best[i].size(); ++t) {
        const double value = best[i][t].at(metric.name), before = best[0][t].at(metric.name);
        values.push_back(value);
        costs.push_back(metric.cost(before));
        differences.push_back(metric.cost(value) - metric.cost(before));
      }
      const double whole = mean(costs);
      const Interval interval = bootstrapInterval(differences, mean);
      fmt::print(" {:.{}f} | {:+.1f} % ({:+.1f} to {:+.1f}) |", mean(values), metric.digits,
                 100 * mean(differences) / whole, 100 * interval.low / whole, 100 * interval.high / whole);
    }
  }
  fmt::print("\n\n{} targets, the best of {} renders each\n", best[0].size(), count);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
