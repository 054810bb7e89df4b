#pragma once

#include "base/process.h"

#include <nlohmann/json.hpp>

namespace patchpilot {

/// Sends a JSON value as MessagePack. @return false if the other side is gone.
bool sendJson(MessageChannel& channel, const nlohmann::json& message);

/// Waits for a JSON value. What is no MessagePack counts as `gone`, as the other side cannot be trusted any
/// more.
MessageChannel::Arrival receiveJson(MessageChannel& channel, nlohmann::json& message,
                                    double seconds = MessageChannel::kForever);

}  // namespace patchpilot
