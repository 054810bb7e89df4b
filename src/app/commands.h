#pragma once

#include <nlohmann/json.hpp>
#include "app/arguments.h"

#include <functional>
#include <string>

namespace patchpilot {

/// Each adds its subcommand to the program; what it does is run when its arguments have been read.
void addSynthsCommand(const Command& app);
void addSpaceCommand(const Command& app);
void addRenderCommand(const Command& app);
void addLibraryCommand(const Command& app);
void addMatchCommand(const Command& app);
void addEvalCommand(const Command& app);
void addTargetsCommand(const Command& app);
void addExplainCommand(const Command& app);
void addConvertCommand(const Command& app);
void addModelsCommand(const Command& app);
void addServeCommand(const Command& app);
void addTrainCommand(const Command& app);

/// Prints JSON, as it is meant for a machine, on stdout.
void printJson(const nlohmann::json& value);

/// Refuses to be one of several that mpirun has started. @param instead  what is to be done
/// @throws Error (usage)
void requireOneProcess(const std::string& command, const std::string& instead = "run it without mpirun");

/// Splits "36,48,60" or "C2,C3,C4" into MIDI notes. @throws Error (usage) for anything else.
std::vector<int> parseNotes(const std::string& text);

}  // namespace patchpilot
