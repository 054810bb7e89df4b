#include "propose/learned.h"

#include "base/error.h"
#include "data/network_input.h"
#include "models/model_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <set>

namespace patchpilot {

namespace {

constexpr const char *kRegression = "regression", *kFlow = "flow";

/// A flow's answers are drawn together; a search asks for hundreds of proposals, which cost as much again.
constexpr int kMostAnswers = 200;
/// Beyond these the choices of a regression are unlikely.
constexpr int kMostChoices = 10;

constexpr int kSteps = 20;
/// Guidance helps a single answer, and narrows many.
constexpr double kGuidanceOfOne = 2;
constexpr int kFew = 3;

/// Beyond these a note is unlikely.
constexpr std::size_t kMostNotes = 3;

/// @param files  see `ProposerContext::models`
std::vector<FoundModel> modelsFor(const std::string& kind, const ParameterSpace& space,
                                  const std::vector<std::filesystem::path>& files) {
  std::vector<FoundModel> all = files.empty() ? findModels(kind) : modelsAmong(files, kind);
  std::erase_if(all, [&](const FoundModel& one) { return one.about.space != space.fingerprint(); });
  return all;
}

/// Opens a file once for the whole program: reading weights takes longer than using them.
std::shared_ptr<const Network> openModel(const FoundModel& model, std::int64_t width) {
  static std::mutex mutex;
  static std::map<std::pair<std::string, std::filesystem::file_time_type>, std::shared_ptr<const Network>>
      opened;
  const std::string file = model.file.string();
  const std::lock_guard lock(mutex);
  auto& network = opened[{file, std::filesystem::last_write_time(model.file)}];
  if (!network) {
    const char* files[] = {file.c_str()};
    network.reset(networkModule().openNetwork({model.about.network.c_str(), files, width}));
  }
  return network;
}

}  // namespace

std::vector<std::string> learnedMethods(const Engines& engines,
                                        const std::vector<std::filesystem::path>& models) {
  std::vector<std::string> methods;
  for (const char* kind : {kRegression, kFlow})
    if (std::any_of(engines.begin(), engines.end(),
                    [&](const auto& engine) { return !modelsFor(kind, engine->space(), models).empty(); }))
      methods.emplace_back(kind);
  if (!methods.empty() && !haveNetworks()) methods.clear();
  return methods;
}

LearnedProposer::LearnedProposer(const ProposerContext& context, std::string kind)
    : kind_(std::move(kind)), seed_(context.seed), velocity_(context.velocity) {
  std::string spaces;
  for (std::size_t synth = 0; synth < context.engines->size(); ++synth) {
    const ParameterSpace& space = (*context.engines)[synth]->space();
    spaces += (spaces.empty() ? "" : ", ") + space.name;
    const auto found = modelsFor(kind_, space, context.models);
    if (found.empty()) continue;
    const FoundModel& model = found.front();
    requireModel(
        model.about,
        {.kind = kind_, .frontEnd = NetworkFeatures::kName, .frontEndVersion = NetworkFeatures::kVersion},
        model.file);
    Codec codec(space);
    const auto width = std::int64_t(codec.width());
    models_.push_back({synth, model.file.stem().string(), std::move(codec), openModel(model, width)});
  }
  if (models_.empty())
    failInput(
        "there is no {} model for {}; train one with 'patchpilot dataset build' and 'patchpilot train {}', "
        "and "
        "put it where 'patchpilot models' says",
        kind_, spaces.empty() ? "these libraries' synths" : spaces, kind_);
}

std::vector<std::vector<float>> LearnedProposer::answers(const Model& model, const NetworkFeatures& features,
                                                         const Note& note, int count) const {
  Tensor picture{{1, std::int64_t(NetworkInput::kFrames), std::int64_t(NetworkInput::kBands), 1}, {}},
      globals{{1, std::int64_t(NetworkInput::kGlobals), 1, 1}, {}};
  picture.values.resize(NetworkInput::kFrames * NetworkInput::kBands);
  globals.values.resize(NetworkInput::kGlobals);
  NetworkInput::picture(features.view(), note.midi, picture.values);
  NetworkInput::globals(features.view(), note, true, globals.values);
  std::vector<Tensor> inputs;
  inputs.push_back(std::move(picture));
  inputs.push_back(std::move(globals));
  const Batch batch(std::move(inputs));
  const std::size_t width = model.codec.width();
  SampleOptions options;
  options.count = kind_ == kFlow ? std::min(count, kMostAnswers) : 1;
  options.steps = kSteps;
  options.guidance = count <= kFew ? kGuidanceOfOne : 1;
  options.seed = seed_;
  std::vector<float> all(std::size_t(options.count) * width);
  model.network->sample(batch.view(), options, all);
  if (kind_ != kFlow) return likeliestChoices(model.codec, all, std::size_t(std::min(count, kMostChoices)));
  std::vector<std::vector<float>> vectors;
  for (auto at = all.begin(); at != all.end(); at += std::ptrdiff_t(width))
    vectors.emplace_back(at, at + std::ptrdiff_t(width));
  return vectors;
}

std::vector<Proposal> LearnedProposer::proposalsOf(const Model& model, const NetworkFeatures& features,
                                                   const Target& target, int midi, int count) const {
  std::vector<Proposal> proposals;
  std::set<std::string> seen;
  const Note note{midi, velocity_, target.lengthSeconds};
  for (const std::vector<float>& vector : answers(model, features, note, count)) {
    Proposal proposal;
    proposal.synth = model.synth;
    proposal.patch = Patch::point(model.codec.decode(vector).values);
    if (midi != target.note) proposal.note = midi;
    if (!seen.insert(patchIdentity(proposal.patch)).second) continue;
    proposal.origin = fmt::format("{}, answer {}", model.name, proposals.size() + 1);
    proposal.score = double(proposals.size());
    proposals.push_back(std::move(proposal));
  }
  return proposals;
}

std::vector<Proposal> LearnedProposer::propose(const Target& target, int count) {
  if (count < 1) return {};
  const NetworkFeatures features = extract_(target.sound.channel(0), target.sound.channel(1));
  std::vector<int> notes{target.note};
  if (target.noteOpen)
    for (const NoteGuess& other : target.otherNotes)
      if (notes.size() < kMostNotes) notes.push_back(other.note);
  const auto lists = std::min(std::size_t(count), notes.size() * models_.size());
  const int each = (count + int(lists) - 1) / int(lists);
  // The likeliest note first, and the synths by turns.
  std::vector<std::vector<Proposal>> all;
  for (const int note : notes)
    for (const Model& model : models_)
      if (all.size() < lists) all.push_back(proposalsOf(model, features, target, note, each));
  std::vector<Proposal> proposals;
  for (std::size_t rank = 0; rank < std::size_t(each); ++rank)
    for (auto& list : all)
      if (rank < list.size() && proposals.size() < std::size_t(count))
        proposals.push_back(std::move(list[rank]));
  return proposals;
}

std::vector<std::vector<float>> likeliestChoices(const Codec& codec, const std::vector<float>& vector,
                                                 std::size_t count) {
  struct Answer {
    double likelihood;  ///< logarithm
    std::vector<float> vector;
  };
  std::vector<Answer> answers{{0, vector}};
  const auto& parameters = codec.space().parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].kind != ParameterKind::categorical) continue;
    const Codec::Block& block = codec.blocks()[i];
    std::vector<Answer> next;
    for (const Answer& answer : answers)
      for (std::size_t choice = 0; choice < block.count; ++choice) {
        Answer& one = next.emplace_back(answer);
        one.likelihood += std::log(std::max(vector[block.first + choice], 1e-9f));
        for (std::size_t k = 0; k < block.count; ++k) one.vector[block.first + k] = k == choice ? 1.0f : 0.0f;
      }
    // Whatever follows multiplies all of them alike, so those that are kept hold the likeliest.
    std::stable_sort(next.begin(), next.end(),
                     [](const Answer& a, const Answer& b) { return a.likelihood > b.likelihood; });
    if (next.size() > count) next.resize(count);
    answers = std::move(next);
  }
  std::vector<std::vector<float>> vectors;
  for (Answer& answer : answers) vectors.push_back(std::move(answer.vector));
  return vectors;
}

}  // namespace patchpilot
