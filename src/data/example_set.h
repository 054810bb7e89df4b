#pragma once

#include "data/shard.h"
#include "synth/parameter_space.h"

#include <filesystem>
#include <string>

namespace patchpilot {

/// What the examples of a folder are: `dataset.json` in it.
struct ExampleSetAbout {
  std::string space;      ///< its fingerprint
  std::string spaceToml;  ///< its text
  std::string synth;      ///< name and version
  std::string base;       ///< hash of the state that patches are laid over
  std::string protocol;   ///< how notes were drawn, see `noteProtocols`
  std::uint64_t seed = 1;
  double tempoBpm = 0;
  int features = 0;  ///< version of `NetworkFeatures`

  bool operator==(const ExampleSetAbout&) const = default;
};

/// A folder of examples: `dataset.json`, and shards `examples-00000.shard` and so on, each of
/// `kExamplesOfAShard` but the last.
struct ExampleSetFolder {
  static constexpr std::size_t kExamplesOfAShard = 8192;

  std::filesystem::path path;

  std::filesystem::path aboutFile() const { return path / "dataset.json"; }
  std::filesystem::path shardFile(std::size_t number) const;

  /// The shards that are there, in order.
  std::vector<std::filesystem::path> shardFiles() const;

  /// @throws Error (input) that names the file if it is missing, or does not hold what it should
  ExampleSetAbout about() const;

  /// Writes what they are, or compares it with what is there.
  /// @throws Error (input) that says what differs, if it does; Error (system) if it cannot be written
  void begin(const ExampleSetAbout& about) const;
};

/// The space of a set. @throws Error (input) if it cannot be read, or is another
ParameterSpace spaceOf(const ExampleSetAbout& about, const std::filesystem::path& folder);

/// The format of its shards.
ShardFormat exampleSetFormat(const ParameterSpace& space);

}  // namespace patchpilot
