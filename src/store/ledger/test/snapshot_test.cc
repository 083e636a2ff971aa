#include "store/ledger/snapshot.h"

#include <gtest/gtest.h>

#include <fstream>

#include "store/records/record_json.h"
#include "store/test/store_test_kit.h"
#include "store/trouble.h"

namespace drover::store {
namespace {

void write_snapshot(const std::string& path) {
  auto writer = SnapshotWriter::begin(path, "0123");
  ASSERT_TRUE(writer);
  ASSERT_TRUE(
      writer->add({.keys = {key_of("key_a", "a\nb")}, .principals = {{.path = "acme", .blocked = true}}, .change = 2}));
  ASSERT_TRUE(writer->add({.keys = {key_of("key_b", "b")}, .change = 3}));
  ASSERT_TRUE(writer->finish());
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Snapshot, GivesBackWhatWasWritten) {
  const TestFolder folder;
  write_snapshot(folder.file("keys"));
  const auto snapshot = read_snapshot(folder.file("keys"));
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_EQ(snapshot->store_id, "0123");
  EXPECT_EQ(snapshot->change, 3U);
  ASSERT_EQ(snapshot->keys.size(), 2U);
  EXPECT_EQ(to_json(snapshot->keys[0]), to_json(key_of("key_a", "a\nb")));
  EXPECT_TRUE(snapshot->principals.at(0).blocked);
}

TEST(Snapshot, CutAtAnyByteIsNotUsed) {
  const TestFolder folder;
  write_snapshot(folder.file("keys"));
  const std::string whole = bytes_of(folder.file("keys"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::ofstream(folder.file("cut"), std::ios::binary) << whole.substr(0, size);
    EXPECT_EQ(code_of(read_snapshot(folder.file("cut"))), kDamaged) << size;
  }
}

TEST(Snapshot, WithADamagedByteAnywhereIsNotUsed) {
  const TestFolder folder;
  write_snapshot(folder.file("keys"));
  const std::string whole = bytes_of(folder.file("keys"));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x01);
    std::ofstream(folder.file("broken"), std::ios::binary) << broken;
    EXPECT_EQ(code_of(read_snapshot(folder.file("broken"))), kDamaged) << at;
  }
}

TEST(Snapshot, ThatIsNotFinishedLeavesTheOldOne) {
  const TestFolder folder;
  write_snapshot(folder.file("keys"));
  {
    auto writer = SnapshotWriter::begin(folder.file("keys"), "4567");
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->add({.change = 9}));
  }
  EXPECT_EQ(read_snapshot(folder.file("keys"))->store_id, "0123");
}

TEST(Snapshot, ThatIsMissingIsNoDamage) {
  const TestFolder folder;
  EXPECT_EQ(code_of(read_snapshot(folder.file("keys"))), kFileTrouble);
}

}  // namespace
}  // namespace drover::store
