#include "http/body/sse.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace drover::http {
namespace {

/// A copy of the parts of an event that a client reads.
struct Seen {
  std::string bytes, name, data;
  int data_lines = 0;
  friend bool operator==(const Seen&, const Seen&) = default;
};

/// Takes the events out of `held`, as the relay does.
void drain(SseScanner& scanner, std::string& held, std::vector<Seen>& events) {
  SseEvent event;
  while (scanner.next(held, event)) {
    std::string data;
    sse_data(event, data);
    if (event.data_lines <= 1) {
      EXPECT_EQ(event.data, data);
    } else {
      EXPECT_EQ(event.data, "");
    }
    events.push_back({std::string(event.bytes), std::string(event.name), data, event.data_lines});
    held.erase(0, event.bytes.size());
  }
}

struct Scanned {
  std::vector<Seen> events;
  std::string rest;
  friend bool operator==(const Scanned&, const Scanned&) = default;
};

Scanned scan_in_steps(std::string_view stream, std::size_t first, std::size_t step) {
  SseScanner scanner;
  Scanned all;
  for (std::size_t from = 0, size = first; from < stream.size(); from += size, size = step) {
    if (size == 0) size = step;
    all.rest.append(stream.substr(from, size));
    drain(scanner, all.rest, all.events);
  }
  return all;
}

/// The events of a stream. It is checked that every cut gives the same.
Scanned scan(std::string_view stream) {
  Scanned whole = scan_in_steps(stream, stream.size(), 1);
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    EXPECT_EQ(scan_in_steps(stream, cut, stream.size()), whole) << "cut at " << cut << " of " << stream;
  }
  EXPECT_EQ(scan_in_steps(stream, 1, 1), whole) << "byte by byte " << stream;
  return whole;
}

void PrintTo(const Scanned& scanned, std::ostream* out) {
  for (const Seen& seen : scanned.events) *out << "[" << seen.name << "|" << seen.data << "]";
  *out << " rest " << scanned.rest.size();
}

TEST(SseScanner, FindsWholeEvents) {
  const Scanned all = scan("data: {\"a\":1}\n\nevent: ping\ndata: {}\n\ndata: [DONE]\n\n");
  ASSERT_EQ(all.events.size(), 3u);
  EXPECT_EQ(all.events[0], (Seen{"data: {\"a\":1}\n\n", "", "{\"a\":1}", 1}));
  EXPECT_EQ(all.events[1], (Seen{"event: ping\ndata: {}\n\n", "ping", "{}", 1}));
  EXPECT_EQ(all.events[2].data, "[DONE]");
  EXPECT_EQ(all.rest, "");
}

TEST(SseScanner, GivesViewsIntoTheInput) {
  const std::string stream = "data: x\n\n";
  SseScanner scanner;
  SseEvent event;
  ASSERT_TRUE(scanner.next(stream, event));
  EXPECT_EQ(event.bytes.data(), stream.data());
  EXPECT_EQ(event.data.data(), stream.data() + 6);
}

TEST(SseScanner, HoldsAnUnfinishedEvent) {
  EXPECT_EQ(scan("data: x\n").events.size(), 0u);
  EXPECT_EQ(scan("data: x\n\ndata: tail").rest, "data: tail");
  EXPECT_EQ(scan("").events.size(), 0u);
}

TEST(SseScanner, C15_ReadsLfCrLfCrAndAllMixed) {
  for (const char* stream : {"data: a\n\ndata: b\n\n", "data: a\r\n\r\ndata: b\r\n\r\n", "data: a\r\rdata: b\r\r:\r",
                             "data: a\r\n\ndata: b\n\r\n", "data: a\r\r\ndata: b\n\n", "data: a\n\r\ndata: b\r\n\n",
                             "data: a\n\rdata: b\r\n\n"}) {
    const Scanned all = scan(stream);
    ASSERT_EQ(all.events.size(), 2u) << stream;
    EXPECT_EQ(all.events[0].data, "a") << stream;
    EXPECT_EQ(all.events[1].data, "b") << stream;
  }
}

TEST(SseScanner, WaitsBehindACrForTheLfThatMayFollow) {
  const Scanned all = scan("data: a\r\n\r");
  EXPECT_EQ(all.events.size(), 0u);
  EXPECT_EQ(scan("data: a\r\n\r\n").events[0].bytes, "data: a\r\n\r\n");
}

TEST(SseScanner, TakesOneSpaceBehindTheColonOnly) {
  EXPECT_EQ(scan("data:x\n\n").events[0].data, "x");
  EXPECT_EQ(scan("data: x\n\n").events[0].data, "x");
  EXPECT_EQ(scan("data:  x \n\n").events[0].data, " x ");
  EXPECT_EQ(scan("data:\tx\n\n").events[0].data, "\tx");
}

TEST(SseScanner, ReadsAFieldWithoutColonAsEmpty) {
  EXPECT_EQ(scan("data\n\n").events[0], (Seen{"data\n\n", "", "", 1}));
  EXPECT_EQ(scan("data:\n\n").events[0].data_lines, 1);
}

TEST(SseScanner, JoinsSeveralDataLines) {
  const Scanned all = scan("data: a\r\ndata\ndata:b\rdata: c\n\n");
  EXPECT_EQ(all.events[0].data_lines, 4);
  EXPECT_EQ(all.events[0].data, "a\n\nb\nc");
}

TEST(SseScanner, TakesTheLastEventName) {
  EXPECT_EQ(scan("event: a\nevent: b\ndata: x\n\n").events[0].name, "b");
  EXPECT_EQ(scan("data: x\nevent: late\n\n").events[0].name, "late");
}

TEST(SseScanner, KeepsOtherFieldsInTheBytesOnly) {
  const std::string stream = "id: 7\nretry: 100\nDATA: no\n data: no\ndatas: no\ndata: x\n\n";
  const Scanned all = scan(stream);
  EXPECT_EQ(all.events[0].data, "x");
  EXPECT_EQ(all.events[0].data_lines, 1);
  EXPECT_EQ(all.events[0].bytes, stream);
}

TEST(SseScanner, C14_KnowsAComment) {
  SseScanner scanner;
  SseEvent event;
  for (const char* comment : {": ping\n\n", ":\r\n\r\n", "\n", "\r\n", ": a\n: b\n\n", ":data: x\n\n"}) {
    ASSERT_TRUE(scanner.next(comment, event)) << comment;
    EXPECT_TRUE(event.is_comment()) << comment;
    EXPECT_EQ(event.bytes, comment);
  }
  ASSERT_TRUE(scanner.next(": ping\ndata: x\n\n", event));
  EXPECT_FALSE(event.is_comment());
  ASSERT_TRUE(scanner.next("event: ping\n\n", event));
  EXPECT_FALSE(event.is_comment());
}

TEST(SseScanner, TakesEachFurtherBlankLineAsACommentOfItsOwn) {
  const Scanned all = scan("data: a\n\n\n\r\ndata: b\n\n");
  ASSERT_EQ(all.events.size(), 4u);
  EXPECT_EQ(all.events[3].data, "b");
}

TEST(SseScanner, C15_SkipsAByteOrderMark) {
  EXPECT_EQ(scan("\xEF\xBB\xBF"
                 "data: a\n\ndata: b\n\n")
                .events[0]
                .data,
            "a");
}

TEST(SseScanner, C16_PassesInvalidUtf8AndNulUnchanged) {
  using namespace std::string_literals;
  const std::string stream = "id: \0\ndata: \xff\xc3\n\n"s;
  const Scanned all = scan(stream);
  EXPECT_EQ(all.events[0].bytes, stream);
  EXPECT_EQ(all.events[0].data, "\xff\xc3");
}

TEST(SseScanner, FindsLineEndsAcrossTheBlocksItSearchesIn) {
  for (std::size_t size = 240; size < 270; ++size) {
    const std::string value(size, 'x');
    for (const char* end : {"\n\n", "\r\n\r\n"}) {
      const Scanned all = scan_in_steps("data:" + value + end + "data: y\n\n", 4096, 1);
      ASSERT_EQ(all.events.size(), 2u) << size;
      EXPECT_EQ(all.events[0].data, value);
      EXPECT_EQ(all.events[1].data, "y");
    }
  }
}

TEST(SseScanner, LooksAtNoByteTwiceWhileItWaits) {
  std::string held = "data: aaaaaaaa\ndata: bbbb";
  SseScanner scanner;
  SseEvent event;
  ASSERT_FALSE(scanner.next(held, event));
  // A scanner that began again would now find an event in the bytes that it has seen.
  held.replace(0, held.size(), held.size(), '\n');
  held += 'b';
  EXPECT_FALSE(scanner.next(held, event));
}

TEST(SseScanner, StaysCorrectWhenAnEventIsFedByteByByte) {
  const std::string value(SseScanner::kMaxEventBytes, 'x');
  const Scanned all = scan_in_steps("data: " + value + "\n\ndata: y\n\n", 1, 1);
  ASSERT_EQ(all.events.size(), 2u);
  EXPECT_EQ(all.events[0].data.size(), value.size());
}

TEST(SseScanner, SaysWhenTheHeldBytesAreTooMany) {
  EXPECT_FALSE(SseScanner::too_long(std::string(SseScanner::kMaxEventBytes - 1, 'x')));
  EXPECT_TRUE(SseScanner::too_long(std::string(SseScanner::kMaxEventBytes, 'x')));
}

TEST(SseScanner, ReadsOnWhereAnEventThatWasTooLongGoesOn) {
  SseScanner scanner;
  SseEvent event;
  ASSERT_FALSE(scanner.next("data: much too lo", event));
  scanner.reset();  // the bytes were passed on
  ASSERT_TRUE(scanner.next("ng\n\ndata: x\n\n", event));
  EXPECT_EQ(event.bytes, "ng\n\n");
  ASSERT_TRUE(scanner.next("data: x\n\n", event));
  EXPECT_EQ(event.data, "x");
}

TEST(SseScanner, CountsMoreDataLinesThanItsCounterHolds) {
  std::string stream;
  for (int at = 0; at < 70'000; ++at) stream += "data\n";
  stream += '\n';
  SseScanner scanner;
  SseEvent event;
  ASSERT_TRUE(scanner.next(stream, event));
  EXPECT_EQ(event.data_lines, 65'535);
}

}  // namespace
}  // namespace drover::http
