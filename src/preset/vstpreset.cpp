#include "preset/vstpreset.h"

#include "base/byte_reader.h"
#include "base/error.h"

#include <pugixml.hpp>

#include <algorithm>
#include <cctype>
#include <limits>
#include <sstream>

namespace patchpilot {

namespace {

constexpr std::size_t headerBytes = 48;
constexpr std::size_t listEntryBytes = 20;
constexpr std::string_view kVstPreset = "the .vstpreset";

bool isClassId(std::string_view text) {
  return text.size() == 32 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

struct Entry {
  std::string id;
  std::span<const std::uint8_t> data;
};

std::vector<Entry> readList(std::span<const std::uint8_t> bytes, std::uint64_t listOffset) {
  if (listOffset < headerBytes || listOffset > bytes.size())
    failInput("the .vstpreset is damaged: its chunk list should be at byte {} of {}", listOffset,
              bytes.size());
  ByteReader list(bytes.subspan(std::size_t(listOffset)), kVstPreset);
  if (list.text(4, "the chunk list") != "List") failInput("the .vstpreset is damaged: it has no chunk list");
  const auto count = list.littleEndian<std::uint32_t>("the chunk count");
  if (count > list.remaining() / listEntryBytes)
    failInput("the .vstpreset is damaged: {} chunks are declared, {} bytes of list are there", count,
              list.remaining());
  std::vector<Entry> entries;
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    Entry entry{list.text(4, "a chunk id"), {}};
    const auto offset = list.littleEndian<std::uint64_t>("a chunk offset");
    const auto size = list.littleEndian<std::uint64_t>("a chunk size");
    if (offset > bytes.size() || size > bytes.size() - offset)
      failInput("the .vstpreset is damaged: its chunk '{}' should be {} bytes at byte {} of {}", entry.id,
                size, offset, bytes.size());
    // Chunks that overlap would let a small file ask for many copies of itself.
    total += size;
    if (total > bytes.size()) failInput("the .vstpreset is damaged: its chunks overlap");
    entry.data = bytes.subspan(std::size_t(offset), std::size_t(size));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

VstPreset parseVstPreset(std::span<const std::uint8_t> bytes) {
  ByteReader header(bytes, kVstPreset);
  if (bytes.size() < 4 || header.text(4, "the header") != "VST3")
    failInput("not a .vstpreset: it does not begin with 'VST3'");
  if (const auto version = header.littleEndian<std::uint32_t>("the version"); version != 1)
    failInput("the .vstpreset has version {} of its format; version 1 is known here", version);
  VstPreset preset;
  preset.classId = header.text(32, "the class id");
  if (!isClassId(preset.classId))
    failInput("the .vstpreset is damaged: its class id is no 32 hexadecimal digits");
  for (auto& entry : readList(bytes, header.littleEndian<std::uint64_t>("the offset of the chunk list"))) {
    const bool known = entry.id == "Comp" || entry.id == "Cont" || entry.id == "Info";
    if (known && std::find(preset.order.begin(), preset.order.end(), entry.id) != preset.order.end())
      failInput("the .vstpreset is damaged: it has two chunks '{}'", entry.id);
    preset.order.push_back(entry.id);
    if (entry.id == "Comp") preset.componentState.assign(entry.data.begin(), entry.data.end());
    else if (entry.id == "Cont") preset.controllerState.assign(entry.data.begin(), entry.data.end());
    else if (entry.id == "Info") preset.info.assign(entry.data.begin(), entry.data.end());
    else preset.others.push_back({entry.id, Bytes(entry.data.begin(), entry.data.end())});
  }
  return preset;
}

Bytes serializeVstPreset(const VstPreset& preset) {
  if (!isClassId(preset.classId))
    failInput("cannot write a .vstpreset: the class id '{}' is no 32 hexadecimal digits", preset.classId);
  auto order = preset.order;
  if (order.empty()) {
    order = {"Comp", "Cont", "Info"};
    for (const auto& chunk : preset.others) order.push_back(chunk.id);
  }
  const auto asBytes = [](const std::string& text) {
    return std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  };
  const auto missing = [&](const char* id) {
    return std::find(order.begin(), order.end(), id) == order.end();
  };
  if (missing("Comp")) order.insert(order.begin(), "Comp");
  if (missing("Cont") && !preset.controllerState.empty()) order.push_back("Cont");
  if (missing("Info") && !preset.info.empty()) order.push_back("Info");

  std::vector<Entry> entries;
  auto other = preset.others.begin();
  for (const auto& id : order) {
    if (id.size() != 4) failInput("cannot write a .vstpreset: the chunk id '{}' is not four characters", id);
    if (id == "Comp") entries.push_back({id, preset.componentState});
    else if (id == "Cont") entries.push_back({id, preset.controllerState});
    else if (id == "Info") entries.push_back({id, asBytes(preset.info)});
    else if (other != preset.others.end()) entries.push_back({other->id, other->data}), ++other;
  }
  for (; other != preset.others.end(); ++other) entries.push_back({other->id, other->data});

  std::size_t listOffset = headerBytes;
  for (const auto& entry : entries) listOffset += entry.data.size();
  Bytes bytes;
  bytes.reserve(listOffset + 8 + entries.size() * listEntryBytes);
  append(bytes, std::string_view("VST3"));
  appendLittleEndian<std::uint32_t>(bytes, 1);
  append(bytes, std::string_view(preset.classId));
  appendLittleEndian<std::uint64_t>(bytes, listOffset);
  for (const auto& entry : entries) append(bytes, entry.data);
  append(bytes, std::string_view("List"));
  appendLittleEndian(bytes, std::uint32_t(entries.size()));
  std::uint64_t offset = headerBytes;
  for (const auto& entry : entries) {
    append(bytes, std::string_view(entry.id));
    appendLittleEndian(bytes, offset);
    appendLittleEndian(bytes, std::uint64_t(entry.data.size()));
    offset += entry.data.size();
  }
  return bytes;
}

std::span<const std::uint8_t> withoutJuceTrailer(std::span<const std::uint8_t> state) {
  constexpr std::string_view jucePrivateData = "JUCEPrivateData";
  constexpr auto fixedBytes = 16 + jucePrivateData.size();
  if (state.size() < fixedBytes) return state;
  const auto name = state.last(jucePrivateData.size());
  if (!std::equal(name.begin(), name.end(), jucePrivateData.begin())) return state;
  ByteReader reader(state.subspan(state.size() - jucePrivateData.size() - 8, 8), kVstPreset);
  const auto dataBytes = reader.littleEndian<std::uint64_t>("the size of JUCE's private data");
  if (dataBytes > state.size() - fixedBytes) return state;
  return state.first(state.size() - fixedBytes - std::size_t(dataBytes));
}

std::string vstPresetInfo(const std::vector<std::pair<std::string, std::string>>& attributes) {
  pugi::xml_document document;
  auto declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "utf-8";
  auto root = document.append_child("MetaInfo");
  for (const auto& [id, value] : attributes) {
    auto node = root.append_child("Attribute");
    node.append_attribute("id") = id.c_str();
    node.append_attribute("value") = value.c_str();
    node.append_attribute("type") = "string";
    node.append_attribute("flags") = "";
  }
  std::ostringstream text;
  document.save(text, "", pugi::format_raw);
  return text.str();
}

std::map<std::string, std::string> vstPresetAttributes(std::string_view info) {
  std::map<std::string, std::string> attributes;
  pugi::xml_document document;
  // pugixml knows no entities but the five of XML itself, so nothing here can expand; its tree is built and
  // freed without recursion.
  if (!document.load_buffer(info.data(), info.size(), pugi::parse_default, pugi::encoding_utf8))
    return attributes;
  for (const auto node : document.child("MetaInfo").children("Attribute"))
    attributes[node.attribute("id").value()] = node.attribute("value").value();
  return attributes;
}

}  // namespace patchpilot
