// The bytes that a connection was given to send and the kernel has not taken yet. Sends what it can at once, and keeps
// the rest in order, copied or borrowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/fixed_vector.h"
#include "net/exchange.h"
#include "net/io.h"
#include "net/loop/memory.h"

namespace drover::net {

class Stream;

/// A piece, and how it may be kept.
struct OutPiece {
  std::string_view bytes;
  Keep keep = Keep::Copy;
};

/// The caller's pieces with head, chunk header and line ends around them.
inline constexpr std::size_t kMaxOutPieces = kMaxPieces + 4;
using OutPieces = FixedVector<OutPiece, kMaxOutPieces>;

class Outbox {
 public:
  explicit Outbox(LoopMemory& memory) : front_(memory), tail_(memory) {}

  /// Sends the pieces after the pending bytes: Done, Blocked (the rest is kept; call flush() when writable) or Failed.
  [[nodiscard]] Moved send(Stream& stream, const OutPieces& pieces);
  /// Whether send() may copy as many bytes as these pieces could need.
  [[nodiscard]] bool has_room(const OutPieces& pieces) const;
  /// Tries to send the rest. Moved::bytes is what was sent, also when Blocked.
  [[nodiscard]] Moved flush(Stream& stream);

  [[nodiscard]] bool empty() const { return front_.empty() && borrowed_.empty() && tail_.empty(); }
  [[nodiscard]] std::uint64_t pending_bytes() const;
  void clear();

 private:
  void keep(OutPiece piece);
  void took(std::size_t count);

  // In the order of sending.
  Buffer front_;
  FixedVector<std::string_view, kMaxPieces> borrowed_;
  Buffer tail_;
};

}  // namespace drover::net
