// A file of our own in the system's folder for such, gone when this is.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace drover::demo {

class ScratchFile {
 public:
  /// Errors: LocalResource with the folder that it could not be made in.
  [[nodiscard]] static Result<ScratchFile> make();
  ~ScratchFile();
  ScratchFile(ScratchFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchFile& operator=(ScratchFile&&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// All of it.
  [[nodiscard]] std::string read() const;

 private:
  explicit ScratchFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace drover::demo
