// patchpilot-worker: hosts one plug-in for the main program and answers on its channel. It may
// crash or hang with the plug-in; the main program starts another.
#include "base/process.h"
#include "base/render_slots.h"
#include "worker/plugin_host.h"

#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <deque>
#include <thread>

namespace patchpilot {
namespace {

using nlohmann::json;

/// What the main program asks for, read ahead by a thread of its own. That thread also ends the
/// process once the main program is gone, whatever the plug-in is doing.
class Inbox {
 public:
  explicit Inbox(MessageChannel& channel) : reader_([this, &channel] { read(channel); }) { reader_.detach(); }

  json next() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !messages_.empty(); });
    json message = std::move(messages_.front());
    messages_.pop_front();
    return message;
  }

 private:
  void read(MessageChannel& channel) {
    for (json message; channel.receive(message) == MessageChannel::Arrival::message;) {
      std::lock_guard lock(mutex_);
      messages_.push_back(std::move(message));
      arrived_.notify_one();
    }
    ::_exit(0);
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<json> messages_;
  std::thread reader_;
};

class Worker {
 public:
  explicit Worker(MessageChannel& channel) : channel_(channel) {}

  json answer(const json& request) {
    const std::string op = request.at("op");
    if (op == "render") return render(request);
    if (op == "load") return load(request);
    if (op == "scan") return scan(request);
    if (op == "base") return setBase(request);
    if (op == "state") return {{"state", json::binary(host_.state(patch(request)))}};
    if (op == "texts") return {{"texts", host_.texts(patch(request))}};
    if (op == "readings") return readings(request);
    if (op == "values") return {{"values", host_.values(patch(request))}};
    throw std::runtime_error("unknown request " + op);
  }

 private:
  json scan(const json& request) {
    json instruments = json::array();
    const bool lv2 = request.at("format") == "LV2";
    const std::string path = request.at("path");
    for (const auto& instrument : lv2 ? host_.scanLv2Folder(path) : host_.scanVst3(path)) {
      const auto& d = instrument.description;
      instruments.push_back({{"name", d.name.toStdString()},
                             {"vendor", d.manufacturerName.toStdString()},
                             {"version", d.version.toStdString()},
                             {"format", d.pluginFormatName.toStdString()},
                             {"id", d.fileOrIdentifier.toStdString()},
                             {"parameters", instrument.parameters}});
    }
    return {{"instruments", instruments}};
  }

  json load(const json& request) {
    host_.load(request.at("format"), request.at("path"), request.at("id"));
    if (request.contains("memory")) {
      memory_ = std::make_unique<SharedMemory>(request.at("memory").get<std::string>());
      slotFrames_ = request.at("slot_frames");
    }
    json parameters = json::array();
    for (const auto& p : host_.parameters())
      parameters.push_back({{"index", p.index},
                            {"id", p.id},
                            {"name", p.name},
                            {"default", p.defaultValue},
                            {"steps", p.steps},
                            {"boolean", p.boolean},
                            {"label", p.label},
                            {"text", p.defaultText}});
    return {{"protocol", kWorkerProtocol},
            {"name", host_.description().name.toStdString()},
            {"vendor", host_.description().manufacturerName.toStdString()},
            {"version", host_.description().version.toStdString()},
            {"parameters", parameters}};
  }

  json setBase(const json& request) {
    base_ = request.at("state").get_binary();
    return json::object();
  }

  PluginHost::Patch patch(const json& request) {
    PluginHost::Patch patch;
    patch.state = base_;
    if (request.contains("state")) patch.state = request.at("state").get_binary();
    patch.indices = request.at("indices").get<std::vector<int>>();
    patch.values = request.at("values").get<std::vector<float>>();
    return patch;
  }

  json readings(const json& request) {
    json list = json::array();
    for (const auto& reading : host_.readings(patch(request)))
      list.push_back({reading.name, reading.value, reading.text});
    return {{"readings", list}};
  }

  json render(const json& request) {
    const std::size_t frames = request.at("frames");
    if (memory_ == nullptr || frames > slotFrames_)
      throw std::runtime_error("the render is longer than its room");
    const RenderSlots slots(memory_->data(), slotFrames_);
    const std::size_t slot = request.at("slot");
    const PluginHost::Note note{request.at("note"), request.at("velocity"), request.at("length")};
    json answer = json::object();
    if (request.value("want_state", false)) answer["state"] = json::binary(host_.state(patch(request)));
    answer["whole"] = host_.render(patch(request), note, slots.left(slot), slots.right(slot), frames,
                                   attention(request, slots.stop(slot)));
    return answer;
  }

  /// Tells the main program when the part that it asked for is there, and heeds its word to stop.
  std::function<bool(std::size_t)> attention(const json& request, const std::atomic<std::uint32_t>& stop) {
    if (!request.contains("part_frames")) return [](std::size_t) { return true; };
    return [this, &stop, part = request.at("part_frames").get<std::size_t>(),
            told = false](std::size_t ready) mutable {
      if (ready >= part && !std::exchange(told, true)) channel_.send({{"part", ready}});
      return stop.load(std::memory_order_acquire) == 0;
    };
  }

  MessageChannel& channel_;

  PluginHost host_;
  std::unique_ptr<SharedMemory> memory_;
  std::size_t slotFrames_ = 0;
  std::vector<std::uint8_t> base_;
};

int run() {
  ignoreInterrupts();
  fillNewMemory();
  const auto channel = adoptStandardStreams();
  Inbox inbox(*channel);
  const juce::ScopedJuceInitialiser_GUI juceRuns;
  Worker worker(*channel);
  for (;;) {
    const json request = inbox.next();
    json answer;
    try {
      answer = worker.answer(request);
    } catch (const std::exception& error) {
      answer = {{"error", error.what()}};
    }
    if (!channel->send(answer)) ::_exit(0);
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
