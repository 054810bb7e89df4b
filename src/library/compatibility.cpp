#include "library/compatibility.h"

#include "base/error.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace patchpilot {

namespace {

std::string describeNotes(const LibrarySettings& s) {
  return fmt::format("notes {} at velocity {}, let go after {:g} s, heard for {:g} s",
                     fmt::join(s.notes, ","), s.velocity, s.lengthSeconds, s.durationSeconds);
}

std::string describeEmbedders(const LibrarySettings& s) {
  std::string text;
  for (const EmbedderInfo& one : s.embedders) {
    text += fmt::format("{}{} version {}", text.empty() ? "" : ", ", one.name, one.version);
    if (!one.weights.empty()) text += fmt::format(" (weights of hash {:.8})", one.weights);
  }
  return text;
}

std::string describe(const Shard& shard) {
  return shard.of == 1 ? "a whole library" : fmt::format("shard {} of {}", shard.number, shard.of);
}

}  // namespace

void checkCompatible(const Library& library, const LibrarySettings& wanted) {
  const LibrarySettings& have = library.settings();
  const std::string file = library.file().string();
  if (have.synthFormat != wanted.synthFormat || have.synthId != wanted.synthId)
    failInput("{} holds patches of {} ({}), not of {} ({}); choose another file", file, have.synthName,
              have.synthFormat, wanted.synthName, wanted.synthFormat);
  if (have.synthVersion != wanted.synthVersion)
    failInput("{} was made with {} {}, installed is {}; build a new library, or install that version", file,
              have.synthName, have.synthVersion, wanted.synthVersion);
  if (have.spaceName != wanted.spaceName || have.spaceFingerprint != wanted.spaceFingerprint)
    failInput(
        "{} was made with another parameter space ({}, fingerprint {:.8}; now it is {}, {:.8}); build a new "
        "library",
        file, have.spaceName, have.spaceFingerprint, wanted.spaceName, wanted.spaceFingerprint);
  if (have.base != wanted.base)
    failInput("{} was made with another base preset; name the same one, or build a new library", file);
  if (!have.sampling.empty() && have.sampling != wanted.sampling)
    failInput("{} was begun with {} sampling, asked for is {}; give the same, or build a new library", file,
              have.sampling, wanted.sampling);
  if (have.shard.number != wanted.shard.number || have.shard.of != wanted.shard.of)
    failInput("{} is {}, asked for is {}; give the same --shard, or choose another file", file,
              describe(have.shard), describe(wanted.shard));
  if (!have.sampling.empty() && have.seed != wanted.seed)
    failInput("{} was made with seed {}, not {}; build a new library, or leave --seed out", file, have.seed,
              wanted.seed);
  if (describeNotes(have) != describeNotes(wanted))
    failInput("{} has {}; asked for are {}; give the same, or build a new library", file, describeNotes(have),
              describeNotes(wanted));
  if (have.tempoBpm != wanted.tempoBpm)
    failInput("{} was rendered at {:g} BPM, asked for are {:g}; give --bpm {:g}, or build a new library",
              file, have.tempoBpm, wanted.tempoBpm, have.tempoBpm);
  if (!std::equal(have.embedders.begin(), have.embedders.end(), wanted.embedders.begin(),
                  wanted.embedders.end(), areComparable))
    failInput(
        "{} has embeddings of {}, asked for are those of {}; what a library begins with is settled when it "
        "is made, and "
        "'patchpilot library embed' adds others",
        file, describeEmbedders(have), describeEmbedders(wanted));
}

}  // namespace patchpilot
