#include "net/http1/outbox.h"

#include <sys/uio.h>

#include <algorithm>
#include <array>

#include "net/socket/stream.h"

namespace drover::net {

namespace {

iovec to_iovec(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

}  // namespace

bool Outbox::has_room(const OutPieces& pieces) const {
  std::size_t copies = front_.size() + tail_.size();
  for (const OutPiece& piece : pieces) {
    // A borrowed piece after a pending one is copied, because its place is in the tail.
    bool borrowable = piece.keep == Keep::Borrow && borrowed_.empty() && tail_.empty();
    if (!borrowable) copies += piece.bytes.size();
  }
  return copies <= kMaxPendingBytes;
}

Moved Outbox::send(Stream& stream, const OutPieces& pieces) {
  std::size_t total = 0;
  for (const OutPiece& piece : pieces) total += piece.bytes.size();
  std::size_t sent = 0;
  if (empty() && total > 0) {
    std::array<iovec, kMaxOutPieces> vectors;
    std::size_t count = 0;
    for (const OutPiece& piece : pieces) vectors[count++] = to_iovec(piece.bytes);
    Moved moved = stream.write({vectors.data(), count});
    if (moved.state == Io::Failed) return moved;
    sent = moved.bytes;
  }
  if (sent == total && empty()) return Moved::done(total);
  std::size_t skip = sent;
  for (const OutPiece& piece : pieces) {
    std::size_t skipped = std::min(skip, piece.bytes.size());
    skip -= skipped;
    if (skipped < piece.bytes.size()) keep({piece.bytes.substr(skipped), piece.keep});
  }
  return {Io::Blocked, sent, 0};
}

void Outbox::keep(OutPiece piece) {
  bool borrow = piece.keep == Keep::Borrow && tail_.empty();
  if (borrow && borrowed_.push_back(piece.bytes)) return;
  (borrowed_.empty() ? front_ : tail_).append(piece.bytes);
}

Moved Outbox::flush(Stream& stream) {
  if (empty()) return Moved::done(0);
  std::array<iovec, kMaxPieces + 2> vectors;
  std::size_t count = 0;
  if (!front_.empty()) vectors[count++] = to_iovec(front_.view());
  for (std::string_view piece : borrowed_) vectors[count++] = to_iovec(piece);
  if (!tail_.empty()) vectors[count++] = to_iovec(tail_.view());
  Moved moved = stream.write({vectors.data(), count});
  if (moved.state == Io::Failed) return moved;
  took(moved.bytes);
  // A partial write means that the kernel is full: a further call would be in vain.
  return {empty() ? Io::Done : Io::Blocked, moved.bytes, 0};
}

void Outbox::took(std::size_t count) {
  std::size_t step = std::min(count, front_.size());
  front_.consume(step);
  front_.tidy();
  count -= step;
  std::size_t done = 0;
  for (std::string_view& piece : borrowed_) {
    step = std::min(count, piece.size());
    piece.remove_prefix(step);
    count -= step;
    if (!piece.empty()) break;
    ++done;
  }
  if (done > 0) {
    std::move(borrowed_.begin() + done, borrowed_.end(), borrowed_.begin());
    for (; done > 0; --done) borrowed_.pop_back();
  }
  tail_.consume(count);
  tail_.tidy();
  if (front_.empty() && borrowed_.empty()) front_.swap(tail_);
}

std::uint64_t Outbox::pending_bytes() const {
  std::uint64_t total = front_.size() + tail_.size();
  for (std::string_view piece : borrowed_) total += piece.size();
  return total;
}

void Outbox::clear() {
  front_.release();
  tail_.release();
  borrowed_.clear();
}

}  // namespace drover::net
