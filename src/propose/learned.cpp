#include "propose/learned.h"

#include "data/network_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace patchpilot {

namespace {

constexpr const char* kFlow = "flow";

/// A flow's answers are drawn together; a search asks for hundreds of proposals, which cost as much again.
constexpr int kMostAnswers = 200;
/// Beyond these the choices of a regression are unlikely.
constexpr int kMostChoices = 10;

/// Guidance helps a single answer, and narrows many.
constexpr double kGuidanceOfOne = 2;
constexpr int kFew = 3;

/// So many answers at once cost little more than a few, and later rounds need more.
constexpr int kFewest = 24;

}  // namespace

LearnedProposer::LearnedProposer(const ProposerContext& context, std::string kind)
    : kind_(std::move(kind)),
      seed_(context.seed),
      velocity_(context.velocity),
      models_(patchModels(kind_, *context.engines, context.models)),
      hearing_(networkHearing(context)),
      notes_(hearing_) {}

std::vector<std::vector<float>> LearnedProposer::answers(const PatchModel& model,
                                                         const NetworkFeatures& features, const Note& note,
                                                         int count) const {
  std::vector<Tensor> inputs;
  const SoundRow rows[] = {{features.view(), note}};
  addSounds(inputs, rows);
  const Batch batch(std::move(inputs));
  const std::size_t width = model.codec.width();
  SampleOptions options;
  options.count = kind_ == kFlow ? std::min(count, kMostAnswers) : 1;
  options.steps = kFlowSteps;
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

std::vector<Proposal> LearnedProposer::proposalsOf(const PatchModel& model, const NetworkFeatures& features,
                                                   const Note& note, int count) const {
  std::vector<Proposal> proposals;
  std::set<std::string> seen;
  for (const std::vector<float>& vector : answers(model, features, note, count)) {
    Proposal proposal;
    proposal.synth = model.synth;
    proposal.patch = Patch::point(model.codec.decode(vector).values);
    if (!seen.insert(patchIdentity(proposal.patch)).second) continue;
    proposal.origin = fmt::format("{}, answer {}", model.name, proposals.size() + 1);
    proposal.score = double(proposals.size());
    proposals.push_back(std::move(proposal));
  }
  return proposals;
}

/// The synths by turns.
std::vector<Proposal> LearnedProposer::proposalsAt(const NetworkFeatures& features, const Note& note,
                                                   int count) const {
  const auto lists = std::min(std::size_t(count), models_.size());
  const int each = (count + int(lists) - 1) / int(lists);
  std::vector<std::vector<Proposal>> all;
  for (std::size_t i = 0; i < lists; ++i) all.push_back(proposalsOf(models_[i], features, note, each));
  std::vector<Proposal> proposals;
  for (std::size_t rank = 0; rank < std::size_t(each); ++rank)
    for (auto& list : all)
      if (rank < list.size() && proposals.size() < std::size_t(count))
        proposals.push_back(std::move(list[rank]));
  return proposals;
}

std::vector<Proposal> LearnedProposer::propose(const Target& target, int count) {
  if (count < 1) return {};
  const NetworkFeatures& features = hearing_->features(target);
  if (!target.noteOpen) return proposalsAt(features, {target.note, velocity_, target.lengthSeconds}, count);
  if (notes_.begin(target)) proposed_.clear();
  return notes_.next(count, [&](const PlayedWay& way, std::size_t rank) -> std::optional<Proposal> {
    std::vector<Proposal>& answered = proposed_[way];
    if (answered.size() <= rank)
      answered =
          proposalsAt(features, {way.note, velocity_, way.lengthSeconds.value_or(target.lengthSeconds)},
                      std::max(kFewest, int(rank) + count));
    if (answered.size() <= rank) return std::nullopt;
    return answered[rank];
  });
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
