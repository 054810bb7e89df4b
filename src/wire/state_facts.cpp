#include "wire/state_facts.h"

#include "wire/limits.h"

namespace patchpilot {

using nlohmann::json;

namespace {

json toJson(const LibraryView& library) {
  json object = {{"id", library.id},
                 {"name", library.name},
                 {"own", library.own},
                 {"building", library.build ? json(*library.build) : json()},
                 {"patches", 0}};
  if (!library.facts) {
    object["problem"] = library.problem;
    return object;
  }
  const LibraryFacts& facts = *library.facts;
  object.update({{"synth", facts.synth},
                 {"format", facts.format},
                 {"space", facts.space},
                 {"patches", facts.patches},
                 {"embedder", facts.embedders.front()},
                 {"embedders", facts.embedders},
                 {"texts", library.texts},
                 {"notes", facts.notes},
                 {"bpm", facts.bpm}});
  return object;
}

json toJson(const SynthView& synth) {
  return {{"id", synth.id},        {"name", synth.name},       {"format", synth.format},
          {"maker", synth.vendor}, {"version", synth.version}, {"spaces", synth.spaces}};
}

json toJson(const ModelView& model) {
  return {{"name", model.name}, {"title", model.title}, {"installed", model.installed}};
}

json toJson(const EmbedderView& embedder) {
  return {{"name", embedder.name},
          {"version", embedder.version},
          {"installed", embedder.installed},
          {"texts", embedder.texts}};
}

json toJson(const MethodView& method) {
  return {{"name", method.name}, {"help", method.help}, {"needs_libraries", method.needsLibraries}};
}

json toJson(const MetricView& metric) {
  return {{"name", metric.name},
          {"title", metric.title},
          {"digits", metric.digits},
          {"higher_is_better", metric.higherIsBetter}};
}

template <typename View>
json listOf(const std::vector<View>& views) {
  json list = json::array();
  for (const View& view : views) list.push_back(toJson(view));
  return list;
}

}  // namespace

json toJson(const std::vector<MapPointView>& map) {
  json points = json::array();
  for (const MapPointView& point : map) {
    points.push_back({{"x", point.x},
                      {"y", point.y},
                      {"z", point.z},
                      {"patch", point.patch},
                      {"note", point.note},
                      {"level_db", point.levelDb}});
    if (!point.name.empty()) points.back()["name"] = point.name;
  }
  return {{"points", points}};
}

json toJson(const StateView& state) {
  return {{"version", state.version},
          {"data", state.data},
          {"libraries", listOf(state.libraries)},
          {"synths", listOf(state.synths)},
          {"scanning", state.scanning},
          {"models", listOf(state.models)},
          {"embedders", listOf(state.embedders)},
          {"examples", listOf(state.examples)},
          {"methods", listOf(state.methods)},
          {"objectives", state.objectives},
          {"metrics", listOf(state.metrics)},
          {"limits", {{"bytes", kMostSoundBytes}, {"seconds", kMostSoundSeconds}}}};
}

}  // namespace patchpilot
