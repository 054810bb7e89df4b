#pragma once

#include "base/tempo.h"
#include "wire/sound_facts.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace patchpilot {

/// What is read from a library file.
struct LibraryFacts {
  std::string synth;   ///< name of the plug-in
  std::string format;  ///< "VST3" or "LV2"
  std::string space;   ///< name of the parameter space
  std::uint64_t patches = 0;
  std::vector<std::string> embedders;  ///< the default first
  std::vector<int> notes;              ///< MIDI notes that each patch was rendered at
  double bpm = kUsualBpm;              ///< tempo that it was rendered at
};

/// Schema `Library` of docs/openapi.json.
struct LibraryView {
  std::string id, name;
  bool own = false;                   ///< made by the server, which can remove it
  std::optional<std::string> build;   ///< id of the job that builds it now
  std::optional<LibraryFacts> facts;  ///< if it can be opened
  std::string problem;                ///< else why not
  bool texts = false;                 ///< whether it can be searched for words
};

/// Schema `Synth`.
struct SynthView {
  std::string id, name, format, vendor, version;
  std::vector<std::string> spaces;
};

/// Schema `Model`.
struct ModelView {
  std::string name, title;
  bool installed = false;
};

/// Schema `Embedder`.
struct EmbedderView {
  std::string name;
  int version = 0;
  bool installed = false;  ///< whether it can be used
  bool texts = false;      ///< whether it can embed words
};

/// Schema `Method`.
struct MethodView {
  std::string name;
  std::string help;  ///< one line
  bool needsLibraries = false;
};

/// Schema `Metric`: how values of a metric are shown.
struct MetricView {
  std::string name;   ///< in the `distances` of candidates
  std::string title;  ///< for people
  int digits = 2;     ///< behind the point
  bool higherIsBetter = false;
};

/// Schema `State`.
struct StateView {
  std::string version;
  std::string data;  ///< the server's folder
  std::vector<LibraryView> libraries;
  std::vector<SynthView> synths;
  bool scanning = false;  ///< the synths are not known yet
  std::vector<ModelView> models;
  std::vector<EmbedderView> embedders;
  std::vector<ExampleFacts> examples;
  std::vector<MethodView> methods;
  std::vector<std::string> objectives;
  std::vector<MetricView> metrics;
};

nlohmann::json toJson(const StateView& state);

/// A patch of a library on its map: schema `MapPoint`.
struct MapPointView {
  double x = 0, y = 0, z = 0;  ///< 0 to 1
  std::int64_t patch = 0;      ///< id
  int note = 60;               ///< MIDI note that it was heard at
  double levelDb = 0;
  std::string name;  ///< of the preset; empty if it was none
};

/// Schema `Map`.
nlohmann::json toJson(const std::vector<MapPointView>& map);

}  // namespace patchpilot
