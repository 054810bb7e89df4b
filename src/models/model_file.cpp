#include "models/model_file.h"

#include "base/error.h"

#include <charconv>

namespace patchpilot {

namespace {

constexpr const char* kFormat = "patchpilot_model";
constexpr const char* kVersion = "1";

/// The text fields, by the names that they have in a file.
constexpr std::pair<const char*, std::string ModelAbout::*> kTexts[] = {
    {"kind", &ModelAbout::kind},   {"task", &ModelAbout::task},          {"network", &ModelAbout::network},
    {"title", &ModelAbout::title}, {"licence", &ModelAbout::licence},    {"space", &ModelAbout::space},
    {"synth", &ModelAbout::synth}, {"front_end", &ModelAbout::frontEnd}, {"judged", &ModelAbout::judged}};
constexpr const char* kFrontEndVersion = "front_end_version";

int numberOf(const Safetensors& file, const std::string& name, const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    failInput("{}: its metadata give '{}' for {}, which is no whole number", file.file().string(), text,
              name);
  return number;
}

/// A file of `patchpilot train embedder` of version 0.1.
ModelAbout oldEmbedder(const Safetensors& file) {
  const auto image = file.metadata().find("image");
  if (image == file.metadata().end())
    failInput("{}: this is no file of 'patchpilot train': its metadata lack {}", file.file().string(),
              kFormat);
  ModelAbout about;
  about.kind = about.task = "embedder";
  about.network = about.frontEnd = "sound-image";
  about.frontEndVersion = numberOf(file, "image", image->second);
  return about;
}

}  // namespace

std::map<std::string, std::string> metadataOf(const ModelAbout& about) {
  std::map<std::string, std::string> metadata{{kFormat, kVersion},
                                              {kFrontEndVersion, std::to_string(about.frontEndVersion)}};
  for (const auto& [name, field] : kTexts) metadata[name] = about.*field;
  return metadata;
}

ModelAbout readModelAbout(const Safetensors& file) {
  const auto& metadata = file.metadata();
  const auto format = metadata.find(kFormat);
  if (format == metadata.end()) return oldEmbedder(file);
  if (format->second != kVersion)
    failInput("{}: its metadata are of format '{}'; this program reads {}", file.file().string(),
              format->second, kVersion);
  const auto field = [&](const char* name) -> const std::string& {
    const auto found = metadata.find(name);
    if (found == metadata.end()) failInput("{}: its metadata lack {}", file.file().string(), name);
    return found->second;
  };
  ModelAbout about;
  for (const auto& [name, text] : kTexts) about.*text = field(name);
  about.frontEndVersion = numberOf(file, kFrontEndVersion, field(kFrontEndVersion));
  return about;
}

void requireModel(const ModelAbout& about, const ModelWanted& wanted, const std::filesystem::path& file) {
  const auto require = [&](const char* field, const std::string& found, const std::string& asked) {
    if (!asked.empty() && !found.empty() && found != asked)
      failInput("{}: its {} is '{}', needed is '{}'; name another file, or train it again", file.string(),
                field, found, asked);
  };
  require("kind", about.kind, wanted.kind);
  require("space", about.space, wanted.space);
  require("synth", about.synth, wanted.synth);
  require("front_end", about.frontEnd, wanted.frontEnd);
  if (wanted.frontEndVersion != 0 && about.frontEndVersion != wanted.frontEndVersion)
    failInput("{}: it was trained on {} of version {}, this program makes version {}; train it again",
              file.string(), about.frontEnd, about.frontEndVersion, wanted.frontEndVersion);
}

}  // namespace patchpilot
