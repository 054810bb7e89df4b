#include "preset/surge/identity.h"

#include "preset/preset_hash.h"
#include "preset/surge/session_state.h"
#include "preset/xml_text.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace patchpilot {

namespace {

constexpr std::array<std::string_view, 5> kSilentElements = {"meta", "tags", "lfobanklabels", "dawExtraState",
                                                             "tempoOnSave"};
constexpr std::array<std::string_view, 2> kSilentAttributes = {"label", "wavetable_display_name"};

template <typename List>
bool contains(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::string audibleXml(std::string_view xml) {
  std::string audible;
  for (std::size_t from = 0; const auto tag = nextTag(xml, from);) {
    from = tag->end;
    if (contains(kSilentElements, tag->name)) {
      const auto close = tag->selfClosing || tag->closing ? std::nullopt : findClosing(xml, *tag, xml.size());
      if (close) from = close->end;
      continue;
    }
    auto attributes = tag->closing ? std::vector<XmlAttribute>() : tagAttributes(xml, *tag);
    std::sort(attributes.begin(), attributes.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    appendPart(audible, tag->closing ? "/" : tag->selfClosing ? "." : "<");
    appendPart(audible, tag->name);
    for (const auto& attribute : attributes) {
      if (contains(kSilentAttributes, attribute.name)) continue;
      appendPart(audible, attribute.name);
      appendPart(audible, attribute.value);
    }
  }
  return audible;
}

}  // namespace

std::string surgeAudibleContent(const SurgePatch& patch) {
  std::string audible = audibleXml(patch.xml) + audibleSessionState(patch.xml);
  for (const auto size : patch.wavetableBytes) audible += std::to_string(size) + " ";
  const auto bytes =
      std::accumulate(patch.wavetableBytes.begin(), patch.wavetableBytes.end(), std::size_t(0));
  audible.append(reinterpret_cast<const char*>(patch.tail.data()), std::min(bytes, patch.tail.size()));
  return audible;
}

}  // namespace patchpilot
