#include "eval/target_maker.h"

#include "audio/audibility.h"
#include "audio/file.h"
#include "audio/frames.h"
#include "audio/level.h"
#include "audio/loudness.h"
#include "base/error.h"
#include "base/process.h"
#include "eval/midi_file.h"
#include "preset/preset_hash.h"
#include "propose/proposer.h"
#include "synth/preset_writer.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// Renders in hand at a time.
constexpr std::size_t kBatch = 32;
/// Where so many in a row are silent, more will not help.
constexpr std::size_t kHopelessTargets = 1000;
/// Sets the draws of target sets apart from those of libraries, whatever seeds are given.
constexpr std::uint64_t kTargetDraws = 0x7461726765747300;

/// Draws for the entry of that number, the same whatever came before it.
std::mt19937_64 randomFor(const TargetMakeOptions& options, std::uint64_t number) {
  std::seed_seq seed{std::uint32_t(options.seed), std::uint32_t(options.seed >> 32), std::uint32_t(number),
                     std::uint32_t(number >> 32)};
  return std::mt19937_64(seed);
}

double uniform(std::mt19937_64& random) { return double(random() >> 11) * 0x1p-53; }

/// A note, and when it begins in the sound.
struct DrawnNote {
  Note note;
  double onsetSeconds = 0;
};

/// The shortest note that is drawn, in seconds: two draws may fall together.
constexpr double kShortestNote = 0.001;

/// Two times within the sound, on its samples.
void drawTimes(DrawnNote& drawn, double seconds, std::mt19937_64& random) {
  const auto onSample = [](double time) { return std::round(time * kSampleRateHz) / kSampleRateHz; };
  const double one = uniform(random) * seconds, other = uniform(random) * seconds;
  drawn.onsetSeconds = std::min(onSample(std::min(one, other)), seconds - kShortestNote);
  drawn.note.lengthSeconds = std::max(kShortestNote, onSample(std::max(one, other)) - drawn.onsetSeconds);
}

DrawnNote drawNote(const TargetMakeOptions& options, std::uint64_t number) {
  std::mt19937_64 random = randomFor(options, number);
  const int range = options.highestNote - options.lowestNote + 1;
  DrawnNote drawn;
  drawn.note.midi = options.lowestNote + int(uniform(random) * range);
  drawn.note.velocity = options.velocity;
  if (options.noteAnywhere) {
    drawTimes(drawn, options.durationSeconds, random);
    return drawn;
  }
  const double length =
      options.shortestSeconds + uniform(random) * (options.longestSeconds - options.shortestSeconds);
  drawn.note.lengthSeconds = std::round(length * 1e4) / 1e4;
  return drawn;
}

/// Softer and louder than a library's own velocity, and always heard.
constexpr int kLowestVelocity = 50, kHighestVelocity = 127;
/// What counts as another length than a library's, in seconds.
constexpr double kOtherLength = 0.2;

/// A note that is none of a library's, another velocity and another length.
DrawnNote drawOtherNote(const TargetMakeOptions& options, std::uint64_t number,
                        const LibrarySettings& library, std::optional<int> velocity) {
  std::mt19937_64 random = randomFor(options, number);
  std::vector<int> notes, velocities;
  for (int midi = options.lowestNote; midi <= options.highestNote; ++midi)
    if (std::find(library.notes.begin(), library.notes.end(), midi) == library.notes.end())
      notes.push_back(midi);
  for (int v = kLowestVelocity; v <= kHighestVelocity; ++v)
    if (v != library.velocity) velocities.push_back(v);
  if (notes.empty())
    failUsage("notes {} to {} are all the library's own; widen --lowest-note and --highest-note",
              options.lowestNote, options.highestNote);
  Note note;
  note.midi = notes[std::size_t(uniform(random) * double(notes.size()))];
  note.velocity = velocity ? *velocity : velocities[std::size_t(uniform(random) * double(velocities.size()))];
  // What lies about the library's own length is cut out of the range, and the rest closed up.
  const double low = options.shortestSeconds, high = options.longestSeconds;
  const double from = std::clamp(library.lengthSeconds - kOtherLength, low, high),
               to = std::clamp(library.lengthSeconds + kOtherLength, low, high);
  if (high - low <= to - from)
    failUsage("lengths of {:g} to {:g} s are all the library's own; give other --shortest and --longest", low,
              high);
  double length = low + uniform(random) * (high - low - (to - from));
  if (length > from) length += to - from;
  note.lengthSeconds = std::round(length * 1e4) / 1e4;
  return {note};
}

/// The entries of a set that is being made.
class Maker {
 public:
  Maker(const fs::path& folder, const TargetMakeOptions& options, std::string kind)
      : folder_(folder), options_(options), kind_(options.kind.empty() ? std::move(kind) : options.kind) {
    if (!isTargetName(kind_))
      failUsage("--kind is '{}'; use letters, digits, '-', '_', '.' and blanks", kind_);
  }

  bool isFull() const { return entries_.size() >= options_.count; }
  bool isDone() const { return isFull() || options_.stop.stop_requested(); }
  std::size_t size() const { return entries_.size(); }

  std::string nextName() const { return fmt::format("{}-{:03}", kind_, entries_.size()); }

  void add(TargetEntry entry, const AudioBuffer& sound, const DrawnNote& drawn, TargetMaking making) {
    entry.name = nextName();
    entry.kind = kind_;
    entry.file = folder_ / (entry.name + ".wav");
    entry.note = drawn.note.midi;
    entry.velocity = drawn.note.velocity;
    entry.onsetSeconds = drawn.onsetSeconds;
    entry.lengthSeconds = drawn.onsetSeconds + drawn.note.lengthSeconds;
    making.durationSeconds = sound.seconds();
    making.seed = options_.seed;
    writeWav(entry.file, sound);
    entries_.push_back(std::move(entry));
    makings_.push_back(std::move(making));
    if (options_.onProgress) options_.onProgress(entries_.size());
  }

  TargetMakeReport finish(std::vector<std::string> leftOut) {
    if (options_.stop.stop_requested()) return {entries_.size(), std::move(leftOut)};
    if (entries_.empty())
      failInput("not one sound could be made{}{}",
                leftOut.empty() ? "" : "; the first reason: ", leftOut.empty() ? "" : leftOut.front());
    writeTargetList(folder_, entries_, makings_);
    return {entries_.size(), std::move(leftOut)};
  }

 private:
  const fs::path& folder_;
  const TargetMakeOptions& options_;
  std::string kind_;
  std::vector<TargetEntry> entries_;
  std::vector<TargetMaking> makings_;
};

/// Patches with the notes that they are played at, and what is heard of each.
class Played {
 public:
  explicit Played(const TargetMakeOptions& options) : options_(options) {}

  std::vector<Patch> patches;
  std::vector<DrawnNote> notes;
  std::vector<std::optional<AudioBuffer>> sounds;

  void render(RenderPool& pool) {
    std::vector<RenderJob> jobs;
    for (std::size_t i = 0; i < patches.size(); ++i)
      jobs.push_back({i, &patches[i], notes[i].note, options_.durationSeconds});
    sounds = collectRenders(
        jobs, [&](const NextJob& next, const JobDone& done) { pool.run(next, done, {}, options_.stop); });
    for (std::size_t i = 0; i < sounds.size(); ++i)
      if (sounds[i] && notes[i].onsetSeconds > 0)
        sounds[i] = sounds[i]->placedAt(framesOf(notes[i].onsetSeconds), sounds[i]->frames());
  }

  /// Why a sound is of no use, or nothing.
  std::string problem(std::size_t i) const {
    if (!sounds[i]) return "could not be rendered";
    if (containsNonFinite(*sounds[i])) return "gave samples that are no numbers";
    if (options_.refuseClipped && peak(*sounds[i]) > 1) return "is clipped";
    if (std::isfinite(options_.quietestLufs))
      return integratedLoudness(*sounds[i]) < options_.quietestLufs ? "is silent" : "";
    return isSilent(*sounds[i]) ? "is silent" : "";
  }

 private:
  const TargetMakeOptions& options_;
};

/// As the code that published them makes its sounds (github.com/ben-hayes/synth-permutations,
/// generate_vst_dataset.py).
void applySynthPermutations(TargetMakeOptions& options) {
  options.lowestNote = 48;
  options.highestNote = 72;
  options.velocity = 100;
  options.durationSeconds = 4;
  options.noteAnywhere = true;
  options.quietestLufs = -55;
  options.refuseClipped = true;
}

constexpr TargetProtocol kProtocols[] = {{"synth-permutations",
                                          "the Surge XT benchmark's (arXiv 2506.07199): notes 48 to 72 at "
                                          "velocity 100, their begin and end two uniform "
                                          "draws in 4 s, none below -55 LUFS, none clipped",
                                          applySynthPermutations}};

}  // namespace

std::span<const TargetProtocol> targetProtocols() { return kProtocols; }

TargetMakeReport makeDrawnTargets(const fs::path& folder, const Synth& synth, RenderPool& pool,
                                  const TargetMakeOptions& options) {
  Maker maker(folder, options, synth.space().name);
  std::size_t fruitless = 0;
  for (std::uint64_t first = 0; !maker.isDone(); first += kBatch) {
    Played played(options);
    for (std::uint64_t i = first; i < first + kBatch; ++i) {
      played.patches.push_back(Patch::point(synth.space().draw(options.seed ^ kTargetDraws, i)));
      played.notes.push_back(drawNote(options, i));
    }
    played.render(pool);
    for (std::size_t i = 0; i < kBatch && !maker.isFull(); ++i) {
      fruitless = played.problem(i).empty() ? 0 : fruitless + 1;
      if (fruitless >= kHopelessTargets)
        failPlugin("{} patches of space {} in a row made no sound on {}; check the space's ranges",
                   kHopelessTargets, synth.space().name, synth.plugin().name);
      if (fruitless > 0) continue;
      TargetEntry entry;
      entry.tempoBpm = synth.tempoBpm();
      entry.space = synth.space().name;
      entry.baseHash = contentHash(synth.base());
      for (std::size_t k = 0; k < synth.space().parameters.size(); ++k)
        entry.parameters[synth.space().parameters[k].key] = played.patches[i].values()[k];
      maker.add(std::move(entry), *played.sounds[i], played.notes[i], {.synth = synth.plugin()});
    }
  }
  return maker.finish({});
}

TargetMakeReport makePresetTargets(const fs::path& folder, const fs::path& presets,
                                   const std::vector<fs::path>& files, const Synth& synth, RenderPool& pool,
                                   const TargetMakeOptions& options) {
  std::vector<fs::path> order = files;
  std::sort(order.begin(), order.end());
  std::mt19937_64 random = randomFor(options, std::uint64_t(-1));
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);

  Maker maker(folder, options, "presets");
  std::vector<std::string> leftOut;
  for (std::size_t first = 0; first < order.size() && !maker.isDone(); first += kBatch) {
    Played played(options);
    std::vector<fs::path> sources;
    for (std::size_t i = first; i < std::min(order.size(), first + kBatch); ++i) {
      try {
        played.patches.push_back(readPatchFile(order[i], synth.space(), synth));
      } catch (const Error& error) {
        leftOut.push_back(error.what());
        continue;
      }
      played.notes.push_back(drawNote(options, i));
      sources.push_back(order[i]);
    }
    played.render(pool);
    for (std::size_t i = 0; i < sources.size() && !maker.isFull(); ++i) {
      if (const std::string problem = played.problem(i); !problem.empty()) {
        leftOut.push_back(fmt::format("{}: {}", sources[i].string(), problem));
        continue;
      }
      TargetEntry entry;
      entry.tempoBpm = synth.tempoBpm();
      entry.space = synth.space().name;
      entry.preset = folder / (maker.nextName() + sources[i].extension().string());
      entry.excluded = {presetHash(played.patches[i].preset().state)};
      fs::copy(sources[i], entry.preset, fs::copy_options::recursive);
      entry.patch = fs::relative(sources[i], presets).string();
      maker.add(std::move(entry), *played.sounds[i], played.notes[i], {.synth = synth.plugin()});
    }
  }
  return maker.finish(std::move(leftOut));
}

namespace {

/// What is known of a target that a library's patch made: its parameters, where they are all, else a preset
/// of it.
TargetEntry libraryEntry(const fs::path& folder, const std::string& name, const fs::path& library,
                         std::int64_t id, const Patch& patch, Synth& synth) {
  TargetEntry entry;
  entry.tempoBpm = synth.tempoBpm();
  entry.space = synth.space().name;
  entry.fromLibrary = {library.filename().string(), id, patchIdentity(patch)};
  if (!patch.isPreset()) {
    entry.baseHash = contentHash(synth.base());
    for (std::size_t k = 0; k < synth.space().parameters.size(); ++k)
      entry.parameters[synth.space().parameters[k].key] = patch.values()[k];
  } else {
    entry.preset = folder / (name + presetExtensions(synth.space()).front());
    writePresetFile(entry.preset, synth.space(), synth.plugin().vendor, {.name = name}, synth.state(patch),
                    false);
  }
  return entry;
}

}  // namespace

TargetMakeReport makeLibraryTargets(const fs::path& folder, Library& library, Synth& synth, RenderPool& pool,
                                    const TargetMakeOptions& options, std::optional<int> velocity) {
  std::vector<std::int64_t> order = library.patches().ids();
  std::mt19937_64 random = randomFor(options, std::uint64_t(-1));
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  Maker maker(folder, options, library.settings().spaceName);
  std::vector<std::string> leftOut;
  for (std::size_t first = 0; first < order.size() && !maker.isDone(); first += kBatch) {
    Played played(options);
    const std::size_t end = std::min(order.size(), first + kBatch);
    for (std::size_t i = first; i < end; ++i) {
      played.patches.push_back(library.patches().get(order[i]));
      played.notes.push_back(drawOtherNote(options, std::uint64_t(order[i]), library.settings(), velocity));
    }
    played.render(pool);
    for (std::size_t i = 0; i < end - first && !maker.isFull(); ++i) {
      if (const std::string problem = played.problem(i); !problem.empty()) {
        leftOut.push_back(fmt::format("{}, patch {}: {} at note {}", library.file().string(),
                                      order[first + i], problem, played.notes[i].note.midi));
        continue;
      }
      TargetEntry entry =
          libraryEntry(folder, maker.nextName(), library.file(), order[first + i], played.patches[i], synth);
      maker.add(std::move(entry), *played.sounds[i], played.notes[i], {.synth = synth.plugin()});
    }
  }
  return maker.finish(std::move(leftOut));
}

TargetMakeReport makeSoundfontTargets(const fs::path& folder, const fs::path& soundfont,
                                      const std::vector<int>& programs, const TargetMakeOptions& options) {
  readFile(soundfont, std::uintmax_t(4) << 30);  // says what is wrong with it better than fluidsynth does
  Maker maker(folder, options, "soundfont");
  std::vector<std::string> leftOut;
  for (const int program : programs) {
    if (maker.isDone()) break;
    const DrawnNote drawn = drawNote(options, std::uint64_t(program));
    const fs::path midi = folder / ".note.mid", wav = folder / ".note.wav";
    writeFileAtomically(
        midi, std::span<const std::uint8_t>(oneNoteMidi(program, drawn.note, options.durationSeconds)));
    const ProgramResult played =
        runProgram("fluidsynth", {"-ni", "-q", "-R", "0", "-C", "0", "-g", "0.8", "-r", "44100", "-O",
                                  "float", "-F", wav.string(), soundfont.string(), midi.string()});
    if (!played.found)
      failSystem("fluidsynth is not installed; it plays soundfonts (Debian: apt-get install fluidsynth)");
    std::error_code ignored;
    fs::remove(midi, ignored);
    try {
      const AudioBuffer sound = readSound(wav).sound.slice(0, framesOf(options.durationSeconds));
      if (isSilent(sound)) failInput("is silent");
      maker.add({}, sound, drawn, {.program = program, .soundfont = soundfont.filename().string()});
    } catch (const Error& error) {
      leftOut.push_back(
          fmt::format("program {}: {}", program, played.status != 0 ? "fluidsynth failed" : error.what()));
    }
    fs::remove(wav, ignored);
  }
  return maker.finish(std::move(leftOut));
}

}  // namespace patchpilot
