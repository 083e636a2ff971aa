#include "config/environment.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace drover::config {
namespace {

/// A folder for one test, which the test removes.
class RealEnvironment : public testing::Test {
 protected:
  RealEnvironment() {
    std::string pattern = (std::filesystem::temp_directory_path() / "drover-config-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~RealEnvironment() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    return path(name);
  }
  [[nodiscard]] std::string refusal(const std::string& path_of_file, std::size_t limit = 100) const {
    const auto content = environment_.read_file(path_of_file, limit);
    return content ? "read: " + content->text : content.error();
  }

  std::filesystem::path folder_;
  Environment environment_ = real_environment();
};

TEST_F(RealEnvironment, ReadsAFileWithItsMode) {
  const std::string file = write("a", "hello\n");
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  const auto content = environment_.read_file(file, 6);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->text, "hello\n");
  EXPECT_EQ(content->mode, 0640U);
}

TEST_F(RealEnvironment, H13_StopsReadingPastTheLimit) {
  EXPECT_EQ(refusal(write("a", std::string(101, 'a'))), "is larger than 100 bytes");
}

TEST_F(RealEnvironment, H13_StopsReadingAnEnormousFileEarly) {
  const std::string file = write("a", "");
  std::filesystem::resize_file(file, std::uintmax_t{1} << 30);  // sparse: one gigabyte that takes no disk space
  EXPECT_EQ(refusal(file), "is larger than 100 bytes");
}

TEST_F(RealEnvironment, H13_SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(refusal(path("none")), "does not exist");
  EXPECT_EQ(refusal(write("a", "x") + "/b"), "does not exist");
  EXPECT_EQ(refusal(folder_.string()), "is a folder, not a file");
  EXPECT_EQ(refusal(std::string("/tmp\0/x", 7)), "is not a path");
}

TEST_F(RealEnvironment, H13_DoesNotWaitForDevicesOrPipes) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(refusal(path("pipe")), "is not a regular file");
  EXPECT_EQ(refusal("/dev/zero"), "is not a regular file");
}

TEST_F(RealEnvironment, H13_FollowsOurOwnSymbolicLinks) {
  std::filesystem::create_symlink(write("a", "hello"), path("link"));
  EXPECT_EQ(refusal(path("link")), "read: hello");
}

TEST_F(RealEnvironment, H13_RefusesSymbolicLinksThatLeadNowhere) {
  std::filesystem::create_symlink(path("none"), path("link"));
  EXPECT_EQ(refusal(path("link")), "does not exist");
  std::filesystem::create_symlink(path("loop"), path("loop"));
  EXPECT_EQ(refusal(path("loop")), "is a symbolic link that leads nowhere");
}

TEST_F(RealEnvironment, H13_RefusesAnotherUsersSymbolicLink) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a link to another user";
  std::filesystem::create_symlink(write("a", "hello"), path("link"));
  ASSERT_EQ(::lchown(path("link").c_str(), 65534, 65534), 0);
  EXPECT_EQ(refusal(path("link")), "is reached through another user's symbolic link");
}

TEST_F(RealEnvironment, ReadsVariables) {
  ASSERT_EQ(::setenv("DROVER_CONFIG_TEST", "value", 1), 0);
  EXPECT_EQ(environment_.variable("DROVER_CONFIG_TEST"), "value");
  ASSERT_EQ(::unsetenv("DROVER_CONFIG_TEST"), 0);
  EXPECT_EQ(environment_.variable("DROVER_CONFIG_TEST"), std::nullopt);
}

}  // namespace
}  // namespace drover::config
