#include "preset/turtle.h"

#include "base/error.h"
#include "base/text.h"

#include <serd/serd.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <memory>
#include <optional>

namespace patchpilot {

namespace {

constexpr int maxDepth = 64;

struct Reading {
  SerdEnv* env = nullptr;
  const std::function<void(const TurtleNode&, const std::string&, const TurtleNode&)>* statement = nullptr;
  std::string error;
  std::exception_ptr thrown;
};

std::string text(const SerdNode& node) { return {reinterpret_cast<const char*>(node.buf), node.n_bytes}; }

std::string expanded(SerdEnv* env, const SerdNode& node) {
  SerdNode full = serd_env_expand_node(env, &node);
  std::string uri = full.buf ? text(full) : text(node);
  serd_node_free(&full);
  return uri;
}

TurtleNode convert(SerdEnv* env, const SerdNode& node, const SerdNode* datatype) {
  TurtleNode result;
  if (node.type == SERD_LITERAL) {
    result.kind = TurtleNode::Kind::literal;
    result.text = text(node);
    if (datatype && datatype->buf) result.datatype = expanded(env, *datatype);
  } else if (node.type == SERD_BLANK) {
    result.kind = TurtleNode::Kind::blank;
    result.text = text(node);
  } else {
    result.text = expanded(env, node);
  }
  return result;
}

SerdStatus onStatement(void* handle, SerdStatementFlags, const SerdNode*, const SerdNode* subject,
                       const SerdNode* predicate, const SerdNode* object, const SerdNode* datatype,
                       const SerdNode*) {
  auto& reading = *static_cast<Reading*>(handle);
  // serd is C: an exception must not pass through it.
  try {
    (*reading.statement)(convert(reading.env, *subject, nullptr), expanded(reading.env, *predicate),
                         convert(reading.env, *object, datatype));
    return SERD_SUCCESS;
  } catch (...) {
    reading.thrown = std::current_exception();
    return SERD_FAILURE;
  }
}

SerdStatus onBase(void* handle, const SerdNode* uri) {
  return serd_env_set_base_uri(static_cast<Reading*>(handle)->env, uri);
}

SerdStatus onPrefix(void* handle, const SerdNode* name, const SerdNode* uri) {
  return serd_env_set_prefix(static_cast<Reading*>(handle)->env, name, uri);
}

SerdStatus onError(void* handle, const SerdError* error) {
  auto& reading = *static_cast<Reading*>(handle);
  if (reading.error.empty())
    reading.error =
        fmt::format("line {}: {}", error->line, reinterpret_cast<const char*>(serd_strerror(error->status)));
  return SERD_SUCCESS;
}

/// How deep brackets are nested, strings, references and comments left out. serd recurses once a level and
/// has no limit of its own. Spaces in references are made `%20` on the way, as serd refuses them.
int nesting(std::string& source) {
  int depth = 0;
  int deepest = 0;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const char c = source[i];
    if (c == '#') {
      i = std::min(source.find('\n', i), source.size());
    } else if (c == '<') {
      auto end = source.find_first_of(">\n", i);
      for (auto space = source.find(' ', i); end != std::string::npos && source[end] == '>' && space < end;
           space = source.find(' ', space)) {
        source.replace(space, 1, "%20");
        end += 2;
      }
      i = std::min(end, source.size());
    } else if (c == '"' || c == '\'') {
      const std::string quote =
          source.compare(i, 3, std::string(3, c)) == 0 ? std::string(3, c) : std::string(1, c);
      for (i += quote.size(); i < source.size() && source.compare(i, quote.size(), quote) != 0; ++i)
        if (source[i] == '\\') ++i;
      i += quote.size() - 1;
    } else if (c == '[' || c == '(') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == ')') {
      depth = std::max(0, depth - 1);
    }
  }
  return deepest;
}

/// @param source  begins with a byte order mark
std::string fromUtf16(const std::string& source, bool bigEndian) {
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(source[at]),
               second = static_cast<unsigned char>(source[at + 1]);
    return std::uint32_t(bigEndian ? first << 8 | second : second << 8 | first);
  };
  std::string text;
  for (std::size_t at = 2; at + 1 < source.size(); at += 2) {
    std::uint32_t code = unit(at);
    const bool leads = code >= 0xD800 && code < 0xDC00 && at + 3 < source.size();
    if (leads && unit(at + 2) >= 0xDC00 && unit(at + 2) < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (unit(at + 2) - 0xDC00);
      at += 2;
    }
    appendUtf8(text, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
  }
  return text;
}

bool isUtf8(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8Length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

/// Text in the encoding that its bytes show. @return nothing if it is UTF-8 already
std::optional<std::string> inUtf8(const std::string& source) {
  if (source.starts_with("\xFF\xFE")) return fromUtf16(source, false);
  if (source.starts_with("\xFE\xFF")) return fromUtf16(source, true);
  if (isUtf8(source)) return std::nullopt;
  std::string text;
  for (const char c : source)
    appendUtf8(text, static_cast<unsigned char>(c));  // Latin-1 is Unicode's first block
  return text;
}

}  // namespace

void readTurtle(
    const std::string& text, const std::string& baseUri, const std::string& name,
    const std::function<void(const TurtleNode&, const std::string&, const TurtleNode&)>& statement) {
  std::string source = inUtf8(text).value_or(text);
  if (source.find('\0') != std::string::npos) failInput("{} is no Turtle text: it has a zero byte", name);
  if (nesting(source) > maxDepth) failInput("{} is nested deeper than {} levels", name, maxDepth);

  SerdNode base = serd_node_from_string(SERD_URI, reinterpret_cast<const std::uint8_t*>(baseUri.c_str()));
  const std::unique_ptr<SerdEnv, decltype(&serd_env_free)> env(serd_env_new(&base), serd_env_free);
  Reading reading;
  reading.env = env.get();
  reading.statement = &statement;
  const std::unique_ptr<SerdReader, decltype(&serd_reader_free)> reader(
      serd_reader_new(SERD_TURTLE, &reading, nullptr, onBase, onPrefix, onStatement, nullptr),
      serd_reader_free);
  serd_reader_set_strict(reader.get(), true);
  serd_reader_set_error_sink(reader.get(), onError, &reading);
  const auto status =
      serd_reader_read_string(reader.get(), reinterpret_cast<const std::uint8_t*>(source.c_str()));
  if (reading.thrown) std::rethrow_exception(reading.thrown);
  if (status > SERD_FAILURE || !reading.error.empty())
    failInput("{} is no Turtle text: {}", name, reading.error.empty() ? "it cannot be read" : reading.error);
}

std::string escapeTurtle(std::string_view plain) {
  std::string escaped;
  for (const char c : plain) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') escaped += {'\\', c};
    else if (c == '\n') escaped += "\\n";
    else if (c == '\r') escaped += "\\r";
    else if (c == '\t') escaped += "\\t";
    else if (byte < 0x20 || byte == 0x7F) escaped += fmt::format("\\u{:04X}", byte);
    else escaped += c;
  }
  return escaped;
}

bool isPlainUri(std::string_view uri) {
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0 || std::isalpha(static_cast<unsigned char>(uri[0])) == 0)
    return false;
  return std::none_of(uri.begin(), uri.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 ||
           std::string_view("<>\"{}|^`\\").find(c) != std::string_view::npos;
  });
}

}  // namespace patchpilot
