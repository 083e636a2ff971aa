#include "config/environment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace drover::config {
namespace {

using Refused = std::unexpected<std::string>;

/// Closes its descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

std::string reason(int error) {
  if (error == ENOENT || error == ENOTDIR) return "does not exist";
  if (error == EACCES || error == EPERM) return "may not be read by this user";
  if (error == ELOOP) return "is a symbolic link that leads nowhere";
  return "cannot be read: " + std::generic_category().message(error);
}

/// Whether the link may be followed. In a shared folder such as /tmp another user's link could lead to a file of that
/// user's choice. Links made by root, by this user or by the file's owner are trusted: secrets are mounted into
/// containers by them.
bool link_is_trusted(const std::string& path, const struct stat& file) {
  struct stat link{};
  if (::lstat(path.c_str(), &link) != 0 || !S_ISLNK(link.st_mode)) return true;
  return link.st_uid == 0 || link.st_uid == ::geteuid() || link.st_uid == file.st_uid;
}

std::expected<FileContent, std::string> read_regular_file(const std::string& path, std::size_t limit) {
  if (path.find('\0') != std::string::npos) return Refused("is not a path");
  // O_NONBLOCK: opening a FIFO would otherwise wait for its writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.number() < 0) return Refused(reason(errno));
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return Refused(reason(errno));
  if (S_ISDIR(status.st_mode)) return Refused("is a folder, not a file");
  if (!S_ISREG(status.st_mode)) return Refused("is not a regular file");
  if (!link_is_trusted(path, status)) return Refused("is reached through another user's symbolic link");

  FileContent content{.text = {}, .mode = static_cast<unsigned>(status.st_mode) & 0777U};
  std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t count = ::read(file.number(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Refused(reason(errno));
    if (count == 0) return content;
    content.text.append(buffer.data(), static_cast<std::size_t>(count));
    if (content.text.size() > limit) return Refused("is larger than " + std::to_string(limit) + " bytes");
  }
}

}  // namespace

Environment real_environment() {
  Environment environment;
  environment.variable = [](std::string_view name) -> std::optional<std::string> {
    const char* const value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
  environment.read_file = read_regular_file;
  return environment;
}

}  // namespace drover::config
