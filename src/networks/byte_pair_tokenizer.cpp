#include "networks/byte_pair_tokenizer.h"

#include "base/error.h"
#include "base/files.h"
#include "models/shallow_json.h"

#include <nlohmann/json.hpp>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <sstream>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// How GPT-2 cuts text before it looks for pairs: English endings, letters, digits, other signs, spaces.
constexpr const char* kWords =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

/// No model has more.
constexpr std::int64_t kMostTokens = 10'000'000;

/// Two bytes of UTF-8 at most: there is no symbol beyond U+0143.
std::string utf8(int codePoint) {
  if (codePoint < 0x80) return {char(codePoint)};
  return {char(0xc0 | codePoint >> 6), char(0x80 | (codePoint & 0x3f))};
}

/// GPT-2's signs for bytes: those that can be seen stand for themselves, the others, in order, for U+0100 and
/// on.
std::vector<std::string> byteSymbols() {
  std::vector<std::string> symbols;
  int next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const bool visible = (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    symbols.push_back(utf8(visible ? byte : next++));
  }
  return symbols;
}

json parsed(const fs::path& file) {
  json document = parseShallow(readTextFile(file));
  if (!document.is_object()) failInput("{}: this is no JSON object; download the file again", file.string());
  return document;
}

}  // namespace

struct BytePairTokenizer::Pattern {
  Pattern() {
    int error = 0;
    PCRE2_SIZE offset = 0;
    code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(kWords), PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP,
                         &error, &offset, nullptr);
    if (code == nullptr)
      throw Error(ExitCode::internal, fmt::format("PCRE2 does not know Unicode (error {})", error));
  }
  ~Pattern() { pcre2_code_free(code); }
  Pattern(const Pattern&) = delete;

  /// The words of a text, which together are the text.
  std::vector<std::string_view> words(std::string_view text) const {
    const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(
        pcre2_match_data_create_from_pattern(code, nullptr), pcre2_match_data_free);
    std::vector<std::string_view> found;
    for (std::size_t at = 0; at < text.size();) {
      const int count = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), at, 0,
                                    match.get(), nullptr);
      if (count <= PCRE2_ERROR_UTF8_ERR1 && count >= PCRE2_ERROR_UTF8_ERR21)
        failUsage("the text is no UTF-8; type it anew");
      if (count < 0)
        throw Error(ExitCode::internal,
                    fmt::format("a text of {} bytes was not cut into words (error {})", text.size(), count));
      const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(match.get());
      found.push_back(text.substr(bounds[0], bounds[1] - bounds[0]));
      at = bounds[1];
    }
    return found;
  }

  pcre2_code* code;
};

BytePairTokenizer::BytePairTokenizer(const fs::path& folder)
    : symbols_(byteSymbols()), pattern_(std::make_unique<Pattern>()) {
  if (fs::exists(folder / "vocab.json") && fs::exists(folder / "merges.txt")) {
    readVocabulary(folder / "vocab.json");
    readMerges(folder / "merges.txt");
  } else if (fs::exists(folder / "tokenizer.json")) {
    readTokenizer(folder / "tokenizer.json");
  } else {
    failInput(
        "{}: to read text it needs vocab.json and merges.txt, or tokenizer.json; 'patchpilot models' says "
        "where to get them",
        folder.string());
  }
  begin_ = special(folder, "<s>");
  end_ = special(folder, "</s>");
  unknown_ = special(folder, "<unk>");
}

BytePairTokenizer::~BytePairTokenizer() = default;

void BytePairTokenizer::addToken(const fs::path& file, const std::string& token, std::int64_t number) {
  if (number < 0 || number >= kMostTokens)
    failInput("{}: the token '{}' has the number {}; download the file again", file.string(), token, number);
  numbers_[token] = number;
  size_ = std::max(size_, number + 1);
}

void BytePairTokenizer::addMerge(const fs::path& file, std::string_view line) {
  const auto space = line.find(' ');
  if (space == 0 || space == std::string_view::npos || space + 1 == line.size() ||
      line.find(' ', space + 1) != std::string_view::npos)
    failInput("{}: '{}' is no pair of symbols; download the file again", file.string(), line);
  ranks_.emplace(Pair(line.substr(0, space), line.substr(space + 1)), ranks_.size());
}

void BytePairTokenizer::readVocabulary(const fs::path& file) {
  const json document = parsed(file);
  for (const auto& [token, number] : document.items())
    addToken(file, token, number.is_number_integer() ? number.get<std::int64_t>() : -1);
}

void BytePairTokenizer::readMerges(const fs::path& file) {
  std::istringstream lines(readTextFile(file));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty() && !line.starts_with("#version")) addMerge(file, line);
  }
}

void BytePairTokenizer::readTokenizer(const fs::path& file) {
  const json document = parsed(file), model = document.value("model", json::object());
  const json vocabulary = model.is_object() ? model.value("vocab", json()) : json(),
             merges = model.is_object() ? model.value("merges", json()) : json();
  if (!vocabulary.is_object() || !merges.is_array())
    failInput("{}: it holds no byte-pair encoding; download the file again", file.string());
  for (const auto& [token, number] : vocabulary.items())
    addToken(file, token, number.is_number_integer() ? number.get<std::int64_t>() : -1);
  for (const json& one : merges) {  // "a b", and since tokenizers 0.20 ["a", "b"]
    const bool pair = one.is_array() && one.size() == 2 && one[0].is_string() && one[1].is_string();
    if (!pair && !one.is_string())
      failInput("{}: {} is no pair of symbols; download the file again", file.string(), one.dump());
    addMerge(file,
             pair ? one[0].get<std::string>() + " " + one[1].get<std::string>() : one.get<std::string>());
  }
}

std::int64_t BytePairTokenizer::special(const fs::path& folder, const std::string& token) const {
  const auto found = numbers_.find(token);
  if (found == numbers_.end())
    failInput("{}: its vocabulary has no {}; it is not that of a CLAP model", folder.string(), token);
  return found->second;
}

std::vector<std::string> BytePairTokenizer::merged(std::string_view word) const {
  std::vector<std::string> parts;
  for (const char byte : word) parts.push_back(symbols_[std::uint8_t(byte)]);
  while (true) {
    auto best = ranks_.end();
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto found = ranks_.find({parts[i], parts[i + 1]});
      if (found != ranks_.end() && (best == ranks_.end() || found->second < best->second)) best = found;
    }
    if (best == ranks_.end()) return parts;
    std::vector<std::string> next;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const bool joins =
          i + 1 < parts.size() && parts[i] == best->first.first && parts[i + 1] == best->first.second;
      next.push_back(joins ? parts[i] + parts[i + 1] : parts[i]);
      if (joins) ++i;
    }
    parts = std::move(next);
  }
}

std::vector<std::int64_t> BytePairTokenizer::operator()(std::string_view text) const {
  std::vector<std::int64_t> numbers{begin_};
  for (const std::string_view word : pattern_->words(text))
    for (const std::string& part : merged(word)) {
      const auto found = numbers_.find(part);
      numbers.push_back(found == numbers_.end() ? unknown_ : found->second);
    }
  numbers.push_back(end_);
  return numbers;
}

}  // namespace patchpilot
