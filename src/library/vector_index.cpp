#include "library/vector_index.h"

#include "base/error.h"
#include "base/mapped_file.h"

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/invlists/DirectMap.h>
#include <faiss/utils/distances.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <tuple>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

using Hash = std::array<char, 32>;

template <typename T>
std::span<const std::uint8_t> bytesOf(std::span<const T> values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}
template <typename T>
std::span<const std::uint8_t> bytesOf(std::span<T> values) {
  return bytesOf(std::span<const T>(values));
}

Hash hashOf(std::span<const std::uint8_t> bytes) {
  Hash hash;
  std::memcpy(hash.data(), contentHash(bytes).data(), hash.size());
  return hash;
}

constexpr std::array<char, 8> kMagic = {'P', 'P', 'I', 'N', 'D', 'E', 'X', '2'};

/// So that a vector begins where a line of the processor's cache does.
constexpr std::size_t kAlignment = 64;

/// Vectors that k-means learns from, and how often it goes over them.
constexpr std::size_t kTrainingPerList = 50;
constexpr int kTrainingRounds = 10;
/// Rows that are asked for their own neighbours, to find out in how many lists those are.
constexpr std::size_t kQueries = 200;
/// For so many neighbours each. Fewer than ten of 200 rows would say little.
constexpr std::array<std::size_t, 4> kAsked = {10, 50, 200, 500};
constexpr std::size_t kChunk = 4096;
/// How much of the work is done when it has come so far, roughly.
constexpr double kSampled = 0.05, kTrained = 0.6, kAssigned = 0.75, kPlaced = 0.85, kHashed = 0.9;

struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint64_t endianness = std::endian::native == std::endian::little ? 1 : 2;
  std::uint64_t rows = 0;
  std::uint64_t dimension = 0;
  std::uint64_t lists = 1;
  std::array<std::uint64_t, kAsked.size()> probes{};  ///< lists that are looked into for `kAsked` neighbours
  Hash library{};                                     ///< of what it was made from
  Hash head{};                                        ///< of everything before the vectors but this
};

/// Where everything lies, in bytes.
struct Layout {
  std::size_t centroids, ends, hashes, patches, notes, vectors, size;

  Layout(std::uint64_t rows, std::uint64_t dimension, std::uint64_t lists) {
    std::size_t at = sizeof(Header);
    const auto take = [&](std::size_t bytes) {
      const std::size_t begin = (at + kAlignment - 1) / kAlignment * kAlignment;
      at = begin + bytes;
      return begin;
    };
    centroids = take(lists * dimension * sizeof(float));
    ends = take(lists * sizeof(std::uint64_t));
    hashes = take(lists * sizeof(Hash));
    patches = take(rows * sizeof(std::int64_t));
    notes = take(rows * sizeof(std::int32_t));
    vectors = take(rows * dimension * sizeof(float));
    size = at;
  }
};

/// The parts of an index, for reading or for writing it.
template <typename Byte>
struct Parts {
  template <typename T>
  using Of = std::conditional_t<std::is_const_v<Byte>, const T, T>;

  explicit Parts(std::span<Byte> bytes)
      : bytes(bytes),
        header(reinterpret_cast<Of<Header>*>(bytes.data())),
        layout(header->rows, header->dimension, header->lists) {}

  template <typename T>
  std::span<Of<T>> part(std::size_t offset, std::size_t count) const {
    return {reinterpret_cast<Of<T>*>(bytes.data() + offset), count};
  }
  auto centroids() const { return part<float>(layout.centroids, header->lists * header->dimension); }
  auto ends() const { return part<std::uint64_t>(layout.ends, header->lists); }
  auto hashes() const { return part<Hash>(layout.hashes, header->lists); }
  auto patches() const { return part<std::int64_t>(layout.patches, header->rows); }
  auto notes() const { return part<std::int32_t>(layout.notes, header->rows); }
  auto vectors() const { return part<float>(layout.vectors, header->rows * header->dimension); }

  /// Rows that lie in a list. Of those that the library has, some may have no vector that can be used.
  std::size_t listed() const { return ends().back(); }

  std::size_t begin(std::size_t list) const { return list == 0 ? 0 : ends()[list - 1]; }
  auto list(std::size_t list) const {
    return vectors().subspan(begin(list) * header->dimension,
                             (ends()[list] - begin(list)) * header->dimension);
  }
  Hash listHash(std::size_t list) const { return hashOf(bytesOf(this->list(list))); }
  Hash headHash() const {
    Header plain = *header;
    plain.head = {};
    const auto rest = bytes.subspan(sizeof(Header), layout.vectors - sizeof(Header));
    const std::string both = contentHash(bytesOf(std::span(&plain, 1))) + contentHash(rest);
    return hashOf(bytesOf(std::span(both)));
  }

  std::span<Byte> bytes;
  Of<Header>* header;
  Layout layout;
};

/// Names the rows that an index is made of. Rows are only ever added, so that how many there are and a look
/// at some of them say whether they are still the same.
Hash libraryHash(const EmbedderInfo& embedder, const EmbeddingGlance& glance) {
  std::string text =
      fmt::format("{} {} {} {} ", embedder.name, embedder.version, glance.rows, glance.lastPatch);
  for (const auto& vector : glance.some) text += contentHash(bytesOf(std::span(vector)));
  return hashOf(bytesOf(std::span(text)));
}

/// Tells how far k-means has come: it asks for the nearest centroids once a round.
struct TellingQuantizer : faiss::IndexFlatL2 {
  TellingQuantizer(idx_t dimension, std::function<void(double)> tell)
      : IndexFlatL2(dimension), tell(std::move(tell)) {}

  void search(idx_t n, const float* x, idx_t k, float* distances, idx_t* labels,
              const faiss::SearchParameters* parameters) const override {
    IndexFlatL2::search(n, x, k, distances, labels, parameters);
    tell(double(++rounds) / kTrainingRounds);
  }

  std::function<void(double)> tell;
  mutable int rounds = 0;
};

/// Makes the index of one of a library's embeddings.
class Maker {
 public:
  Maker(Library& library, std::size_t embedding, const IndexRule& rule, const IndexProgress& onProgress)
      : library_(library), embedding_(embedding), rule_(rule), onProgress_(onProgress) {
    const EmbeddingGlance glance = library.embeddings().glance(embedding);
    header_.rows = glance.rows;
    header_.dimension = std::uint64_t(library.embeddings().dimension(embedding));
    header_.library = libraryHash(library.settings().embedders[embedding], glance);
    if (header_.rows > rule.exactUpTo) header_.lists = std::uint64_t(std::sqrt(double(header_.rows)));
  }

  const Header& header() const { return header_; }
  std::size_t bytes() const { return Layout(header_.rows, header_.dimension, header_.lists).size; }

  /// @param bytes  zeros
  void write(std::span<std::uint8_t> bytes) {
    std::memcpy(bytes.data(), &header_, sizeof header_);
    Parts<std::uint8_t> parts(bytes);
    tell(0);
    if (header_.lists > 1) train(parts);
    place(parts);
    tell(kPlaced);
    for (std::size_t list = 0; list < header_.lists; ++list) parts.hashes()[list] = parts.listHash(list);
    tell(kHashed);
    parts.header->probes.fill(1);
    if (header_.lists > 1) findProbes(parts);
    parts.header->head = parts.headHash();
    tell(1);
  }

 private:
  std::size_t dimension() const { return std::size_t(header_.dimension); }

  void tell(double done) const {
    if (onProgress_) onProgress_(done);
  }

  /// Every row in its order, but those that cannot be used, at most those that were counted.
  /// @param from, to  the part of the work that it is
  void forEachRow(double from, double to,
                  const std::function<void(std::int64_t, int, std::span<const float>)>& use) {
    std::size_t row = 0;
    library_.embeddings().forEachRow(
        [&](std::int64_t patch, int note, std::span<const float> vector) {
          use(patch, note, vector);
          if (++row % kChunk == 0) tell(from + (to - from) * double(row) / double(header_.rows));
        },
        header_.rows, embedding_);
  }

  void train(Parts<std::uint8_t>& parts) {
    const std::size_t wanted = std::min<std::size_t>(header_.rows, header_.lists * kTrainingPerList);
    std::vector<float> sample;
    sample.reserve(wanted * dimension());
    std::size_t row = 0;
    forEachRow(0, kSampled, [&](std::int64_t, int, std::span<const float> vector) {
      if (row * wanted / header_.rows != (row + 1) * wanted / header_.rows)
        sample.insert(sample.end(), vector.begin(), vector.end());
      ++row;
    });
    const std::size_t rows = sample.size() / dimension(), lists = std::min<std::size_t>(header_.lists, rows);
    if (lists == 0) return;  // not one row can be used
    faiss::ClusteringParameters parameters;
    parameters.niter = kTrainingRounds;
    faiss::Clustering clustering(int(dimension()), int(lists), parameters);
    TellingQuantizer quantizer(faiss::Index::idx_t(dimension()),
                               [&](double share) { tell(kSampled + (kTrained - kSampled) * share); });
    clustering.train(faiss::Index::idx_t(rows), sample.data(), quantizer);
    std::copy(clustering.centroids.begin(), clustering.centroids.end(), parts.centroids().begin());
  }

  /// The list of each row, whose centroid is nearest to it.
  std::vector<std::int32_t> assigned(const Parts<std::uint8_t>& parts) {
    faiss::IndexFlatL2 quantizer{faiss::Index::idx_t(dimension())};
    quantizer.add(faiss::Index::idx_t(header_.lists), parts.centroids().data());
    std::vector<float> chunk;
    std::vector<std::int32_t> all;
    const auto assign = [&] {
      std::vector<faiss::Index::idx_t> lists(chunk.size() / dimension());
      quantizer.assign(faiss::Index::idx_t(lists.size()), chunk.data(), lists.data());
      all.insert(all.end(), lists.begin(), lists.end());
      chunk.clear();
    };
    forEachRow(kTrained, kAssigned, [&](std::int64_t, int, std::span<const float> vector) {
      chunk.insert(chunk.end(), vector.begin(), vector.end());
      if (chunk.size() == kChunk * dimension()) assign();
    });
    if (!chunk.empty()) assign();
    return all;
  }

  /// Every row goes to its list, in two passes: the lists' sizes, then their rows.
  void place(Parts<std::uint8_t>& parts) {
    const bool one = header_.lists == 1;
    const std::vector<std::int32_t> listOf = one ? std::vector<std::int32_t>() : assigned(parts);
    std::vector<std::uint64_t> sizes(header_.lists);
    for (const auto list : listOf) ++sizes[std::size_t(list)];
    std::partial_sum(sizes.begin(), sizes.end(), parts.ends().begin());
    std::vector<std::uint64_t> next(header_.lists);
    for (std::size_t list = 0; list < header_.lists; ++list) next[list] = parts.begin(list);
    std::size_t row = 0;
    forEachRow(
        one ? 0 : kAssigned, kPlaced, [&](std::int64_t patch, int note, std::span<const float> vector) {
          const std::size_t at = next[one ? 0 : std::size_t(listOf[row++])]++;
          parts.patches()[at] = patch;
          parts.notes()[at] = note;
          std::copy(vector.begin(), vector.end(), parts.vectors().begin() + std::ptrdiff_t(at * dimension()));
        });
    if (one) parts.ends()[0] = next[0];
  }

  /// In how many lists the neighbours of rows are found, so that `rule.recall` of them are, for each number
  /// that is asked for.
  void findProbes(Parts<std::uint8_t>& parts) const {
    const std::vector<std::vector<std::size_t>> ranks = ranksOfNeighbours(parts);
    std::uint64_t fewest = 1;
    for (std::size_t asked = 0; asked < kAsked.size(); ++asked) {
      std::vector<std::size_t> found(header_.lists);  // by the rank of the list that it is found in
      std::size_t all = 0, sum = 0, probes = 0;
      for (const auto& ofRow : ranks)
        for (std::size_t i = 0; i < std::min(kAsked[asked], ofRow.size()); ++i, ++all) ++found[ofRow[i]];
      while (probes < header_.lists && double(sum) < rule_.recall * double(all)) sum += found[probes++];
      parts.header->probes[asked] = fewest = std::max<std::uint64_t>(fewest, probes);
    }
  }

  /// Of some rows, for each neighbour, the nearest first: how many lists are nearer to the row than the one
  /// that it lies in.
  std::vector<std::vector<std::size_t>> ranksOfNeighbours(const Parts<std::uint8_t>& parts) const {
    const std::size_t d = dimension(), rows = parts.listed(), queries = std::min(kQueries, rows);
    std::vector<float> asked(queries * d);
    for (std::size_t q = 0; q < queries; ++q)
      std::copy_n(parts.vectors().begin() + std::ptrdiff_t(q * rows / queries * d), d,
                  asked.begin() + std::ptrdiff_t(q * d));
    const std::size_t k = std::min(kAsked.back() + 1, rows);  // a row is the first of its own neighbours
    std::vector<float> distances(queries * std::max<std::size_t>(k, header_.lists));
    std::vector<std::int64_t> nearest(queries * k), order(queries * header_.lists);
    faiss::knn_L2sqr(asked.data(), parts.vectors().data(), d, queries, rows, k, distances.data(),
                     nearest.data());
    faiss::knn_L2sqr(asked.data(), parts.centroids().data(), d, queries, header_.lists, header_.lists,
                     distances.data(), order.data());
    std::vector<std::vector<std::size_t>> ranks(queries);
    for (std::size_t q = 0; q < queries; ++q) {
      std::vector<std::size_t> rankOf(header_.lists);
      for (std::size_t rank = 0; rank < header_.lists; ++rank)
        rankOf[std::size_t(order[q * header_.lists + rank])] = rank;
      for (std::size_t i = 1; i < k; ++i) {
        const auto list =
            std::upper_bound(parts.ends().begin(), parts.ends().end(), std::uint64_t(nearest[q * k + i])) -
            parts.ends().begin();
        ranks[q].push_back(rankOf[std::size_t(list)]);
      }
    }
    return ranks;
  }

  Library& library_;
  std::size_t embedding_;
  const IndexRule& rule_;
  const IndexProgress& onProgress_;
  Header header_;
};

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

/// Whether the bytes are the index that would be made now, as far as its head says.
/// @param wanted  of that index
bool isWhole(std::span<const std::uint8_t> bytes, const Header& wanted) {
  if (bytes.size() < sizeof(Header)) return false;
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  const auto what = [](const Header& h) {
    return std::tie(h.magic, h.endianness, h.rows, h.dimension, h.lists, h.library);
  };
  if (what(header) != what(wanted) || std::ranges::max(header.probes) > header.lists) return false;
  const Parts<const std::uint8_t> parts(bytes);
  return parts.layout.size == bytes.size() && parts.headHash() == header.head;
}

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
  Maker maker(library, embedding, rule, onProgress);
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
