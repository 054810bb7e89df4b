#include "networks/neighbour_loss.h"

#include <ATen/ATen.h>

namespace patchpilot {

namespace {

constexpr double kTemperatureDb = 1.0;  ///< how much nearer the nearer must be
constexpr double kLogWeight = 1.0, kContrastWeight = 0.3;

/// Distances of all of `a` from all of `b`: rows of a x rows of b.
at::Tensor distancesBetween(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor squares = a.pow(2).sum(1, true) + b.pow(2).sum(1).unsqueeze(0) - 2 * at::mm(a, b.t());
  return (squares.clamp_min(0) + 1e-3).sqrt();
}

/// The first two parts of the loss, of one group. @param distances, mss  rows of conditions x patches
at::Tensor groupLoss(const at::Tensor& distances, const at::Tensor& mss) {
  const std::int64_t rows = mss.size(0), n = mss.size(1);
  const at::Tensor self = at::eye(n, mss.options()).repeat({rows / n, 1}) * 1e4;
  const at::Tensor wanted = at::softmax(-(mss + self) / kTemperatureDb, 1),
                   heard = at::log_softmax(-(distances + self) / kTemperatureDb, 1);
  const at::Tensor order = (wanted * (at::log(wanted + 1e-12) - heard)).sum(1).mean();
  const at::Tensor ratio = at::log((distances + 1) / (mss + 1)).pow(2).mean();
  return order + kLogWeight * ratio;
}

struct Group {
  std::int64_t patches, conditions;
};

std::vector<Group> groupsOf(const at::Tensor& sizes) {
  const at::Tensor here = sizes.to(at::kCPU).reshape({-1, 2}).contiguous();
  std::vector<Group> groups;
  for (std::int64_t i = 0; i < here.size(0); ++i)
    groups.push_back(
        {std::int64_t(here.data_ptr<float>()[2 * i]), std::int64_t(here.data_ptr<float>()[2 * i + 1])});
  return groups;
}

}  // namespace

torch::Tensor neighbourLoss(const Tensors& batch, const torch::Tensor& vectors) {
  const std::vector<Group> groups = groupsOf(batch.at(3));
  const at::Tensor mss = batch.at(2).reshape({-1});
  // The library's renders of all groups side by side: those of other groups are what the true patch must
  // stand out from.
  std::vector<at::Tensor> references, sounds;
  std::int64_t row = 0;
  for (const auto& [n, conditions] : groups) {
    references.push_back(vectors.narrow(0, row, n));
    sounds.push_back(vectors.narrow(0, row + n, n * conditions));
    row += n * (conditions + 1);
  }
  const at::Tensor distances = distancesBetween(at::cat(sounds), at::cat(references));
  at::Tensor sum = at::zeros({}, distances.options());
  std::int64_t top = 0, left = 0, first = 0;
  for (const auto& [n, conditions] : groups) {
    const std::int64_t rows = n * conditions;
    const at::Tensor strip = distances.narrow(0, top, rows), own = strip.narrow(1, left, n);
    sum = sum + groupLoss(own, mss.narrow(0, first, rows * n).reshape({rows, n}));
    const at::Tensor place = (at::arange(n, at::TensorOptions(at::kLong).device(vectors.device())) + left)
                                 .repeat({conditions})
                                 .unsqueeze(1);
    sum = sum - kContrastWeight * at::log_softmax(-strip / kTemperatureDb, 1).gather(1, place).mean();
    top += rows;
    left += n;
    first += rows * n;
  }
  return sum / double(groups.size());
}

}  // namespace patchpilot
