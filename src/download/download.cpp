#include "download/download.h"

#include "base/error.h"
#include "base/file_lock.h"
#include "base/files.h"
#include "base/lower_case.h"
#include "base/places.h"
#include "download/sha256.h"

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr int kMostRedirects = 10;
constexpr int kTimeoutSeconds = 30;
constexpr int kOk = 200, kPartialContent = 206, kRangeNotSatisfiable = 416;
constexpr std::uint64_t kMostChecksumBytes = 4096;

struct Url {
  std::string scheme;
  std::string host;
  std::string origin;  ///< scheme, host and port
  std::string path;    ///< with the query; at least "/"
};

Url parseUrl(const std::string& text) {
  const auto scheme = text.find("://");
  const auto path = text.find('/', scheme + 3);
  Url url;
  url.scheme = lowerCase(text.substr(0, scheme));
  url.origin = text.substr(0, path);
  url.path = path == std::string::npos ? "/" : text.substr(path);
  url.host = url.origin.substr(scheme + 3);
  url.host.resize(std::min(url.host.size(), url.host.rfind(':')));
  return url;
}

bool isWeb(const std::string& address) {
  const std::string lower = lowerCase(address.substr(0, 8));
  return lower.starts_with("http://") || lower.starts_with("https://");
}

fs::path localPath(const std::string& address) {
  constexpr std::string_view kFile = "file://";
  return address.starts_with(kFile) ? address.substr(kFile.size()) : address;
}

std::string eitherVariable(const std::string& name) {
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  const std::string value = environmentVariable(name.c_str());
  return value.empty() ? environmentVariable(upper.c_str()) : value;
}

/// Whether `no_proxy` names a host or a domain that it lies in.
bool avoidsProxy(const std::string& host) {
  std::istringstream list(eitherVariable("no_proxy"));
  for (std::string entry; std::getline(list, entry, ',');) {
    entry.erase(std::remove(entry.begin(), entry.end(), ' '), entry.end());
    if (entry.starts_with('.')) entry.erase(0, 1);
    if (entry == "*" || entry == host || (!entry.empty() && host.ends_with("." + entry))) return true;
  }
  return false;
}

void useProxy(httplib::Client& client, const Url& url) {
  const std::string proxy = eitherVariable(url.scheme + "_proxy");
  if (proxy.empty() || avoidsProxy(url.host)) return;
  const Url place = parseUrl(proxy.find("://") == std::string::npos ? "http://" + proxy : proxy);
  const auto colon = place.origin.rfind(':');
  const int port = colon > place.origin.find("://") ? std::atoi(place.origin.c_str() + colon + 1) : 80;
  client.set_proxy(place.host, port);
}

std::string absolute(const std::string& location, const Url& from) {
  if (location.find("://") != std::string::npos) return location;
  if (location.starts_with("//")) return from.scheme + ":" + location;
  if (location.starts_with('/')) return from.origin + location;
  return from.origin + from.path.substr(0, from.path.rfind('/') + 1) + location;
}

/// What is known of a file that has partly arrived.
struct Partial {
  std::string address;
  std::string validator;  ///< the server's ETag or Last-Modified; nothing is resumed without one
  std::string sha256;     ///< as the server states it
};

class Fetch {
 public:
  Fetch(const std::string& address, const fs::path& file, const DownloadOptions& options)
      : address_(address),
        file_(file),
        options_(options),
        part_(file.parent_path() / hiddenName(file.filename().string(), "part")),
        memo_(file.parent_path() / hiddenName(file.filename().string(), "part.json")) {}

  Download run() {
    std::ofstream(part_, std::ios::app).close();  // it must be there to be locked
    lock_ = FileLock(part_);
    readMemo();
    result_.resumed = size();
    if (isWeb(address_)) fetchAll();
    else copy();
    if (options_.stop.stop_requested()) return result_;
    finish();
    return result_;
  }

 private:
  std::uint64_t size() const {
    std::error_code error;
    const auto bytes = fs::file_size(part_, error);
    return error ? 0 : bytes;
  }

  void readMemo() {
    try {
      const auto memo = nlohmann::json::parse(readTextFile(memo_));
      known_ = {memo.at("address"), memo.at("validator"), memo.at("sha256")};
    } catch (const std::exception&) {
      known_ = {};
    }
    if (known_.address != address_ || known_.validator.empty()) startOver();
  }

  void startOver() {
    known_ = {address_, "", ""};
    std::error_code ignored;
    fs::resize_file(part_, 0, ignored);
    result_.resumed = 0;
  }

  void writeMemo() const {
    const nlohmann::json memo = {
        {"address", known_.address}, {"validator", known_.validator}, {"sha256", known_.sha256}};
    writeFileAtomically(memo_, memo.dump());
  }

  void write(std::ofstream& stream, const char* data, std::size_t count) {
    stream.write(data, std::streamsize(count));
    if (!stream)
      failSystem("{} cannot be written; free some space, or check its permissions, and run the command again",
                 part_.string());
    done_ += count;
    if (options_.onProgress) options_.onProgress(done_, total_);
  }

  std::ofstream append() {
    done_ = size();
    std::ofstream stream(part_, std::ios::binary | std::ios::app);
    if (!stream) failSystem("{} cannot be written; check its permissions", part_.string());
    return stream;
  }

  void copy() {
    const fs::path source = localPath(address_);
    std::ifstream from(source, std::ios::binary);
    std::error_code error;
    if (!from || fs::is_directory(source, error)) failInput("{}: there is no such file", address_);
    total_ = fs::file_size(source, error);
    const std::string validator =
        fmt::format("{} {}", total_, fs::last_write_time(source, error).time_since_epoch().count());
    if (known_.validator != validator || size() > total_) startOver();
    known_.validator = validator;
    writeMemo();
    std::ofstream stream = append();
    from.seekg(std::streamoff(done_));
    for (std::vector<char> piece(1 << 20); from && !options_.stop.stop_requested();) {
      from.read(piece.data(), std::streamsize(piece.size()));
      write(stream, piece.data(), std::size_t(from.gcount()));
    }
    stream.close();
  }

  void fetchAll() {
    for (;;) {
      const std::uint64_t before = size();
      const std::string problem = fetchRest();
      if (problem.empty() || options_.stop.stop_requested()) return;
      if (size() <= before)
        failSystem("{} cannot be fetched ({}); {}", address_, problem,
                   size() > 0 ? "run the command again, it goes on where it stopped"
                              : "check the connection, or give another address");
    }
  }

  /// @return what broke the connection; empty if it has brought the rest
  std::string fetchRest() {
    std::string address = address_;
    for (int hop = 0; hop <= kMostRedirects; ++hop) {
      const Url url = parseUrl(address);
      std::string location;
      const std::string problem = fetchFrom(url, location);
      if (location.empty()) return problem;
      address = absolute(location, url);
      if (!isWeb(address)) failInput("{} leads to {}, which is no web address", address_, address);
    }
    failInput("{} leads from one address to the next more than {} times", address_, kMostRedirects);
  }

  static std::unique_ptr<httplib::Client> connect(const Url& url) {
    auto client = std::make_unique<httplib::Client>(url.origin);
    client->set_connection_timeout(kTimeoutSeconds);
    client->set_read_timeout(kTimeoutSeconds);
    client->set_decompress(false);  // a .gz file is to arrive as it is published
    client->set_url_encode(false);
    useProxy(*client, url);
    return client;
  }

  std::string fetchFrom(const Url& url, std::string& location) {
    const auto client = connect(url);
    httplib::Headers headers = {{"User-Agent", "patchpilot"}, {"Accept-Encoding", "identity"}};
    const std::uint64_t have = size();
    if (have > 0) {
      headers.emplace("Range", fmt::format("bytes={}-", have));
      headers.emplace("If-Range", known_.validator);
    }
    std::ofstream stream;
    int status = 0;
    bool takesBytes = false;
    std::optional<Error> failure;  // no exception may pass through httplib
    const auto guarded = [&](auto work) {
      try {
        work();
      } catch (const Error& error) {
        failure = error;
      }
      return !failure && !options_.stop.stop_requested();
    };
    const auto onResponse = [&](const httplib::Response& response) {
      return guarded([&] {
        status = response.status;
        location = status > 300 && status < 400 ? response.get_header_value("Location") : "";
        noteChecksum(response);
        if (status != kOk && status != kPartialContent) return;
        takesBytes = true;
        begin(response, have);
        stream = append();
      });
    };
    const auto onBytes = [&](const char* data, std::size_t count) {
      return guarded([&] {
        if (takesBytes) write(stream, data, count);
      });
    };
    const auto result = client->Get(url.path, headers, onResponse, onBytes);
    stream.close();
    if (failure) throw *failure;
    if (options_.stop.stop_requested()) return "stopped";
    if (!result && !(status > 0 && !takesBytes)) return httplib::to_string(result.error());
    if (!location.empty()) return "";
    if (status == kRangeNotSatisfiable && have > 0) {  // the file has become shorter
      startOver();
      return fetchFrom(url, location);
    }
    if (!takesBytes) failInput("{}: the server answers {}; check the address", address_, status);
    if (total_ > 0 && size() != total_) return fmt::format("{} of {} bytes arrived", size(), total_);
    return "";
  }

  /// Prepares for the bytes of a response: the rest of the file, or all of it.
  void begin(const httplib::Response& response, std::uint64_t have) {
    const std::string length = response.get_header_value("Content-Length");
    const std::uint64_t rest = length.empty() ? 0 : std::strtoull(length.c_str(), nullptr, 10);
    const std::string range = response.get_header_value("Content-Range");
    const bool goesOn =
        response.status == kPartialContent && range.starts_with(fmt::format("bytes {}-", have));
    if (response.status == kPartialContent && !goesOn)
      failSystem("{}: the server sends '{}', asked for were the bytes from {} on", address_, range, have);
    if (!goesOn) {
      const std::string sha256 = known_.sha256;
      startOver();
      known_.sha256 = sha256;
    }
    total_ = rest == 0 ? 0 : rest + (goesOn ? have : 0);
    std::string validator = response.get_header_value("ETag");
    if (validator.empty() || validator.starts_with("W/"))
      validator = response.get_header_value("Last-Modified");
    known_.validator = validator;
    writeMemo();
  }

  void noteChecksum(const httplib::Response& response) {
    std::string tag = response.get_header_value("X-Linked-ETag");
    tag.erase(std::remove(tag.begin(), tag.end(), '"'), tag.end());
    if (isSha256(tag)) known_.sha256 = lowerCase(tag);
  }

  /// The first word of ADDRESS.sha256, where there is such a file.
  std::string publishedChecksum() const {
    std::string text;
    if (isWeb(address_)) {
      const Url url = parseUrl(address_ + ".sha256");
      const auto client = connect(url);
      const auto result = client->Get(url.path, httplib::Headers{}, [&](const char* data, std::size_t count) {
        text.append(data, count);
        return text.size() <= kMostChecksumBytes;
      });
      if (!result || result->status != kOk) return "";
    } else {
      std::ifstream stream(localPath(address_).string() + ".sha256");
      stream >> text;
    }
    text.resize(std::min(text.find_first_of(" \t\r\n"), text.size()));
    return isSha256(text) ? lowerCase(text) : "";
  }

  void finish() {
    result_.bytes = size();
    result_.sha256 = sha256OfFile(part_);
    std::string expected = lowerCase(options_.sha256);
    if (expected.empty()) expected = known_.sha256;
    if (expected.empty()) expected = publishedChecksum();
    result_.checked = !expected.empty();
    if (result_.checked && expected != result_.sha256) {
      removeDraft();
      failInput("{}: what arrived has the SHA-256 {}, and must have {}; it was dropped, fetch it again",
                address_, result_.sha256, expected);
    }
    std::error_code error;
    fs::rename(part_, file_, error);
    if (error) failSystem("{} cannot be written: {}", file_.string(), error.message());
    fs::remove(memo_, error);
    result_.finished = true;
  }

  void removeDraft() const {
    std::error_code ignored;
    fs::remove(part_, ignored);
    fs::remove(memo_, ignored);
  }

  std::string address_;
  fs::path file_;
  const DownloadOptions& options_;
  fs::path part_, memo_;
  FileLock lock_;
  Partial known_;
  std::uint64_t done_ = 0, total_ = 0;
  Download result_;
};

}  // namespace

Download download(const std::string& address, const fs::path& file, const DownloadOptions& options) {
  std::error_code error;
  const fs::path folder = fs::absolute(file).parent_path();
  if (fs::create_directories(folder, error); error)
    failSystem("{} cannot be made ({})", folder.string(), error.message());
  return Fetch(address, fs::absolute(file), options).run();
}

}  // namespace patchpilot
