// What a large library costs as Patch Pilot keeps it: the size on disk, how long its index takes to make, to
// open and to search, how much of it lies in memory, and how many of the 1, 50 and 500 nearest are found. One
// thread; times are the processor's.
//   bench_library_at_size LIBRARY.db [ROWS OUT.db]
// With ROWS, OUT.db is made and measured: the patches of LIBRARY, and up to so many more that lie between two
// of them.
#include "library/neighbours.h"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <random>

using namespace patchpilot;

namespace {

constexpr std::size_t kQueries = 200;
constexpr int kNeighbours[] = {1, 50, 500};

double since(std::clock_t begin) { return double(std::clock() - begin) / CLOCKS_PER_SEC; }

/// A line of /proc/self/status, in MB: VmHWM is the most so far, RssAnon what is this process's own now.
double megabytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1e3;
  return 0;
}

double fileMegabytes(const std::filesystem::path& file) {
  return std::filesystem::exists(file) ? double(std::filesystem::file_size(file)) / 1e6 : 0;
}

std::vector<float> between(const std::vector<float>& a, const std::vector<float>& b, float share) {
  std::vector<float> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] + share * (b[i] - a[i]);
  return result;
}

void enlarge(const std::string& from, std::size_t rows, const std::string& to) {
  Library source = Library::open(from);
  const auto patches = source.attempts().keptAfter(0, int(rows));
  Library library = Library::create(to, source.settings());
  std::mt19937_64 random(1);
  std::vector<LibraryAttempt> batch;
  for (std::size_t i = 0; i < rows; ++i) {
    LibraryAttempt attempt = patches[i < patches.size() ? i : random() % patches.size()];
    if (i >= patches.size()) {
      const LibraryAttempt& other = patches[random() % patches.size()];
      const float share = 0.3f * std::uniform_real_distribution<float>()(random);
      attempt.patch.values() = between(attempt.patch.values(), other.patch.values(), share);
      attempt.rows[0].embeddings[0] =
          between(attempt.rows[0].embeddings[0], other.rows[0].embeddings[0], share);
    }
    attempt.index = i;
    batch.push_back(std::move(attempt));
    if (batch.size() < 2000 && i + 1 < rows) continue;
    library.attempts().append(batch, i + 1);
    batch.clear();
  }
}

/// A row of the library that is asked for its neighbours.
struct Query {
  std::int64_t patch;
  std::vector<float> vector;
};

/// Searches twice, since a list is checked when it is first looked into, and compares with what is right.
void measure(const NeighbourIndex& index, const NeighbourIndex& exact, const std::vector<Query>& queries,
             int count, const std::string& lists) {
  std::vector<std::vector<Neighbour>> found;
  double milliseconds[2];
  for (double& one : milliseconds) {
    found.clear();
    const std::clock_t begin = std::clock();
    for (const auto& query : queries) found.push_back(index.nearest(query.vector, count, {query.patch}));
    one = 1000 * since(begin) / double(queries.size());
  }
  std::size_t hits = 0, wanted = 0;
  for (std::size_t q = 0; q < queries.size(); ++q)
    for (const auto& truth : exact.nearest(queries[q].vector, count, {queries[q].patch})) {
      ++wanted;
      hits += std::any_of(found[q].begin(), found[q].end(),
                          [&](const auto& n) { return n.patch == truth.patch; });
    }
  fmt::print("the nearest {}: {}; a search takes {:.2f} ms ({:.2f} ms the first time); recall {:.4f}\n",
             count, lists, milliseconds[1], milliseconds[0], double(hits) / double(wanted));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2 && count != 4) return fmt::print("bench_library_at_size LIBRARY.db [ROWS OUT.db]\n"), 2;
  omp_set_num_threads(1);
  if (count == 4) enlarge(arguments[1], std::stoul(arguments[2]), arguments[3]);
  std::string file = arguments[count == 4 ? 3 : 1];
  Library library = Library::open(file);
  std::filesystem::remove(indexFile(library));
  std::clock_t begin = std::clock();
  { const NeighbourIndex made(library); }
  fmt::print(
      "{} rows: {:.0f} MB of library, {:.0f} MB of index, made in {:.1f} s with {:.0f} MB of memory at "
      "most\n",
      library.counts().rows, fileMegabytes(file), fileMegabytes(indexFile(library)), since(begin),
      megabytes("VmHWM"));
  begin = std::clock();
  Library again = Library::open(file);
  const NeighbourIndex index(again);
  const double open = since(begin);
  const auto vectors = VectorIndex::open(again, 0, {});
  std::vector<Query> queries;
  std::size_t row = 0;
  again.embeddings().forEachRow([&](std::int64_t patch, int, std::span<const float> vector) {
    if (row++ % std::max<std::size_t>(1, vectors->rows() / kQueries) == 0)
      queries.push_back({patch, {vector.begin(), vector.end()}});
  });
  fmt::print("opens in {:.0f} ms; {:.0f} MB of own memory\n", 1000 * open, megabytes("RssAnon"));
  const NeighbourIndex exact(again, {.keptFrom = ~std::size_t(0), .exactUpTo = ~std::size_t(0)});
  for (const int count : kNeighbours)
    measure(index, exact, queries, count,
            fmt::format("{} of {} lists", vectors->probes(std::size_t(count)), vectors->lists()));
}
