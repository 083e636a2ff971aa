// One downstream exchange: request bodies, answers, and a client that goes.
#include "net/http1/http1_server_exchange.h"

#include <gtest/gtest.h>

#include "net/http1/test/http1_server_kit.h"

namespace drover::net {
namespace {

using namespace testing;

constexpr Duration kNoticed = 50ms;
constexpr int kTestSlack = 20;

TEST(ServerExchange, SendsEachPartAsOneChunk) {
  Served served;
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  exchange.start({.framing = {http::BodyKind::Chunked}});
  std::array<std::string_view, 3> parts{"data: ", "", "hello\n\n"};
  ASSERT_TRUE(exchange.write(parts, More::Yes, Keep::Copy));
  ASSERT_TRUE(exchange.write({}, More::Yes, Keep::Copy));
  ASSERT_TRUE(Served::write(exchange, "end", More::No));
  EXPECT_EQ(collect_until(served.loop, served.client, "0\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd\r\ndata: hello\n\n\r\n3\r\nend\r\n0\r\n\r\n");
}

TEST(ServerExchange, SendsTheHeadAloneWhenAsked) {
  Served served;
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  exchange.start({.framing = {http::BodyKind::Chunked}});
  EXPECT_TRUE(exchange.started());
  ASSERT_TRUE(exchange.write({}, More::Yes, Keep::Copy));
  EXPECT_EQ(collect_until(served.loop, served.client, "\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(ServerExchange, SendsNoBodyToHead) {
  Served served;
  served.client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n" + std::string(kGet));
  served.answer(served.request(), "unseen");
  served.answer(served.request(), "seen");
  EXPECT_EQ(collect_until(served.loop, served.client, "\r\n\r\nseen"),
            "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nseen");
}

TEST(ServerExchange, D8_ClosesToEndAStreamForHttp10) {
  Served served;
  served.client.send("GET /a HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n");
  ServerExchange& exchange = served.request();
  exchange.start({.framing = {http::BodyKind::Chunked}});
  ASSERT_TRUE(Served::write(exchange, "one", More::Yes));
  ASSERT_TRUE(Served::write(exchange, "two", More::No));
  std::optional<Result<ServerExchange*>> next;
  begin(served.loop, served.connection->next(), next);
  EXPECT_EQ(collect_until(served.loop, served.client, "onetwo"), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nonetwo");
  EXPECT_TRUE(drive(served.loop, [&] { return served.client.at_end(); }));
  EXPECT_FALSE(served.client.was_reset());
}

TEST(ServerExchange, RefusesMoreOrLessThanWasAnnounced) {
  for (std::string_view body : {"four", "sixsix"}) {
    Served served;
    served.client.send(kGet);
    ServerExchange& exchange = served.request();
    exchange.start({.framing = {http::BodyKind::Length, 5}});
    Result<WriteState> sent = Served::write(exchange, body, More::No);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().kind, ErrorKind::TooLarge);
  }
}

TEST(ServerExchange, RefusesToWriteAfterTheEnd) {
  Served served;
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  served.answer(exchange, "x");
  EXPECT_EQ(Served::write(exchange, "y", More::No).error().kind, ErrorKind::Internal);
}

TEST(ServerExchange, D7_SendsContinueOnlyWhenItIsAskedFor) {
  Served served;
  served.client.send("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  ServerExchange& exchange = served.request();
  EXPECT_EQ(served.client.received(), "");
  exchange.send_continue();
  exchange.send_continue();
  EXPECT_EQ(collect_until(served.loop, served.client, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  served.client.send("ab");
  EXPECT_EQ(*served.body(exchange), "ab");
}

TEST(ServerExchange, D7_ClosesWhenAWithheldBodyWasNeverAskedFor) {
  Served served;
  served.client.send("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  ServerExchange& exchange = served.request();
  exchange.start({.status = 413});
  ASSERT_TRUE(exchange.write({}, More::No, Keep::Copy));
  EXPECT_NE(collect_until(served.loop, served.client, "\r\n\r\n").find("Connection: close"), std::string::npos);
}

TEST(ServerExchange, E9_RefusesABadChunk) {
  Served served;
  served.client.send("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n");
  Result<std::string> body = served.body(served.request());
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().kind, ErrorKind::BadRequest);
  EXPECT_EQ(body.error().status, 400);
}

TEST(ServerExchange, ReportsAClientThatLeavesInItsBody) {
  Served served;
  served.client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  served.client.shutdown();
  Result<std::string> body = served.body(served.request());
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().kind, ErrorKind::ClientGone);
}

TEST(ServerExchange, E1_StopsWaitingForABodyAtItsDeadline) {
  Served served;
  served.client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  ServerExchange& exchange = served.request();
  while (exchange.read_body()->state == ReadState::Data) {
  }
  Result<void> waited = finish(served.loop, exchange.until_readable(served.loop.now() + 30ms));
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().kind, ErrorKind::TotalTimeout);
}

TEST(ServerExchange, E1_AllowsABodyMoreTimeTheMoreOfItHasCome) {
  Instant began(1h);
  EXPECT_EQ(body_due(began, 0), began + kBodyGrace);
  EXPECT_EQ(body_due(began, 60 * kMinBodyBytesPerSecond), began + kBodyGrace + 60s);
}

TEST(ServerExchange, D3_TellsAWriterToWaitForASlowReaderAndGoesOnWhenItReads) {
  Served served({}, true);
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  std::string all;
  while (all.size() < 8'000'000) all += std::to_string(all.size());
  exchange.start({.framing = {http::BodyKind::Length, all.size()}});
  Result<WriteState> sent = Served::write(exchange, all, More::No, Keep::Borrow);
  ASSERT_TRUE(sent);
  ASSERT_EQ(*sent, WriteState::Blocked);
  EXPECT_GT(exchange.pending_bytes(), 0u);
  std::optional<Result<void>> written;
  begin(served.loop, exchange.until_written(served.loop.now() + 10s), written);
  std::string received = collect(served.loop, served.client, [&](const std::string& got) {
    return got.size() > all.size() && got.ends_with(all.substr(all.size() - 100));
  });
  EXPECT_EQ(received.substr(received.find("\r\n\r\n") + 4), all);
  ASSERT_TRUE(drive(served.loop, [&] { return written.has_value(); }));
  EXPECT_TRUE(*written);
  EXPECT_EQ(exchange.pending_bytes(), 0u);
}

TEST(ServerExchange, D3_KeepsCopiesInOrderUpToTheirLimit) {
  Served served({}, true);
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  exchange.start({.framing = {http::BodyKind::Chunked}});
  const std::string part(10'000, 'p');
  Result<WriteState> sent = WriteState::Done;
  int accepted = 0;
  while (accepted < 10'000) {
    sent = Served::write(exchange, part, More::Yes);
    if (!sent) break;
    ++accepted;
  }
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind, ErrorKind::TooLarge);
  EXPECT_LE(exchange.pending_bytes(), kMaxPendingBytes);
  // The accepted bytes arrive whole, and the answer can still be ended.
  auto chunks = [](const std::string& got) { return std::ranges::count(got, 'p'); };
  const auto whole = static_cast<std::size_t>(accepted) * part.size();
  collect(served.loop, served.client,
          [&](const std::string& got) { return got.size() >= whole && chunks(got) == accepted * 10'000; });
  EXPECT_TRUE(Served::write(exchange, "end", More::No));
  collect_until(served.loop, served.client, "3\r\nend\r\n0\r\n\r\n");
}

TEST(ServerExchange, D3_CopiesBehindABorrowedPieceHaveTheSameLimit) {
  Served served({}, true);
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  exchange.start({.framing = {http::BodyKind::Chunked}});
  const std::string borrowed(8'000'000, 'b');
  Result<WriteState> sent = Served::write(exchange, borrowed, More::Yes, Keep::Borrow);
  ASSERT_TRUE(sent);
  ASSERT_EQ(*sent, WriteState::Blocked);
  const std::string part(10'000, 'p');
  for (int parts = 0; sent && parts < 10'000; ++parts) sent = Served::write(exchange, part, More::Yes);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind, ErrorKind::TooLarge);
  EXPECT_LE(exchange.pending_bytes(), borrowed.size() + kMaxPendingBytes);
}

TEST(ServerExchange, D3_GivesUpWhenAReaderMakesNoProgress) {
  Served served({}, true);
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  const std::string all(8'000'000, 'x');
  exchange.start({.framing = {http::BodyKind::Length, all.size()}});
  ASSERT_TRUE(Served::write(exchange, all, More::No, Keep::Borrow));
  Result<void> written = finish(served.loop, exchange.until_written(served.loop.now() + 100ms));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::IdleTimeout);
}

TEST(ServerExchange, E9_AFlushEndsInTimeHoweverSteadilyItsReaderDrips) {
  Served served({}, true);
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  const std::string all(40'000'000, 'x');
  exchange.start({.framing = {http::BodyKind::Length, all.size()}});
  ASSERT_TRUE(Served::write(exchange, all, More::No, Keep::Borrow));
  std::optional<Result<void>> flushed;
  const Instant began = served.loop.now();
  begin(served.loop, exchange.until_flushed(began + 200ms), flushed);
  // Eight megabytes a second: five seconds for all.
  std::int64_t dripped = 0;
  ASSERT_TRUE(drive(served.loop, [&] {
    const std::int64_t due = 8'000 * ((served.loop.now() - began) / 1ms);
    while (dripped < due) {
      const std::size_t got = served.client.received(8'000).size();
      if (got == 0) break;
      dripped += static_cast<std::int64_t>(got);
    }
    return flushed.has_value();
  }));
  ASSERT_FALSE(*flushed) << "the reader was too fast for this test";
  EXPECT_EQ(flushed->error().kind, ErrorKind::IdleTimeout);
}

TEST(ServerExchange, E9_AWaitForAReaderCanBeInterrupted) {
  Served served({}, true);
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  exchange.start({.framing = {http::BodyKind::Length, 8'000'000}});
  const std::string all(8'000'000, 'x');
  ASSERT_TRUE(Served::write(exchange, all, More::No, Keep::Borrow));
  exchange.interrupt();  // nobody waits yet
  std::optional<Result<void>> written;
  begin(served.loop, exchange.until_written(kNever), written);
  served.loop.context().poll();
  ASSERT_FALSE(written.has_value());
  exchange.interrupt();
  ASSERT_TRUE(drive(served.loop, [&] { return written.has_value(); }));
  EXPECT_EQ(written->error().kind, ErrorKind::Cancelled);
  exchange.abort();
}

TEST(ServerExchange, D3_EndsAStalledConnectionThatNobodyWaitsFor) {
  Served served({.write_stall = 100ms}, true);
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  Watcher watcher;
  exchange.watch(&watcher);
  const std::string all(8'000'000, 'x');
  exchange.start({.framing = {http::BodyKind::Length, all.size()}});
  ASSERT_TRUE(Served::write(exchange, all, More::No, Keep::Borrow));
  EXPECT_TRUE(drive(served.loop, [&] { return watcher.times == 1; }));
}

TEST(ServerExchange, AbortShowsThatAChunkedAnswerIsCut) {
  Served served;
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  exchange.start({.framing = {http::BodyKind::Chunked}});
  ASSERT_TRUE(Served::write(exchange, "part", More::Yes));
  exchange.abort();
  std::string all;
  EXPECT_TRUE(drive(served.loop, [&] {
    all += served.client.received();
    return served.client.at_end();
  }));
  EXPECT_TRUE(all.ends_with("4\r\npart\r\n"));
}

TEST(ServerExchange, AbortResetsAnAnswerThatOnlyTheEndOfTheConnectionEnds) {
  Served served;
  served.client.send("GET /a HTTP/1.0\r\nHost: h\r\n\r\n");
  ServerExchange& exchange = served.request();
  exchange.start({.framing = {http::BodyKind::Chunked}});
  ASSERT_TRUE(Served::write(exchange, "part", More::Yes));
  exchange.abort();
  EXPECT_TRUE(drive(served.loop, [&] {
    if (served.client.was_reset()) return true;
    [[maybe_unused]] std::string dropped = served.client.received();
    return false;
  }));
}

TEST(ServerExchange, AbortEndsAWaitInProgress) {
  Served served({}, true);
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  const std::string all(8'000'000, 'x');
  exchange.start({.framing = {http::BodyKind::Length, all.size()}});
  ASSERT_TRUE(Served::write(exchange, all, More::No, Keep::Borrow));
  std::optional<Result<void>> written;
  begin(served.loop, exchange.until_written(served.loop.now() + 10s), written);
  served.loop.context().poll();
  exchange.abort();
  ASSERT_TRUE(drive(served.loop, [&] { return written.has_value(); }));
  EXPECT_EQ(written->error().kind, ErrorKind::Cancelled);
}

/// How long the server takes to notice a client that has gone by `leave`, with `behind` sent after its request.
Duration time_to_notice(const std::function<void(Peer&)>& leave, const std::string& behind) {
  Served served;
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  Watcher watcher;
  exchange.watch(&watcher);
  std::size_t sent = 0;
  while (sent < behind.size()) {
    ssize_t now =
        ::send(served.client.descriptor(), behind.data() + sent, behind.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (now > 0) sent += static_cast<std::size_t>(now);
    served.loop.context().poll();
  }
  served.loop.context().run_for(3 * kHangupCheck);  // it has looked for the client a few times
  EXPECT_EQ(watcher.times, 0);
  Instant left = monotonic_now();
  leave(served.client);
  EXPECT_TRUE(drive(served.loop, [&] { return watcher.times > 0; }));
  served.loop.context().run_for(60ms);
  EXPECT_EQ(watcher.times, 1) << "told more than once";
  return watcher.when - left;
}

TEST(ServerExchange, D1_NoticesAClientThatGoes) {
  auto closes = [](Peer& client) { client.close(); };
  auto resets = [](Peer& client) { client.reset(); };
  auto half_closes = [](Peer& client) { client.shutdown(); };
  const std::string pipelined(kGet);
  // More bytes than are read ahead, fewer than the kernel takes: behind a full kernel buffer the end would not arrive.
  const std::string flood(100'000, 'x');
  struct Case {
    std::string_view name;
    std::function<void(Peer&)> leave;
    const std::string& behind;
  };
  const std::string nothing;
  const std::array<Case, 6> cases{Case{"close", closes, nothing},
                                  {"reset", resets, nothing},
                                  {"D2 half-close", half_closes, nothing},
                                  {"close behind a pipelined request", closes, pipelined},
                                  {"close behind a full buffer", closes, flood},
                                  {"reset behind a full buffer", resets, flood}};
  for (const Case& one : cases) {
    Duration took = time_to_notice(one.leave, one.behind);
    std::cout << one.name << ": noticed after " << std::chrono::duration<double, std::milli>(took).count() << " ms\n";
    EXPECT_LT(took, kNoticed * kTestSlack) << one.name;
  }
}

/// A second request comes in `early` pieces while the first is served, and its `rest` afterwards.
void expect_to_serve_the_second(std::initializer_list<std::string_view> early, std::string_view rest) {
  Served served;
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  Watcher watcher;
  exchange.watch(&watcher);
  for (const std::string_view piece : early) {
    served.client.send(piece);
    served.loop.context().run_for(20ms);
  }
  served.answer(exchange, "one");
  served.client.send(rest);
  EXPECT_EQ(served.request().head().target, "/second");
  EXPECT_EQ(watcher.times, 0);
}

TEST(ServerExchange, ServesARequestThatCameInPiecesWhileItWasWatching) {
  expect_to_serve_the_second({"GET /sec", "ond HTTP/1.1\r\nHo", "st: h\r\n"}, "\r\n");
}

TEST(ServerExchange, ServesWhatCameWhileItWasWatching) {
  expect_to_serve_the_second({"GET /second HTTP/1.1\r\nHost: h\r\n\r\n"}, "");
}

TEST(ServerExchange, TellsNobodyOnceTheWatchHasEnded) {
  Served served;
  served.client.send(kGet);
  ServerExchange& exchange = served.request();
  Watcher watcher;
  exchange.watch(&watcher);
  exchange.watch(nullptr);
  served.client.close();
  served.loop.context().run_for(20ms);
  EXPECT_EQ(watcher.times, 0);
}

TEST(ServerExchange, TellsOfARequestBehindTheOneThatIsServed) {
  for (const bool early : {true, false}) {
    Served served;
    served.client.send(early ? std::string(kGet) + std::string(kGet) : std::string(kGet));
    ServerExchange& exchange = served.request();
    Watcher watcher;
    exchange.watch(&watcher);
    exchange.start({.status = 200, .framing = {http::BodyKind::Chunked, 0}});
    EXPECT_TRUE(Served::write(exchange, "one", More::Yes));
    if (!early) {
      EXPECT_EQ(exchange.end_awaited(), EndAwaited::ByClient);
      served.client.send(std::string_view(kGet).substr(0, 3));
      EXPECT_TRUE(drive(served.loop, [&] { return watcher.told_of_more > 0; }));
    }
    EXPECT_EQ(exchange.end_awaited(), EndAwaited::ByRequest) << early;
    EXPECT_EQ(watcher.times, 0);
    exchange.watch(nullptr);
  }
}

TEST(ServerExchange, BytesBehindAnAnswerThatEndsItsConnectionAreNoRequest) {
  Served served;
  served.client.send("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + std::string(kGet));
  ServerExchange& exchange = served.request();
  exchange.start({.status = 200, .framing = {http::BodyKind::Chunked, 0}});
  EXPECT_EQ(exchange.end_awaited(), EndAwaited::ByClient);
}

}  // namespace
}  // namespace drover::net
