#include "web/zip.h"

#include "base/error.h"
#include "base/files.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr int kFileMode = 0644;

la_ssize_t append(archive*, void* to, const void* bytes, std::size_t length) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), length);
  return la_ssize_t(length);
}

class Zip {
 public:
  Zip() : archive_(archive_write_new(), &archive_write_free) {
    check(archive_write_set_format_zip(archive_.get()));
    check(archive_write_zip_set_compression_store(archive_.get()));
    check(archive_write_open(archive_.get(), &bytes_, nullptr, &append, nullptr));
  }

  void add(const fs::path& file, const std::string& name) {
    const Bytes bytes = readFile(file);
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                              &archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), kFileMode);
    archive_entry_set_size(entry.get(), la_int64_t(bytes.size()));
    check(archive_write_header(archive_.get(), entry.get()));
    if (archive_write_data(archive_.get(), bytes.data(), bytes.size()) < 0) check(ARCHIVE_FATAL);
  }

  std::string take() {
    check(archive_write_close(archive_.get()));
    return std::move(bytes_);
  }

 private:
  void check(int result) {
    if (result < ARCHIVE_WARN) failSystem("cannot make a ZIP file: {}", archive_error_string(archive_.get()));
  }

  std::string bytes_;
  std::unique_ptr<archive, decltype(&archive_write_free)> archive_;
};

}  // namespace

std::string zipOf(const std::string& root, const std::vector<fs::path>& items) {
  Zip zip;
  for (const fs::path& item : items) {
    if (!fs::is_directory(item)) {
      zip.add(item, root + "/" + item.filename().string());
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(item))
      if (entry.is_regular_file())
        zip.add(entry.path(),
                root + "/" + entry.path().lexically_relative(item.parent_path()).generic_string());
  }
  return zip.take();
}

}  // namespace patchpilot
