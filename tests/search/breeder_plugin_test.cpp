#include "search/breeder.h"

#include "search_inputs.h"
#include "test_support.h"

namespace patchpilot {
namespace {

class BreederOfPlugins : public ::testing::Test {
 protected:
  TestPlaces places;
};

TEST_F(BreederOfPlugins, OffspringStayInTheirSpaceAndNameTheirSources) {
  PluginEngine engine(std::make_shared<Synth>(loadSpace("jx10")), {.workers = 1});
  Synth& synth = pluginOf(engine);
  const ParameterSpace& space = synth.space();
  Breeder breeder(space, synth.defaults());
  Proposal drawn[3];
  for (int i = 0; i < 3; ++i) drawn[i].patch = Patch::point(space.draw(3, std::uint64_t(i)));
  const auto presets = factoryProposals(synth, 3);
  for (const bool ofPresets : {false, true}) {
    Genome parents[3];
    for (std::size_t i = 0; i < 3; ++i) parents[i] = genomeOf(ofPresets ? presets[i] : drawn[i], engine);
    for (std::size_t which = 0; which < kOperators; ++which) {
      const Operator op = Operator(which);
      for (std::uint64_t index = 0; index < 50; ++index) {
        SplitMix64 random(7, index);
        const Genome offspring = breeder.offspring(op, parents[0], parents[1], parents[2], random);
        EXPECT_TRUE(offspring.values != parents[0].values) << which << " " << index;
        for (std::size_t i = 0; i < space.parameters.size(); ++i) {
          const ParameterSpec& p = space.parameters[i];
          const float value = offspring.values[i];
          if (value == parents[0].values[i] || value == parents[1].values[i]) continue;
          EXPECT_NEAR(value, p.nearest(value), 1e-6) << p.key;
        }
        const Proposal proposal = offspring.proposal();
        EXPECT_EQ(proposal.patch.isPreset(), ofPresets);
        for (std::size_t i = 0; i < space.parameters.size(); ++i)
          if (const auto value = ofPresets ? proposal.patch.preset().moved[i]
                                           : std::optional<float>(proposal.patch.values()[i])) {
            EXPECT_EQ(*value, offspring.values[i]);
          }
        const bool crossed = op == Operator::crossover || op == Operator::symmetry;
        if (ofPresets) {
          EXPECT_EQ(offspring.sources.size(), crossed ? 2u : 1u);
        }
      }
    }
  }
}

}  // namespace
}  // namespace patchpilot
