#include "propose/proposers.h"

#include "base/error.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(Proposers, MethodNamesAProposerAndItsRefinement) {
  const Method method = parseMethod("retrieval+refine:four");
  EXPECT_EQ(method.proposer, "retrieval");
  EXPECT_TRUE(method.refined);
  EXPECT_EQ(method.objective, "four");
  EXPECT_EQ(parseMethod("retrieval+refine").objective, "") << "the default";
  EXPECT_EQ(parseMethod("retrieval:mss").objective, "mss");
  EXPECT_FALSE(parseMethod("retrieval:mss").refined);
  EXPECT_EQ(parseMethod("retrieval+refine:mss=3,rms=1").objective, "mss=3,rms=1");
  EXPECT_FALSE(parseMethod("retrieval").refined);
  for (const char* name :
       {"retrieval+refine:loud", "retrieval+refined", "retrieval:loud", "guess:mss", "retrieval:mss=x"})
    EXPECT_THROW(parseMethod(name), Error) << name;
}

}  // namespace
}  // namespace patchpilot
