#include "eval/library_map.h"

#include "audio/file.h"
#include "base/error.h"
#include "eval/library_map_page.h"
#include "eval/page.h"
#include "features/mss.h"
#include "features/stft.h"
#include "library/neighbours.h"
#include "listen/ranking.h"
#include "synth/render_pool.h"
#include "wire/json_codec.h"

#include <faiss/VectorTransform.h>

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

constexpr std::size_t kFftSize = 2048;
constexpr int kLoudnessSteps = 30;  ///< of 2 dB, from 0 dB down to what counts as silent

/// Rows on the map: what the library knows of each.
struct Points {
  std::vector<std::int64_t> patches;
  std::vector<int> notes;
  std::vector<float> levels;   ///< dB
  std::vector<float> vectors;  ///< `size() x dimension`
  std::size_t size() const { return patches.size(); }
};

/// Every n-th of so many.
bool isChosen(std::size_t index, std::size_t chosen, std::size_t all) {
  return index * chosen / all != (index + 1) * chosen / all;
}

Points choosePoints(Library& library, const std::vector<RowLevel>& levels, std::size_t wanted) {
  Points points;
  std::size_t row = 0;
  library.embeddings().forEachRow([&](std::int64_t patch, int note, std::span<const float> vector) {
    while (row < levels.size() && levels[row].row < RowKey{patch, note}) ++row;
    if (row == levels.size() || !isChosen(row, std::min(wanted, levels.size()), levels.size())) return;
    points.patches.push_back(patch);
    points.notes.push_back(note);
    points.levels.push_back(levels[row].rmsDb);
    points.vectors.insert(points.vectors.end(), vector.begin(), vector.end());
  });
  return points;
}

/// The `axes` directions in which the points differ most, `size() x axes`, each within 0..1.
std::vector<float> projected(const Points& points, int dimension, std::size_t axes) {
  const auto count = faiss::Index::idx_t(points.size());
  std::vector<float> places(points.size() * axes, 0.5f);
  if (points.size() <= axes) return places;
  faiss::PCAMatrix pca(dimension, int(axes));
  pca.train(count, points.vectors.data());
  pca.apply_noalloc(count, points.vectors.data(), places.data());
  for (std::size_t axis = 0; axis < axes; ++axis) {
    float least = places[axis], most = places[axis];
    for (std::size_t i = axis; i < places.size(); i += axes)
      least = std::min(least, places[i]), most = std::max(most, places[i]);
    for (std::size_t i = axis; i < places.size(); i += axes)
      places[i] = most > least ? (places[i] - least) / (most - least) : 0.5f;
  }
  return places;
}

/// Where the middle of the spectrum lies, in Hz: the mean frequency, weighted by magnitude.
double brightness(const StereoView& sound) {
  std::vector<float> both(sound.left.size());
  for (std::size_t i = 0; i < both.size(); ++i) both[i] = sound.left[i] + sound.right[i];
  const Spectrogram power = powerSpectrogram(both, kFftSize, kFftSize);
  double sum = 0, weighted = 0;
  for (std::size_t frame = 0; frame < power.frames; ++frame)
    for (std::size_t bin = 0; bin < power.bands; ++bin) {
      const double magnitude = std::sqrt(double(power.at(frame, bin)));
      sum += magnitude;
      weighted += magnitude * double(bin) * kSampleRateHz / double(kFftSize);
    }
  return sum > 0 ? weighted / sum : 0;
}

/// One point that can be heard, beside the patch that is nearest to it in the library.
struct Heard {
  std::size_t point = 0;
  Patch patch, neighbour;
  bool hasNeighbour = false;
  double hz = 0;
  std::string mp3;
  std::optional<MssSpectrum> spectrum, neighbourSpectrum;

  bool isSame() const { return spectrum && neighbourSpectrum && soundAlike(*spectrum, *neighbourSpectrum); }
};

std::vector<Heard> chooseHeard(Library& library, const Points& points, std::size_t wanted) {
  const NeighbourIndex index(library);
  const auto dimension = std::size_t(library.embeddings().dimension());
  std::vector<Heard> heard;
  for (std::size_t point = 0; point < points.size(); ++point) {
    if (!isChosen(point, std::min(wanted, points.size()), points.size())) continue;
    Heard& one = heard.emplace_back();
    one.point = point;
    one.patch = library.patches().get(points.patches[point]);
    for (const Neighbour& n : index.nearest(std::span(points.vectors).subspan(point * dimension, dimension),
                                            1, {points.patches[point]})) {
      one.neighbour = library.patches().get(n.patch);
      one.hasNeighbour = true;
    }
  }
  return heard;
}

/// Renders each, and its neighbour at the same note.
void listen(std::vector<Heard>& heard, const Points& points, const LibrarySettings& settings,
            const Synth& synth, const LibraryMapOptions& options) {
  RenderPool pool(synth, {options.workers, settings.durationSeconds});
  std::mutex mutex;
  std::uint64_t next = 0;
  int done = 0;
  pool.run(
      [&]() -> std::optional<RenderJob> {
        while (next / 2 < heard.size() && next % 2 == 1 && !heard[next / 2].hasNeighbour) ++next;
        if (next / 2 >= heard.size()) return std::nullopt;
        Heard& one = heard[next / 2];
        const Note note{points.notes[one.point], settings.velocity, settings.lengthSeconds};
        const RenderJob job{next, next % 2 == 0 ? &one.patch : &one.neighbour, note,
                            settings.durationSeconds};
        ++next;
        return job;
      },
      [&](const RenderOutcome& outcome) {
        if (outcome.status != RenderOutcome::Status::ok) return;
        Heard& one = heard[outcome.tag / 2];
        if (outcome.tag % 2 == 1) {
          one.neighbourSpectrum = mssSpectrum(outcome.audio.copy());
          return;
        }
        one.spectrum = mssSpectrum(outcome.audio.copy());
        one.hz = brightness(outcome.audio);
        one.mp3 = base64(mp3Bytes(outcome.audio.copy()));
        std::lock_guard lock(mutex);
        if (options.onProgress) options.onProgress(++done, int(heard.size()));
      },
      {}, options.stop);
}

/// A point as the page shows it.
struct ShownPatch {
  std::optional<double> x, y, levelDb;
  int note = 60;
  std::int64_t patch = 0;
};

void nameFields(JsonWriter& visit, const ShownPatch& patch) {
  visit.list(patch.x, patch.y, patch.levelDb, patch.note, patch.patch);
}

void nameFields(JsonWriter& visit, const Heard& one) {
  visit("point", one.point);
  visit("mp3", one.mp3);
  visit("hz", std::round(one.hz));
  visit("same", one.isSame());
  visit("source", one.patch.source);
}

/// What the page shows.
struct MapData {
  const Library& library;
  LibraryCounts counts;
  std::vector<int> loudness;
  std::vector<ShownPatch> points;
  std::vector<Heard> sounds;
};

void nameFields(JsonWriter& visit, const MapData& map) {
  const LibrarySettings& settings = map.library.settings();
  visit("file", map.library.file().filename().string());
  visit("synth", settings.synthName + " " + settings.synthVersion);
  visit("space", settings.spaceName);
  visit("patches", map.counts.patches);
  visit("rows", map.counts.rows);
  visit("silent", map.counts.silent);
  visit("skipped", map.counts.skipped);
  visit("notes", settings.notes);
  visit("length", settings.lengthSeconds);
  visit("duration", settings.durationSeconds);
  visit("loudness", map.loudness);
  visit("points", map.points);
  visit("sounds", map.sounds);
  visit("least", kLeastDifference);
}

std::vector<int> loudness(const std::vector<RowLevel>& levels) {
  std::vector<int> steps(kLoudnessSteps);
  for (const auto& level : levels)
    ++steps[std::size_t(std::clamp(int(-level.rmsDb / 2), 0, kLoudnessSteps - 1))];
  return steps;
}

}  // namespace

std::vector<MapPoint> libraryMapPoints(Library& library, int most) {
  const Points points = choosePoints(library, library.rows().levels(), std::size_t(most));
  const std::vector<float> places = projected(points, library.embeddings().dimension(), 3);
  std::vector<MapPoint> map;
  for (std::size_t i = 0; i < points.size(); ++i)
    map.push_back({points.patches[i],
                   points.notes[i],
                   points.levels[i],
                   {places[3 * i], places[3 * i + 1], places[3 * i + 2]}});
  return map;
}

std::string libraryMapHtml(Library& library, const Synth& synth, const LibraryMapOptions& options) {
  const std::vector<RowLevel> levels = library.rows().levels();
  if (levels.empty())
    failInput("{} holds no patches yet; fill it with 'patchpilot library build'", library.file().string());
  const Points points = choosePoints(library, levels, std::size_t(options.points));
  const std::vector<float> places = projected(points, library.embeddings().dimension(), 2);
  std::vector<Heard> heard = chooseHeard(library, points, std::size_t(options.sounds));
  listen(heard, points, library.settings(), synth, options);
  std::erase_if(heard, [](const Heard& one) { return !one.spectrum; });
  std::vector<ShownPatch> shown;
  for (std::size_t i = 0; i < points.size(); ++i)
    shown.push_back({rounded(places[2 * i]), rounded(places[2 * i + 1]), rounded(points.levels[i]),
                     points.notes[i], points.patches[i]});
  const MapData data{library, library.counts(), loudness(levels), std::move(shown), std::move(heard)};
  return pageWith(pages::library_map, jsonText(data));
}

}  // namespace patchpilot
