#include "preset/lv2_preset.h"

#include "base/error.h"
#include "preset/turtle.h"
#include "shared_material.h"

#include <gtest/gtest.h>
#include <lilv/lilv.h>

#include <fstream>
#include <limits>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

class Lv2PresetTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("patchpilot_lv2_" + std::to_string(::getpid()) + "_" +
                                           testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// A bundle of a manifest with `manifest` and a file `p.ttl` with `preset`, both with the usual prefixes.
  fs::path bundle(const std::string& manifest, const std::string& preset = "") {
    const auto path = folder_ / "x.lv2";
    fs::create_directories(path);
    const std::string prefixes =
        "@prefix lv2: <http://lv2plug.in/ns/lv2core#> . @prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n";
    std::ofstream(path / "manifest.ttl") << prefixes << manifest;
    std::ofstream(path / "p.ttl") << prefixes << preset;
    return path;
  }

  static std::string messageOf(const fs::path& path) {
    try {
      readLv2Presets(path);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      return error.what();
    }
    return "";
  }

  fs::path folder_;
};

Lv2Preset example() {
  Lv2Preset preset;
  preset.pluginUri = "http://drobilla.net/plugins/mda/JX10";
  preset.label = "A \"label\" \\ with\nall <kinds> of ünusual characters \x07";
  preset.comment = "of target.wav; MSS 3.2";
  preset.ports = {{"osc_mix", 0.1f},
                  {"osc_tune", 1.0f / 3},
                  {"glide", 0.0f},
                  {"vcf_freq", -12345678.0f},
                  {"lfo_rate", std::numeric_limits<float>::denorm_min()},
                  {"noise", std::numeric_limits<float>::max()},
                  {"vibrato", 1e-7f}};
  using Kind = TurtleNode::Kind;
  const std::string rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
  preset.state = {
      {"http://example.org/bank", {Kind::uri, "http://example.org/banks/1", ""}, {}},
      {"http://example.org/pair",
       {Kind::blank, "", ""},
       {{"http://example.org/pair/left",
         {Kind::literal, "0.5", "http://www.w3.org/2001/XMLSchema#decimal"},
         {}},
        {"http://example.org/pair/list",
         {Kind::blank, "", ""},
         {{rdf + "first", {Kind::literal, "a", ""}, {}}, {rdf + "rest", {Kind::uri, rdf + "nil", ""}, {}}}}}},
      {"http://example.org/sample",
       {Kind::literal, "AAEC/v8=", "http://www.w3.org/2001/XMLSchema#base64Binary"},
       {}},
      {"http://example.org/text", {Kind::literal, "plain \"words\"\nand ünusual ones", ""}, {}}};
  return preset;
}

/// Blank nodes are compared by what they hold: their names mean nothing.
void expectSameState(const std::vector<Lv2StateProperty>& found,
                     const std::vector<Lv2StateProperty>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].key, expected[i].key);
    EXPECT_EQ(found[i].value.kind, expected[i].value.kind) << found[i].key;
    if (found[i].value.kind != TurtleNode::Kind::blank) {
      EXPECT_EQ(found[i].value.text, expected[i].value.text);
    }
    EXPECT_EQ(found[i].value.datatype, expected[i].value.datatype) << found[i].key;
    expectSameState(found[i].parts, expected[i].parts);
  }
}

TEST_F(Lv2PresetTest, ReadsBackWhatItWrites) {
  const auto path = folder_ / "mine.lv2";
  writeLv2Preset(path, example());
  const auto presets = readLv2Presets(path);
  ASSERT_EQ(presets.size(), 1u);
  EXPECT_EQ(presets[0].pluginUri, example().pluginUri);
  EXPECT_EQ(presets[0].label, example().label);
  EXPECT_EQ(presets[0].comment, example().comment);
  EXPECT_EQ(presets[0].ports, example().ports);
  expectSameState(presets[0].state, example().state);
  EXPECT_THROW(readLv2Presets(path, "http://example.org/another"), Error);
}

TEST_F(Lv2PresetTest, StateTextReadsBack) {
  const auto read = parseLv2State(lv2StateText(example()));
  EXPECT_EQ(read.pluginUri, example().pluginUri);
  EXPECT_EQ(read.label, example().label);
  EXPECT_EQ(read.ports, example().ports);
  expectSameState(read.state, example().state);
  EXPECT_THROW(parseLv2State("<http://a> <http://b> <http://c> ."), Error);
  EXPECT_THROW(parseLv2State(""), Error);
}

TEST_F(Lv2PresetTest, AnExistingBundleIsReplacedOnlyOnDemand) {
  const auto path = folder_ / "mine.lv2";
  auto preset = example();
  writeLv2Preset(path, preset);
  EXPECT_THROW(writeLv2Preset(path, preset), Error);
  preset.label = "second";
  writeLv2Preset(path, preset, true);
  EXPECT_EQ(readLv2Presets(path).at(0).label, "second");
}

TEST_F(Lv2PresetTest, LilvReadsTheSame) {
  const auto path = folder_ / "mine.lv2";
  auto preset = example();
  preset.state.clear();
  writeLv2Preset(path, preset);

  LilvWorld* world = lilv_world_new();
  LilvNode* uri = lilv_new_file_uri(world, nullptr, (path / "").c_str());
  lilv_world_load_bundle(world, uri);
  LilvNode* type = lilv_new_uri(world, "http://lv2plug.in/ns/ext/presets#Preset");
  LilvNode* isA = lilv_new_uri(world, LILV_NS_RDF "type");
  LilvNode* found = lilv_world_get(world, nullptr, isA, type);
  ASSERT_NE(found, nullptr);
  lilv_world_load_resource(world, found);
  LilvNode* label = lilv_new_uri(world, LILV_NS_RDFS "label");
  LilvNode* text = lilv_world_get(world, found, label, nullptr);
  EXPECT_STREQ(lilv_node_as_string(text), preset.label.c_str());

  LilvNode* port = lilv_new_uri(world, LILV_NS_LV2 "port");
  LilvNode* symbol = lilv_new_uri(world, LILV_NS_LV2 "symbol");
  LilvNode* value = lilv_new_uri(world, "http://lv2plug.in/ns/ext/presets#value");
  LilvNodes* ports = lilv_world_find_nodes(world, found, port, nullptr);
  EXPECT_EQ(lilv_nodes_size(ports), preset.ports.size());
  LILV_FOREACH(nodes, i, ports) {
    LilvNode* name = lilv_world_get(world, lilv_nodes_get(ports, i), symbol, nullptr);
    LilvNode* number = lilv_world_get(world, lilv_nodes_get(ports, i), value, nullptr);
    // lilv's own reading of numbers knows no denormals below its precision; compare as it prints.
    EXPECT_FLOAT_EQ(lilv_node_as_float(number), preset.ports.at(lilv_node_as_string(name)));
    lilv_node_free(name);
    lilv_node_free(number);
  }
  lilv_nodes_free(ports);
  for (auto* node : {uri, type, isA, found, label, text, port, symbol, value}) lilv_node_free(node);
  lilv_world_free(world);
}

TEST_F(Lv2PresetTest, RefusesToWriteWhatIsNoTurtle) {
  auto preset = example();
  preset.pluginUri = "http://a> . <http://b";
  EXPECT_THROW(writeLv2Preset(folder_ / "a.lv2", preset), Error);
  preset = example();
  preset.ports = {{"a b", 1.0f}};
  EXPECT_THROW(writeLv2Preset(folder_ / "a.lv2", preset), Error);
  preset = example();
  preset.ports["osc_mix"] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(writeLv2Preset(folder_ / "a.lv2", preset), Error);
  EXPECT_FALSE(fs::exists(folder_ / "a.lv2"));
}

TEST_F(Lv2PresetTest, ReferencesElsewhereAreNotFollowed) {
  std::ofstream(folder_ / "secret.ttl")
      << "<http://p> <http://www.w3.org/2000/01/rdf-schema#label> \"secret\" .";
  const std::string preset = "<http://p> a pset:Preset ; lv2:appliesTo <http://plugin> ; rdfs:seeAlso ";
  for (const char* elsewhere :
       {"<../secret.ttl>", "<file:///etc/passwd>", "<http://example.org/p.ttl>", "<%2E%2E%2Fsecret.ttl>",
        "<..>", "<.>", "<sub/p.ttl>", "<missing.ttl>", "<link.ttl>", "<file:///bundle/../secret.ttl>"}) {
    const auto path = bundle(preset + elsewhere + " .");
    fs::remove(path / "link.ttl");
    fs::create_symlink(folder_ / "secret.ttl", path / "link.ttl");
    EXPECT_NE(messageOf(path).find("not followed"), std::string::npos)
        << elsewhere << ": " << messageOf(path);
  }
  EXPECT_NE(messageOf(folder_), "");
}

TEST_F(Lv2PresetTest, SeveralPresetsInOneFile) {
  const auto path = bundle(
      "<http://a> a pset:Preset ; lv2:appliesTo <http://plugin> ; rdfs:seeAlso <p.ttl> .\n"
      "<http://b> a pset:Preset ; lv2:appliesTo <http://plugin> ; rdfs:seeAlso <p.ttl> .\n"
      "<http://c> a pset:Preset ; lv2:appliesTo <http://other> ; rdfs:seeAlso <p.ttl> .\n",
      "<http://a> rdfs:label \"A\" ; lv2:port [ lv2:symbol \"x\" ; pset:value 1 ] , [ lv2:symbol \"y\" ] .\n"
      "<http://b> rdfs:label \"B\" ; lv2:port [ lv2:symbol \"x\" ; pset:value 2.5e-1 ] .\n");
  const auto presets = readLv2Presets(path, "http://plugin");
  ASSERT_EQ(presets.size(), 2u);
  EXPECT_EQ(presets[0].label, "A");
  EXPECT_EQ(presets[0].ports, (std::map<std::string, float>{{"x", 1.0f}}));
  EXPECT_EQ(presets[1].ports.at("x"), 0.25f);
  EXPECT_EQ(readLv2Presets(path).size(), 3u);
}

TEST_F(Lv2PresetTest, AStateThatHoldsItselfIsRefused) {
  const std::string preset =
      "<http://p> a <http://lv2plug.in/ns/ext/presets#Preset> ; "
      "<http://lv2plug.in/ns/lv2core#appliesTo> <http://plugin> ; <http://lv2plug.in/ns/ext/state#state> _:a "
      ".\n";
  EXPECT_THROW(parseLv2State(preset + "_:a <http://k> _:a ."), Error);
  EXPECT_THROW(
      parseLv2State(preset + "_:a <http://k> _:b ; <http://l> _:b . _:b <http://k> _:a ; <http://l> _:a ."),
      Error);
}

TEST_F(Lv2PresetTest, BadTextIsRefused) {
  const std::string manifest =
      "<p.ttl> a pset:Preset ; lv2:appliesTo <http://plugin> ; rdfs:seeAlso <p.ttl> .";
  EXPECT_NE(messageOf(bundle(manifest, "<> rdfs:label \"x")), "");
  EXPECT_NE(messageOf(bundle(manifest, "<> lv2:port [ lv2:symbol \"x\" ; pset:value \"loud\" ] .")), "");
  EXPECT_NE(messageOf(bundle(manifest, "<> lv2:port [ lv2:symbol \"x\" ; pset:value 1e99 ] .")), "");
  EXPECT_NE(messageOf(bundle(manifest, std::string("<> rdfs:label \"\0\" .", 20))), "");
  EXPECT_NE(messageOf(bundle("", "")), "");
  const std::string deep = "<> rdfs:label " + std::string(1000000, '[');
  EXPECT_NE(messageOf(bundle(manifest, deep)).find("nested"), std::string::npos);
}

TEST_F(Lv2PresetTest, DamageIsRefusedOrRead) {
  writeLv2Preset(folder_ / "mine.lv2", example());
  const auto good = readTextFile(folder_ / "mine.lv2" / "preset.ttl");
  const auto parse = [](const std::string& text) {
    try {
      readTurtle(text, "file:///bundle/p.ttl", "p.ttl", [](const auto&, const auto&, const auto&) {});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
    }
  };
  for (std::size_t length = 0; length < good.size(); ++length) parse(good.substr(0, length));
  Random random(4);
  for (int i = 0; i < 5000; ++i) {
    const auto bytes = damaged(Bytes(good.begin(), good.end()), random);
    parse({bytes.begin(), bytes.end()});
  }
}

constexpr const char* kManifest =
    "<http://a> a pset:Preset ; lv2:appliesTo <http://plugin> ; rdfs:seeAlso <p.ttl> .";

/// A preset with ports as they are written in Turtle.
std::string withPorts(const std::string& ports) {
  return "<http://a> rdfs:label \"Bass\" ; lv2:port " + ports + " .";
}

TEST_F(Lv2PresetTest, ADecimalCommaIsReadAsOne) {
  const std::pair<const char*, float> written[] = {
      {"0,75", 0.75f}, {"0,05", 0.05f},       {"-0,5", -0.5f},     {"12,25", 12.25f},
      {"0,0", 0.0f},   {"1,5e-05", 1.5e-05f}, {"\"0,75\"", 0.75f}, {"+0,1", 0.1f},
      {"0.75", 0.75f}, {"7.5e-1", 0.75f},     {"3", 3.0f},         {"true", 1.0f}};
  for (const auto& [text, value] : written) {
    const auto path = bundle(kManifest, withPorts(std::string("[ lv2:symbol \"x\" ; pset:value ") + text +
                                                  " ] , [ lv2:symbol \"y\" ; pset:value 0,5 ]"));
    const auto presets = readLv2Presets(path);
    EXPECT_FLOAT_EQ(presets[0].ports.at("x"), value) << text;
    EXPECT_FLOAT_EQ(presets[0].ports.at("y"), 0.5f) << text;
  }
}

TEST_F(Lv2PresetTest, APortThatIsGivenTwoValuesIsRefusedByName) {
  for (const char* ports :
       {"[ lv2:symbol \"cutoff\" ; pset:value 1 , 75 ]", "[ lv2:symbol \"cutoff\" ; pset:value 0.5 , 0.25 ]",
        "[ lv2:symbol \"cutoff\" ; pset:value 0,75,25 ]",
        "[ lv2:symbol \"cutoff\" ; pset:value 0.5 ; pset:value 0.25 ]",
        "[ lv2:symbol \"cutoff\" ; pset:value 0.5 ] , [ lv2:symbol \"cutoff\" ; pset:value 0.75 ]"}) {
    const std::string message = messageOf(bundle(kManifest, withPorts(ports)));
    EXPECT_NE(message.find("'cutoff'"), std::string::npos) << ports << ": " << message;
    EXPECT_NE(message.find("two values"), std::string::npos) << ports << ": " << message;
  }
  EXPECT_NE(messageOf(bundle(kManifest, withPorts("[ lv2:symbol \"cutoff\" ; pset:value \"1.234,5\" ]")))
                .find("'cutoff' is no number"),
            std::string::npos);
}

TEST_F(Lv2PresetTest, AValueThatIsSaidTwiceIsOne) {
  const auto presets = readLv2Presets(
      bundle(kManifest,
             withPorts("[ lv2:symbol \"x\" ; pset:value 0.5 ] , [ lv2:symbol \"x\" ; pset:value 0.50 ]")));
  EXPECT_FLOAT_EQ(presets[0].ports.at("x"), 0.5f);
}

TEST_F(Lv2PresetTest, APropertyOfAStateHasOneValue) {
  const std::string state = "@prefix state: <http://lv2plug.in/ns/ext/state#> . <http://a> state:state [ ";
  const auto presets = readLv2Presets(bundle(kManifest, state + "<urn:gain> 0,75 ; <urn:size> 3 ] ."));
  ASSERT_EQ(presets[0].state.size(), 2u);
  EXPECT_EQ(presets[0].state[0].value.text, "0.75");
  EXPECT_NE(messageOf(bundle(kManifest, state + "<urn:gain> 1 , 2 ] .")).find("urn:gain"), std::string::npos);
}

TEST_F(Lv2PresetTest, OtherEncodingsAreRead) {
  const std::string label = "<http://a> rdfs:label \"Fl\xFCgel\" .";
  EXPECT_EQ(readLv2Presets(bundle(kManifest, label))[0].label, "Fl\u00FCgel") << "Latin-1";
  const auto path = bundle(kManifest, "<http://a> rdfs:label \"Fl\u00FCgel \U0001F3B9\" .");
  EXPECT_EQ(readLv2Presets(path)[0].label, "Fl\u00FCgel \U0001F3B9");
  const std::string text = readTextFile(path / "manifest.ttl") + " <http://a> rdfs:label \"\u00FC\" .";
  for (const bool bigEndian : {false, true}) {
    std::string wide = bigEndian ? "\xFE\xFF" : "\xFF\xFE";
    const auto append = [&](unsigned unit) {
      const std::string bytes = {char(unit >> 8), char(unit & 0xFF)};
      wide += bigEndian ? bytes : std::string(bytes.rbegin(), bytes.rend());
    };
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\xC3') append(0xC0u | (static_cast<unsigned char>(text[++i]) & 0x3Fu));
      else append(static_cast<unsigned char>(text[i]));
    const auto other = bundle("");
    std::ofstream(other / "manifest.ttl", std::ios::binary) << wide;
    EXPECT_EQ(readLv2Presets(other)[0].label, "\u00FC") << bigEndian;
  }
}

TEST_F(Lv2PresetTest, SpacesInReferencesAreRead) {
  const auto path =
      bundle("<http://a> a pset:Preset ; lv2:appliesTo <http://plugin> ; rdfs:seeAlso <my p.ttl> .");
  fs::rename(path / "p.ttl", path / "my p.ttl");
  std::ofstream(path / "my p.ttl", std::ios::app) << "# a < b c\n<http://a> rdfs:label \"a <b c> d\" .";
  EXPECT_EQ(readLv2Presets(path)[0].label, "a <b c> d");
}

TEST_F(Lv2PresetTest, PathsInAStateAreThoseOfItsBundle) {
  const auto path =
      bundle(kManifest,
             "@prefix state: <http://lv2plug.in/ns/ext/state#> . @prefix atom: "
             "<http://lv2plug.in/ns/ext/atom#> .\n<http://a> state:state [ <urn:1> <kick.wav> ; <urn:2> "
             "\"sub/snare \u00FC.wav\"^^atom:Path ; <urn:3> <file:///usr/share/hat.wav> ; <urn:4> "
             "\"/usr/share/hat.wav\"^^atom:Path ; <urn:5> \"kick.wav\" ; <urn:6> [ <urn:7> <tom 1.wav> ] ; "
             "<urn:8> <http://example.org/kick.wav> ; <urn:9> \"\"^^atom:Path ] .");
  std::ofstream(path / "kick.wav") << "x";
  const Lv2Preset preset = readLv2Presets(path).front();
  ASSERT_EQ(preset.state.size(), 8u);
  EXPECT_EQ(preset.state[0].value.text, "file://" + (path / "kick.wav").string());
  EXPECT_EQ(preset.state[1].value.text, (path / "sub/snare \u00FC.wav").string());
  EXPECT_EQ(preset.state[2].value.text, "file:///usr/share/hat.wav");
  EXPECT_EQ(preset.state[3].value.text, "/usr/share/hat.wav");
  EXPECT_EQ(preset.state[4].value.text, "kick.wav") << "a text is none";
  EXPECT_EQ(preset.state[5].parts.at(0).value.text, "file://" + (path / "tom%201.wav").string());
  EXPECT_EQ(preset.state[6].value.text, "http://example.org/kick.wav");
  const std::string state = lv2StateText(preset);
  const std::vector<std::string> missing =
      missingFiles(std::span(reinterpret_cast<const std::uint8_t*>(state.data()), state.size()));
  const std::vector<std::string> wanted = {(path / "sub/snare \u00FC.wav").string(), "/usr/share/hat.wav",
                                           "/usr/share/hat.wav", (path / "tom 1.wav").string()};
  EXPECT_EQ(missing, wanted);

  writeLv2Preset(folder_ / "copy.lv2", preset);
  EXPECT_EQ(readLv2Presets(folder_ / "copy.lv2").front().state[0].value.text, preset.state[0].value.text)
      << "a copy elsewhere plays the same file";
}

TEST_F(Lv2PresetTest, ABundleIsReadByARelativePathToo) {
  const auto path =
      bundle(kManifest, "<http://a> <http://lv2plug.in/ns/ext/state#state> [ <urn:1> <kick.wav> ] .");
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  const Lv2Preset preset = readLv2Presets("x.lv2/").front();
  fs::current_path(before);
  EXPECT_EQ(preset.state[0].value.text, "file://" + (path / "kick.wav").string());
}

TEST_F(Lv2PresetTest, AManifestSaysWhosePresetsABundleHolds) {
  const auto path =
      bundle(std::string(kManifest) + " <http://b> a pset:Preset ; lv2:appliesTo <http://other> .",
             "this is no Turtle, and is not read");
  EXPECT_EQ(lv2PresetOwners(path), (std::set<std::string>{"http://plugin", "http://other"}));
  EXPECT_THROW(lv2PresetOwners(folder_), Error);
}

TEST_F(Lv2PresetTest, ReadsTheFactoryPresetsOfMda) {
  const fs::path mda = "/usr/lib/lv2/mda.lv2";
  if (!fs::exists(mda)) GTEST_SKIP() << "mda-lv2 is not installed";
  const auto presets = readLv2Presets(mda, "http://drobilla.net/plugins/mda/JX10");
  EXPECT_EQ(presets.size(), 52u);
  const auto pad =
      std::find_if(presets.begin(), presets.end(), [](const auto& p) { return p.label == "5th Sweep Pad"; });
  ASSERT_NE(pad, presets.end());
  EXPECT_EQ(pad->ports.size(), 24u);
  EXPECT_EQ(pad->ports.at("osc_tune"), 0.37f);
}

}  // namespace
}  // namespace patchpilot
