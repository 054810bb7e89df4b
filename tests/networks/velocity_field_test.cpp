#include "networks/velocity_field.h"

#include "test_support.h"

#include <torch/utils.h>

namespace patchpilot {
namespace {

/// Exchanges the sections of "0,3=2,1;4".
torch::Tensor exchanged(const torch::Tensor& x) {
  return x.index_select(-1, torch::tensor({2, 3, 0, 1, 4}, torch::kLong));
}

TEST(SectionsField, ExchangingEqualSectionsExchangesTheVelocities) {
  torch::manual_seed(1);
  const torch::NoGradGuard noGradients;
  NetworkSizes sizes("test", {{"vector", "5"}, {"sections", "0,3=2,1;4"}, {"hidden", "32"}, {"layers", "3"}});
  const VectorLayout layout = VectorLayout::read(sizes);
  const auto field = makeField("sections", layout, {7, true}, sizes);
  RandomSource random(1);
  const torch::Tensor condition = torch::randn({3, 7}), candidate = torch::randn({3, 5}),
                      x = torch::randn({3, 4, 5}), time = torch::rand({3, 4});
  const auto velocity = [&](const torch::Tensor& of, const torch::Tensor& from) {
    return field->velocity(of, time, field->prepare(condition, from), random);
  };
  const torch::Tensor straight = velocity(x, candidate),
                      turned = velocity(exchanged(x), exchanged(candidate));
  EXPECT_LT((exchanged(straight) - turned).abs().max().item<double>(), 1e-5);
  EXPECT_GT((straight - turned).abs().max().item<double>(), 1e-2);
  EXPECT_GT((velocity(x, exchanged(candidate)) - straight).abs().max().item<double>(), 1e-4);
}

TEST(LearntTokensField, BeginsSymmetricInAllParametersAndIsPenalisedForWideAssignments) {
  torch::manual_seed(1);
  const torch::NoGradGuard noGradients;
  NetworkSizes sizes("test", {{"vector", "5"}, {"tokens", "4"}, {"hidden", "32"}, {"layers", "2"}});
  const auto field = makeField("param2tok", VectorLayout::read(sizes), {7, false}, sizes);
  RandomSource random(1);
  const torch::Tensor x = torch::randn({1, 1, 5}), time = torch::rand({1, 1});
  const Tensors prepared = field->prepare(torch::randn({1, 7}), {});
  const torch::Tensor straight = field->velocity(x, time, prepared, random),
                      turned = field->velocity(exchanged(x), time, prepared, random);
  EXPECT_LT((exchanged(straight) - turned).abs().max().item<double>(), 0.02);
  EXPECT_GT(field->penalty().item<double>(), 0);
}

}  // namespace
}  // namespace patchpilot
