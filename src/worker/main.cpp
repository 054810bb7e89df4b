// patchpilot-worker: hosts one plug-in for the main program and answers on its channel. It may
// crash or hang with the plug-in; the main program starts another.
#include "base/process.h"
#include "protocol/render_slots.h"
#include "protocol/worker_messages.h"
#include "worker/plugin_host.h"

#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <deque>
#include <thread>

namespace patchpilot {
namespace {

/// What the main program asks for, read ahead by a thread of its own. That thread also ends the
/// process once the main program is gone, whatever the plug-in is doing.
class Inbox {
 public:
  explicit Inbox(MessageChannel& channel) : reader_([this, &channel] { read(channel); }) { reader_.detach(); }

  Bytes next() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !messages_.empty(); });
    Bytes message = std::move(messages_.front());
    messages_.pop_front();
    return message;
  }

 private:
  void read(MessageChannel& channel) {
    for (Bytes message; channel.receive(message) == MessageChannel::Arrival::message;) {
      std::lock_guard lock(mutex_);
      messages_.push_back(std::move(message));
      arrived_.notify_one();
    }
    ::_exit(0);
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Bytes> messages_;
  std::thread reader_;
};

class Worker {
 public:
  explicit Worker(MessageChannel& channel) : channel_(channel) {}

  WorkerAnswer answer(const WorkerRequest& request) {
    return std::visit([this](const auto& one) { return WorkerAnswer(answerTo(one)); }, request);
  }

 private:
  ScanAnswer answerTo(const ScanRequest& request) {
    ScanAnswer answer;
    for (const auto& instrument : host_.scanVst3(request.path)) {
      const auto& d = instrument.description;
      answer.instruments.push_back({d.name.toStdString(), d.manufacturerName.toStdString(),
                                    d.version.toStdString(), d.pluginFormatName.toStdString(),
                                    d.fileOrIdentifier.toStdString(), instrument.parameters});
    }
    return answer;
  }

  LoadAnswer answerTo(const LoadRequest& request) {
    host_.load(request.format, request.path, request.id, request.tempoBpm, request.renews, request.library);
    if (!request.memory.empty()) {
      memory_ = std::make_unique<SharedMemory>(request.memory);
      slotFrames_ = request.slotFrames;
      host_.findSettling(request.settleSeconds);
    }
    const auto& d = host_.description();
    LoadAnswer answer{d.name.toStdString(), d.manufacturerName.toStdString(), d.version.toStdString(), {}};
    for (const auto& p : host_.parameters())
      answer.parameters.push_back(
          {p.index, p.id, p.name, p.defaultValue, p.steps, p.boolean, p.label, p.defaultText});
    return answer;
  }

  DoneAnswer answerTo(const BaseRequest& request) {
    base_ = request.state;
    return {};
  }

  StateAnswer answerTo(const StateRequest& request) { return {host_.state(hosted(request.patch))}; }
  TextsAnswer answerTo(const TextsRequest& request) { return {host_.texts(hosted(request.patch))}; }
  ValuesAnswer answerTo(const ValuesRequest& request) { return {host_.values(hosted(request.patch))}; }

  ReadingsAnswer answerTo(const ReadingsRequest& request) {
    ReadingsAnswer answer;
    for (auto& reading : host_.readings(hosted(request.patch)))
      answer.readings.push_back({std::move(reading.name), reading.value, std::move(reading.text)});
    return answer;
  }

  RenderAnswer answerTo(const RenderRequest& request) {
    if (memory_ == nullptr || request.frames > slotFrames_)
      throw std::runtime_error("the render is longer than its room");
    const RenderSlots slots(memory_->data(), slotFrames_);
    const PluginHost::Note note{request.note, request.velocity, request.lengthSeconds};
    RenderAnswer answer;
    if (request.wantsState) answer.state = host_.state(hosted(request.patch));
    answer.whole =
        host_.render(hosted(request.patch), note, slots.left(request.slot), slots.right(request.slot),
                     request.frames, attention(request.partFrames, slots.stop(request.slot)));
    answer.idleRms = host_.idleRms();
    return answer;
  }

  PluginHost::Patch hosted(const AppliedPatch& patch) const {
    return {patch.state ? std::span<const std::uint8_t>(*patch.state) : base_,
            {patch.indices.begin(), patch.indices.end()},
            patch.values};
  }

  /// Announces the part that was asked for, and heeds the main program's word to stop.
  std::function<bool(std::size_t)> attention(std::size_t part, const std::atomic<std::uint32_t>& stop) {
    if (part == 0) return [](std::size_t) { return true; };
    return [this, &stop, part, told = false](std::size_t ready) mutable {
      if (ready >= part && !std::exchange(told, true)) channel_.send(encode(WorkerAnswer(PartAnswer{ready})));
      return stop.load(std::memory_order_acquire) == 0;
    };
  }

  MessageChannel& channel_;

  PluginHost host_;
  std::unique_ptr<SharedMemory> memory_;
  std::size_t slotFrames_ = 0;
  Bytes base_;
};

int run() {
  ignoreInterrupts();
  fillNewMemory();
  const auto channel = adoptStandardStreams();
  Inbox inbox(*channel);
  const juce::ScopedJuceInitialiser_GUI juceRuns;
  Worker worker(*channel);
  for (;;) {
    WorkerAnswer answer;
    try {
      answer = worker.answer(decodeRequest(inbox.next()));
    } catch (const std::exception& error) {
      answer = RefusalAnswer{error.what()};
    }
    if (!channel->send(encode(answer))) ::_exit(0);
  }
}

}  // namespace
}  // namespace patchpilot

int main(int count, char** arguments) {
  if (count > 1) {
    std::printf("%s is started by patchpilot, which talks to it; it takes no arguments.\n", arguments[0]);
    return 2;
  }
  return patchpilot::run();
}
