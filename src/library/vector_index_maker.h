#pragma once

#include "library/vector_index.h"
#include "library/vector_index_format.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace patchpilot {

/// Makes the index of one of a library's embeddings.
class VectorIndexMaker {
 public:
  /// @param library, rule, onProgress  must outlive the maker
  VectorIndexMaker(Library& library, std::size_t embedding, const IndexRule& rule,
                   const IndexProgress& onProgress);

  /// Of the index that `write` makes: all but what it finds out by making it.
  const index_format::Header& header() const { return header_; }
  std::size_t bytes() const {
    return index_format::Layout(header_.rows, header_.dimension, header_.lists).size;
  }

  /// @param bytes  zeros
  void write(std::span<std::uint8_t> bytes);

 private:
  using Parts = index_format::Parts<std::uint8_t>;
  using UseRow = std::function<void(std::int64_t patch, int note, std::span<const float> vector)>;

  std::size_t dimension() const { return std::size_t(header_.dimension); }
  void tell(double done) const;
  void forEachRow(double from, double to, const UseRow& use);
  void train(Parts& parts);
  std::vector<std::int32_t> assigned(const Parts& parts);
  void place(Parts& parts);
  void findProbes(Parts& parts) const;
  std::vector<std::vector<std::size_t>> ranksOfNeighbours(const Parts& parts) const;

  Library& library_;
  std::size_t embedding_;
  const IndexRule& rule_;
  const IndexProgress& onProgress_;
  index_format::Header header_;
};

}  // namespace patchpilot
