#include "library/vector_index_maker.h"

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#include <faiss/utils/distances.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace patchpilot {

using namespace index_format;

namespace {

/// Vectors that k-means learns from, and how often it goes over them.
constexpr std::size_t kTrainingPerList = 50;
constexpr int kTrainingRounds = 10;
/// Rows that are asked for their own neighbours, to find out in how many lists those are.
constexpr std::size_t kQueries = 200;
constexpr std::size_t kChunk = 4096;
/// How much of the work is done when it has come so far, roughly.
constexpr double kSampled = 0.05, kTrained = 0.6, kAssigned = 0.75, kPlaced = 0.85, kHashed = 0.9;

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

}  // namespace

VectorIndexMaker::VectorIndexMaker(Library& library, std::size_t embedding, const IndexRule& rule,
                                   const IndexProgress& onProgress)
    : library_(library), embedding_(embedding), rule_(rule), onProgress_(onProgress) {
  const EmbeddingGlance glance = library.embeddings().glance(embedding);
  header_.rows = glance.rows;
  header_.dimension = std::uint64_t(library.embeddings().dimension(embedding));
  header_.library = libraryHash(library.settings().embedders[embedding], glance);
  if (header_.rows > rule.exactUpTo) header_.lists = std::uint64_t(std::sqrt(double(header_.rows)));
}

void VectorIndexMaker::write(std::span<std::uint8_t> bytes) {
  std::memcpy(bytes.data(), &header_, sizeof header_);
  Parts parts(bytes);
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

void VectorIndexMaker::tell(double done) const {
  if (onProgress_) onProgress_(done);
}

/// Every row in its order, but those that cannot be used, at most those that were counted.
/// @param from, to  the part of the work that it is
void VectorIndexMaker::forEachRow(double from, double to, const UseRow& use) {
  std::size_t row = 0;
  library_.embeddings().forEachRow(
      [&](std::int64_t patch, int note, std::span<const float> vector) {
        use(patch, note, vector);
        if (++row % kChunk == 0) tell(from + (to - from) * double(row) / double(header_.rows));
      },
      header_.rows, embedding_);
}

void VectorIndexMaker::train(Parts& parts) {
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
std::vector<std::int32_t> VectorIndexMaker::assigned(const Parts& parts) {
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
void VectorIndexMaker::place(Parts& parts) {
  const bool one = header_.lists == 1;
  const std::vector<std::int32_t> listOf = one ? std::vector<std::int32_t>() : assigned(parts);
  std::vector<std::uint64_t> sizes(header_.lists);
  for (const auto list : listOf) ++sizes[std::size_t(list)];
  std::partial_sum(sizes.begin(), sizes.end(), parts.ends().begin());
  std::vector<std::uint64_t> next(header_.lists);
  for (std::size_t list = 0; list < header_.lists; ++list) next[list] = parts.begin(list);
  std::size_t row = 0;
  forEachRow(one ? 0 : kAssigned, kPlaced, [&](std::int64_t patch, int note, std::span<const float> vector) {
    const std::size_t at = next[one ? 0 : std::size_t(listOf[row++])]++;
    parts.patches()[at] = patch;
    parts.notes()[at] = note;
    std::copy(vector.begin(), vector.end(), parts.vectors().begin() + std::ptrdiff_t(at * dimension()));
  });
  if (one) parts.ends()[0] = next[0];
}

/// In how many lists the neighbours of rows are found, so that `rule.recall` of them are, for each number
/// that is asked for.
void VectorIndexMaker::findProbes(Parts& parts) const {
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
std::vector<std::vector<std::size_t>> VectorIndexMaker::ranksOfNeighbours(const Parts& parts) const {
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

}  // namespace patchpilot
