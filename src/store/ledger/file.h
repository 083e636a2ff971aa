// A file that is open, with the few calls that the spool and the snapshot need. Errors: kFull, kReadOnly, kFileTrouble.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace drover::store {

class File {
 public:
  /// Opens, or makes, a file that only its owner may read.
  [[nodiscard]] static Result<File> open(const std::string& path, int flags);
  File() = default;
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~File();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] Result<std::uint64_t> size() const;
  /// Writes all of it at `offset`.
  [[nodiscard]] Result<void> write(std::string_view bytes, std::uint64_t offset) const;
  /// Reads at most `most` bytes from `offset` on; fewer only at the end of the file.
  [[nodiscard]] Result<std::string> read(std::uint64_t offset, std::size_t most) const;
  [[nodiscard]] Result<void> cut(std::uint64_t size) const;
  /// Waits until it is on the disk.
  [[nodiscard]] Result<void> sync() const;
  /// Whether it is now this process's, and no other's, until it is closed.
  [[nodiscard]] bool lock() const;

 private:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace drover::store
