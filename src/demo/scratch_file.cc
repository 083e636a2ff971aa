#include "demo/scratch_file.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace drover::demo {

Result<ScratchFile> ScratchFile::make() {
  std::error_code trouble;
  std::filesystem::path folder = std::filesystem::temp_directory_path(trouble);
  if (trouble) folder = "/tmp";
  std::string path = (folder / "drover-XXXXXX").string();
  const int file = ::mkstemp(path.data());
  if (file < 0) {
    return fail({.kind = ErrorKind::LocalResource,
                 .code = "demo",
                 .message = "No temporary file can be made in " + folder.string() + "."});
  }
  ::close(file);
  return ScratchFile(std::move(path));
}

ScratchFile::~ScratchFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

std::string ScratchFile::read() const {
  std::ifstream file(path_, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace drover::demo
