#include "library/neighbours.h"

#include "base/error.h"
#include "library/vector_index.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <unordered_set>

namespace patchpilot {

struct NeighbourIndex::Impl {
  std::filesystem::path library;
  std::size_t notesPerPatch = 1;
  IndexRule rule;
  std::size_t embedding = 0;
  std::mutex mutex;
  std::shared_ptr<const VectorIndex> vectors;

  std::shared_ptr<const VectorIndex> current() {
    std::lock_guard lock(mutex);
    return vectors;
  }

  /// Makes the index anew, where another thread has not done so already.
  void replace(const std::shared_ptr<const VectorIndex>& damaged) {
    std::lock_guard lock(mutex);
    if (vectors != damaged) return;
    Library again = Library::open(library);
    std::error_code ignored;
    std::filesystem::remove(indexFile(again, embedding), ignored);
    vectors = VectorIndex::open(again, embedding, rule);
  }
};

NeighbourIndex::NeighbourIndex(Library& library, const IndexRule& rule, std::size_t embedding,
                               const IndexProgress& onProgress)
    : impl_(std::make_unique<Impl>()) {
  impl_->library = library.file();
  impl_->notesPerPatch = std::max<std::size_t>(1, library.settings().notes.size());
  impl_->rule = rule;
  impl_->embedding = embedding;
  impl_->vectors = VectorIndex::open(library, embedding, rule, onProgress);
}

NeighbourIndex::~NeighbourIndex() = default;
NeighbourIndex::NeighbourIndex(NeighbourIndex&&) noexcept = default;

std::size_t NeighbourIndex::rows() const { return impl_->current()->rows(); }

std::vector<Neighbour> NeighbourIndex::nearest(std::span<const float> vector, int count,
                                               const std::unordered_set<std::int64_t>& leftOut) const {
  // Rows enough for `count` patches even where every note of the nearest ones, and all that is left out,
  // comes first.
  const std::size_t k = (std::size_t(count) + leftOut.size()) * impl_->notesPerPatch;
  auto vectors = impl_->current();
  auto found = vectors->nearest(vector, k);
  if (!found) {
    impl_->replace(vectors);
    vectors = impl_->current();
    found = vectors->nearest(vector, k);
    if (!found)
      failSystem("{} is damaged again as soon as it is written; check the disk",
                 indexFile(Library::open(impl_->library), impl_->embedding).string());
  }
  std::vector<Neighbour> result;
  std::unordered_set<std::int64_t> seen;
  for (const auto& [row, squared] : *found) {
    if (result.size() == std::size_t(count)) break;
    const std::int64_t patch = vectors->patch(row);
    if (leftOut.contains(patch) || !seen.insert(patch).second) continue;
    result.push_back({patch, vectors->note(row), std::sqrt(squared)});
  }
  return result;
}

}  // namespace patchpilot
