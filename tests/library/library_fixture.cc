#include "library/library_fixture.h"

#include <stdlib.h>
#include <unistd.h>

#include <stdexcept>

namespace drover::test {

TemporaryFile::TemporaryFile(const std::string& text) : path_(::testing::TempDir() + "drover-XXXXXX") {
  const int file = ::mkstemp(path_.data());
  if (file < 0 || ::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("no temporary file");
  ::close(file);
}

TemporaryFile::~TemporaryFile() {
  ::unlink(path_.c_str());
}

}  // namespace drover::test
