#include "propose/corrector.h"

#include "data/network_batch.h"

#include <fmt/format.h>

#include <algorithm>

namespace patchpilot {

namespace {

/// Rounds of corrections. Each costs an answer of the network and a wait for its renders.
constexpr int kCorrections = 2;

/// So many candidates are corrected in a round.
constexpr std::size_t kCorrected = 5;

std::unique_ptr<Proposer> makeFirst(ProposerContext context, std::shared_ptr<NetworkHearing> hearing) {
  context.hearing = std::move(hearing);
  const char* name = havePatchModels("flow", *context.engines, context.models) ? "flow"
                     : !context.libraries.empty()                              ? "retrieval"
                                                                               : "random";
  return proposerKind(name).make(context);
}

}  // namespace

CorrectorProposer::CorrectorProposer(const ProposerContext& context)
    : seed_(context.seed),
      velocity_(context.velocity),
      models_(patchModels("corrector", *context.engines, context.models)),
      hearing_(networkHearing(context)),
      first_(makeFirst(context, hearing_)) {}

int CorrectorProposer::rounds(const Target& target) const { return first_->rounds(target) + kCorrections; }

void CorrectorProposer::begin(const Target& target) {
  if (target_ == &target) return;
  target_ = &target;
  round_ = 0;
  nearest_.clear();
  proposed_.clear();
}

/// Null if there is none for its synth. A preset holds more than the vector of a patch says.
const PatchModel* CorrectorProposer::modelOf(const Proposal& proposal) const {
  if (proposal.patch.isPreset()) return nullptr;
  const auto found = std::find_if(models_.begin(), models_.end(),
                                  [&](const PatchModel& model) { return model.synth == proposal.synth; });
  return found == models_.end() ? nullptr : &*found;
}

void CorrectorProposer::observe(std::span<const Candidate> candidates) {
  first_->observe(candidates);
  for (const Candidate& candidate : candidates) {
    if (candidate.sound.frames() == 0 || modelOf(candidate.proposal) == nullptr) continue;
    if (nearest_.size() == kCorrected && candidate.distance >= nearest_.back().distance) continue;
    const auto place =
        std::upper_bound(nearest_.begin(), nearest_.end(), candidate.distance,
                         [](double distance, const Heard& heard) { return distance < heard.distance; });
    nearest_.insert(place, {candidate.proposal, candidate.distance, candidate.sound});
    if (nearest_.size() > kCorrected) nearest_.pop_back();
  }
}

std::vector<Proposal> CorrectorProposer::corrections(const Target& target, const Heard& heard,
                                                     int count) const {
  const PatchModel& model = *modelOf(heard.proposal);
  const Note note = noteOf(heard.proposal, target, velocity_);
  const NetworkFeatures rendered = extract_(heard.sound.channel(0), heard.sound.channel(1));
  std::vector<Tensor> inputs;
  const SoundRow wanted[] = {{hearing_->features(target).view(), note}}, there[] = {{rendered.view(), note}};
  const std::vector<float> vectors[] = {model.codec.encode(heard.proposal.patch.values())};
  addSounds(inputs, wanted);
  addSounds(inputs, there);
  addVectors(inputs, vectors);
  const Batch batch(std::move(inputs));
  const std::size_t width = model.codec.width();
  std::vector<float> answers(std::size_t(count) * width);
  model.network->sample(batch.view(), {count, kFlowSteps, 1, seed_ + std::uint64_t(round_)}, answers);
  std::vector<Proposal> proposals;
  for (std::size_t i = 0; i < std::size_t(count); ++i) {
    Proposal& proposal = proposals.emplace_back();
    proposal.synth = model.synth;
    proposal.patch = Patch::point(model.codec.decode(std::span(answers).subspan(i * width, width)).values);
    proposal.note = heard.proposal.note;
    proposal.lengthSeconds = heard.proposal.lengthSeconds;
    proposal.sources = heard.proposal.sources;
    proposal.origin = fmt::format("{}, correction {} of {}", model.name, i + 1, heard.proposal.origin);
    proposal.score = double(i);
  }
  return proposals;
}

std::vector<Proposal> CorrectorProposer::propose(const Target& target, int count) {
  begin(target);
  std::vector<Proposal> proposals;
  const auto add = [&](Proposal proposal) {
    if (proposals.size() < std::size_t(count) &&
        proposed_.insert({proposal.synth, proposalIdentity(proposal, target)}).second)
      proposals.push_back(std::move(proposal));
  };
  if (++round_ > first_->rounds(target) && !nearest_.empty()) {
    const int each = (count + int(nearest_.size()) - 1) / int(nearest_.size());
    std::vector<std::vector<Proposal>> all;
    for (const Heard& heard : nearest_) all.push_back(corrections(target, heard, each));
    for (std::size_t rank = 0; rank < std::size_t(each); ++rank)
      for (auto& list : all) add(std::move(list[rank]));
  }
  if (proposals.size() < std::size_t(count))
    for (Proposal& proposal : first_->propose(target, count)) add(std::move(proposal));
  return proposals;
}

}  // namespace patchpilot
