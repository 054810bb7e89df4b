#pragma once

#include <stop_token>

namespace patchpilot {

/// From here on Ctrl-C (and SIGTERM) requests a stop instead of ending the process; a second one ends it at
/// once.
void catchInterrupts();

/// A token of which a stop is requested by Ctrl-C. For the program's own errands: whatever may run several at
/// a time (a `Session`) takes a token of its own instead.
std::stop_token interruptToken();

/// Whether Ctrl-C was pressed.
bool interrupted();

/// Requests a stop as a signal would, or forgets the one that was requested: tokens given out after that are
/// new.
void setInterrupted(bool value);

}  // namespace patchpilot
