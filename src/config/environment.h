// What a configuration may read from outside: environment variables and files. It is injected, so that tests need
// neither.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace drover::config {

struct FileContent {
  std::string text;
  unsigned mode = 0600;  ///< permission bits, for the warning about files that other users can read
};

struct Environment {
  /// The value of a variable, or nothing when it is not set.
  std::function<std::optional<std::string>(std::string_view name)> variable;
  /// A whole file of at most `limit` bytes. The error is a phrase: "does not exist", "is larger than 1 MiB".
  std::function<std::expected<FileContent, std::string>(const std::string& path, std::size_t limit)> read_file;
};

/// The process's own environment and file system. Only regular files are read (a device or FIFO could block or never
/// end). A symbolic link is followed when root, this user or the owner of the file it leads to made it.
[[nodiscard]] Environment real_environment();

}  // namespace drover::config
