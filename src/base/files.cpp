#include "base/files.h"

#include "base/error.h"
#include "base/text.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostNameBytes = 255;

std::string reason(int code) { return std::strerror(code); }

/// A hidden name beside `path`, different at each call: two threads may write one file at once.
fs::path hiddenSibling(const fs::path& path) {
  static std::atomic<std::uint64_t> calls = 0;
  return path.parent_path() /
         hiddenName(path.filename().string(), fmt::format("{}.{}.partial", ::getpid(), calls.fetch_add(1)));
}

/// An open file under a hidden name.
struct Draft {
  fs::path path;
  int descriptor = -1;
};

/// Creates an empty draft beside `final`. Never opens a file or follows a link that exists: a process that
/// was killed, and had the same id, may have left a draft behind, and in a shared folder anybody can plant a
/// link.
Draft createDraft(const fs::path& final) {
  for (;;) {
    Draft draft{hiddenSibling(final)};
    draft.descriptor = ::open(draft.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (draft.descriptor >= 0) return draft;
    if (errno != EEXIST) failSystem("cannot write {}: {}", final.string(), reason(errno));
  }
}

/// Writes `bytes` to a draft beside `final` and flushes it to disk. Removes the draft if that fails.
/// @return the draft's path
fs::path writeDraft(const fs::path& final, std::span<const std::uint8_t> bytes) {
  const auto [path, fd] = createDraft(final);
  std::size_t done = 0;
  int error = 0;
  while (done < bytes.size() && error == 0) {
    const auto count = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (count > 0) done += std::size_t(count);
    else if (errno != EINTR) error = errno;
  }
  if (error == 0 && ::fsync(fd) != 0 && errno != EINVAL && errno != EROFS) error = errno;
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error == 0) return path;
  ::unlink(path.c_str());
  failSystem("cannot write {}: {}; free some space or choose another place", final.string(), reason(error));
}

/// Creates an empty hidden folder beside `final`. @throws Error (system)
fs::path createDraftFolder(const fs::path& final) {
  for (;;) {
    fs::path path = hiddenSibling(final);
    std::error_code error;
    if (fs::create_directory(path, error)) return path;
    // Without an error the name was taken, by a folder; with EEXIST, by something else.
    if (error && error != std::errc::file_exists)
      failSystem("cannot make a folder in {}: {}", final.parent_path().string(), error.message());
  }
}

}  // namespace

Bytes readFile(const fs::path& path, std::uintmax_t maxBytes) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status)) failInput("{}: no such file", path.string());
  if (fs::is_directory(status)) failInput("{} is a directory; name a file", path.string());
  std::ifstream stream(path, std::ios::binary);
  if (!stream) failInput("{}: cannot be read ({})", path.string(), reason(errno));
  const auto size = fs::file_size(path, error);
  if (!error && size > maxBytes)
    failInput("{} has {} bytes, more than the {} that are read here", path.string(), size, maxBytes);
  Bytes bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.bad()) failInput("{}: cannot be read to its end", path.string());
  return bytes;
}

std::string readTextFile(const fs::path& path) {
  const Bytes bytes = readFile(path);
  return {bytes.begin(), bytes.end()};
}

void writeFileAtomically(const fs::path& path, std::span<const std::uint8_t> bytes) {
  const fs::path partial = writeDraft(path, bytes);
  if (::rename(partial.c_str(), path.c_str()) == 0) return;
  const int code = errno;
  ::unlink(partial.c_str());
  failSystem("cannot write {}: {}", path.string(), reason(code));
}

void writeFileAtomically(const fs::path& path, std::string_view text) {
  writeFileAtomically(path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

bool writeNewFile(const fs::path& path, std::span<const std::uint8_t> bytes) {
  const fs::path partial = writeDraft(path, bytes);
  // Unlike a rename, a link does not replace what is there.
  int code = ::link(partial.c_str(), path.c_str()) == 0 ? 0 : errno;
  const bool hasLinks = code != EPERM && code != EOPNOTSUPP && code != ENOSYS;  // memory cards have none
  if (!hasLinks && !fs::exists(path)) code = ::rename(partial.c_str(), path.c_str()) == 0 ? 0 : errno;
  else if (!hasLinks) code = EEXIST;
  ::unlink(partial.c_str());
  if (code == EEXIST) return false;
  if (code != 0) failSystem("cannot write {}: {}", path.string(), reason(code));
  return true;
}

StagedDirectory::StagedDirectory(const fs::path& final, bool replace) : replace_(replace) {
  final_ = fs::absolute(final).lexically_normal();
  if (!final_.has_filename()) final_ = final_.parent_path();
  // Told now, and not when all the work is done.
  if (const std::size_t bytes = final_.filename().string().size(); bytes > kMostNameBytes)
    failUsage("{}: the name has {} bytes, and may have {}; choose a shorter one", final_.string(), bytes,
              kMostNameBytes);
  std::error_code error;
  if (fs::exists(final_, error) && !replace_)
    failUsage("{} exists already; choose another place, or replace it with --force", final_.string());
  if (fs::exists(final_, error) && !fs::is_directory(final_, error))
    failUsage("{} is a file, not a folder; choose another place", final_.string());
  fs::create_directories(final_.parent_path(), error);
  staging_ = createDraftFolder(final_);
}

StagedDirectory::~StagedDirectory() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(staging_, ignored);
}

void StagedDirectory::commit() {
  std::error_code error;
  const fs::path old = staging_.string() + ".old";
  const bool hadOld = fs::exists(final_, error);
  if (hadOld) fs::rename(final_, old, error);
  if (!error) fs::rename(staging_, final_, error);
  if (error) {
    std::error_code ignored;
    if (hadOld && fs::exists(old, ignored)) fs::rename(old, final_, ignored);
    failSystem("cannot put {} in its place: {}", final_.string(), error.message());
  }
  committed_ = true;
  fs::remove_all(old, error);
}

std::string hiddenName(std::string_view name, std::string_view ending) {
  constexpr std::size_t kMostBytes = 200;
  if (name.size() <= kMostBytes) return fmt::format(".{}.{}", name, ending);
  return fmt::format(".{}.{}.{}", beginningOf(name, kMostBytes), contentHash(name).substr(0, 8), ending);
}

std::string contentHash(std::span<const std::uint8_t> bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string contentHash(std::string_view text) {
  return contentHash(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

}  // namespace patchpilot
