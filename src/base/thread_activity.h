#pragma once

#include <cstddef>

namespace patchpilot {

/// How many threads this process has.
std::size_t countThreads();

/// Whether a thread of this process other than the calling one computes right now: it runs, waits for a
/// processor, or waits for a disk. Reads /proc, in some ten microseconds.
bool isAnotherThreadBusy();

/// How many threads of this process other than the calling one run, or wake up, while some time goes by.
std::size_t countActiveThreads(double seconds);

}  // namespace patchpilot
