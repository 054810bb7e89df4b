#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <functional>
#include <string>

namespace patchpilot {

/// Each adds its subcommand to the program; what it does is run when its arguments have been read.
void addSynthsCommand(CLI::App& app);
void addSpaceCommand(CLI::App& app);
void addRenderCommand(CLI::App& app);
void addLibraryCommand(CLI::App& app);
void addMatchCommand(CLI::App& app);
void addEvalCommand(CLI::App& app);
void addTargetsCommand(CLI::App& app);
void addExplainCommand(CLI::App& app);
void addConvertCommand(CLI::App& app);
void addModelsCommand(CLI::App& app);
void addServeCommand(CLI::App& app);
void addTrainCommand(CLI::App& app);

/// Prints JSON, as it is meant for a machine, on stdout.
void printJson(const nlohmann::json& value);

/// Refuses to be one of several that mpirun has started. @param instead  what is to be done
/// @throws Error (usage)
void requireOneProcess(const std::string& command, const std::string& instead = "run it without mpirun");

/// Splits "36,48,60" or "C2,C3,C4" into MIDI notes. @throws Error (usage) for anything else.
std::vector<int> parseNotes(const std::string& text);

/// Makes a number of the name of a note (`parseNote`), for options that take a MIDI note:
/// `transform(noteNames())`.
CLI::Validator noteNames();

}  // namespace patchpilot
