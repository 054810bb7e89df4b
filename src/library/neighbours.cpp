#include "library/neighbours.h"

#include <faiss/IndexFlat.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace patchpilot {

struct NeighbourIndex::Impl {
  faiss::IndexFlatL2 index;
  std::vector<std::int64_t> patches;
  std::vector<int> notes;
  std::size_t notesPerPatch = 1;
};

NeighbourIndex::NeighbourIndex(Library& library) : impl_(std::make_unique<Impl>()) {
  Library::Embeddings embeddings = library.embeddings();
  impl_->index = faiss::IndexFlatL2(embeddings.dimension);
  impl_->index.add(faiss::Index::idx_t(embeddings.patches.size()), embeddings.vectors.data());
  impl_->patches = std::move(embeddings.patches);
  impl_->notes = std::move(embeddings.notes);
  impl_->notesPerPatch = std::max<std::size_t>(1, library.settings().notes.size());
}

NeighbourIndex::~NeighbourIndex() = default;
NeighbourIndex::NeighbourIndex(NeighbourIndex&&) noexcept = default;

std::size_t NeighbourIndex::rows() const { return impl_->patches.size(); }

std::vector<Neighbour> NeighbourIndex::nearest(std::span<const float> vector, int count,
                                               const std::unordered_set<std::int64_t>& leftOut) const {
  // Rows enough for `count` patches even where every note of the nearest ones, and all that is left out,
  // comes first.
  const std::size_t k = std::min(rows(), (std::size_t(count) + leftOut.size()) * impl_->notesPerPatch);
  std::vector<float> squared(k);
  std::vector<faiss::Index::idx_t> labels(k);
  if (k > 0) impl_->index.search(1, vector.data(), faiss::Index::idx_t(k), squared.data(), labels.data());
  std::vector<Neighbour> result;
  std::unordered_set<std::int64_t> seen;
  for (std::size_t i = 0; i < k && result.size() < std::size_t(count); ++i) {
    if (labels[i] < 0) continue;
    const auto row = std::size_t(labels[i]);
    if (leftOut.contains(impl_->patches[row]) || !seen.insert(impl_->patches[row]).second) continue;
    result.push_back({impl_->patches[row], impl_->notes[row], std::sqrt(std::max(0.0f, squared[i]))});
  }
  return result;
}

}  // namespace patchpilot
