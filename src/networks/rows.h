#pragma once

#include "base/error.h"
#include "models/tensor_view.h"

#include <span>

namespace patchpilot {

/// Calls `use(row, output)` for each row of a batch's only input.
template <typename Use>
void forEachRow(BatchView inputs, std::span<float> outputs, const Use& use) {
  const TensorView& input = inputs.all().front();
  const auto rows = std::size_t(input.shape[0]);
  if (inputs.count != 1 || rows == 0 || outputs.size() % rows != 0)
    throw Error(ExitCode::internal, "a network was run on a batch that does not fit");
  const std::size_t width = input.size() / rows, dimension = outputs.size() / rows;
  for (std::size_t row = 0; row < rows; ++row)
    use(std::span(input.data + row * width, width), outputs.subspan(row * dimension, dimension));
}

}  // namespace patchpilot
