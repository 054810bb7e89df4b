#pragma once

#include <filesystem>
#include <string>

namespace patchpilot {

/// A file that is being made, hidden beside the place that it is for, under a name that is always the same
/// and by one process at a time. What a process that was killed has left there is taken over. It goes with
/// this object, unless it was put in its place.
class DraftFile {
 public:
  /// Makes it, empty.
  /// @param ending  of its name
  /// @throws Error (system) where another process is making it, or it cannot be made.
  DraftFile(std::filesystem::path final, const std::string& ending);
  ~DraftFile();
  DraftFile(const DraftFile&) = delete;
  DraftFile& operator=(const DraftFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  int descriptor() const { return descriptor_; }

  /// Puts it in its place, and what was there goes. @throws Error (system).
  void replace();
  /// Puts it in its place. @return false where there is something already. @throws Error (system).
  bool putWhereNothingIs();

 private:
  /// Opens and locks it. @return false where it was put in its place or removed meanwhile.
  bool claim();

  std::filesystem::path final_, path_;
  int descriptor_ = -1;
  bool placed_ = false;
};

}  // namespace patchpilot
