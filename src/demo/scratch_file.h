// A file in the system's folder for temporary files, which is removed with this object.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace drover::demo {

class ScratchFile {
 public:
  /// Errors: LocalResource with the folder in which it could not be made.
  [[nodiscard]] static Result<ScratchFile> make();
  ~ScratchFile();
  ScratchFile(ScratchFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchFile& operator=(ScratchFile&&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// The whole content.
  [[nodiscard]] std::string read() const;

 private:
  explicit ScratchFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace drover::demo
