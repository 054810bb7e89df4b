#pragma once

#include "synth/voice_engine.h"

#include <mutex>
#include <thread>
#include <vector>

namespace patchpilot {

/// The built-in engine on several threads: outcomes come in no certain order, several at a time, as those of
/// a plug-in do.
class ThreadedVoiceEngine : public VoiceEngine {
 public:
  explicit ThreadedVoiceEngine(int threads) : threads_(threads) {}

  void render(const NextJob& next, const JobDone& done, const GoOn& goOn, std::stop_token stop) override {
    std::mutex mutex;
    bool finished = false;
    const auto take = [&]() -> std::optional<RenderJob> {
      const std::lock_guard lock(mutex);
      if (finished) return std::nullopt;
      auto job = next();
      finished = !job;
      return job;
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < threads_; ++i)
      threads.emplace_back([&] { VoiceEngine::render(take, done, goOn, stop); });
  }

 private:
  int threads_;
};

}  // namespace patchpilot
