// Which index a large library wants: for each kind how long it takes to make, to open and to search, what it
// keeps in memory, and how many of the 50 nearest it finds. One thread; times are the processor's.
//   bench_index_kinds LIBRARY.db [ROWS] [OTHER.db]
// ROWS: how many to index; where the library has fewer, the others are made between two near rows of its own.
// Rows that are asked for are left out of the index; OTHER gives queries from another synth.
#include "library/library.h"
#include "library/neighbours.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexScalarQuantizer.h>
#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/index_io.h>
#include <fmt/format.h>
#include <omp.h>

#include <cmath>
#include <ctime>
#include <fstream>
#include <random>

using namespace patchpilot;

namespace {

constexpr std::size_t kQueries = 200;
constexpr int kNeighbours = 50;

/// The processor's time, not the clock's: other work may share the machine.
double since(std::clock_t begin) { return double(std::clock() - begin) / CLOCKS_PER_SEC; }

struct Vectors {
  std::vector<float> rows, own,
      foreign;  ///< to be indexed, and to ask for: left out of the library, of another
  std::size_t dimension = 0;
  std::size_t made = 0;  ///< rows that no patch has
};

Vectors load(const std::string& file, std::size_t wanted, const std::string& other) {
  Library library = Library::open(file);
  const auto all = library.embeddings().all();
  Vectors v;
  v.dimension = std::size_t(all.dimension);
  const std::size_t count = all.patches.size(), step = count / kQueries;
  const auto vector = [&](std::size_t row) {
    return std::span(all.vectors).subspan(row * v.dimension, v.dimension);
  };
  for (std::size_t row = 0; row < count; ++row) {
    auto& to = row % step == step / 2 && v.own.size() < kQueries * v.dimension ? v.own : v.rows;
    if (&to == &v.own || v.rows.size() < wanted * v.dimension)
      to.insert(to.end(), vector(row).begin(), vector(row).end());
  }
  std::mt19937_64 random(1);
  while (v.rows.size() < wanted * v.dimension) {
    const auto a = vector(random() % count), b = vector(random() % count);
    const float share = 0.3f * std::uniform_real_distribution<float>()(random);
    for (std::size_t i = 0; i < v.dimension; ++i) v.rows.push_back(a[i] + share * (b[i] - a[i]));
    ++v.made;
  }
  if (other.empty()) return v;
  const auto foreign = Library::open(other).embeddings().all();
  for (std::size_t q = 0; q < kQueries; ++q) {
    const auto row =
        std::span(foreign.vectors).subspan(q * foreign.patches.size() / kQueries * v.dimension, v.dimension);
    v.foreign.insert(v.foreign.end(), row.begin(), row.end());
  }
  return v;
}

struct Answers {
  std::vector<faiss::Index::idx_t> labels;
  double milliseconds = 0;
};

Answers ask(const faiss::Index& index, const std::vector<float>& queries) {
  Answers answers;
  const std::size_t count = queries.size() / std::size_t(index.d);
  answers.labels.resize(count * kNeighbours);
  std::vector<float> distances(kNeighbours);
  const std::clock_t begin = std::clock();
  for (std::size_t q = 0; q < count; ++q)
    index.search(1, queries.data() + q * std::size_t(index.d), kNeighbours, distances.data(),
                 answers.labels.data() + q * kNeighbours);
  answers.milliseconds = 1000 * since(begin) / double(std::max<std::size_t>(1, count));
  return answers;
}

std::string recall(const Answers& truth, const Answers& found) {
  if (truth.labels.empty()) return "";
  std::size_t hits = 0;
  for (std::size_t i = 0; i < truth.labels.size(); ++i) {
    const auto* row = found.labels.data() + i / kNeighbours * kNeighbours;
    hits += std::size_t(std::count(row, row + kNeighbours, truth.labels[i]));
  }
  return fmt::format("{:.3f}", double(hits) / double(truth.labels.size()));
}

void measure(const std::string& name, faiss::Index& index, const Vectors& v, const Answers& own,
             const Answers& foreign,
             const std::vector<std::pair<std::string, std::function<void()>>>& settings) {
  const std::clock_t begin = std::clock();
  const auto n = faiss::Index::idx_t(v.rows.size() / v.dimension);
  index.train(n, v.rows.data());
  index.add(n, v.rows.data());
  const double seconds = since(begin);
  const std::string file = std::tmpnam(nullptr);
  faiss::write_index(&index, file.c_str());
  std::ifstream stream(file, std::ios::ate | std::ios::binary);
  const double megabytes = double(stream.tellg()) / 1e6;
  const std::clock_t opening = std::clock();
  delete faiss::read_index(file.c_str(), faiss::IO_FLAG_MMAP);
  const double open = since(opening);
  std::remove(file.c_str());
  for (const auto& [setting, apply] : settings) {
    apply();
    const Answers a = ask(index, v.own), b = ask(index, v.foreign);
    fmt::print("| {}{} | {:.0f} | {:.0f} | {:.0f} | {:.2f} | {} | {} |\n", name, setting, seconds, megabytes,
               1000 * open, a.milliseconds, recall(own, a), recall(foreign, b));
    std::fflush(stdout);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return fmt::print("bench_index_kinds LIBRARY.db [ROWS] [OTHER.db]\n"), 2;
  omp_set_num_threads(1);
  const Vectors v =
      load(arguments[1], count > 2 ? std::stoul(arguments[2]) : 200000, count > 3 ? arguments[3] : "");
  const auto d = faiss::Index::idx_t(v.dimension);
  const auto lists = std::size_t(std::sqrt(double(v.rows.size() / v.dimension)));
  fmt::print("{} rows of {} ({} of them made between two others)\n\n", v.rows.size() / v.dimension, d,
             v.made);
  fmt::print(
      "| index | made in, s | MB | opens in, ms | search, ms | recall at 50 | of another synth's sounds |\n");
  fmt::print("| --- | --- | --- | --- | --- | --- | --- |\n");
  faiss::IndexFlatL2 flat(d);
  flat.add(faiss::Index::idx_t(v.rows.size() / v.dimension), v.rows.data());
  const Answers own = ask(flat, v.own), foreign = ask(flat, v.foreign);
  flat.reset();
  measure("exact", flat, v, own, foreign, {{"", [] {}}});
  {
    faiss::IndexFlatL2 quantizer(d);
    faiss::IndexIVFFlat ivf(&quantizer, std::size_t(d), lists);
    std::vector<std::pair<std::string, std::function<void()>>> settings;
    for (const std::size_t probes : {8, 16, 32, 48, 64, 96})
      settings.push_back(
          {fmt::format(", {} of {} lists", probes, lists), [&ivf, probes] { ivf.nprobe = probes; }});
    measure("lists of whole vectors", ivf, v, own, foreign, settings);
  }
  {
    faiss::IndexFlatL2 quantizer(d);
    faiss::IndexIVFScalarQuantizer sq(&quantizer, std::size_t(d), lists, faiss::ScalarQuantizer::QT_8bit);
    measure("lists of 8-bit vectors", sq, v, own, foreign, {{", 64 lists", [&] { sq.nprobe = 64; }}});
  }
  {
    faiss::IndexFlatL2 quantizer(d);
    faiss::IndexIVFPQ pq(&quantizer, std::size_t(d), lists, 88, 8);
    measure("IVF-PQ, 88 bytes a vector", pq, v, own, foreign, {{", 64 lists", [&] { pq.nprobe = 64; }}});
  }
  std::fflush(stdout);
  faiss::IndexHNSWFlat hnsw(int(d), 32);
  std::vector<std::pair<std::string, std::function<void()>>> settings;
  for (const int search : {64, 128, 256})
    settings.push_back(
        {fmt::format(", efSearch {}", search), [&hnsw, search] { hnsw.hnsw.efSearch = search; }});
  measure("HNSW, 32 links", hnsw, v, own, foreign, settings);
}
