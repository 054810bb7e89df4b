#include "daw/shared_view.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(SharedView, TellsOnceAfterEachStep) {
  std::vector<SessionView> seen;
  SharedView view([&] { seen.push_back(view.get()); });
  const SessionView after = view.edit([](SessionView& now) {
    now.asked = true;
    now.notice = "begun";
  });
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_TRUE(seen[0].asked);
  EXPECT_EQ(seen[0].notice, "begun");
  EXPECT_EQ(after.notice, "begun");
}

TEST(SharedView, TakesNothingOfTheProjectBefore) {
  int steps = 0;
  SharedView view([&] { ++steps; });
  const int before = view.project();
  view.editFor(before, [](SessionView& now) { now.notice = "of the first"; });
  view.replace([](SessionView& now) { now.notice = ""; });
  EXPECT_THROW(view.editFor(before, [](SessionView& now) { now.notice = "late"; }), ProjectReplaced);
  EXPECT_EQ(view.get().notice, "");
  EXPECT_EQ(steps, 2) << "what changes nothing is not told";
  view.editFor(view.project(), [](SessionView& now) { now.notice = "of the second"; });
  EXPECT_EQ(view.get().notice, "of the second");
}

}  // namespace
}  // namespace patchpilot
