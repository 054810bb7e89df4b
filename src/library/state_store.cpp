#include "library/state_store.h"

#include "base/error.h"
#include "library/library_file.h"
#include "preset/dialect.h"

#include <zlib.h>

#include <optional>
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

/// The most that deflate makes of a byte (RFC 1951: 258 bytes of a run in 2 bits).
constexpr std::int64_t kMostPerByte = 1032;

/// Unpacks a piece. @param size  its size, as the file says @return nothing if it is damaged
std::optional<Bytes> inflated(std::span<const std::uint8_t> packed, std::int64_t size) {
  if (size < 0 || size > kMostPerByte * std::int64_t(packed.size())) return std::nullopt;
  Bytes whole(static_cast<std::size_t>(size));
  uLongf unpacked = uLongf(size);
  if (uncompress(whole.data(), &unpacked, packed.data(), uLong(packed.size())) != Z_OK ||
      unpacked != whole.size())
    return std::nullopt;
  return whole;
}

}  // namespace

std::int64_t StateStore::putPiece(std::span<const std::uint8_t> piece) {
  const std::string hash = contentHash(piece);
  auto known = file_.database.prepare("SELECT id FROM pieces WHERE hash = ?");
  if (known.bind(1, hash).step()) return known.integer(0);
  auto insert = file_.database.prepare("INSERT INTO pieces (hash, size, deflated) VALUES (?, ?, ?)");
  insert.bind(1, hash).bind(2, std::int64_t(piece.size())).bindBytes(3, deflated(piece)).run();
  return file_.database.lastRowId();
}

std::int64_t StateStore::put(const Bytes& state) {
  const std::string hash = contentHash(state);
  auto known = file_.database.prepare("SELECT id FROM states WHERE hash = ?");
  if (known.bind(1, hash).step()) return known.integer(0);
  std::string pieces;
  std::size_t begin = 0;
  for (const std::size_t end : pieceEndsOfState(state)) {
    pieces += std::to_string(putPiece(std::span(state).subspan(begin, end - begin))) + " ";
    begin = end;
  }
  auto insert = file_.database.prepare("INSERT INTO states (hash, pieces) VALUES (?, ?)");
  insert.bind(1, hash).bind(2, pieces).run();
  return file_.database.lastRowId();
}

Bytes StateStore::get(std::int64_t id) {
  auto select = file_.database.prepare("SELECT pieces, hash FROM states WHERE id = ?");
  if (!select.bind(1, id).step()) file_.failDamaged("it has no state {}", id);
  auto piece = file_.database.prepare("SELECT size, deflated FROM pieces WHERE id = ?");
  Bytes state;
  std::istringstream ids(select.text(0));
  for (std::int64_t next = 0; ids >> next;) {
    piece.reset();
    if (!piece.bind(1, next).step()) file_.failDamaged("it has no piece {}", next);
    const auto whole = inflated(piece.bytes(1), piece.integer(0));
    if (!whole) file_.failDamaged("piece {} cannot be unpacked", next);
    state.insert(state.end(), whole->begin(), whole->end());
  }
  if (contentHash(state) != select.text(1)) file_.failDamaged("state {} is not what was kept", id);
  return state;
}

}  // namespace patchpilot
