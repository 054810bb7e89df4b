#pragma once

#include "test_support.h"

#include <fmt/format.h>

#include <fstream>

namespace patchpilot {

/// A bundle of one of the plug-ins of tests/plugin/tiny.cpp, as a test needs it.
struct TinyBundle {
  std::string kind = "tone";
  std::string type = "lv2:InstrumentPlugin";
  std::string feature = {};  ///< URI of a feature that it cannot do without
  std::filesystem::path binary = kTestPlugins / "tiny" / "tiny.so";
  bool linked = true;  ///< whether there is a link to the binary in the bundle

  std::string uri() const { return "urn:patchpilot:tiny:" + kind; }
  std::string name() const { return "Tiny " + kind; }

  /// @param folder  is made; it is the bundle, whatever its name
  void write(const std::filesystem::path& folder) const {
    std::filesystem::create_directories(folder);
    if (linked) std::filesystem::create_symlink(binary, folder / "tiny.so");
    std::ofstream(folder / "manifest.ttl")
        << "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n"
        << "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        << "<" << uri() << "> a lv2:Plugin ; lv2:binary <tiny.so> ; rdfs:seeAlso <tiny.ttl> .\n";
    std::ofstream(folder / "tiny.ttl") << description();
  }

 private:
  std::string description() const {
    std::string text = R"(@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix atom: <http://lv2plug.in/ns/ext/atom#> .
@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix midi: <http://lv2plug.in/ns/ext/midi#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .
@prefix urid: <http://lv2plug.in/ns/ext/urid#> .
)" + ("<" + uri() + "> a lv2:Plugin, " + type + " ;\n  doap:name \"" + name() + "\" ;\n  " +
      (feature.empty() ? "" : "lv2:requiredFeature <" + feature + "> ; ") +
      "lv2:requiredFeature urid:map ; lv2:extensionData state:interface ; lv2:minorVersion 2 ; "
      "lv2:microVersion 1 ;\n"
      "  lv2:port [ a lv2:InputPort, atom:AtomPort ; atom:bufferType atom:Sequence ; atom:supports "
      "midi:MidiEvent ;\n"
      "    lv2:index 0 ; lv2:symbol \"notes\" ; lv2:name \"Notes\" ] ,\n"
      "  [ a lv2:OutputPort, lv2:AudioPort ; lv2:index 1 ; lv2:symbol \"out\" ; lv2:name \"Out\" ]");
    if (kind != "plain" && kind != "deaf")
      // Index, symbol and name say nothing of what they do: that is to be found by listening.
      text += control(2, "p1", "Ear", 0, 0, 16, true) + control(3, "p2", "Kammerton", 440, 392, 494) +
              control(4, "p3", "Aura", 0.5, 0, 1) + control(5, "p4", "Ausgang", 0.7, 0, 1) +
              control(6, "p5", "Shine", 0.5, 0, 1) + control(7, "p6", "Ruhe", 0, 0, 1, true);
    return text + " .\n";
  }

  static std::string control(int index, const std::string& symbol, const std::string& label, double start,
                             double least, double most, bool integer = false) {
    return fmt::format(
        " ,\n  [ a lv2:InputPort, lv2:ControlPort ; lv2:index {} ; lv2:symbol \"{}\" ; lv2:name \"{}\" ;\n"
        "    lv2:default {:.3f} ; lv2:minimum {:.3f} ; lv2:maximum {:.3f} {}]",
        index, symbol, label, start, least, most, integer ? "; lv2:portProperty lv2:integer " : "");
  }
};

/// Plug-ins are looked for in a folder of the test's own, which begins empty.
struct OwnPlaces : TestPlaces {
  OwnPlaces()
      : vst3Own("VST3_PATH", (folder / "vst3").string()), lv2Own("LV2_PATH", (folder / "own").string()) {
    std::filesystem::create_directories(plugins());
  }
  std::filesystem::path plugins() const { return folder / "own"; }

  ScopedVariable vst3Own, lv2Own;
};

}  // namespace patchpilot
