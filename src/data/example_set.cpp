#include "data/example_set.h"

#include "base/error.h"
#include "base/files.h"
#include "data/network_features.h"

#include <nlohmann/json.hpp>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int kFormat = 1;

json toJson(const ExampleSetAbout& about) {
  return {{"format", kFormat},           {"space", about.space},       {"synth", about.synth},
          {"base", about.base},          {"protocol", about.protocol}, {"seed", about.seed},
          {"tempo_bpm", about.tempoBpm}, {"features", about.features}, {"space_toml", about.spaceToml}};
}

}  // namespace

fs::path ExampleSetFolder::shardFile(std::size_t number) const {
  return path / fmt::format("examples-{:05}.shard", number);
}

std::vector<fs::path> ExampleSetFolder::shardFiles() const {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (std::size_t number = 0; fs::is_regular_file(shardFile(number), ignored); ++number)
    files.push_back(shardFile(number));
  return files;
}

ExampleSetAbout ExampleSetFolder::about() const {
  const std::string text = readTextFile(aboutFile());
  try {
    const json read = json::parse(text);
    if (const int format = read.at("format").get<int>(); format != kFormat)
      failInput("{}: its format is {}; this program reads {}", aboutFile().string(), format, kFormat);
    return {read.at("space").get<std::string>(),    read.at("space_toml").get<std::string>(),
            read.at("synth").get<std::string>(),    read.at("base").get<std::string>(),
            read.at("protocol").get<std::string>(), read.at("seed").get<std::uint64_t>(),
            read.at("tempo_bpm").get<double>(),     read.at("features").get<int>()};
  } catch (const json::exception& error) {
    failInput("{}: this is no file of 'patchpilot dataset build': {}", aboutFile().string(), error.what());
  }
}

void ExampleSetFolder::begin(const ExampleSetAbout& wanted) const {
  std::error_code error;
  if (!fs::exists(aboutFile(), error)) {
    if (!shardFiles().empty())
      failInput("{} holds shards but no {}; name another folder", path.string(),
                aboutFile().filename().string());
    writeFileAtomically(aboutFile(), toJson(wanted).dump(1) + "\n");
    return;
  }
  const ExampleSetAbout found = about();
  const auto require = [&](const char* what, const auto& there, const auto& asked) {
    if (there != asked)
      failInput("{}: its {} is '{}', asked for is '{}'; name another folder, or remove it", path.string(),
                what, there, asked);
  };
  require("space", found.space, wanted.space);
  require("synth", found.synth, wanted.synth);
  require("base state", found.base, wanted.base);
  require("protocol", found.protocol, wanted.protocol);
  require("seed", found.seed, wanted.seed);
  require("tempo", found.tempoBpm, wanted.tempoBpm);
  require("version of features", found.features, wanted.features);
}

ParameterSpace spaceOf(const ExampleSetAbout& about, const fs::path& folder) {
  const std::string file = (folder / "dataset.json").string();
  ParameterSpace space = parseSpace(about.spaceToml, file);
  if (space.fingerprint() != about.space)
    failInput("{}: its space_toml has the fingerprint {}, and not {}; build the dataset again", file,
              space.fingerprint(), about.space);
  return space;
}

ShardFormat exampleSetFormat(const ParameterSpace& space) {
  return {space.fingerprint(), space.parameters.size(), networkFeatureColumns()};
}

}  // namespace patchpilot
