#include "synth/patch.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

TEST(Patch, IsAPointOrAPreset) {
  const Patch point = Patch::point({0.25f, 1}), preset = Patch::preset({1, 2}, "a.fxp");
  EXPECT_FALSE(point.isPreset());
  EXPECT_EQ(point.values(), (std::vector<float>{0.25f, 1}));
  EXPECT_THROW(point.preset(), std::bad_variant_access);
  EXPECT_TRUE(preset.isPreset());
  EXPECT_EQ(preset.preset().state, (Bytes{1, 2}));
  EXPECT_EQ(preset.source, "a.fxp");
  EXPECT_FALSE(Patch().isPreset()) << "what the engine has by itself";
}

TEST(Patch, ComesBackFromItsFlatForm) {
  Patch moved = Patch::preset({1, 2}, "a.fxp");
  moved.preset().moved = {std::nullopt, 0.5f, std::nullopt};
  const FlatPatch kept = flat(moved);
  ASSERT_EQ(kept.values.size(), 3u);
  EXPECT_TRUE(std::isnan(kept.values[0]));
  EXPECT_EQ(kept.values[1], 0.5f);
  for (const Patch& patch : {Patch::point({0.1f, 0.2f}), Patch::preset({7}, "b"), moved, Patch()}) {
    const Patch back = patchOf(flat(patch), patch.source);
    EXPECT_EQ(back.content, patch.content);
    EXPECT_EQ(back.source, patch.source);
  }
}

}  // namespace
}  // namespace patchpilot
