#include "base/mapped_file.h"

#include "base/error.h"
#include "base/system.h"

#include <boost/interprocess/file_mapping.hpp>

#include <cstring>

namespace patchpilot {

namespace fs = std::filesystem;
namespace interprocess = boost::interprocess;

MappedFile::MappedFile(const fs::path& path) {
  try {
    region_ = interprocess::mapped_region(interprocess::file_mapping(path.c_str(), interprocess::read_only),
                                          interprocess::read_only);
  } catch (const interprocess::interprocess_exception& error) {
    failInput("{} cannot be opened ({})", path.string(), error.what());
  }
}

MappedNewFile::MappedNewFile(const fs::path& path, std::size_t bytes) : path_(path), draft_(path, "partial") {
  // Room is taken at once: a disk that fills up while memory is written would end the process.
  const int code = system::reserveRoom(draft_.descriptor(), bytes);
  if (code != 0)
    failSystem("cannot write {}: {}; free some space or choose another place", path.string(),
               std::strerror(code));
  try {
    region_ = interprocess::mapped_region(
        interprocess::file_mapping(draft_.path().c_str(), interprocess::read_write),
        interprocess::read_write);
  } catch (const interprocess::interprocess_exception& error) {
    failSystem("cannot write {}: {}", path.string(), error.what());
  }
}

void MappedNewFile::commit() {
  if (!region_.flush(0, 0, false)) failSystem("cannot write {}", path_.string());
  draft_.replace();
}

}  // namespace patchpilot
