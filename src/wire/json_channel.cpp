#include "wire/json_channel.h"

namespace patchpilot {

bool sendJson(MessageChannel& channel, const nlohmann::json& message) {
  return channel.send(nlohmann::json::to_msgpack(message));
}

MessageChannel::Arrival receiveJson(MessageChannel& channel, nlohmann::json& message, double seconds) {
  Bytes bytes;
  const auto arrival = channel.receive(bytes, seconds);
  if (arrival != MessageChannel::Arrival::message) return arrival;
  message = nlohmann::json::from_msgpack(bytes, true, false);
  return message.is_discarded() ? MessageChannel::Arrival::gone : arrival;
}

}  // namespace patchpilot
