#include "propose/proposers.h"

#include "base/error.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(Proposers, MethodNamesProposersAndTheirRefinement) {
  const Method method = parseMethod("retrieval+refine:four");
  EXPECT_EQ(method.proposers, std::vector<std::string>{"retrieval"});
  EXPECT_TRUE(method.refined);
  EXPECT_EQ(method.objective, "four");
  EXPECT_EQ(parseMethod("retrieval+refine").objective, "") << "the default";
  EXPECT_EQ(parseMethod("retrieval:mss").objective, "mss");
  EXPECT_FALSE(parseMethod("retrieval:mss").refined);
  EXPECT_EQ(parseMethod("retrieval+refine:mss=3,rms=1").objective, "mss=3,rms=1");
  EXPECT_FALSE(parseMethod("retrieval").refined);
  const Method pooled = parseMethod("retrieval+random+refine:mss");
  EXPECT_EQ(pooled.proposers, (std::vector<std::string>{"retrieval", "random"}));
  EXPECT_TRUE(pooled.refined);
  EXPECT_EQ(pooled.objective, "mss");
  EXPECT_FALSE(parseMethod("retrieval+random").refined);
  for (const char* name :
       {"refine", "+refine", "retrieval+", "retrieval+refine+random", "", "retrieval+refine:loud",
        "retrieval+refined", "retrieval:loud", "guess:mss", "retrieval:mss=x"})
    EXPECT_THROW(parseMethod(name), Error) << name;
}

TEST(Proposers, AProgramMayAddAMethodAndReplaceIt) {
  /// Proposes nothing.
  struct Silent : Proposer {
    explicit Silent(std::string name) : own(std::move(name)) {}
    std::string name() const override { return own; }
    std::vector<Proposal> propose(const Target&, int) override { return {}; }
    std::string own;
  };
  const std::size_t before = proposerKinds().size();
  for (const std::string name : {"first", "second"})
    addProposerKind({"added", "help of the " + name, false,
                     [name](const ProposerContext&) { return std::make_unique<Silent>(name); }});
  EXPECT_EQ(proposerKinds().size(), before + 1);
  EXPECT_EQ(proposerKind("added").help, "help of the second");
  EXPECT_EQ(proposerKind("added").make({})->name(), "second");
  EXPECT_TRUE(parseMethod("added+refine").refined);
  for (const char* name : {"", "with a blank", "a+b", "a:b"})
    EXPECT_THROW(addProposerKind({name, "", false, {}}), Error) << name;
}

}  // namespace
}  // namespace patchpilot
