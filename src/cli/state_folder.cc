#include "cli/state_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string_view>
#include <system_error>

#include "directory/key_text.h"

namespace drover::cli {
namespace {

constexpr const char* kTokenFile = "admin-token";
/// Longer is no token of ours.
constexpr std::size_t kMostTokenBytes = 256;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// A token file that others can read, or that is a link, was not made here.
bool is_private(int descriptor) {
  struct stat about{};
  return ::fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode) && (about.st_mode & 077U) == 0 &&
         about.st_uid == ::geteuid();
}

Secret fresh_token() {
  directory::KeyChance chance{};
  std::random_device machine;
  for (std::uint8_t& byte : chance) byte = static_cast<std::uint8_t>(machine());
  const directory::MadeKey made = directory::make_key(chance);
  return Secret("da_" + std::string(made.text.reveal().substr(directory::kKeyPrefix.size())));
}

}  // namespace

std::string state_folder() {
  if (const std::string given = variable("STATE_DIRECTORY"); !given.empty()) return given.substr(0, given.find(':'));
  if (const std::string given = variable("XDG_STATE_HOME"); given.starts_with('/')) return given + "/drover";
  if (const std::string home = variable("HOME"); home.starts_with('/')) return home + "/.local/state/drover";
  return {};
}

std::optional<Secret> known_admin_token(const std::string& folder) {
  const int descriptor = ::open((folder + "/" + kTokenFile).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return std::nullopt;
  std::array<char, kMostTokenBytes> bytes{};
  const ssize_t read = is_private(descriptor) ? ::read(descriptor, bytes.data(), bytes.size()) : -1;
  ::close(descriptor);
  if (read <= 0) return std::nullopt;
  std::string_view text(bytes.data(), static_cast<std::size_t>(read));
  text = text.substr(0, text.find('\n'));
  if (text.empty()) return std::nullopt;
  return Secret(std::string(text));
}

std::optional<Secret> own_admin_token(const std::string& folder) {
  if (folder.empty()) return std::nullopt;
  if (auto known = known_admin_token(folder)) return known;
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) return std::nullopt;
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, problem);
  const std::string path = folder + "/" + kTokenFile;
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return known_admin_token(folder);  // another drover was faster
  Secret token = fresh_token();
  const std::string line = std::string(token.reveal()) + "\n";
  const bool written = ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  ::close(descriptor);
  if (written) return token;
  ::unlink(path.c_str());
  return std::nullopt;
}

}  // namespace drover::cli
