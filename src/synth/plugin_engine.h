#pragma once

#include "synth/engine.h"
#include "synth/render_pool.h"
#include "synth/synth.h"

namespace patchpilot {

/// A plug-in, hosted in worker processes that render, and in one more that is asked about patches.
class PluginEngine : public Engine {
 public:
  /// Starts the workers.
  /// @param synth  may be shared with other engines, each with workers of its own
  PluginEngine(std::shared_ptr<Synth> synth, RenderPoolOptions options);

  const ParameterSpace& space() const override { return synth_->space(); }
  std::string name() const override { return synth_->plugin().fullName(); }
  void render(const NextJob& next, const JobDone& done, const GoOn& goOn, std::stop_token stop) override;
  std::vector<float> values(const Patch& patch) override { return synth_->values(patch); }
  std::vector<float> defaults() const override { return synth_->defaults(); }
  Bytes state(const Patch& patch) override { return synth_->state(patch); }
  std::vector<std::string> texts(const Patch& patch) override { return synth_->texts(patch); }
  Synth* plugin() override { return synth_.get(); }

  const std::shared_ptr<Synth>& synth() const { return synth_; }

 private:
  std::shared_ptr<Synth> synth_;
  RenderPool pool_;
};

}  // namespace patchpilot
