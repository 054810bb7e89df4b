#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace patchpilot {

/// Time and size of a file: a file whose stamp is the same is taken to be unchanged.
struct FileStamp {
  std::filesystem::path file;
  std::filesystem::file_time_type time;
  std::uintmax_t size = 0;

  bool operator==(const FileStamp&) const = default;
};

/// The stamp of a file. A missing file has the least time and size 0.
FileStamp stampOf(const std::filesystem::path& file);

/// The stamps of all files below some folders, folder by folder, sorted by path. Missing folders have none.
/// @param extension  ".toml"; empty: any
std::vector<FileStamp> stampsBelow(const std::vector<std::filesystem::path>& folders,
                                   const std::string& extension = "");

/// Keeps what was read from files, and reads again only if a stamp has changed. Safe to use from any thread.
/// Nothing is read while the lock is held: a slow file delays only those who need that file for the first
/// time.
template <typename Value>
class StampedCache {
 public:
  using Held = std::shared_ptr<const Value>;

  /// The value for a key. While one thread reads it anew, other threads get the previous value; if there is
  /// none, they read as well.
  /// @param stamps  of the files that `read` reads
  /// @throws whatever `read` throws; that is not kept, and the next call reads again
  Held get(const std::string& key, const std::vector<FileStamp>& stamps, const std::function<Value()>& read) {
    {
      std::lock_guard lock(mutex_);
      Entry& entry = entries_[key];
      if (entry.value && (entry.readers > 0 || entry.stamps == stamps)) return entry.value;
      ++entry.readers;
    }
    const Reading reading{*this, key};
    auto value = std::make_shared<const Value>(read());
    std::lock_guard lock(mutex_);  // released before `reading` counts out
    Entry& entry = entries_[key];
    entry.stamps = stamps;
    return entry.value = std::move(value);
  }

  /// Drops the values of all keys but these.
  void keepOnly(const std::vector<std::string>& keys) {
    std::lock_guard lock(mutex_);
    std::erase_if(entries_, [&](const auto& one) {
      return one.second.readers == 0 && std::find(keys.begin(), keys.end(), one.first) == keys.end();
    });
  }

 private:
  struct Entry {
    std::vector<FileStamp> stamps;
    Held value;
    int readers = 0;  ///< threads that read it now
  };

  /// Counts a reader out again, even if reading fails.
  struct Reading {
    StampedCache& cache;
    const std::string& key;
    ~Reading() {
      std::lock_guard lock(cache.mutex_);
      --cache.entries_[key].readers;
    }
  };

  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace patchpilot
