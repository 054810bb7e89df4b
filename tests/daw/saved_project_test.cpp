#include "daw/saved_project.h"

#include "base/error.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

/// Ten seconds, of which a second is marked and matched.
SessionView matchedView() {
  TakenSound sound{AudioBuffer(2, 441000), "Track", 20};
  for (std::size_t i = 0; i < sound.audio.frames(); ++i)
    sound.audio.channel(0)[i] = 0.3f * float(std::sin(0.03 * double(i)));
  SessionView view;
  view.sound = std::make_shared<const TakenSound>(std::move(sound));
  view.part = {4, 1};
  view.chosen = {"library"};
  view.match.emplace();
  view.match->id = "match";
  view.match->state = "done";
  view.match->target = MatchedTarget{57, "A3", 0.9, 4.25, 2};
  view.match->candidates.resize(2);
  return view;
}

TEST(SavedProject, KeepsTheMarkedPartAndTheTargetWithAMargin) {
  const SessionView view = matchedView();
  ProjectSaver saver;
  const RestoredProject project = restoredProject(saver.save(view, {{"listen", 1.0f}}));
  EXPECT_EQ(project.parameters, (std::map<std::string, float>{{"listen", 1.0f}}));
  EXPECT_EQ(project.libraries, view.chosen);
  ASSERT_TRUE(project.sound);
  EXPECT_EQ(project.sound->name, "Track");
  EXPECT_NEAR(project.sound->audio.seconds(), 2.75, 1e-9) << "from 3.5 to 6.25 s";
  EXPECT_NEAR(project.part.start, 0.5, 1e-9);
  EXPECT_EQ(project.part.seconds, 1);
  EXPECT_NEAR(*project.sound->timelineSeconds, 23.5, 1e-9);
  ASSERT_TRUE(project.match);
  EXPECT_EQ(project.match->id, "match");
  EXPECT_EQ(project.match->candidates, view.match->candidates);
  EXPECT_NEAR(project.match->target->startSeconds, 0.75, 1e-9);
}

TEST(SavedProject, EncodesAnotherPartOfTheSoundAnew) {
  SessionView view = matchedView();
  ProjectSaver saver;
  const auto first = saver.save(view, {});
  EXPECT_EQ(saver.save(view, {}), first);
  view.match.reset();
  view.part = {0, 1};
  const RestoredProject other = restoredProject(saver.save(view, {}));
  EXPECT_NEAR(other.sound->audio.seconds(), 1.5, 1e-9);
  EXPECT_FALSE(other.match);
}

TEST(SavedProject, GivesBackWhatCouldNotBeRead) {
  SessionView view = matchedView();
  const std::vector<std::uint8_t> damaged{1, 2, 3};
  EXPECT_THROW(restoredProject(damaged), Error);
  view.unreadable = std::make_shared<std::vector<std::uint8_t>>(damaged);
  EXPECT_EQ(ProjectSaver().save(view, {{"listen", 1.0f}}), damaged);
}

TEST(SavedProject, OfAnEmptyViewIsEmpty) {
  const RestoredProject project = restoredProject(ProjectSaver().save({}, {}));
  EXPECT_FALSE(project.sound);
  EXPECT_FALSE(project.match);
}

}  // namespace
}  // namespace patchpilot
