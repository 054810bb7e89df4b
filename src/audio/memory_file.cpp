#include "audio/memory_file.h"

#include <algorithm>
#include <cstring>

namespace patchpilot {

namespace {

MemoryFile& fileOf(void* user) { return *static_cast<MemoryFile*>(user); }

sf_count_t seek(sf_count_t offset, int whence, void* user) {
  MemoryFile& file = fileOf(user);
  const auto base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.position : file.bytes.size();
  file.position = std::size_t(sf_count_t(base) + offset);
  return sf_count_t(file.position);
}

sf_count_t read(void* to, sf_count_t count, void* user) {
  MemoryFile& file = fileOf(user);
  const auto available = file.bytes.size() - std::min(file.position, file.bytes.size());
  const auto length = std::min(std::size_t(count), available);
  if (length > 0) std::memcpy(to, file.bytes.data() + file.position, length);
  file.position += length;
  return sf_count_t(length);
}

sf_count_t write(const void* from, sf_count_t count, void* user) {
  MemoryFile& file = fileOf(user);
  file.bytes.resize(std::max(file.bytes.size(), file.position + std::size_t(count)));
  std::memcpy(file.bytes.data() + file.position, from, std::size_t(count));
  file.position += std::size_t(count);
  return count;
}

}  // namespace

SF_VIRTUAL_IO MemoryFile::calls() {
  return {[](void* user) { return sf_count_t(fileOf(user).bytes.size()); }, seek, read, write,
          [](void* user) { return sf_count_t(fileOf(user).position); }};
}

}  // namespace patchpilot
