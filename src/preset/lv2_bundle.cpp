#include "preset/lv2_bundle.h"

#include "base/error.h"
#include "base/files.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t maxFileBytes = 16u << 20;

/// A path as a URI: every byte that RFC 3986 reserves is percent-encoded.
std::string fileUri(const fs::path& path) {
  std::string uri(kFileScheme);
  for (const char c : path.string()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || std::string_view("/-._~").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return uri;
}

/// The bundle as a URI that ends in a slash: what relative references are relative to.
std::string bundleUri(const fs::path& bundle) {
  fs::path folder = fs::absolute(bundle).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  return fileUri(folder) + "/";
}

bool isAllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Tells a number with a decimal comma from a list: `0,75` is Turtle for 0 and 75. Hosts whose C library
/// writes numbers in the user's language save such files; nothing writes a list of numbers without spaces.
class DecimalCommas {
 public:
  explicit DecimalCommas(const std::string& text) : text_(text) {}

  /// Whether two values of a list are the whole and the fraction of one number.
  bool join(const TurtleNode& whole, const TurtleNode& fraction) {
    if (whole.kind != TurtleNode::Kind::literal || fraction.kind != TurtleNode::Kind::literal) return false;
    const std::string_view integer = whole.text, rest = fraction.text;
    const bool hasSign = integer.starts_with('-') || integer.starts_with('+');
    if (!isAllDigits(integer.substr(hasSign ? 1 : 0)) ||
        !isAllDigits(rest.substr(0, rest.find_first_of("eE"))))
      return false;
    if (!searched_) search();
    return written_.contains(whole.text + "," + fraction.text);
  }

 private:
  /// Collects all that is written with a comma between digits.
  void search() {
    constexpr std::string_view kOfNumbers = "0123456789,+-eE";
    searched_ = true;
    for (auto comma = text_.find(','); comma != std::string::npos; comma = text_.find(',', comma + 1)) {
      const auto before = text_.find_last_not_of(kOfNumbers, comma);
      const auto begin = before == std::string::npos ? 0 : before + 1;
      const auto end = std::min(text_.find_first_not_of(kOfNumbers, comma), text_.size());
      if (end - begin <= kLongestNumber) written_.insert(text_.substr(begin, end - begin));
      comma = end - 1;
    }
  }

  static constexpr std::size_t kLongestNumber = 64;
  const std::string& text_;
  std::set<std::string> written_;
  bool searched_ = false;
};

/// Whether a file of a bundle is the bundle's own: it is no link, or manifest and file are links into one
/// folder.
bool isOwnFile(const fs::path& file) {
  std::error_code error;
  if (fs::symlink_status(file, error).type() == fs::file_type::regular) return true;
  const fs::path manifest = fs::canonical(file.parent_path() / "manifest.ttl", error);
  if (error) return false;
  const fs::path target = fs::canonical(file, error);
  return !error && fs::is_regular_file(target, error) && manifest.filename() == "manifest.ttl" &&
         target.parent_path() == manifest.parent_path();
}

}  // namespace

std::string nodeKey(const TurtleNode& node, const std::string& file) {
  return node.kind == TurtleNode::Kind::blank ? "_:" + file + "#" + node.text : node.text;
}

std::string percentDecoded(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int code = 0;
    const auto* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2) {
      plain += char(code);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

void requireLv2Bundle(const fs::path& folder) {
  if (!isOwnFile(folder / "manifest.ttl"))
    failInput("{} is no LV2 bundle: it has no manifest.ttl", folder.string());
}

std::uintmax_t readLv2File(RdfGraph& graph, const fs::path& bundle, const std::string& file) {
  const auto path = bundle / file;
  const auto bytes = readFile(path, maxFileBytes);
  const std::string text(bytes.begin(), bytes.end());
  std::string lastSubject, lastPredicate;
  TurtleNode* last = nullptr;
  DecimalCommas commas(text);
  readTurtle(text, bundleUri(bundle) + file, path.string(),
             [&](const TurtleNode& subject, const std::string& predicate, const TurtleNode& object) {
               TurtleNode value = object;
               if (value.kind != TurtleNode::Kind::literal) value.text = nodeKey(value, file);
               const std::string owner = nodeKey(subject, file);
               const bool inList = owner == lastSubject && predicate == lastPredicate && last != nullptr;
               if (inList && commas.join(*last, value)) {
                 last->text += "." + value.text;
                 last = nullptr;  // a third value is no part of the number
                 return;
               }
               last = &graph[owner].properties.emplace(predicate, std::move(value))->second;
               lastSubject = owner;
               lastPredicate = predicate;
             });
  return bytes.size();
}

std::string fileInLv2Bundle(const fs::path& bundle, const std::string& uri) {
  const auto refuse = [&](const char* why) {
    failInput("{} points to {}, which is not followed: {}", bundle.string(), uri, why);
  };
  const std::string folder = bundleUri(bundle);
  if (!uri.starts_with(folder)) refuse("it lies outside the bundle");
  const auto name = percentDecoded(uri.substr(folder.size()));
  if (name.empty() || name == "." || name == ".." ||
      name.find_first_of(std::string("/\\\0", 3)) != std::string::npos)
    refuse("it is no plain file name");
  std::error_code error;
  const auto status = fs::symlink_status(bundle / name, error);
  if (status.type() == fs::file_type::not_found) refuse("there is no such file");
  if (!isOwnFile(bundle / name)) refuse("it is no regular file");
  return name;
}

}  // namespace patchpilot
