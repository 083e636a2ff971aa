// How a downstream connection reads its requests, one after the other, and how it ends.
#include "net/http1/http1_server.h"

#include <gtest/gtest.h>

#include "net/http1/byte_ledger.h"
#include "net/http1/test/http1_server_kit.h"

namespace drover::net {
namespace {

using namespace testing;

TEST(Http1Server, HandsOutARequest) {
  Served served;
  served.client.send("POST /v1/x HTTP/1.1\r\nHost: h\r\nA: b\r\nContent-Length: 5\r\n\r\nhello");
  ServerExchange& exchange = served.request();
  EXPECT_EQ(exchange.head().method, "POST");
  EXPECT_EQ(exchange.head().target, "/v1/x");
  EXPECT_EQ(http::find(exchange.head().fields, "a"), "b");
  EXPECT_EQ(*served.body(exchange), "hello");
}

TEST(Http1Server, ReadsARequestHoweverItIsCut) {
  const std::string request =
      "POST /v1/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nT: "
      "u\r\n\r\n";
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    Served served;
    std::optional<Result<ServerExchange*>> next;
    begin(served.loop, served.connection->next(), next);
    served.client.send(std::string_view(request).substr(0, cut));
    while (served.loop.context().poll_one() > 0) {
    }
    served.client.send(std::string_view(request).substr(cut));
    ASSERT_TRUE(drive(served.loop, [&] { return next.has_value(); }));
    ASSERT_TRUE(*next);
    EXPECT_EQ((**next)->head().target, "/v1/x");
    EXPECT_EQ(*served.body(***next), "hello world") << "cut at " << cut;
  }
}

TEST(Http1Server, KeepsTheHeadWhileOtherConnectionsUseTheScratchMemory) {
  Served served;
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  std::ranges::fill(served.loop.scratch(), 'x');
  EXPECT_EQ(exchange.head().target, "/a");
  EXPECT_EQ(exchange.head().host, "h");
}

TEST(Http1Server, D5_AnswersAThousandPipelinedRequestsInOrder) {
  Served served;
  std::string requests;
  for (int number = 0; number < 1000; ++number) {
    requests += "POST /" + std::to_string(number) + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
  }
  served.client.send(requests);
  std::string expected;
  for (int number = 0; number < 1000; ++number) {
    ServerExchange& exchange = served.request();
    ASSERT_EQ(exchange.head().target, "/" + std::to_string(number));
    ASSERT_EQ(*served.body(exchange), "ab");
    std::string text(exchange.head().target);
    served.answer(exchange, text);
    expected += "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
  }
  EXPECT_EQ(collect_until(served.loop, served.client, "/999"), expected);
}

TEST(Http1Server, D5_ServesNothingAfterConnectionClose) {
  Served served;
  served.client.send("GET /1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  served.answer(served.request(), "one");
  std::optional<Result<ServerExchange*>> next;
  begin(served.loop, served.connection->next(), next);
  std::string received = collect_until(served.loop, served.client, "one");
  EXPECT_NE(received.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(drive(served.loop, [&] { return served.client.at_end(); }));
  served.client.close();
  ASSERT_TRUE(drive(served.loop, [&] { return next.has_value(); }));
  EXPECT_EQ(next->error().kind, ErrorKind::ClientGone);
}

TEST(Http1Server, E1_GivesUpOnAHeadThatDoesNotArrive) {
  Served served({.head = 50ms});
  served.client.send("GET /a HT");
  Result<ServerExchange*> next = served.next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().status, 408);
  EXPECT_EQ(next.error().kind, ErrorKind::HeadTimeout);
}

TEST(Http1Server, E1_CountsTheHeadDeadlineFromTheFirstByteNotFromTheLast) {
  Served served({.head = 150ms});
  std::optional<Result<ServerExchange*>> next;
  begin(served.loop, served.connection->next(), next);
  Instant start = monotonic_now();
  served.client.send("GET /a HTTP/1.1\r\nHost: h\r\nX: ");
  EXPECT_TRUE(drive(served.loop, [&] {
    served.client.send("x");  // a byte at every turn of the loop
    served.loop.context().run_one_for(5ms);
    return next.has_value();
  }));
  ASSERT_FALSE(*next);
  EXPECT_EQ(next->error().kind, ErrorKind::HeadTimeout) << next->error().message;
  EXPECT_LT(monotonic_now() - start, 5s);
}

TEST(Http1Server, X2_KeepsAConnectionThatHasAskedForNothingAsLongAsAHeadMayTake) {
  Served served({.head = 30ms, .keep_alive = 1h});
  Result<ServerExchange*> next = served.next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().kind, ErrorKind::ClientGone);
  EXPECT_TRUE(drive(served.loop, [&] { return served.client.at_end(); }));
}

TEST(Http1Server, X8_RefusesALongHeadThatDribblesWhenUnreadBytesHaveFilledTheirShare) {
  ByteLedger ledger(20'000);
  const std::string head = "GET /a HTTP/1.1\r\nHost: h\r\nX: " + std::string(30'000, 'x');
  Served first({.unparsed = &ledger});
  std::optional<Result<ServerExchange*>> unfinished;
  begin(first.loop, first.connection->next(), unfinished);
  first.client.send(head);
  ASSERT_TRUE(drive(first.loop, [&] { return ledger.full() || unfinished.has_value(); }));
  {
    Served second({.unparsed = &ledger});
    second.client.send(head);
    Result<ServerExchange*> next = second.next();
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().status, 503);
    EXPECT_EQ(next.error().code, "head_memory_full");
    Served third({.unparsed = &ledger});
    third.client.send(kGet);
    EXPECT_EQ(third.request().head().target, "/a");
  }
  first.connection->close();
  ASSERT_TRUE(drive(first.loop, [&] { return unfinished.has_value(); }));
  first.connection.reset();
  EXPECT_EQ(ledger.used(), 0U);
}

TEST(Http1Server, ClosesAConnectionThatStaysIdle) {
  Served served({.keep_alive = 30ms});
  Result<ServerExchange*> next = served.next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().kind, ErrorKind::ClientGone);
  EXPECT_TRUE(drive(served.loop, [&] { return served.client.at_end(); }));
}

TEST(Http1Server, ReportsAnOrderlyEndBetweenRequests) {
  Served served;
  served.client.shutdown();
  Result<ServerExchange*> next = served.next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().kind, ErrorKind::ClientGone);
}

TEST(Http1Server, E21_RefusesATlsHelloOnAPlainPort) {
  Served served;
  served.client.send(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  Result<ServerExchange*> next = served.next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().status, 400);
}

Awaitable<int> refuse(ServerConnection& connection, int status) {
  co_await connection.reject(status, "X-A: b\r\n", "sorry");
  co_return 1;
}

TEST(Http1Server, LetsTheClientReadARejectionAlthoughItGoesOnSending) {
  Served served;
  std::optional<int> done;
  served.client.send("GET /a HTTP/1.1\r\n\r\n");
  ASSERT_EQ(served.next().error().status, 400);
  served.client.send(std::string(20000, 'x'));
  begin(served.loop, refuse(*served.connection, 400), done);
  std::string received = collect_until(served.loop, served.client, "sorry");
  EXPECT_EQ(received, "HTTP/1.1 400 Bad Request\r\nX-A: b\r\nContent-Length: 5\r\nConnection: close\r\n\r\nsorry");
  EXPECT_TRUE(drive(served.loop, [&] { return served.client.at_end(); }));
  EXPECT_FALSE(served.client.was_reset());
  served.client.close();
  EXPECT_TRUE(drive(served.loop, [&] { return done.has_value(); }));
}

TEST(Http1Server, StopsDrainingAClientThatNeverStops) {
  Served served;
  std::optional<int> done;
  served.client.send("GET /a HTTP/1.1\r\n\r\n");
  ASSERT_EQ(served.next().error().status, 400);
  begin(served.loop, refuse(*served.connection, 400), done);
  const std::string flood(8192, 'x');
  EXPECT_TRUE(drive(served.loop, [&] {
    [[maybe_unused]] ssize_t sent =
        ::send(served.client.descriptor(), flood.data(), flood.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return done.has_value();
  }));
}

TEST(Http1Server, StopsDrainingAClientThatSaysNothing) {
  Served served;
  served.client.send("GET /a HTTP/1.1\r\n\r\n");
  ASSERT_EQ(served.next().error().status, 400);
  Instant start = monotonic_now();
  EXPECT_EQ(finish(served.loop, refuse(*served.connection, 400)), 1);
  EXPECT_LT(monotonic_now() - start, 10s);
}

TEST(Http1Server, ReadsAnUnwantedBodyToFindTheNextRequest) {
  Served served;
  served.client.send("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 30000\r\n\r\n" + std::string(30000, 'x') +
                     "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  served.answer(served.request(), "one");
  EXPECT_EQ(served.request().head().target, "/2");
}

TEST(Http1Server, ClosesRatherThanReadAHugeUnwantedBody) {
  Served served;
  served.client.send("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n" + std::string(200000, 'x'));
  served.answer(served.request(), "one");
  EXPECT_EQ(served.next().error().kind, ErrorKind::ClientGone);
}

TEST(Http1Server, ClosesWhenTheAnswerWasNotFinished) {
  Served served;
  served.client.send(std::string(kGet) + std::string(kGet));
  ServerExchange& exchange = served.request();
  exchange.start({.framing = {http::BodyKind::Chunked}});
  ASSERT_TRUE(Served::write(exchange, "part", More::Yes));
  EXPECT_EQ(served.next().error().kind, ErrorKind::ClientGone);
  EXPECT_TRUE(drive(served.loop, [&] {
    std::string more = served.client.received();
    EXPECT_EQ(more.find("0\r\n\r\n"), std::string::npos);
    return served.client.at_end();
  }));
}

TEST(Http1Server, DrainsAnIdleConnectionByClosingIt) {
  Served served;
  std::optional<Result<ServerExchange*>> next;
  begin(served.loop, served.connection->next(), next);
  ASSERT_TRUE(drive(served.loop, [&] { return served.connection->idle(); }));
  served.connection->drain();
  ASSERT_TRUE(drive(served.loop, [&] { return next.has_value(); }));
  EXPECT_EQ(next->error().kind, ErrorKind::ClientGone);
  EXPECT_TRUE(drive(served.loop, [&] { return served.client.at_end(); }));
}

TEST(Http1Server, DrainsABusyConnectionAfterItsAnswer) {
  Served served;
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  EXPECT_FALSE(served.connection->idle());
  served.connection->drain();
  served.answer(exchange, "last");
  std::string received = collect_until(served.loop, served.client, "last");
  EXPECT_NE(received.find("Connection: close\r\n"), std::string::npos);
  served.client.close();
  EXPECT_EQ(served.next().error().kind, ErrorKind::ClientGone);
}

TEST(Http1Server, DrainsAConnectionThatBeginsToWaitOnlyThen) {
  Served served({.head = 1h, .keep_alive = 1h});
  served.connection->drain();
  EXPECT_EQ(served.next().error().kind, ErrorKind::ClientGone);
  EXPECT_TRUE(drive(served.loop, [&] { return served.client.at_end(); }));
}

TEST(Http1Server, ReturnsFromAWaitWhenItIsClosed) {
  Served served;
  std::optional<Result<ServerExchange*>> next;
  begin(served.loop, served.connection->next(), next);
  ASSERT_TRUE(drive(served.loop, [&] { return served.connection->idle(); }));
  served.connection->close();
  ASSERT_TRUE(drive(served.loop, [&] { return next.has_value(); }));
  EXPECT_EQ(next->error().kind, ErrorKind::Cancelled);
}

TEST(Http1Server, KnowsThatItsPeerIsLocal) {
  Served served;
  EXPECT_TRUE(served.connection->peer_is_loopback());
}

TEST(Http1Server, D10_HoldsLittleMemoryWhileIdle) {
  RecordProperty("bytes", static_cast<int>(sizeof(Http1Server)));
  std::cout << "an idle plain connection object: " << sizeof(Http1Server) << " bytes\n";
  EXPECT_LT(sizeof(Http1Server), 2048u);
}

}  // namespace
}  // namespace drover::net
