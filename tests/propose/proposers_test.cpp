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
  EXPECT_EQ(parseMethod("retrieval+refine").objective, "mss");
  EXPECT_FALSE(parseMethod("retrieval").refined);
  for (const char* name : {"retrieval+refine:loud", "retrieval+refined", "retrieval:four"})
    EXPECT_THROW(parseMethod(name), Error) << name;
}

}  // namespace
}  // namespace patchpilot
