#include "learn/example_folder.h"

#include "base/error.h"
#include "data/network_features.h"

namespace patchpilot {

namespace {

constexpr double kHeldBackShare = 0.02;  ///< share of the families
constexpr std::uint64_t kSplitSeed = 1;

}  // namespace

ShardSet examplesToLearn(const ExampleSetFolder& folder, const ParameterSpace& space,
                         const std::string& command) {
  const auto files = folder.shardFiles();
  if (files.empty())
    failInput("{} holds no examples; make some with 'patchpilot dataset {}'", folder.path.string(), command);
  if (const int version = folder.about().features; version != NetworkFeatures::kVersion)
    failInput("{}: its features are of version {}, this program makes {}; build the dataset again",
              folder.path.string(), version, NetworkFeatures::kVersion);
  ShardSet shards(files);
  if (shards.format() != exampleSetFormat(space))
    failInput("{} holds examples of another space than {}", folder.path.string(), space.name);
  return shards;
}

Split learnedAndHeldBack(std::span<const std::uint64_t> families) {
  return split(families, kHeldBackShare, kSplitSeed);
}

Task taskFromExamples(const std::string& name, const std::string& help, const std::string& loss) {
  Task task;
  task.name = name;
  task.help = help;
  task.fromExamples = true;
  task.loss = loss;
  task.batchItems = kExamplesOfAStep;
  task.looks = 20;
  task.fit.rate = 1.5e-3;
  task.fit.weightDecay = 0.01;
  task.fit.average = 0.999;
  task.fit.clip = 1;
  return task;
}

}  // namespace patchpilot
