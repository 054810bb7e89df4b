#include "library/neighbours.h"

#include "base/error.h"
#include "test_support.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

namespace patchpilot {
namespace {

/// A library of made-up vectors, `notes` a patch: no synth is needed to search.
Library madeUp(const std::filesystem::path& file, int patches, std::vector<int> notes,
               int dimension = makeEmbedder()->dimension()) {
  LibrarySettings settings;
  settings.spaceToml = "format = 1";
  settings.notes = notes;
  settings.embedders = {{"mel-envelope", 1, dimension}};
  Library library = Library::create(file, settings);
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<LibraryAttempt> batch;
  for (int p = 0; p < patches; ++p) {
    LibraryAttempt attempt;
    attempt.index = std::uint64_t(p);
    attempt.patch = Patch::point({float(p)});
    for (const int note : notes) {
      LibraryRow row{note, -20, {std::vector<float>(std::size_t(dimension))}};
      for (float& x : row.embeddings[0]) x = normal(random);
      attempt.rows.push_back(row);
    }
    batch.push_back(attempt);
  }
  library.attempts().append(batch, std::uint64_t(patches));
  return library;
}

TEST(NeighbourIndex, FindsWhatBruteForceFindsAndAPatchOnce) {
  const TemporaryFolder folder;
  Library library = madeUp(folder / "a.db", 300, {48, 60, 72});
  const auto all = library.embeddings().all();
  const auto dimension = std::size_t(all.dimension);
  const NeighbourIndex index(library);
  EXPECT_EQ(index.rows(), 900u);
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  for (int query = 0; query < 10; ++query) {
    std::vector<float> vector(dimension);
    for (float& x : vector) x = normal(random);
    std::map<std::int64_t, std::pair<double, int>> nearestOf;  // distance and note, a patch
    for (std::size_t row = 0; row < all.patches.size(); ++row) {
      double sum = 0;
      for (std::size_t i = 0; i < dimension; ++i)
        sum += std::pow(double(all.vectors[row * dimension + i]) - vector[i], 2);
      const std::pair<double, int> found{std::sqrt(sum), all.notes[row]};
      const auto [it, fresh] = nearestOf.try_emplace(all.patches[row], found);
      if (!fresh) it->second = std::min(it->second, found);
    }
    std::vector<std::tuple<double, int, std::int64_t>> expected;
    for (const auto& [patch, found] : nearestOf) expected.emplace_back(found.first, found.second, patch);
    std::sort(expected.begin(), expected.end());
    const auto nearest = index.nearest(vector, 50);
    ASSERT_EQ(nearest.size(), 50u);
    for (std::size_t i = 0; i < nearest.size(); ++i) {
      EXPECT_EQ(nearest[i].patch, std::get<2>(expected[i])) << i;
      EXPECT_EQ(nearest[i].note, std::get<1>(expected[i])) << i;
      EXPECT_NEAR(nearest[i].distance, std::get<0>(expected[i]), 1e-3) << i;
    }
  }
}

TEST(NeighbourIndex, GivesNoMoreThanThereIs) {
  const TemporaryFolder folder;
  Library few = madeUp(folder / "few.db", 3, {60});
  const std::vector<float> vector(std::size_t(makeEmbedder()->dimension()), 0.0f);
  EXPECT_EQ(NeighbourIndex(few).nearest(vector, 50).size(), 3u);
  Library none = madeUp(folder / "none.db", 0, {60});
  EXPECT_TRUE(NeighbourIndex(none).nearest(vector, 50).empty());
}

TEST(NeighbourIndex, LeavesOutWhatItIsToldAndFindsTheNextInstead) {
  const TemporaryFolder folder;
  Library library = madeUp(folder / "a.db", 100, {48, 60, 72});
  const NeighbourIndex index(library);
  const auto all = library.embeddings().all();
  const auto vector = std::span(all.vectors).first(std::size_t(all.dimension));
  const auto nearest = index.nearest(vector, 30);
  std::unordered_set<std::int64_t> leftOut;
  for (std::size_t i = 0; i < 20; ++i) leftOut.insert(nearest[i].patch);
  const auto rest = index.nearest(vector, 10, leftOut);
  ASSERT_EQ(rest.size(), 10u);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(rest[i].patch, nearest[20 + i].patch);
}

/// Small libraries, treated as large ones are: kept in a file, and beyond 100 rows searched by lists.
constexpr IndexRule kKept{.keptFrom = 1, .exactUpTo = 1000};
constexpr IndexRule kLists{.keptFrom = 1, .exactUpTo = 100};

std::span<const float> vectorOf(const EmbeddingTable& all, std::size_t row) {
  return std::span(all.vectors).subspan(row * std::size_t(all.dimension), std::size_t(all.dimension));
}

std::vector<std::int64_t> patchesOf(const std::vector<Neighbour>& neighbours) {
  std::vector<std::int64_t> patches;
  for (const auto& n : neighbours) patches.push_back(n.patch);
  return patches;
}

TEST(NeighbourIndex, ByListsFindsNearlyAllThatBruteForceFinds) {
  const TemporaryFolder folder;
  Library library = madeUp(folder / "a.db", 1000, {48, 60});
  const auto all = library.embeddings().all();
  const NeighbourIndex exact(library, {.keptFrom = 10000, .exactUpTo = 10000}), lists(library, kLists);
  const auto index = VectorIndex::open(library, 0, kLists);
  EXPECT_EQ(index->lists(), 44u) << "the root of the rows";
  std::size_t last = 1;
  for (const std::size_t asked : {1, 50, 500, 1000}) {
    EXPECT_GE(index->probes(asked), last) << asked;
    EXPECT_LE(last = index->probes(asked), 44u);
  }
  EXPECT_LT(index->probes(1), index->probes(500)) << "more rows lie in more lists";
  for (const int count : {1, 50, 250, 999}) {
    std::size_t found = 0, wanted = 0;
    for (std::size_t row = 3; row < 2000; row += 40) {
      const auto truth = patchesOf(exact.nearest(vectorOf(all, row), count, {all.patches[row]}));
      const auto got = patchesOf(lists.nearest(vectorOf(all, row), count, {all.patches[row]}));
      ASSERT_EQ(got.size(), std::size_t(count));
      EXPECT_EQ(lists.nearest(vectorOf(all, row), count).front().patch, all.patches[row])
          << "a row is its own nearest";
      for (const auto patch : truth) found += std::size_t(std::count(got.begin(), got.end(), patch));
      wanted += truth.size();
    }
    EXPECT_GE(double(found) / double(wanted), 0.98) << count;
  }
}

TEST(NeighbourIndex, IsKeptInAFileThatIsTakenAsItIs) {
  const TemporaryFolder folder;
  Library library = madeUp(folder / "a.db", 150, {60});
  const auto all = library.embeddings().all();
  for (const IndexRule& rule : {kKept, kLists}) {
    std::filesystem::remove(indexFile(library));
    const auto made = NeighbourIndex(library, rule).nearest(vectorOf(all, 5), 20);
    const Bytes before = readFile(indexFile(library));
    const auto time = std::filesystem::last_write_time(indexFile(library));
    const auto taken = NeighbourIndex(library, rule).nearest(vectorOf(all, 5), 20);
    EXPECT_EQ(patchesOf(taken), patchesOf(made));
    EXPECT_EQ(std::filesystem::last_write_time(indexFile(library)), time);
    EXPECT_EQ(readFile(indexFile(library)), before);
  }
}

TEST(NeighbourIndex, OfAFewRowsLeavesNoFile) {
  const TemporaryFolder folder;
  Library library = madeUp(folder / "a.db", 20, {60});
  const NeighbourIndex index(library);
  EXPECT_EQ(index.rows(), 20u);
  EXPECT_FALSE(std::filesystem::exists(indexFile(library)));
}

TEST(NeighbourIndex, IsMadeAnewWhereTheLibraryHasGrownOrIsAnother) {
  const TemporaryFolder folder;
  Library library = madeUp(folder / "a.db", 150, {60});
  EXPECT_EQ(NeighbourIndex(library, kLists).rows(), 150u);
  LibraryAttempt more;
  more.index = 150;
  more.patch = Patch::point({150});
  more.rows.push_back({60, -20, {std::vector<float>(std::size_t(library.embeddings().dimension()), 9.0f)}});
  library.attempts().append({more}, 151);
  const NeighbourIndex grown(library, kLists);
  EXPECT_EQ(grown.rows(), 151u);
  EXPECT_EQ(grown.nearest(more.rows[0].embeddings[0], 1).front().patch, 151);
  // Another library of as many rows, under the same name.
  std::filesystem::rename(indexFile(library), folder / "kept.index");
  std::filesystem::remove(folder / "a.db");
  Library other = madeUp(folder / "a.db", 151, {60});
  std::filesystem::rename(folder / "kept.index", indexFile(other));
  const auto all = other.embeddings().all();
  const auto nearest = NeighbourIndex(other, kLists).nearest(vectorOf(all, 150), 1);
  EXPECT_NEAR(nearest.front().distance, 0, 1e-3);
}

/// What only a fault of another program can have written.
TEST(NeighbourIndex, PassesOverWhatIsNoVector) {
  const TemporaryFolder folder;
  for (const IndexRule& rule : {IndexRule{}, kKept, kLists}) {
    std::filesystem::remove(folder / "a.db");
    Library library = madeUp(folder / "a.db", 300, {60});
    const auto all = library.embeddings().all();
    std::vector<float> vector(vectorOf(all, 7).begin(), vectorOf(all, 7).end());
    vector[3] = std::nanf("");
    {
      Database database(folder / "a.db", Database::Mode::readWrite);
      auto damage = database.prepare("UPDATE vectors_1 SET vector = ? WHERE row / 128 = ?");
      damage.bindFloats(1, vector).bind(2, std::int64_t(8)).run();
      vector[3] = std::numeric_limits<float>::infinity();
      damage.bindFloats(1, vector).bind(2, std::int64_t(100)).run();
      damage.bindFloats(1, std::span(vector).first(5)).bind(2, std::int64_t(200)).run();
    }
    const NeighbourIndex index(library, rule);
    EXPECT_EQ(index.rows(), 297u);
    for (const std::size_t row : {std::size_t(7), std::size_t(120)}) {
      const auto found = patchesOf(index.nearest(vectorOf(all, row), 300));
      for (const std::int64_t lost : {8, 100, 200})
        EXPECT_EQ(std::count(found.begin(), found.end(), lost), 0) << lost;
      EXPECT_EQ(found.front() == std::int64_t(row + 1), row != 7);
      EXPECT_GT(found.size(), 100u);
    }
    EXPECT_EQ(library.embeddings().all().patches.size(), 297u);
  }
}

/// Writes an index's head anew, as one of another library's.
void claim(Bytes& index, std::span<const std::uint8_t> library, std::size_t bytesOfVectors) {
  constexpr std::size_t kLibrary = 48, kHead = 80, kEnd = 112, kHash = 32;
  std::copy(library.begin() + kLibrary, library.begin() + kLibrary + kHash, index.begin() + kLibrary);
  std::fill(index.begin() + kHead, index.begin() + kEnd, 0);
  const std::span<const std::uint8_t> all = index;
  const std::string hash = contentHash(contentHash(all.first(kEnd)) +
                                       contentHash(all.subspan(kEnd, all.size() - bytesOfVectors - kEnd)));
  std::copy(hash.begin(), hash.end(), index.begin() + kHead);
}

TEST(NeighbourIndex, IsMadeAnewWhereItIsOfAnotherDimension) {
  const TemporaryFolder folder;
  Library library = madeUp(folder / "a.db", 150, {60}), other = madeUp(folder / "b.db", 150, {60}, 8);
  const auto all = library.embeddings().all();
  const auto right = patchesOf(NeighbourIndex(library, kKept).nearest(vectorOf(all, 7), 150));
  NeighbourIndex(other, kKept);
  const Bytes whole = readFile(indexFile(library));
  Bytes foreign = readFile(indexFile(other));
  claim(foreign, whole, 150 * 8 * sizeof(float));
  writeFileAtomically(indexFile(library), foreign);
  EXPECT_EQ(patchesOf(NeighbourIndex(library, kKept).nearest(vectorOf(all, 7), 150)), right);
  EXPECT_TRUE(readFile(indexFile(library)) == whole);
}

/// Every byte of the file counts, wherever the damage is and however it came.
TEST(NeighbourIndex, IsMadeAnewWhereTheFileIsDamaged) {
  const TemporaryFolder folder;
  Library library = madeUp(folder / "a.db", 150, {60});
  const auto all = library.embeddings().all();
  const std::filesystem::path file = indexFile(library);
  for (const IndexRule& rule : {kKept, kLists}) {
    std::filesystem::remove(file);
    const auto right = patchesOf(NeighbourIndex(library, rule).nearest(vectorOf(all, 7), 150));
    const Bytes whole = readFile(file);
    const auto check = [&](const Bytes& damaged, const std::string& how) {
      writeFileAtomically(file, damaged);
      const NeighbourIndex index(library, rule);
      EXPECT_EQ(patchesOf(index.nearest(vectorOf(all, 7), 150)), right) << how;
      EXPECT_TRUE(readFile(file) == whole) << how << ": it was not made anew";
    };
    for (std::size_t at = 3; at < whole.size(); at += whole.size() / 40) {
      // Of the lists only those count that a search looks into.
      if (rule.exactUpTo == kLists.exactUpTo && at > 19000) break;
      Bytes damaged = whole;
      damaged[at] ^= 0x40;
      check(damaged, fmt::format("byte {} of {}", at, whole.size()));
    }
    Bytes near = whole;
    const auto* own = reinterpret_cast<const std::uint8_t*>(vectorOf(all, 7).data());
    const auto at = std::search(near.begin(), near.end(), own, own + vectorOf(all, 7).size_bytes());
    ASSERT_NE(at, near.end());
    *(at + 100) ^= 1;
    check(near, "a bit of the vector that is looked for");
    for (const std::size_t size :
         {std::size_t(0), std::size_t(10), std::size_t(200), whole.size() / 2, whole.size() - 1})
      check(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size)), fmt::format("cut to {} bytes", size));
    Bytes longer = whole;
    longer.push_back(0);
    check(longer, "a byte too many");
  }
}

TEST(NeighbourIndex, IsInMemoryWhereItCannotBeWritten) {
  const TemporaryFolder folder;
  Library library = madeUp(folder / "a.db", 150, {60});
  // A folder of that name stands in the way, as a folder without permission would.
  std::filesystem::create_directories(indexFile(library) / "full");
  const auto all = library.embeddings().all();
  EXPECT_EQ(NeighbourIndex(library, kLists).nearest(vectorOf(all, 5), 1).front().patch, 6);
}

}  // namespace
}  // namespace patchpilot
