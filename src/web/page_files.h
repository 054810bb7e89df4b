#pragma once

#include "web/router.h"

#include <map>
#include <string>

namespace patchpilot {

/// The page's files, all in memory: what a client asks for never becomes a path.
class PageFiles {
 public:
  /// @param folder  as `pageFolder`; may be empty or not there
  explicit PageFiles(const std::filesystem::path& folder);

  bool empty() const { return files_.empty(); }

  /// Answers for a file, packed where the browser takes that; `/` is `index.html`. False where there is none.
  bool answer(Call& call) const;

 private:
  struct File {
    std::string bytes, gzip, brotli;  ///< the latter two are empty where the build has none
    std::string type;
    bool forGood = false;  ///< its name says what is in it
  };
  std::map<std::string, File> files_;  ///< by the path in the address
};

}  // namespace patchpilot
