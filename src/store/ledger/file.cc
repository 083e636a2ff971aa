#include "store/ledger/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "store/trouble.h"

namespace drover::store {

namespace {

std::unexpected<Error> file_trouble(const std::string& what) {
  const int why = errno;
  const bool full = why == ENOSPC || why == EDQUOT || why == EFBIG;
  const bool read_only = why == EROFS || why == EACCES || why == EPERM;
  return fail(store_error(full ? kFull : read_only ? kReadOnly : kFileTrouble,
                          what + ": " + std::generic_category().message(why)));
}

}  // namespace

Result<File> File::open(const std::string& path, int flags) {
  const int opened = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (opened < 0) return file_trouble("the file " + path + " cannot be opened");
  return File(opened);
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::uint64_t> File::size() const {
  struct stat found {};
  if (::fstat(descriptor_, &found) != 0) return file_trouble("a file cannot be looked at");
  return static_cast<std::uint64_t>(found.st_size);
}

Result<void> File::write(std::string_view bytes, std::uint64_t offset) const {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return file_trouble("a file cannot be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<std::string> File::read(std::uint64_t offset, std::size_t most) const {
  std::string bytes(most, '\0');
  std::size_t got = 0;
  while (got < most) {
    const ssize_t now = ::pread(descriptor_, bytes.data() + got, most - got, static_cast<off_t>(offset + got));
    if (now < 0 && errno == EINTR) continue;
    if (now < 0) return file_trouble("a file cannot be read");
    if (now == 0) break;
    got += static_cast<std::size_t>(now);
  }
  bytes.resize(got);
  return bytes;
}

Result<void> File::cut(std::uint64_t size) const {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return file_trouble("a file cannot be cut");
  return {};
}

Result<void> File::sync() const {
  if (::fdatasync(descriptor_) != 0) return file_trouble("a file cannot be brought to the disk");
  return {};
}

bool File::lock() const { return ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0; }

}  // namespace drover::store
