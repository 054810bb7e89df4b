#include "propose/learned.h"

#include "base/error.h"
#include "base/places.h"
#include "listen/ranking.h"
#include "listen/target.h"
#include "propose/corrector.h"
#include "synth/voice_engine.h"
#include "test_support.h"
#include "tiny_models.h"

#include "audio/file.h"

#include <set>

namespace patchpilot {
namespace {

TEST(LikeliestChoices, BeginWithTheLargestAndGoOnByTheProduct) {
  const VoiceEngine engine;
  const Codec codec(engine.space());
  std::vector<float> vector(codec.width(), 0.25f);
  const float choices[] = {0.1f, 0.7f, 0.2f, 0.55f, 0.4f, 0.05f};  // of the two waves
  std::copy(std::begin(choices), std::end(choices), vector.begin());
  const auto answers = likeliestChoices(codec, vector, 3);
  ASSERT_EQ(answers.size(), 3u);
  const std::vector<std::vector<float>> expected = {
      {0, 1, 0, 1, 0, 0}, {0, 1, 0, 0, 1, 0}, {0, 0, 1, 1, 0, 0}};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(std::vector<float>(answers[i].begin(), answers[i].begin() + 6), expected[i]) << i;
    EXPECT_EQ(answers[i][6], 0.25f);
  }
}

/// Models that were never trained, in a folder of models of their own.
class LearnedMethods : public testing::Test {
 protected:
  void SetUp() override {
    if (networksModule().empty()) GTEST_SKIP() << "built without networks";
  }

  void write(const std::string& kind, const std::string& space, int version = NetworkFeatures::kVersion) {
    writeTinyModel(places_.folder / ("tiny-" + kind + ".safetensors"), kind, space, version);
  }

  Target target() {
    const std::filesystem::path file = places_.folder / "tone.wav";
    const Patch patch = Patch::point(engine_->defaults());
    writeWav(file, *renderAll(*engine_, {RenderJob{0, &patch, {57, 100, 0.5}, 1}}).front());
    return readTarget(file, {.note = 57, .lengthSeconds = 0.5, .beginsWithNote = true});
  }

  ProposerContext context() {
    ProposerContext context;
    context.engines = &engines_;
    return context;
  }

  TestPlaces places_;
  ScopedVariable models_{"PATCHPILOT_MODELS", places_.folder.path().string()};
  std::shared_ptr<VoiceEngine> engine_ = std::make_shared<VoiceEngine>();
  Engines engines_{engine_};
};

TEST_F(LearnedMethods, AnswerWithDistinctPatchesOfTheSpace) {
  write("flow", engine_->space().fingerprint());
  write("regression", engine_->space().fingerprint());
  EXPECT_EQ(learnedMethods(engines_), (std::vector<std::string>{"regression", "flow"}));
  const Target heard = target();
  for (const char* kind : {"flow", "regression"}) {
    LearnedProposer proposer(context(), kind);
    const std::vector<Proposal> proposals = proposer.propose(heard, 5);
    ASSERT_EQ(proposals.size(), 5u) << kind;
    EXPECT_EQ(proposals[1].origin, std::string("tiny-") + kind + ", answer 2");
    std::set<std::string> seen;
    for (const Proposal& proposal : proposals) {
      const auto& values = proposal.patch.values();
      ASSERT_EQ(values.size(), engine_->space().parameters.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_GE(values[i], engine_->space().parameters[i].min);
        EXPECT_LE(values[i], engine_->space().parameters[i].max);
      }
      EXPECT_TRUE(seen.insert(patchIdentity(proposal.patch)).second);
    }
    // The same again; and the first answers do not depend on how many are asked for, but for guidance.
    EXPECT_EQ(proposer.propose(heard, 5)[4].patch.values(), proposals[4].patch.values());
  }
}

TEST_F(LearnedMethods, AnswerForEachLikelyNoteIfTheNoteIsOpen) {
  write("flow", engine_->space().fingerprint());
  Target open = target();
  open.noteOpen = true;
  open.noteConfidence = 0.6;
  open.otherNotes = {{69, 0.3}};
  LearnedProposer proposer(context(), "flow");
  EXPECT_GT(proposer.rounds(open), 1);
  std::set<std::string> seen;
  std::set<int> notes;
  for (int round = 0; round < 2; ++round)
    for (const Proposal& proposal : proposer.propose(open, 8)) {
      ASSERT_TRUE(proposal.note);
      notes.insert(*proposal.note);
      EXPECT_TRUE(seen.insert(proposalIdentity(proposal, open)).second);
    }
  EXPECT_TRUE(notes.contains(57));
  EXPECT_TRUE(notes.contains(69));
  EXPECT_EQ(seen.size(), 16u);
}

TEST_F(LearnedMethods, ProposeTheSameIfTheyShareWhatNetworksHear) {
  for (const char* kind : {"flow", "regression", "note"}) write(kind, engine_->space().fingerprint());
  Target open = target();
  open.noteOpen = open.lengthOpen = true;
  open.noteConfidence = 1;
  const std::string names[] = {"flow", "regression"};
  for (const Target& heard : {target(), open}) {
    const auto together = makeProposers(names, context());
    ASSERT_EQ(together.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
      const auto ofOne = proposerKind(names[i]).make(context())->propose(heard, 6);
      const auto shared = together[i]->propose(heard, 6);
      ASSERT_EQ(shared.size(), ofOne.size());
      ASSERT_FALSE(shared.empty());
      for (std::size_t k = 0; k < shared.size(); ++k) {
        EXPECT_EQ(proposalIdentity(shared[k], heard), proposalIdentity(ofOne[k], heard));
        EXPECT_EQ(shared[k].score, ofOne[k].score);
      }
    }
  }
}

TEST_F(LearnedMethods, CorrectWhatWasRenderedNearest) {
  write("flow", engine_->space().fingerprint());
  write("corrector", engine_->space().fingerprint());
  EXPECT_EQ(learnedMethods(engines_), (std::vector<std::string>{"flow", "corrector"}));
  const Target heard = target();
  CorrectorProposer proposer(context());
  EXPECT_EQ(proposer.rounds(heard), 3);
  const std::vector<Proposal> first = proposer.propose(heard, 4);
  ASSERT_EQ(first.size(), 4u);
  EXPECT_EQ(first[0].origin, "tiny-flow, answer 1");

  std::vector<std::string> problems;
  const std::vector<Candidate> ranked = rankByRendering(heard, first, engines_, {}, problems);
  ASSERT_EQ(ranked.size(), 4u);
  proposer.observe(ranked);
  const std::vector<Proposal> corrections = proposer.propose(heard, 6);
  ASSERT_EQ(corrections.size(), 6u);
  EXPECT_EQ(corrections[0].origin, "tiny-corrector, correction 1 of " + ranked[0].proposal.origin);
  EXPECT_EQ(corrections[1].origin, "tiny-corrector, correction 1 of " + ranked[1].proposal.origin);
  std::set<std::string> seen;
  for (const Proposal& proposal : first) seen.insert(patchIdentity(proposal.patch));
  for (const Proposal& proposal : corrections) EXPECT_TRUE(seen.insert(patchIdentity(proposal.patch)).second);

  // The same network hears another candidate: its answers are others, and the same again for the same.
  CorrectorProposer again(context());
  again.propose(heard, 4);
  again.observe(std::span(ranked).first(1));
  const std::vector<Proposal> ofOne = again.propose(heard, 2);
  EXPECT_EQ(ofOne[0].patch.values(), corrections[0].patch.values());
  EXPECT_NE(corrections[1].patch.values(), corrections[0].patch.values());

  // Another target begins anew.
  const Target other = target();
  EXPECT_EQ(proposer.propose(other, 2)[0].origin, "tiny-flow, answer 1");
}

TEST_F(LearnedMethods, CorrectorsBeginWithChanceIfThereIsNothingElse) {
  write("corrector", engine_->space().fingerprint());
  const Target heard = target();
  CorrectorProposer proposer(context());
  EXPECT_EQ(proposer.propose(heard, 2)[0].origin, "voice, draw 0");
  // Nothing was heard: chance goes on, with patches that are new.
  EXPECT_EQ(proposer.propose(heard, 4).size(), 2u);
}

TEST_F(LearnedMethods, NeedAModelOfTheSpaceAndOfThisVersion) {
  write("flow", "another space");
  EXPECT_TRUE(learnedMethods(engines_).empty());
  try {
    LearnedProposer(context(), "flow");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_NE(std::string(error.what()).find("there is no flow model for voice"), std::string::npos);
  }
  write("flow", engine_->space().fingerprint(), 99);
  try {
    LearnedProposer(context(), "flow");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("version 99"), std::string::npos) << error.what();
  }
}

TEST_F(LearnedMethods, TakeTheFilesThatAreGivenInPlaceOfTheFolders) {
  write("flow", engine_->space().fingerprint());
  write("regression", engine_->space().fingerprint());
  ProposerContext given = context();
  given.models = {places_.folder / "tiny-flow.safetensors"};
  const ScopedVariable none("PATCHPILOT_MODELS", "");
  EXPECT_TRUE(learnedMethods(engines_).empty());
  EXPECT_EQ(learnedMethods(engines_, given.models), std::vector<std::string>{"flow"});
  EXPECT_EQ(LearnedProposer(given, "flow").propose(target(), 3).size(), 3u);
  EXPECT_THROW(LearnedProposer(given, "regression"), Error);
  given.models = {places_.folder / "missing.safetensors"};
  EXPECT_THROW(LearnedProposer(given, "flow"), Error);
}

TEST_F(LearnedMethods, HearWhichNotesAreLikely) {
  const Target heard = target();
  EXPECT_TRUE(NetworkHearing(&engines_, {}).played(heard).notes.empty());
  write("note", engine_->space().fingerprint());
  const auto [guesses, length] = NetworkHearing(&engines_, {}).played(heard);
  EXPECT_GT(*length, 0);
  ASSERT_EQ(guesses.size(), PlayedNote::kNotes);
  double sum = 0;
  for (const NoteGuess& guess : guesses) {
    EXPECT_GE(guess.confidence, 0);
    sum += guess.confidence;
  }
  EXPECT_NEAR(sum, 1, 1e-4);
  EXPECT_EQ(guesses.front().note, 36);
  EXPECT_EQ(guesses.back().note, 84);
  // It is no method of its own.
  EXPECT_TRUE(learnedMethods(engines_).empty());
}

}  // namespace
}  // namespace patchpilot
