#include "preset/surge/patch.h"

#include "base/byte_reader.h"
#include "base/error.h"
#include "preset/vstpreset.h"
#include "preset/xml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace patchpilot {

namespace {

constexpr std::string_view kSurgePatch = "the Surge patch";
constexpr std::string_view tag = "sub3";
constexpr std::size_t maxXmlBytes = std::size_t(1) << 22;  ///< Surge itself loads less than this

/// What JUCE's VST3 wrapper puts after a plug-in's state: eight zero bytes, its private data, the size of
/// those data in eight bytes, and a name. Surge brings its own bypass parameter, so the data are empty.
Bytes juceTrailer() {
  Bytes trailer(16, 0);
  append(trailer, std::string_view("JUCEPrivateData"));
  return trailer;
}

void refuseDanger(const SurgePatch& patch) {
  if (const auto danger = dangerInXml(patch.xml)) failInput("the Surge patch is refused: {}", *danger);
}

/// A stretch of text between two tags.
struct Content {
  std::size_t begin = 0;
  std::size_t end = 0;
};

XmlTag patchTag(const std::string& xml) {
  const auto patch = findTag(xml, "patch", 0, xml.size());
  if (!patch) failInput("the Surge patch has no <patch> in its XML");
  return *patch;
}

/// What lies between <parameters> and its end, made out of `<parameters />` where need be.
Content parametersContent(const std::string& xml) {
  const auto open = findTag(xml, "parameters", patchTag(xml).end, xml.size());
  if (!open || open->selfClosing) failInput("the Surge patch has no <parameters> in its XML");
  const auto close = findClosing(xml, *open, xml.size());
  if (!close) failInput("the Surge patch has no end of its <parameters>");
  return {open->end, close->begin};
}

std::optional<XmlTag> parameterTag(const std::string& xml, std::string_view element) {
  const auto content = parametersContent(xml);
  return findTag(xml, element, content.begin, content.end);
}

/// What lies between the parameter's own tag and its end: its routings. Empty for `<name ... />`.
Content parameterContent(const std::string& xml, const XmlTag& parameter) {
  if (parameter.selfClosing) return {parameter.end, parameter.end};
  const auto close = findClosing(xml, parameter, parametersContent(xml).end);
  if (!close) failInput("the Surge patch has no end of its <{}>", parameter.name);
  return {parameter.end, close->begin};
}

std::optional<std::string> attributeText(std::string_view xml, const XmlTag& parameter,
                                         std::string_view name) {
  const auto value = findAttribute(xml, parameter, name);
  if (!value) return std::nullopt;
  return unescapeXml(xml.substr(value->begin, value->end - value->begin));
}

template <typename T>
std::optional<T> attributeNumber(std::string_view xml, const XmlTag& parameter, std::string_view name) {
  const auto text = attributeText(xml, parameter, name);
  if (!text) return std::nullopt;
  T number{};
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  return error == std::errc() ? std::optional<T>(number) : std::nullopt;
}

std::string routingText(const SurgeRouting& routing) {
  auto text = fmt::format("<modrouting source=\"{}\" depth=\"{}\" muted=\"{}\" source_index=\"{}\"",
                          routing.source, routing.depth, int(routing.muted), routing.sourceIndex);
  if (routing.sourceScene) text += fmt::format(" source_scene=\"{}\"", *routing.sourceScene);
  return text + " />";
}

SurgeRouting readRouting(std::string_view xml, std::string_view element, const XmlTag& parsed) {
  SurgeRouting routing;
  routing.element = element;
  routing.source = attributeNumber<int>(xml, parsed, "source").value_or(0);
  routing.depth = attributeNumber<double>(xml, parsed, "depth").value_or(0);
  routing.sourceIndex = attributeNumber<int>(xml, parsed, "source_index").value_or(0);
  routing.muted = attributeNumber<int>(xml, parsed, "muted").value_or(0) != 0;
  routing.sourceScene = attributeNumber<int>(xml, parsed, "source_scene");
  return routing;
}

bool sameRoute(const SurgeRouting& a, const SurgeRouting& b) {
  return a.source == b.source && a.sourceIndex == b.sourceIndex && a.sourceScene == b.sourceScene;
}

/// Element and attribute names come from data files; they must not be able to write anything but a name.
void requireName(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (name.empty() || name.size() > 64 || !std::all_of(name.begin(), name.end(), allowed))
    failInput("invalid Surge parameter name '{}': use letters, digits and '_'", name);
}

}  // namespace

SurgePatch parseSurgePatch(std::span<const std::uint8_t> chunk) {
  const auto bytes = withoutJuceTrailer(chunk);
  ByteReader reader(bytes, kSurgePatch);
  SurgePatch patch;
  if (bytes.size() < tag.size() || std::memcmp(bytes.data(), tag.data(), tag.size()) != 0) {
    patch.bareXml = true;
    const std::string_view start(reinterpret_cast<const char*>(bytes.data()),
                                 std::min<std::size_t>(bytes.size(), 512));
    if (start.find("<patch") == std::string_view::npos)
      failInput("not a Surge patch: neither the tag 'sub3' nor a <patch> is where it should be");
    if (bytes.size() >= maxXmlBytes)
      failInput("the Surge patch has {} bytes of XML; Surge loads less than 4 MB", bytes.size());
    patch.xml = reader.text(bytes.size(), "the XML");
    refuseDanger(patch);
    return patch;
  }
  reader.take(tag.size(), "the tag");
  const auto xmlBytes = reader.littleEndian<std::uint32_t>("the size of the XML");
  std::uint64_t wavetables = 0;
  for (auto& size : patch.wavetableBytes) {
    size = reader.littleEndian<std::uint32_t>("the size of a wavetable");
    wavetables += size;
  }
  if (xmlBytes >= maxXmlBytes)
    failInput("the Surge patch has {} bytes of XML; Surge loads less than 4 MB", xmlBytes);
  patch.xml = reader.text(xmlBytes, "the XML");
  refuseDanger(patch);
  if (wavetables > reader.remaining())
    failInput("the Surge patch is cut short: its wavetables should be {} bytes, {} are left", wavetables,
              reader.remaining());
  const auto rest = reader.take(reader.remaining(), "the wavetables");
  patch.tail.assign(rest.begin(), rest.end());
  return patch;
}

Bytes serializeSurgePatch(const SurgePatch& patch) {
  Bytes bytes;
  if (!patch.bareXml) {
    append(bytes, tag);
    appendLittleEndian(bytes, std::uint32_t(patch.xml.size()));
    for (const auto size : patch.wavetableBytes) appendLittleEndian(bytes, size);
  }
  append(bytes, std::string_view(patch.xml));
  append(bytes, patch.tail);
  return bytes;
}

std::vector<std::size_t> surgePieceEnds(std::span<const std::uint8_t> bytes) {
  std::vector<std::size_t> ends;
  try {
    ByteReader reader(bytes, kSurgePatch);
    reader.take(tag.size(), "the tag");
    std::array<std::uint32_t, 7> sizes{};  // the XML, then six wavetables
    for (auto& size : sizes) size = reader.littleEndian<std::uint32_t>("a size");
    std::size_t end = bytes.size() - reader.remaining();
    for (const auto size : sizes) {
      if (size > bytes.size() - end) break;
      end += size;
      if (size > 0) ends.push_back(end);
    }
  } catch (const Error&) {
    // Too short for a header: one piece.
  }
  if (!bytes.empty() && (ends.empty() || ends.back() != bytes.size())) ends.push_back(bytes.size());
  return ends;
}

SurgePatch emptySurgePatch(int revision) {
  // Settings that are not parameters have no default: if they were missing, Surge would keep those of the
  // patch before.
  SurgePatch patch;
  patch.xml = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\" ?><patch revision=\"{}\">"
      "<meta name=\"\" category=\"\" comment=\"\" author=\"\" license=\"\"><tags /></meta>"
      "<parameters></parameters><nonparamconfig>"
      "<monoVoicePrority_0 v=\"1\" /><monoVoicePrority_1 v=\"1\" />"
      "<monoVoiceEnvelope_0 v=\"0\" /><monoVoiceEnvelope_1 v=\"0\" />"
      "<polyVoiceRepeatedKeyMode_0 v=\"0\" /><polyVoiceRepeatedKeyMode_1 v=\"0\" />"
      "<hardclipmodes global=\"1\" sc0=\"1\" sc1=\"1\" /><tuningApplicationMode v=\"1\" />"
      "</nonparamconfig><tempoOnSave v=\"120\" /></patch>",
      revision);
  return patch;
}

int surgeRevision(const SurgePatch& patch) {
  return attributeNumber<int>(patch.xml, patchTag(patch.xml), "revision").value_or(0);
}

SurgeMeta surgeMeta(const SurgePatch& patch) {
  const auto meta = findTag(patch.xml, "meta", patchTag(patch.xml).end, patch.xml.size());
  if (!meta) return {};
  return {attributeText(patch.xml, *meta, "name"), attributeText(patch.xml, *meta, "category"),
          attributeText(patch.xml, *meta, "author"), attributeText(patch.xml, *meta, "comment")};
}

void setSurgeMeta(SurgePatch& patch, const SurgeMeta& meta) {
  const auto root = patchTag(patch.xml);
  if (root.selfClosing) failInput("the Surge patch has nothing inside its <patch>");
  if (!findTag(patch.xml, "meta", root.end, patch.xml.size())) patch.xml.insert(root.end, "<meta />");
  const std::pair<const char*, const std::optional<std::string>&> fields[] = {
      {"name", meta.name}, {"category", meta.category}, {"author", meta.author}, {"comment", meta.comment}};
  for (const auto& [name, value] : fields)
    if (value) setAttribute(patch.xml, *findTag(patch.xml, "meta", root.end, patch.xml.size()), name, *value);
}

void setSurgeRouting(SurgePatch& patch, const SurgeRouting& routing) {
  requireName(routing.element);
  auto& xml = patch.xml;
  const auto parameter = parameterTag(xml, routing.element);
  if (!parameter) failInput("the Surge patch has no parameter <{}> to modulate", routing.element);
  const auto text = routingText(routing);
  if (parameter->selfClosing) {
    auto slash = parameter->end - 2;
    if (xml[slash - 1] == ' ') --slash;
    xml.replace(slash, parameter->end - slash, fmt::format(">{}</{}>", text, routing.element));
    return;
  }
  const auto content = parameterContent(xml, *parameter);
  auto from = content.begin;
  while (const auto old = findTag(xml, "modrouting", from, content.end)) {
    if (sameRoute(readRouting(xml, routing.element, *old), routing)) {
      xml.replace(old->begin, old->end - old->begin, text);
      return;
    }
    from = old->end;
  }
  xml.insert(content.end, text);
}

std::vector<SurgeRouting> surgeRoutings(const SurgePatch& patch) {
  std::vector<SurgeRouting> routings;
  const auto content = parametersContent(patch.xml);
  std::string element;
  auto from = content.begin;
  while (const auto found = nextTag(patch.xml, from)) {
    if (found->begin >= content.end) break;
    from = found->end;
    if (found->closing) continue;
    if (found->name == "modrouting") routings.push_back(readRouting(patch.xml, element, *found));
    else element = found->name;
  }
  return routings;
}

std::string surgeWavetableName(const SurgePatch& patch, int scene, int oscillator) {
  const auto root = patchTag(patch.xml);
  const auto list = findTag(patch.xml, "extraoscdata", root.end, patch.xml.size());
  if (!list || list->selfClosing) return "";
  const auto close = findClosing(patch.xml, *list, patch.xml.size());
  const std::size_t end = close ? close->begin : patch.xml.size();
  for (auto tag = nextTag(patch.xml, list->end); tag && tag->begin < end; tag = nextTag(patch.xml, tag->end))
    if (attributeNumber<int>(patch.xml, *tag, "scene") == scene &&
        attributeNumber<int>(patch.xml, *tag, "osc") == oscillator)
      return attributeText(patch.xml, *tag, "wavetable_display_name").value_or("");
  return "";
}

void setSurgeValue(SurgePatch& patch, const SurgeRawValue& value) {
  requireName(value.element);
  auto& xml = patch.xml;
  if (!parameterTag(xml, value.element))
    xml.insert(parametersContent(xml).end, fmt::format("<{} />", value.element));
  for (const auto& [name, text] : value.attributes) {
    requireName(name);
    setAttribute(xml, *parameterTag(xml, value.element), name, text);
  }
}

std::optional<std::string> surgeValue(const SurgePatch& patch, const std::string& element,
                                      const std::string& attribute) {
  const auto parameter = parameterTag(patch.xml, element);
  return parameter ? attributeText(patch.xml, *parameter, attribute) : std::nullopt;
}

Bytes applySurgeBase(std::span<const std::uint8_t> componentState, const std::vector<SurgeRouting>& routings,
                     const std::vector<SurgeRawValue>& values) {
  auto patch = componentState.empty() ? emptySurgePatch() : parseSurgePatch(componentState);
  for (const auto& value : values) setSurgeValue(patch, value);
  for (const auto& routing : routings) {
    // Surge leaves out what is at its default in some places; a routing needs the element all the same.
    setSurgeValue(patch, {routing.element, {}});
    setSurgeRouting(patch, routing);
  }
  auto state = serializeSurgePatch(patch);
  append(state, juceTrailer());
  return state;
}

Fxp surgeFxp(std::span<const std::uint8_t> componentState, const std::string& name) {
  const auto chunk = withoutJuceTrailer(componentState);
  Fxp fxp;
  fxp.fxId = surgeFxId;
  fxp.chunk.assign(chunk.begin(), chunk.end());
  setFxpName(fxp, name);
  return fxp;
}

Bytes surgeComponentState(const Fxp& fxp) {
  if (fxp.kind != Fxp::Kind::chunk || fxp.fxId != surgeFxId)
    failInput("the .fxp is another plug-in's: its id is '{}', Surge's is '{}'", fxp.fxId, surgeFxId);
  parseSurgePatch(fxp.chunk);
  Bytes state = fxp.chunk;
  append(state, juceTrailer());
  return state;
}

}  // namespace patchpilot
