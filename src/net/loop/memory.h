// Memory that connections of one thread lend each other: a connection holds it only while bytes are in it, so an idle
// one holds none.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/fixed_vector.h"
#include "http/head/head.h"
#include "net/http1/byte_ledger.h"

namespace drover::net {

/// Pieces kept ready per kind and thread; more are freed. 64 covers the requests a thread has in hand at one moment.
inline constexpr std::size_t kMaxSpareMemory = 64;
/// What a fresh piece can hold without growing: more than nearly every head. A connection is never without as much.
inline constexpr std::size_t kFirstBytes = 4 * 1024;
/// A string that grew past this is freed rather than kept.
inline constexpr std::size_t kMaxSpareBytes = 32 * 1024;

/// A head with the bytes it points into.
template <class Head>
struct HeadMemory {
  Head head;
  std::string bytes;
};

using RequestMemory = HeadMemory<http::RequestHead>;
using ResponseMemory = HeadMemory<http::ResponseHead>;

/// Keeps the bytes of a head that was parsed from `received`: the views in `memory.head` then point into the copy.
void keep_head(std::string_view received, RequestMemory& memory);
void keep_head(std::string_view received, ResponseMemory& memory);

/// The spare pieces of one thread.
class LoopMemory {
 public:
  [[nodiscard]] std::string take_bytes();
  void give(std::string bytes);
  [[nodiscard]] std::unique_ptr<RequestMemory> take_request();
  void give(std::unique_ptr<RequestMemory> memory);
  [[nodiscard]] std::unique_ptr<ResponseMemory> take_response();
  void give(std::unique_ptr<ResponseMemory> memory);

 private:
  template <class Piece>
  using Spare = FixedVector<Piece, kMaxSpareMemory>;

  Spare<std::string> bytes_;
  Spare<std::unique_ptr<RequestMemory>> requests_;
  Spare<std::unique_ptr<ResponseMemory>> responses_;
};

/// Bytes that wait to be consumed from the front. Borrows its memory when the first byte comes.
class Buffer {
 public:
  explicit Buffer(LoopMemory& memory) : memory_(memory) {}
  /// What it holds beyond kFirstBytes counts in the ledger, where there is one.
  Buffer(LoopMemory& memory, ByteLedger* ledger) : memory_(memory), ledger_(ledger) {}
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { release(); }

  [[nodiscard]] bool empty() const { return begin_ == bytes_.size(); }
  [[nodiscard]] std::size_t size() const { return bytes_.size() - begin_; }
  [[nodiscard]] std::string_view view() const { return std::string_view(bytes_).substr(begin_); }
  [[nodiscard]] char* data() { return bytes_.data() + begin_; }

  /// Invalidates views.
  void append(std::string_view more);
  /// Takes bytes off the front; views into them stay good until the next append or tidy.
  void consume(std::size_t count) { begin_ += count; }
  /// Gives the memory back when nothing is left in it.
  void tidy() {
    if (empty()) release();
  }
  void release();
  /// Of two buffers that count in no ledger.
  void swap(Buffer& other);
  /// Whether it may grow: the first bytes always, more while the ledger is not full.
  [[nodiscard]] bool may_grow() const { return ledger_ == nullptr || size() < kFirstBytes || !ledger_->full(); }

 private:
  void count();

  LoopMemory& memory_;
  ByteLedger* ledger_ = nullptr;
  std::size_t counted_ = 0;
  std::string bytes_;
  std::size_t begin_ = 0;
  bool borrowed_ = false;
};

}  // namespace drover::net
