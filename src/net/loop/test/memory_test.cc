// The memory that connections share, and that an idle connection holds none.
#include "net/loop/memory.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <iostream>
#include <optional>
#include <vector>

#include "http/head/head_reader.h"
#include "net/http1/test/http1_server_kit.h"

namespace drover::net {
namespace {

using namespace testing;

TEST(Buffer, KeepsWhatIsNotConsumed) {
  LoopMemory memory;
  Buffer buffer(memory);
  buffer.append("hello ");
  buffer.append("world");
  buffer.consume(6);
  EXPECT_EQ(buffer.view(), "world");
  buffer.append("!");
  EXPECT_EQ(buffer.view(), "world!");
  buffer.consume(6);
  EXPECT_TRUE(buffer.empty());
  buffer.tidy();
  buffer.append("again");
  EXPECT_EQ(buffer.view(), "again");
}

TEST(Buffer, LendsItsMemoryToTheNext) {
  LoopMemory memory;
  const char* first = nullptr;
  {
    Buffer buffer(memory);
    buffer.append(std::string(1000, 'x'));
    first = buffer.view().data();
  }
  Buffer next(memory);
  next.append("y");
  EXPECT_EQ(static_cast<const void*>(next.view().data()), static_cast<const void*>(first));
}

TEST(Buffer, DoesNotGrowWhenItIsConsumedAsFastAsItIsFilled) {
  LoopMemory memory;
  Buffer buffer(memory);
  buffer.append("x");
  for (int round = 0; round < 100'000; ++round) {
    buffer.append("0123456789");
    buffer.consume(10);
  }
  EXPECT_EQ(buffer.size(), 1u);
}

TEST(HeadMemory, KeepsAHeadAfterTheBytesItWasReadFromAreGone) {
  LoopMemory memory;
  std::unique_ptr<RequestMemory> kept = memory.take_request();
  {
    std::string received = "GET http://other/x HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\nrest";
    http::RequestHeadReader reader;
    ASSERT_TRUE(reader.read(received, kept->head));
    keep_head(received, *kept);
    std::ranges::fill(received, '#');
  }
  EXPECT_EQ(kept->head.method, "GET");
  EXPECT_EQ(kept->head.host, "other");
  EXPECT_EQ(http::find(kept->head.fields, "A"), "b");
  EXPECT_FALSE(kept->bytes.ends_with("rest"));
}

TEST(LoopMemory, DoesNotKeepWhatGrewLarge) {
  LoopMemory memory;
  std::string large = memory.take_bytes();
  large.resize(1 << 20);
  memory.give(std::move(large));
  EXPECT_LE(memory.take_bytes().capacity(), kMaxSpareBytes);
}

TEST(LoopMemory, DoesNotShowAHeadToTheNextRequest) {
  LoopMemory memory;
  std::unique_ptr<RequestMemory> used = memory.take_request();
  used->bytes = std::string("secret");
  ASSERT_TRUE(used->head.fields.push_back({"a", "b"}));
  memory.give(std::move(used));
  std::unique_ptr<RequestMemory> next = memory.take_request();
  EXPECT_TRUE(next->bytes.empty());
  EXPECT_TRUE(next->head.fields.empty());
}

struct Kept {
  Peer client;
  std::unique_ptr<ServerConnection> connection;
  std::optional<Result<ServerExchange*>> next;
};

TEST(Http1Server, D10_HoldsLessThan8KiBWhileItWaitsForTheNextRequest) {
  constexpr std::size_t kConnections = 200;
  Loop loop(1);
  std::vector<Kept> kept(kConnections);
  std::vector<Peer> first;
  std::size_t before = ::mallinfo2().uordblks;
  for (Kept& one : kept) {
    SocketPair pair = connect_pair(loop);
    one.client = std::move(pair.theirs);
    one.connection = http1_server(loop, std::move(pair.ours), nullptr, {});
    one.client.send(kGet);
    ServerExchange& exchange = **finish(loop, one.connection->next());
    std::array<std::string_view, 1> pieces{"ok"};
    exchange.start({.status = 200, .framing = {http::BodyKind::Length, 2}});
    ASSERT_TRUE(exchange.write(pieces, More::No, Keep::Copy));
    begin(loop, one.connection->next(), one.next);
    loop.context().poll();
  }
  std::size_t each = (::mallinfo2().uordblks - before) / kConnections;
  std::cout << "an idle kept-alive connection holds " << each << " bytes of user memory\n";
  EXPECT_LT(each, 8u * 1024);
}

}  // namespace
}  // namespace drover::net
