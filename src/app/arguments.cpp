#include "app/arguments.h"

#include "audio/pitch.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace patchpilot {

const Argument& Argument::required(bool needed) const {
  option_->required(needed);
  return *this;
}
const Argument& Argument::showDefault() const {
  option_->capture_default_str();
  return *this;
}
const Argument& Argument::defaultText(const std::string& text) const {
  option_->default_str(text);
  return *this;
}

const Argument& Argument::range(int least, int most) const {
  option_->check(CLI::Range(least, most));
  return *this;
}
const Argument& Argument::range(double least, double most) const {
  option_->check(CLI::Range(least, most));
  return *this;
}
const Argument& Argument::atLeastZero() const {
  option_->check(CLI::NonNegativeNumber);
  return *this;
}
const Argument& Argument::aboveZero() const {
  option_->check(CLI::PositiveNumber);
  return *this;
}
const Argument& Argument::existingFile() const {
  option_->check(CLI::ExistingFile);
  return *this;
}
const Argument& Argument::midiNote() const {
  const auto number = [](std::string& text) {
    if (const auto note = parseNote(text)) text = std::to_string(*note);
    return std::string();
  };
  option_->transform(CLI::Validator(number, "", "note"))->check(CLI::Range(0, 127));
  return *this;
}
const Argument& Argument::oneOf(const std::vector<std::string>& values) const {
  option_->check(CLI::IsMember(values));
  return *this;
}

const Argument& Argument::needs(const Argument& other) const {
  option_->needs(other.option_);
  return *this;
}
const Argument& Argument::excludes(const Argument& other) const {
  option_->excludes(other.option_);
  return *this;
}

bool Argument::given() const { return option_->count() > 0; }

Command Command::subcommand(const std::string& name, const std::string& help) const {
  return Command(*app_->add_subcommand(name, help));
}
Command Command::hiddenSubcommand(const std::string& name) const {
  return Command(*app_->add_subcommand(name, "")->group(""));
}
void Command::requireSubcommand() const { app_->require_subcommand(1); }

template <typename T>
Argument Command::option(const std::string& names, T& value, const std::string& help) const {
  return Argument(*app_->add_option(names, value, help));
}
template Argument Command::option(const std::string&, std::string&, const std::string&) const;
template Argument Command::option(const std::string&, int&, const std::string&) const;
template Argument Command::option(const std::string&, std::uint64_t&, const std::string&) const;
template Argument Command::option(const std::string&, double&, const std::string&) const;
template Argument Command::option(const std::string&, std::optional<std::string>&, const std::string&) const;
template Argument Command::option(const std::string&, std::optional<int>&, const std::string&) const;
template Argument Command::option(const std::string&, std::optional<std::uint64_t>&,
                                  const std::string&) const;
template Argument Command::option(const std::string&, std::optional<double>&, const std::string&) const;
template Argument Command::option(const std::string&, std::vector<std::string>&, const std::string&) const;

Argument Command::flag(const std::string& names, bool& value, const std::string& help) const {
  return Argument(*app_->add_flag(names, value, help));
}

Argument Command::find(const std::string& name) const { return Argument(*app_->get_option(name)); }

void Command::run(std::function<void()> what) const { app_->callback(std::move(what)); }

}  // namespace patchpilot
