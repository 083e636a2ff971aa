// Memory that the connections of one thread share: a connection holds it only while it has bytes in it, so an idle
// connection holds none.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/fixed_vector.h"
#include "http/head/head.h"
#include "net/http1/byte_ledger.h"

namespace drover::net {

/// Most spare pieces of each kind in a thread; more are freed. 64 covers the requests that a thread works on at one
/// moment.
inline constexpr std::size_t kMaxSpareMemory = 64;
/// What a fresh piece holds without growing: more than nearly every head needs. A connection may always hold this much.
inline constexpr std::size_t kFirstBytes = 4 * 1024;
/// A string that has grown past this is freed and not kept.
inline constexpr std::size_t kMaxSpareBytes = 32 * 1024;

/// A head with the bytes it points into.
template <class Head>
struct HeadMemory {
  Head head;
  std::string bytes;
};

using RequestMemory = HeadMemory<http::RequestHead>;
using ResponseMemory = HeadMemory<http::ResponseHead>;

/// Copies the bytes of a head that was parsed from `received`: the views in `memory.head` then point into the copy.
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

/// Bytes that wait to be consumed from the front. Takes its memory when the first byte comes.
class Buffer {
 public:
  explicit Buffer(LoopMemory& memory) : memory_(memory) {}
  /// The bytes beyond kFirstBytes count in the ledger, if there is one.
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
  /// Takes bytes off the front; views into them stay valid until the next append or tidy.
  void consume(std::size_t count) { begin_ += count; }
  /// Gives the memory back when it is empty.
  void tidy() {
    if (empty()) release();
  }
  void release();
  /// Both buffers must count in no ledger.
  void swap(Buffer& other);
  /// Whether it may grow: the first bytes always, more while the ledger has room.
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
