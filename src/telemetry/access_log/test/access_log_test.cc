#include "telemetry/access_log/access_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/test/heap_test_kit.h"

namespace drover::telemetry {
namespace {

using ::testing::HasSubstr;
using Kind = AccessDestination::Kind;

/// A folder that is removed with the test.
struct Folder {
  Folder() : path(std::filesystem::path(::testing::TempDir()) / ("access_log_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string file(const std::string& name) const { return (path / name).string(); }
  std::filesystem::path path;
};

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t lines_in(const std::string& path) {
  const std::string text = content(path);
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

TEST(AccessLog, WritesEveryLineOfEveryThreadToItsFile) {
  const Folder folder;
  const std::string path = folder.file("access.log");
  AccessLog log;
  ASSERT_TRUE(log.use({Kind::File, path}));
  AccessLog::Lane& one = log.add_lane();
  AccessLog::Lane& two = log.add_lane();
  constexpr int kLines = 20000;
  const auto write = [](AccessLog::Lane& lane) {
    for (int line = 0; line < kLines; ++line) lane.write({.id = "req_1"});
  };
  std::thread first(write, std::ref(one));
  std::thread second(write, std::ref(two));
  first.join();
  second.join();
  log.flush();
  // A slow disk may cost lines; each line is in the file or counted.
  EXPECT_EQ(lines_in(path) + log.dropped(), 2U * kLines);
  EXPECT_GT(lines_in(path), 0U);
}

#ifndef DROVER_HEAP_IS_FIXED
TEST(AccessLog, ALineCostsItsThreadNoAllocation) {
  const Folder folder;
  AccessLog log;
  ASSERT_TRUE(log.use({Kind::File, folder.file("access.log")}));
  AccessLog::Lane& lane = log.add_lane();
  const AccessAttempt attempt{.target = "holysheep/1", .outcome = "ok", .status = 200};
  const AccessRecord record{.id = "req_1", .model = "gpt-4o", .attempts = {&attempt, 1}, .has_tokens = true};
  const std::int64_t before = heap::allocations;
  for (int line = 0; line < 1000; ++line) lane.write(record);
  EXPECT_EQ(heap::allocations, before);
}
#endif

TEST(AccessLog, WritesNothingWhenItIsOff) {
  AccessLog log;
  AccessLog::Lane& lane = log.add_lane();
  EXPECT_FALSE(lane.on());
  ASSERT_TRUE(log.use(AccessDestination{}));
  EXPECT_FALSE(lane.on());
}

TEST(AccessLog, OpensItsFileAgainAfterItWasMovedAway) {
  const Folder folder;
  const std::string path = folder.file("access.log");
  AccessLog log;
  ASSERT_TRUE(log.use({Kind::File, path}));
  AccessLog::Lane& lane = log.add_lane();
  lane.write({.id = "before"});
  log.flush();
  std::filesystem::rename(path, path + ".1");
  lane.write({.id = "between"});
  ASSERT_TRUE(log.use({Kind::File, path}));
  lane.write({.id = "after"});
  log.flush();
  EXPECT_THAT(content(path + ".1"), HasSubstr("between"));
  EXPECT_EQ(lines_in(path + ".1"), 2U);
  EXPECT_THAT(content(path), HasSubstr("after"));
  EXPECT_EQ(lines_in(path), 1U);
}

TEST(AccessLog, AppendsToWhatIsThereAndLetsNobodyElseReadIt) {
  const Folder folder;
  const std::string path = folder.file("access.log");
  for (int run = 0; run < 2; ++run) {
    AccessLog log;
    ASSERT_TRUE(log.use({Kind::File, path}));
    log.add_lane().write({.id = "x"});
  }
  EXPECT_EQ(lines_in(path), 2U);
  struct stat about{};
  ASSERT_EQ(::stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0007U, 0U);
}

TEST(AccessLog, SaysWhichFileItCannotWriteAndChangesNothing) {
  const Folder folder;
  const std::string path = folder.file("access.log");
  AccessLog log;
  ASSERT_TRUE(log.use({Kind::File, path}));
  const auto refused = log.use({Kind::File, folder.file("missing/access.log")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::BadConfig);
  EXPECT_THAT(refused.error().message, HasSubstr("missing/access.log cannot be written: No such file"));
  EXPECT_THAT(log.use({Kind::File, folder.path.string()}).error().message, HasSubstr("Is a directory"));
  log.add_lane().write({.id = "still"});
  log.flush();
  EXPECT_THAT(content(path), HasSubstr("still"));
}

TEST(AccessLog, CountsLinesThatThereWasNoRoomFor) {
  const Folder folder;
  const std::string path = folder.file("fifo");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  std::uint64_t dropped = 0;
  constexpr std::uint64_t kLines = 20000;
  {
    AccessLog log;
    ASSERT_TRUE(log.use({Kind::File, path}));
    AccessLog::Lane& lane = log.add_lane();
    // Without a reader the pipe fills, then the ring. The writing thread must still finish.
    for (std::uint64_t line = 0; line < kLines; ++line) lane.write({.id = "req_1"});
    dropped = log.dropped();
    EXPECT_GT(dropped, 0U);
    // Leaving the pipe does not hang, and the lines that it did not take are counted.
    ASSERT_TRUE(log.use(AccessDestination{}));
    EXPECT_GT(log.dropped(), dropped);
  }
  ::close(reader);
}

TEST(AccessLog, AFifoThatNobodyReadsIsAMistakeAtTheStart) {
  const Folder folder;
  const std::string path = folder.file("fifo");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  AccessLog log;
  EXPECT_FALSE(log.use({Kind::File, path}));
}

TEST(AccessLog, CountsWhatAFullDiskLost) {
  AccessLog log;
  ASSERT_TRUE(log.use({Kind::File, "/dev/full"}));
  AccessLog::Lane& lane = log.add_lane();
  for (int line = 0; line < 3; ++line) lane.write({.id = "x"});
  log.flush();
  EXPECT_EQ(log.dropped(), 3U);
}

}  // namespace
}  // namespace drover::telemetry
