#include "synth/value_text.h"

#include <algorithm>
#include <cctype>

namespace patchpilot {

std::string valueText(const ParameterSpace& space, const ParameterSpec& spec, float value,
                      const std::string& pluginText) {
  const bool word =
      std::any_of(pluginText.begin(), pluginText.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
  if (word && space.synthFormat == "VST3" && spec.kind == ParameterKind::categorical) return pluginText;
  return spec.text(value).value_or(pluginText);
}

}  // namespace patchpilot
