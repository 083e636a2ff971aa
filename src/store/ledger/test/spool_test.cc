#include "store/ledger/spool.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "store/ledger/row_codec.h"
#include "store/row_fields.h"
#include "store/test/store_test_kit.h"
#include "store/trouble.h"

namespace drover::store {
namespace {

constexpr std::uint64_t kRoomy = 1 << 20;

std::vector<LedgerRow> rows_of(int first, int count) {
  std::vector<LedgerRow> rows;
  for (int each = first; each < first + count; ++each) rows.push_back(row_of(std::to_string(each)));
  return rows;
}

/// Reads everything, `most` at a time, and gives the ids.
std::string read_all(Spool& spool, std::size_t most) {
  std::string ids;
  while (!spool.empty()) {
    const auto rows = spool.front(most);
    EXPECT_TRUE(rows);
    for (const LedgerRow& row : *rows) ids += row.id + " ";
    EXPECT_TRUE(spool.drop_front());
  }
  return ids;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(RowCodec, GivesBackEveryField) {
  LedgerRow row = row_of("req_1");
  row.first_content = kNoon;
  row.end_user = "0123456789abcdef";
  row.stream = true;
  row.tokens = {1, 2, 3, 4, 5, 6, 7, 8};
  row.trace_id = "trace";
  row.user_agent = "openai-python";
  std::string bytes;
  encode(row, bytes);
  const auto back = decode(bytes);
  ASSERT_TRUE(back);
  std::string again;
  encode(*back, again);
  EXPECT_EQ(again, bytes);
  EXPECT_EQ(back->tokens, row.tokens);
  EXPECT_EQ(back->tags, row.tags);
  EXPECT_EQ(back->first_content, row.first_content);
  EXPECT_EQ(back->cost, row.cost);
  EXPECT_EQ(back->cost_source, row.cost_source);
}

TEST(RowCodec, RefusesARowThatIsCutAtAnyByteOrHasMore) {
  std::string bytes;
  encode(row_of("req_1"), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode(bytes.substr(0, size))) << size;
  EXPECT_FALSE(decode(bytes + "x"));
  bytes[0] = 99;
  EXPECT_FALSE(decode(bytes));
}

TEST(RowCodec, StandsWrongBytesAtAnyPlace) {
  std::string bytes;
  encode(row_of("req_1"), bytes);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char wrong : {'\0', '\x7f', '\xff'}) {
      std::string broken = bytes;
      broken[at] = wrong;
      const auto row = decode(broken);
      EXPECT_TRUE(!row || row->tokens.output <= kMaxRowTokens);
    }
  }
}

TEST(Spool, GivesRowsInTheirOrderAndIsThenEmpty) {
  const TestFolder folder;
  auto spool = Spool::open(folder.file("spool"), kRoomy);
  ASSERT_TRUE(spool);
  EXPECT_EQ(*spool->append(rows_of(0, 3)), 3U);
  EXPECT_EQ(*spool->append(rows_of(3, 2)), 2U);
  EXPECT_EQ(spool->rows(), 5U);
  EXPECT_EQ(read_all(*spool, 2), "0 1 2 3 4 ");
  EXPECT_EQ(std::filesystem::file_size(folder.file("spool")), 0U);
}

TEST(Spool, TakesRowsWhileOthersAreReadBack) {
  const TestFolder folder;
  auto spool = Spool::open(folder.file("spool"), kRoomy);
  ASSERT_TRUE(spool->append(rows_of(0, 3)));
  ASSERT_EQ(spool->front(2)->size(), 2U);
  ASSERT_TRUE(spool->append(rows_of(3, 1)));
  ASSERT_TRUE(spool->drop_front());
  EXPECT_EQ(read_all(*spool, 10), "2 3 ");
}

TEST(Spool, HoldsItsRowsAcrossARestart) {
  const TestFolder folder;
  {
    auto spool = Spool::open(folder.file("spool"), kRoomy);
    ASSERT_TRUE(spool->append(rows_of(0, 3)));
  }
  auto spool = Spool::open(folder.file("spool"), kRoomy);
  ASSERT_TRUE(spool);
  EXPECT_EQ(spool->rows(), 3U);
  EXPECT_EQ(read_all(*spool, 10), "0 1 2 ");
}

TEST(Spool, TakesOnlyWhatFits) {
  const TestFolder folder;
  auto spool = Spool::open(folder.file("spool"), 1000);
  const auto fitted = spool->append(rows_of(0, 100));
  ASSERT_TRUE(fitted);
  EXPECT_GT(*fitted, 0U);
  EXPECT_LT(*fitted, 10U);
  EXPECT_EQ(*spool->append(rows_of(0, 1)), 0U);
  EXPECT_LE(std::filesystem::file_size(folder.file("spool")), 1000U);
}

TEST(Spool, CutAtAnyByteGivesTheRowsBeforeAndTakesMore) {
  const TestFolder folder;
  {
    auto spool = Spool::open(folder.file("whole"), kRoomy);
    ASSERT_TRUE(spool->append(rows_of(0, 2)));
  }
  const std::string whole = content_of(folder.file("whole"));
  const std::size_t half = whole.size() / 2;  // the rows have one size
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file(folder.file("cut"), std::string_view(whole).substr(0, size));
    auto spool = Spool::open(folder.file("cut"), kRoomy);
    ASSERT_TRUE(spool);
    EXPECT_EQ(spool->rows(), size / half);
    EXPECT_EQ(spool->damaged_bytes(), size % half);
    ASSERT_TRUE(spool->append(rows_of(7, 1)));
    EXPECT_EQ(read_all(*spool, 10), size < half ? "7 " : "0 7 ");
  }
}

TEST(Spool, FindsADamagedByteAtAnyPlace) {
  const TestFolder folder;
  {
    auto spool = Spool::open(folder.file("whole"), kRoomy);
    ASSERT_TRUE(spool->append(rows_of(0, 1)));
  }
  const std::string whole = content_of(folder.file("whole"));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x41);
    write_file(folder.file("broken"), broken);
    auto spool = Spool::open(folder.file("broken"), kRoomy);
    ASSERT_TRUE(spool);
    EXPECT_TRUE(spool->empty()) << at;
    EXPECT_EQ(spool->damaged_bytes(), whole.size());
  }
}

TEST(Spool, BelongsToOneAtATime) {
  const TestFolder folder;
  auto spool = Spool::open(folder.file("spool"), kRoomy);
  ASSERT_TRUE(spool);
  EXPECT_EQ(code_of(Spool::open(folder.file("spool"), kRoomy)), kLocked);
}

TEST(Spool, OnAFullDiskKeepsNothingAndSaysSo) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  auto spool = Spool::open("/dev/full", kRoomy);
  ASSERT_TRUE(spool) << spool.error().message;
  EXPECT_EQ(code_of(spool->append(rows_of(0, 1))), kFull);
  EXPECT_TRUE(spool->empty());
}

}  // namespace
}  // namespace drover::store
