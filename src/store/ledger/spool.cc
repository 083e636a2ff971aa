#include "store/ledger/spool.h"

#include <fcntl.h>

#include <cstring>

#include "store/ledger/checksum.h"
#include "store/ledger/row_codec.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

// A row within its bounds takes at most 14 texts of 256 bytes, 16 tags of 64 and the numbers.
constexpr std::uint32_t kMaxRecord = 16 * 1024;
constexpr std::size_t kRecordHead = 8;       // length and checksum, each four bytes
constexpr std::size_t kReadAtOnce = 1 << 20;

std::uint32_t word_at(std::string_view bytes) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes.data(), sizeof word);
  return word;
}

void put_record(std::string& to, const LedgerRow& row) {
  const std::size_t begin = to.size();
  to.resize(begin + kRecordHead);
  encode(row, to);
  const std::string_view body = std::string_view(to).substr(begin + kRecordHead);
  const std::uint32_t head[] = {static_cast<std::uint32_t>(body.size()), checksum(body)};
  std::memcpy(to.data() + begin, head, sizeof head);
}

/// The record at the front of `bytes`, without its head; nothing: it is not whole, or damaged.
std::optional<std::string_view> record_at(std::string_view bytes) {
  if (bytes.size() < kRecordHead) return std::nullopt;
  const std::uint32_t size = word_at(bytes);
  if (size == 0 || size > kMaxRecord || bytes.size() < kRecordHead + size) return std::nullopt;
  const std::string_view body = bytes.substr(kRecordHead, size);
  if (checksum(body) != word_at(bytes.substr(4))) return std::nullopt;
  return body;
}

}  // namespace

Result<Spool> Spool::open(const std::string& path, std::uint64_t most_bytes) {
  auto file = File::open(path, O_RDWR | O_CREAT);
  if (!file) return fail(file.error());
  if (!file->lock()) return fail(store_error(kLocked, "the file " + path + " is another process's"));
  Spool spool(std::move(*file), most_bytes);
  if (auto looked = spool.look_through(); !looked) return fail(looked.error());
  return spool;
}

/// Finds the end of the records that are whole, and cuts off what is behind it.
Result<void> Spool::look_through() {
  const auto size = file_.size();
  if (!size) return fail(size.error());
  while (end_ < *size) {
    const auto bytes = file_.read(end_, kReadAtOnce);
    if (!bytes) return fail(bytes.error());
    std::size_t at = 0;
    while (const auto body = record_at(std::string_view(*bytes).substr(at))) {
      at += kRecordHead + body->size();
      ++rows_;
    }
    if (at == 0) break;
    end_ += at;
  }
  damaged_ = *size - end_;
  return damaged_ > 0 ? file_.cut(end_) : Result<void>{};
}

Result<std::size_t> Spool::append(std::span<const LedgerRow> rows) {
  std::string bytes;
  std::size_t fitted = 0;
  for (const LedgerRow& row : rows) {
    const std::size_t before = bytes.size();
    put_record(bytes, row);
    if (end_ + bytes.size() > most_bytes_) {
      bytes.resize(before);
      break;
    }
    ++fitted;
  }
  if (auto written = file_.write(bytes, end_); !written) {
    // Half a record must not stand before the next ones.
    static_cast<void>(file_.cut(end_));
    return fail(written.error());
  }
  end_ += bytes.size();
  rows_ += fitted;
  return fitted;
}

Result<void> Spool::sync() { return file_.sync(); }

Result<std::vector<LedgerRow>> Spool::front(std::size_t most) {
  front_bytes_ = 0;
  front_rows_ = 0;
  std::vector<LedgerRow> rows;
  const auto bytes = file_.read(read_, static_cast<std::size_t>(std::min<std::uint64_t>(kReadAtOnce, end_ - read_)));
  if (!bytes) return fail(bytes.error());
  while (rows.size() < most) {
    const auto body = record_at(std::string_view(*bytes).substr(front_bytes_));
    if (!body) break;
    front_bytes_ += kRecordHead + body->size();
    ++front_rows_;
    if (auto row = decode(*body)) {
      rows.push_back(std::move(*row));
    } else {
      ++unreadable_;
    }
  }
  if (front_rows_ == 0 && !empty()) {
    // The disk no longer gives what was written: where the next record begins cannot be known.
    damaged_ += end_ - read_;
    if (auto cleared = clear(); !cleared) return fail(cleared.error());
  }
  return rows;
}

Result<void> Spool::drop_front() {
  read_ += std::exchange(front_bytes_, 0);
  rows_ -= std::exchange(front_rows_, 0);
  return empty() ? clear() : Result<void>{};
}

Result<void> Spool::clear() {
  read_ = 0;
  end_ = 0;
  rows_ = 0;
  return file_.cut(0);
}

}  // namespace drover::store
