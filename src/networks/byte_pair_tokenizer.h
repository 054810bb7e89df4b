#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace patchpilot {

/// Text as the numbers that RoBERTa reads: GPT-2's byte-level byte-pair encoding (Radford et al. 2019),
/// between
/// `<s>` and `</s>`; the same as transformers' RobertaTokenizer. The text is taken as text: what looks like a
/// special token in it (`<mask>`) is none.
class BytePairTokenizer {
 public:
  /// @param folder  holds vocab.json and merges.txt, else tokenizer.json
  /// @throws Error (input) where neither is there, or one is damaged
  explicit BytePairTokenizer(const std::filesystem::path& folder);
  ~BytePairTokenizer();

  /// @param text  UTF-8. @throws Error (usage) where it is not
  std::vector<std::int64_t> operator()(std::string_view text) const;

  /// One more than the largest number that it gives.
  std::int64_t size() const { return size_; }

 private:
  struct Pattern;
  using Pair = std::pair<std::string, std::string>;

  void readVocabulary(const std::filesystem::path& file);
  void readMerges(const std::filesystem::path& file);
  void readTokenizer(const std::filesystem::path& file);
  void addToken(const std::filesystem::path& file, const std::string& token, std::int64_t number);
  void addMerge(const std::filesystem::path& file, std::string_view line);
  std::int64_t special(const std::filesystem::path& folder, const std::string& token) const;
  std::vector<std::string> merged(std::string_view word) const;

  std::unordered_map<std::string, std::int64_t> numbers_;
  std::map<Pair, std::size_t> ranks_;  ///< of two symbols that become one, the likeliest first
  std::vector<std::string> symbols_;   ///< of each byte
  std::unique_ptr<Pattern> pattern_;
  std::int64_t size_ = 0;
  std::int64_t begin_ = 0, end_ = 0, unknown_ = 0;
};

}  // namespace patchpilot
