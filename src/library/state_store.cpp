#include "library/state_store.h"

#include "base/error.h"
#include "preset/dialect.h"

#include <zlib.h>

#include <sstream>

namespace patchpilot {

namespace {

Bytes deflated(std::span<const std::uint8_t> bytes) {
  uLongf size = compressBound(uLong(bytes.size()));
  Bytes out(size);
  if (compress2(out.data(), &size, bytes.data(), uLong(bytes.size()), Z_DEFAULT_COMPRESSION) != Z_OK)
    failSystem("no memory is left to compress {} bytes", bytes.size());
  out.resize(size);
  return out;
}

}  // namespace

std::int64_t StateStore::putPiece(std::span<const std::uint8_t> piece) {
  const std::string hash = contentHash(piece);
  auto known = database_.prepare("SELECT id FROM pieces WHERE hash = ?");
  if (known.bind(1, hash).step()) return known.integer(0);
  auto insert = database_.prepare("INSERT INTO pieces (hash, size, deflated) VALUES (?, ?, ?)");
  insert.bind(1, hash).bind(2, std::int64_t(piece.size())).bindBytes(3, deflated(piece)).run();
  return database_.lastRowId();
}

std::int64_t StateStore::put(const Bytes& state) {
  const std::string hash = contentHash(state);
  auto known = database_.prepare("SELECT id FROM states WHERE hash = ?");
  if (known.bind(1, hash).step()) return known.integer(0);
  std::string pieces;
  std::size_t begin = 0;
  for (const std::size_t end : pieceEndsOfState(state)) {
    pieces += std::to_string(putPiece(std::span(state).subspan(begin, end - begin))) + " ";
    begin = end;
  }
  auto insert = database_.prepare("INSERT INTO states (hash, pieces) VALUES (?, ?)");
  insert.bind(1, hash).bind(2, pieces).run();
  return database_.lastRowId();
}

Bytes StateStore::get(std::int64_t id, const std::string& file) {
  auto select = database_.prepare("SELECT pieces FROM states WHERE id = ?");
  if (!select.bind(1, id).step()) failInput("{} is damaged: it has no state {}; build it anew", file, id);
  auto piece = database_.prepare("SELECT size, deflated FROM pieces WHERE id = ?");
  Bytes state;
  std::istringstream ids(select.text(0));
  for (std::int64_t next = 0; ids >> next;) {
    piece.reset();
    if (!piece.bind(1, next).step())
      failInput("{} is damaged: it has no piece {}; build it anew", file, next);
    const Bytes packed = piece.bytes(1);
    Bytes whole(std::size_t(piece.integer(0)));
    uLongf size = uLongf(whole.size());
    if (uncompress(whole.data(), &size, packed.data(), uLong(packed.size())) != Z_OK || size != whole.size())
      failInput("{} is damaged: piece {} cannot be unpacked; build it anew", file, next);
    state.insert(state.end(), whole.begin(), whole.end());
  }
  return state;
}

}  // namespace patchpilot
