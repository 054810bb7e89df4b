#include "library/vector_index.h"

#include "base/error.h"
#include "base/mapped_file.h"
#include "library/vector_index_format.h"
#include "library/vector_index_maker.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/invlists/DirectMap.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace patchpilot {

namespace fs = std::filesystem;
using namespace index_format;

namespace {

/// The lists as Faiss sees them.
struct Lists : faiss::InvertedLists {
  explicit Lists(const Parts<const std::uint8_t>& parts)
      : InvertedLists(parts.header->lists, parts.header->dimension * sizeof(float)), parts(parts) {}
  size_t list_size(size_t list) const override { return parts.list(list).size() / parts.header->dimension; }
  const uint8_t* get_codes(size_t list) const override {
    return reinterpret_cast<const uint8_t*>(parts.list(list).data());
  }
  const idx_t* get_ids(size_t) const override { return nullptr; }  // searched by place alone
  size_t add_entries(size_t, size_t, const idx_t*, const uint8_t*) override { refuse(); }
  void update_entries(size_t, size_t, size_t, const idx_t*, const uint8_t*) override { refuse(); }
  void resize(size_t, size_t) override { refuse(); }

  const Parts<const std::uint8_t>& parts;

 private:
  [[noreturn]] static void refuse() { throw std::logic_error("the lists are read only"); }
};

}  // namespace

struct VectorIndex::Impl {
  explicit Impl(std::span<const std::uint8_t> bytes)
      : parts(bytes),
        lists(parts),
        quantizer(faiss::Index::idx_t(parts.header->dimension)),
        index(&quantizer, parts.header->dimension, parts.header->lists),
        checked(parts.header->lists) {
    quantizer.add(faiss::Index::idx_t(parts.header->lists), parts.centroids().data());
    index.ntotal = faiss::Index::idx_t(parts.listed());
    index.is_trained = true;
    index.replace_invlists(&lists);
  }

  /// Whether a list is as it was written. Asked of each only once.
  bool isIntact(std::size_t list) {
    if (checked[list]) return true;
    if (parts.hashes()[list] != parts.listHash(list)) return false;
    checked[list] = true;
    return true;
  }

  std::optional<MappedFile> file;
  std::vector<std::uint8_t> memory;
  Parts<const std::uint8_t> parts;
  Lists lists;
  faiss::IndexFlatL2 quantizer;
  faiss::IndexIVFFlat index;
  std::vector<std::atomic<bool>> checked;
};

VectorIndex::VectorIndex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VectorIndex::~VectorIndex() = default;

std::shared_ptr<const VectorIndex> VectorIndex::open(Library& library, std::size_t embedding,
                                                     const IndexRule& rule, const IndexProgress& onProgress) {
  const fs::path file = indexFile(library, embedding);
  VectorIndexMaker maker(library, embedding, rule, onProgress);
  const auto fromFile = [&]() -> std::shared_ptr<const VectorIndex> {
    std::optional<MappedFile> mapped;
    try {
      mapped.emplace(file);
    } catch (const Error&) {
      return nullptr;
    }
    if (!isWhole(mapped->bytes(), maker.header())) return nullptr;
    auto impl = std::make_unique<Impl>(mapped->bytes());
    impl->file = std::move(mapped);
    return std::shared_ptr<const VectorIndex>(new VectorIndex(std::move(impl)));
  };
  if (maker.header().rows >= rule.keptFrom) {
    if (auto index = fromFile()) return index;
    try {
      MappedNewFile fresh(file, maker.bytes());
      maker.write(fresh.bytes());
      fresh.commit();
    } catch (const Error& error) {
      if (error.code() != ExitCode::system) throw;
    }
    if (auto index = fromFile()) return index;
  }
  std::vector<std::uint8_t> memory(maker.bytes());
  maker.write(memory);
  auto impl = std::make_unique<Impl>(memory);
  impl->memory = std::move(memory);
  return std::shared_ptr<const VectorIndex>(new VectorIndex(std::move(impl)));
}

std::optional<std::vector<VectorIndex::Found>> VectorIndex::nearest(std::span<const float> vector,
                                                                    std::size_t count) const {
  const std::size_t k = std::min(count, rows());
  if (k == 0) return std::vector<Found>();
  for (std::size_t probes = this->probes(k);; probes = std::min(2 * probes, lists())) {
    auto found = nearestWithin(vector, k, probes);
    // Lists may hold fewer rows than were asked for.
    if (!found || found->size() == k || probes == lists()) return found;
  }
}

std::optional<std::vector<VectorIndex::Found>> VectorIndex::nearestWithin(std::span<const float> vector,
                                                                          std::size_t k,
                                                                          std::size_t probes) const {
  std::vector<faiss::Index::idx_t> lists(probes), labels(k);
  std::vector<float> distances(probes), squared(k);
  impl_->quantizer.search(1, vector.data(), faiss::Index::idx_t(probes), distances.data(), lists.data());
  for (const auto list : lists)
    if (list >= 0 && !impl_->isIntact(std::size_t(list))) return std::nullopt;
  faiss::IVFSearchParameters parameters;
  parameters.nprobe = probes;
  impl_->index.search_preassigned(1, vector.data(), faiss::Index::idx_t(k), lists.data(), distances.data(),
                                  squared.data(), labels.data(), true, &parameters);
  std::vector<Found> found;
  for (std::size_t i = 0; i < k; ++i)
    if (labels[i] >= 0)
      found.push_back({impl_->parts.begin(faiss::lo_listno(std::uint64_t(labels[i]))) +
                           faiss::lo_offset(std::uint64_t(labels[i])),
                       std::max(0.0f, squared[i])});
  return found;
}

std::size_t VectorIndex::probes(std::size_t count) const {
  const auto& probes = impl_->parts.header->probes;
  for (std::size_t i = 0; i < kAsked.size(); ++i)
    if (count <= kAsked[i]) return std::size_t(probes[i]);
  return std::min(lists(), (std::size_t(probes.back()) * count + kAsked.back() - 1) / kAsked.back());
}

std::size_t VectorIndex::rows() const { return impl_->parts.listed(); }
std::size_t VectorIndex::lists() const { return std::size_t(impl_->parts.header->lists); }
std::int64_t VectorIndex::patch(std::size_t row) const { return impl_->parts.patches()[row]; }
int VectorIndex::note(std::size_t row) const { return impl_->parts.notes()[row]; }

fs::path indexFile(const Library& library, std::size_t embedding) {
  const EmbedderInfo& embedder = library.settings().embedders[embedding];
  return fmt::format("{}.{}-{}.index", library.file().string(), embedder.name, embedder.version);
}

}  // namespace patchpilot
