// Rows that wait on disk while the store is away: records with their length and a checksum, in one bounded file, which are
// read back in their order. What it holds survives `kill -9` at once, and a power cut after the next sync(): the ledger syncs at
// most once a second. Records that a crash cut off or a disk damaged are left out and counted.
//
// The file belongs to one process at a time (flock): a second drover that takes over waits until the first has ended.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/ledger/file.h"
#include "store/ledger_row.h"

namespace drover::store {

class Spool {
 public:
  /// Opens the file at `path`, or makes it. What it holds already is kept, up to its first damaged record.
  /// Errors: kLocked, another process has it; those of the file.
  [[nodiscard]] static Result<Spool> open(const std::string& path, std::uint64_t most_bytes);

  /// Writes the rows behind the others. Gives how many fitted; the others are not kept.
  /// Errors: those of the file; then none of the rows is kept.
  [[nodiscard]] Result<std::size_t> append(std::span<const LedgerRow> rows);
  [[nodiscard]] Result<void> sync();

  /// The oldest rows, at most `most`; none: it is empty. They stay until drop_front().
  [[nodiscard]] Result<std::vector<LedgerRow>> front(std::size_t most);
  /// Removes what the last front() gave. The file becomes shorter only once all is removed: after a crash in between, rows
  /// come a second time (the store counts them once).
  [[nodiscard]] Result<void> drop_front();

  [[nodiscard]] bool empty() const { return read_ == end_; }
  [[nodiscard]] std::uint64_t bytes() const { return end_ - read_; }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  /// Bytes that were no records, since it was opened.
  [[nodiscard]] std::uint64_t damaged_bytes() const { return damaged_; }
  /// Records that were whole but no rows of this drover's format.
  [[nodiscard]] std::uint64_t unreadable_rows() const { return unreadable_; }

 private:
  Spool(File file, std::uint64_t most_bytes) : file_(std::move(file)), most_bytes_(most_bytes) {}
  [[nodiscard]] Result<void> look_through();
  [[nodiscard]] Result<void> clear();

  File file_;
  std::uint64_t most_bytes_;
  std::uint64_t read_ = 0;  ///< offset of the oldest row
  std::uint64_t end_ = 0;
  std::uint64_t rows_ = 0;
  std::uint64_t front_bytes_ = 0;  ///< of the records that front() gave
  std::uint64_t front_rows_ = 0;
  std::uint64_t damaged_ = 0;
  std::uint64_t unreadable_ = 0;
};

}  // namespace drover::store
