#pragma once

#include <pybind11/pybind11.h>

#include <functional>
#include <optional>
#include <stop_token>
#include <type_traits>

namespace patchpilot::python {

namespace py = pybind11;

/// Does native work that may take long, without the GIL, so that other Python threads go on. The work runs in
/// a thread of its own, while the calling thread looks for signals: if a handler raises (Ctrl-C raises
/// KeyboardInterrupt), a stop of the work is requested and awaited, and the exception is raised.
///
/// Work that is begun by a callback of other such work runs in the thread of the callback, with the token of
/// the work around it.
/// @param work  may take the GIL for callbacks
/// @throws whatever `work` throws, and what a handler raised
void runInterruptible(const std::function<void(std::stop_token)>& work);

/// The same for work that returns something.
template <typename Work>
auto interruptible(const Work& work) {
  using Result = std::invoke_result_t<Work, std::stop_token>;
  if constexpr (std::is_void_v<Result>) {
    runInterruptible(work);
  } else {
    std::optional<Result> result;
    runInterruptible([&](std::stop_token stop) { result.emplace(work(std::move(stop))); });
    return std::move(*result);
  }
}

}  // namespace patchpilot::python
