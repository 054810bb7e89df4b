#pragma once

#include "networks/trainable_network.h"
#include "networks/vector_layout.h"

#include <memory>
#include <string>

namespace patchpilot {

/// The velocity at which a flow moves vectors from noise (time 0) to answers (time 1), for some sounds at
/// once and several vectors of each.
class VelocityField : public torch::nn::Module {
 public:
  /// What does not change along the way from noise to answer: done once for each sound.
  /// @param condition  what the encoder says of the sounds: rows x values
  /// @param candidate  vectors to start from (rows x width); undefined if the field takes none
  virtual Tensors prepare(const torch::Tensor& condition, const torch::Tensor& candidate) = 0;

  /// @param x         rows x vectors x width
  /// @param time      of each vector, in [0, 1]: rows x vectors, or 1 x 1
  /// @param prepared  by `prepare`, for these rows
  /// @return as x
  virtual torch::Tensor velocity(const torch::Tensor& x, const torch::Tensor& time, const Tensors& prepared,
                                 RandomSource& random) = 0;

  /// Is added to the loss; undefined if nothing is.
  virtual torch::Tensor penalty() const { return {}; }
};

/// What a field is made for.
struct FieldInputs {
  std::int64_t condition = 0;  ///< values that the encoder gives
  bool candidate = false;      ///< whether it knows vectors to start from
};

/// Makes one. @param name  "mlp", "sections" or "param2tok". @throws Error (input) if its sizes make no sense
std::shared_ptr<VelocityField> makeField(const std::string& name, const VectorLayout& layout,
                                         const FieldInputs& inputs, NetworkSizes& sizes);

}  // namespace patchpilot
