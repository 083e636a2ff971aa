// All keys and principals in one file, for a start while the store is away. It holds what the store holds: digests, no secrets.
// The file is written beside the old one, a page at a time, and takes its place as a whole; each line has a checksum, and the
// last line says how many there are, so a file that is not whole is not used.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "directory/records.h"
#include "store/ledger/file.h"
#include "store/store.h"

namespace drover::store {

/// Writes one snapshot.
class SnapshotWriter {
 public:
  [[nodiscard]] static Result<SnapshotWriter> begin(const std::string& path, const std::string& store_id);
  [[nodiscard]] Result<void> add(const Changes& page);
  /// The number of the last change in it so far: ask the store for what comes after.
  [[nodiscard]] std::uint64_t change() const { return change_; }
  /// Waits until it is on the disk, and puts it in the place of the old one.
  [[nodiscard]] Result<void> finish();

 private:
  SnapshotWriter(std::string path, File file) : path_(std::move(path)), file_(std::move(file)) {}
  [[nodiscard]] Result<void> put(std::string_view line);

  std::string path_;
  File file_;
  std::uint64_t at_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t change_ = 0;
};

struct Snapshot {
  std::string store_id{};
  std::uint64_t change = 0;
  std::vector<directory::Key> keys{};
  std::vector<directory::Principal> principals{};
};

/// Errors: kFileTrouble, there is none; kDamaged, it is not whole.
[[nodiscard]] Result<Snapshot> read_snapshot(const std::string& path);

}  // namespace drover::store
