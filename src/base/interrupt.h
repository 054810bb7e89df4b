#pragma once

#include <stop_token>

namespace patchpilot {

/// From here on Ctrl-C (and SIGTERM) requests a stop instead of ending the process; a second one ends it at
/// once.
void catchInterrupts();

/// A token of which a stop is requested by Ctrl-C. Only `app` asks for it, and hands it down: all other rooms
/// take a token of their caller, so that one of several sessions can be stopped.
std::stop_token interruptToken();

/// Whether Ctrl-C was pressed. Only `app` asks.
bool interrupted();

/// Requests a stop as a signal would, or forgets the one that was requested: tokens given out after that are
/// new.
void setInterrupted(bool value);

}  // namespace patchpilot
