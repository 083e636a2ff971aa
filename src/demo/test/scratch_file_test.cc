#include "demo/scratch_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace drover::demo {
namespace {

TEST(ScratchFile, IsEmptyWritableAndGoneAfterwards) {
  std::string path;
  {
    const auto file = ScratchFile::make();
    ASSERT_TRUE(file);
    path = file->path();
    EXPECT_EQ(file->read(), "");
    std::ofstream(path) << "one\ntwo\n";
    EXPECT_EQ(file->read(), "one\ntwo\n");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace drover::demo
