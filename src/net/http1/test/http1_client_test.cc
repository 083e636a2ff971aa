// The upstream side: what an answer is, whether it can be trusted, and whether the connection can be used again.
#include "net/http1/http1_client.h"

#include <gtest/gtest.h>

#include <array>

#include "net/test/test_kit.h"

namespace drover::net {
namespace {

using namespace testing;

struct Asking {
  explicit Asking(bool small_buffers = false) {
    SocketPair pair = connect_pair(loop, small_buffers);
    upstream = std::move(pair.theirs);
    client = std::make_unique<Http1Client>(loop, std::move(pair.ours), nullptr);
  }

  ClientExchange& send(std::string_view method = "GET", std::string_view body = {}) {
    ClientExchange& exchange = client->open();
    http::Framing framing{body.empty() ? http::BodyKind::None : http::BodyKind::Length, body.size()};
    exchange.start({.method = method, .path = "/x", .authority = "h", .framing = framing});
    std::array<std::string_view, 1> pieces{body};
    Result<WriteState> sent = exchange.write(pieces, More::No, Keep::Copy);
    EXPECT_TRUE(sent);
    std::string seen = collect_until(loop, upstream, body.empty() ? "\r\n\r\n" : body);
    EXPECT_TRUE(seen.starts_with(method));
    return exchange;
  }

  /// Waits for the head.
  Result<void> head(ClientExchange& exchange) {
    for (;;) {
      Result<HeadRead> read = exchange.read_head();
      if (!read) return fail(read.error());
      if (*read == HeadRead::Complete) return {};
      Result<void> waited = finish(loop, exchange.until_readable());
      if (!waited) return waited;
    }
  }

  Result<std::string> body(ClientExchange& exchange) {
    std::string all;
    for (;;) {
      Result<Read> read = exchange.read_body();
      if (!read) return fail(read.error());
      if (read->state == ReadState::End) return all;
      all.append(read->bytes);
      if (read->state != ReadState::Blocked) continue;
      Result<void> waited = finish(loop, exchange.until_readable());
      if (!waited) return fail(waited.error());
    }
  }

  /// One good exchange, so that the next one is on a reused connection.
  void use_once() {
    ClientExchange& exchange = send();
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    ASSERT_TRUE(head(exchange));
    ASSERT_EQ(*body(exchange), "ok");
    ASSERT_TRUE(client->finish());
  }

  Loop loop{1};
  Peer upstream;
  std::unique_ptr<Http1Client> client;
};

/// The error of the whole exchange, whichever step meets it.
Error failure(Asking& asking, ClientExchange& exchange) {
  Result<void> head = asking.head(exchange);
  if (!head) return head.error();
  Result<std::string> body = asking.body(exchange);
  EXPECT_FALSE(body) << "no error at all: " << *body;
  return body ? Error{} : body.error();
}

TEST(Http1Client, ReadsAnAnswerHoweverItIsCut) {
  const std::string answer =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n5;x\r\nhello\r\n1\r\n!\r\n0\r\nT: u\r\n\r\n";
  for (std::size_t cut = 1; cut < answer.size(); ++cut) {
    Asking asking;
    ClientExchange& exchange = asking.send();
    asking.upstream.send(std::string_view(answer).substr(0, cut));
    bool complete = false;
    std::string body;
    for (int half = 0; half < 2; ++half) {
      asking.loop.context().poll();
      Result<void> waited = finish(asking.loop, exchange.until_readable());
      ASSERT_TRUE(waited);
      if (!complete) complete = *exchange.read_head() == HeadRead::Complete;
      while (complete) {
        Result<Read> read = exchange.read_body();
        ASSERT_TRUE(read);
        body.append(read->bytes);
        if (read->state != ReadState::Data) break;
      }
      if (half == 0) asking.upstream.send(std::string_view(answer).substr(cut));
    }
    ASSERT_TRUE(complete) << cut;
    EXPECT_EQ(exchange.head().status, 200);
    EXPECT_EQ(body, "hello!") << "cut at " << cut;
    EXPECT_TRUE(asking.client->finish());
  }
}

TEST(Http1Client, JoinsChunksThatArriveTogether) {
  Asking asking;
  ClientExchange& exchange = asking.send();
  asking.upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_TRUE(asking.head(exchange));
  asking.upstream.send("1\r\na\r\n1\r\nb\r\n1\r\nc\r\n");
  ASSERT_TRUE(finish(asking.loop, exchange.until_readable()));
  EXPECT_EQ(exchange.read_body()->bytes, "abc");
}

TEST(Http1Client, B5_SkipsInterimAnswers) {
  Asking asking;
  ClientExchange& exchange = asking.send();
  asking.upstream.send(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
      "2\r\n\r\nok");
  ASSERT_TRUE(asking.head(exchange));
  EXPECT_EQ(exchange.head().status, 200);
  EXPECT_EQ(*asking.body(exchange), "ok");
  EXPECT_TRUE(asking.client->finish());
}

TEST(Http1Client, B5_RefusesInterimAnswersWithoutEnd) {
  Asking asking;
  ClientExchange& exchange = asking.send();
  for (int count = 0; count <= kMaxInterimAnswers; ++count) asking.upstream.send("HTTP/1.1 102 Processing\r\n\r\n");
  EXPECT_EQ(failure(asking, exchange).kind, ErrorKind::BadResponse);
}

TEST(Http1Client, B5_CountsTheInterimAnswersOfOneRequestOnly) {
  Asking asking;
  for (int request = 0; request <= kMaxInterimAnswers; ++request) {
    ClientExchange& exchange = asking.send();
    asking.upstream.send("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    ASSERT_TRUE(asking.head(exchange)) << request;
    ASSERT_EQ(*asking.body(exchange), "ok");
    ASSERT_TRUE(asking.client->finish());
  }
}

TEST(Http1Client, B6_RefusesAnUpgradeNobodyAskedFor) {
  Asking asking;
  ClientExchange& exchange = asking.send();
  asking.upstream.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
  EXPECT_EQ(failure(asking, exchange).code, "upstream_upgrade");
}

TEST(Http1Client, B1_RefusesWhatIsNotHttp) {
  Asking asking;
  ClientExchange& exchange = asking.send();
  asking.upstream.send("SSH-2.0-OpenSSH_9.2\r\n");
  Error error = failure(asking, exchange);
  EXPECT_EQ(error.kind, ErrorKind::BadResponse);
  EXPECT_EQ(error.scope, ErrorScope::Target);
  EXPECT_TRUE(exchange.answered_any());
}

TEST(Http1Client, X8_DoesNotReuseAConnectionWhoseAnswerSpeaksOfABodyThatItCannotHave) {
  for (const std::string_view head : {"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
                                      "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"}) {
    Asking asking;
    ClientExchange& exchange = asking.send();
    asking.upstream.send(head);
    const auto read = asking.head(exchange);
    if (!read) continue;  // refused: not used again either
    EXPECT_FALSE(asking.client->finish()) << head;
  }
}

TEST(Http1Client, B7_DoesNotReuseAConnectionWithBytesBehindA204) {
  Asking asking;
  ClientExchange& exchange = asking.send();
  asking.upstream.send("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
  ASSERT_TRUE(asking.head(exchange));
  EXPECT_EQ(*asking.body(exchange), "");
  EXPECT_FALSE(asking.client->finish());
}

TEST(Http1Client, B8_DoesNotReadABodyOfAHeadAnswer) {
  Asking asking;
  ClientExchange& exchange = asking.send("HEAD");
  asking.upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  ASSERT_TRUE(asking.head(exchange));
  EXPECT_EQ(*asking.body(exchange), "");
  EXPECT_TRUE(asking.client->finish());
}

TEST(Http1Client, B9_ReadsToTheEndOfTheConnectionWithoutALength) {
  Asking asking;
  ClientExchange& exchange = asking.send();
  asking.upstream.send("HTTP/1.0 200 OK\r\n\r\nall of it");
  asking.upstream.shutdown();
  ASSERT_TRUE(asking.head(exchange));
  EXPECT_EQ(*asking.body(exchange), "all of it");
  EXPECT_FALSE(asking.client->finish());
}

TEST(Http1Client, B13_B14_ReportsAnAnswerThatIsCut) {
  for (std::string_view answer : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"}) {
    Asking asking;
    ClientExchange& exchange = asking.send();
    asking.upstream.send(answer);
    asking.upstream.shutdown();
    EXPECT_EQ(failure(asking, exchange).kind, ErrorKind::Truncated) << answer;
    EXPECT_FALSE(asking.client->finish());
  }
}

TEST(Http1Client, B15_RefusesABadChunk) {
  Asking asking;
  ClientExchange& exchange = asking.send();
  asking.upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
  Error error = failure(asking, exchange);
  EXPECT_EQ(error.kind, ErrorKind::BadResponse);
  EXPECT_EQ(error.code, "bad_chunk");
  EXPECT_EQ(error.status, 502);
}

TEST(Http1Client, B17_DoesNotReuseAConnectionThatCloses) {
  Asking asking;
  ClientExchange& exchange = asking.send();
  asking.upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok and more");
  ASSERT_TRUE(asking.head(exchange));
  EXPECT_EQ(*asking.body(exchange), "ok");
  EXPECT_FALSE(asking.client->finish());
}

TEST(Http1Client, B18_CallsAReusedConnectionThatClosesStale) {
  for (bool by_reset : {false, true}) {
    Asking asking;
    asking.use_once();
    ClientExchange& exchange = asking.send();
    EXPECT_TRUE(exchange.reused());
    by_reset ? asking.upstream.reset() : asking.upstream.close();
    Error error = failure(asking, exchange);
    EXPECT_EQ(error.kind, ErrorKind::StaleConnection);
    EXPECT_TRUE(exchange.wrote_any());
    EXPECT_FALSE(exchange.answered_any());
  }
}

TEST(Http1Client, B18_CallsAReusedConnectionThatClosedBeforeTheWriteStale) {
  Asking asking;
  asking.use_once();
  asking.upstream.reset();
  ClientExchange& exchange = asking.client->open();
  exchange.start({.method = "GET", .path = "/x", .authority = "h"});
  Result<WriteState> sent = exchange.write({}, More::No, Keep::Copy);
  Error error = sent ? failure(asking, exchange) : sent.error();
  EXPECT_EQ(error.kind, ErrorKind::StaleConnection);
  EXPECT_FALSE(exchange.wrote_any());
}

TEST(Http1Client, CallsAFreshConnectionThatClosesLost) {
  for (bool by_reset : {false, true}) {
    Asking asking;
    ClientExchange& exchange = asking.send();
    EXPECT_FALSE(exchange.reused());
    by_reset ? asking.upstream.reset() : asking.upstream.close();
    EXPECT_EQ(failure(asking, exchange).kind, ErrorKind::ConnectionLost);
  }
}

TEST(Http1Client, CallsAReusedConnectionThatClosesInItsHeadLost) {
  Asking asking;
  asking.use_once();
  ClientExchange& exchange = asking.send();
  asking.upstream.send("HTTP/1.1 200");
  asking.upstream.shutdown();
  EXPECT_EQ(failure(asking, exchange).kind, ErrorKind::ConnectionLost);
}

TEST(Http1Client, B19_ReportsAResetInMidAnswer) {
  Asking asking;
  ClientExchange& exchange = asking.send();
  asking.upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  ASSERT_TRUE(asking.head(exchange));
  asking.upstream.reset();
  EXPECT_EQ(failure(asking, exchange).kind, ErrorKind::ConnectionLost);
}

std::string more_than_fits() {
  return std::string(20'000'000, 'x');
}

/// Sends `body`, which must outlive the exchange, to an upstream that does not read.
bool is_blocked_by(ClientExchange& exchange, const std::string& body) {
  exchange.start({.method = "POST", .path = "/x", .authority = "h", .framing = {http::BodyKind::Length, body.size()}});
  std::array<std::string_view, 1> pieces{body};
  const Result<WriteState> sent = exchange.write(pieces, More::No, Keep::Borrow);
  return sent && *sent == WriteState::Blocked;
}

TEST(Http1Client, B20_ReadsAnAnswerThatComesBeforeTheRequestIsSent) {
  Asking asking(true);
  ClientExchange& exchange = asking.client->open();
  const std::string body = more_than_fits();
  ASSERT_TRUE(is_blocked_by(exchange, body));
  asking.upstream.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
  ASSERT_TRUE(finish(asking.loop, exchange.until_written()));
  EXPECT_FALSE(exchange.sent());
  ASSERT_TRUE(asking.head(exchange));
  EXPECT_EQ(exchange.head().status, 413);
  EXPECT_EQ(*asking.body(exchange), "big");
  EXPECT_FALSE(asking.client->finish());
}

TEST(Http1Client, E2_AnInterimAnswerDoesNotEndTheSendingAndTellsOfNoProgress) {
  Asking asking(true);
  ClientExchange& exchange = asking.client->open();
  const std::string body(20'000'000, 'x');
  exchange.start({.method = "POST", .path = "/x", .authority = "h", .framing = {http::BodyKind::Length, body.size()}});
  std::array<std::string_view, 1> pieces{body};
  ASSERT_TRUE(exchange.write(pieces, More::No, Keep::Borrow));
  asking.loop.context().poll();
  asking.upstream.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  const std::uint64_t pending = exchange.pending_bytes();
  ASSERT_TRUE(finish(asking.loop, exchange.until_written()));
  EXPECT_EQ(*exchange.read_head(), HeadRead::Blocked);
  EXPECT_LE(exchange.pending_bytes(), pending);
  // The bytes that are here are read; the next wait is for later ones.
  std::optional<Result<void>> written;
  begin(asking.loop, exchange.until_written(), written);
  asking.loop.context().poll();
  EXPECT_FALSE(written.has_value());
  collect(asking.loop, asking.upstream, [&](const std::string& got) { return !got.empty(); });
  EXPECT_TRUE(drive(asking.loop, [&] { return written.has_value(); })) << "some of the request has left";
  EXPECT_LT(exchange.pending_bytes(), pending);
  EXPECT_GT(exchange.pending_bytes(), 0U);
  asking.client->close();
}

TEST(Http1Client, B20_PrefersAnAnswerToTheErrorOfTheWriteBehindIt) {
  Asking asking;
  ClientExchange& exchange = asking.client->open();
  exchange.start({.method = "POST", .path = "/x", .authority = "h", .framing = {http::BodyKind::Length, 2000}});
  const std::string half(1000, 'x');
  std::array<std::string_view, 1> pieces{half};
  ASSERT_TRUE(exchange.write(pieces, More::Yes, Keep::Copy));
  collect(asking.loop, asking.upstream, [](const std::string& got) { return got.size() > 1000; });
  asking.upstream.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  asking.upstream.close();
  // The first write meets the close, the next its reset.
  Result<WriteState> sent = exchange.write({}, More::Yes, Keep::Copy);
  for (int part = 0; part < 10 && sent; ++part) {
    std::array<std::string_view, 1> little{"x"};
    sent = exchange.write(little, More::Yes, Keep::Copy);
    asking.loop.context().poll();
  }
  EXPECT_TRUE(sent) << "a failed write would end the exchange before its answer is read";
  ASSERT_TRUE(asking.head(exchange));
  EXPECT_EQ(exchange.head().status, 401);
  EXPECT_FALSE(exchange.sent());
}

TEST(Http1Client, A11_DoesNotReuseAConnectionThatSpeaksUnasked) {
  Asking asking;
  asking.use_once();
  EXPECT_TRUE(asking.client->alive());
  asking.upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
  EXPECT_TRUE(drive(asking.loop, [&] { return !asking.client->alive(); }));
}

TEST(Http1Client, NoticesThatAnIdleConnectionWasClosed) {
  Asking asking;
  asking.use_once();
  asking.upstream.close();
  EXPECT_TRUE(drive(asking.loop, [&] { return !asking.client->alive(); }));
}

TEST(Http1Client, CancelEndsAWaitAndTheConnection) {
  Asking asking;
  ClientExchange& exchange = asking.send();
  std::optional<Result<void>> waited;
  begin(asking.loop, exchange.until_readable(), waited);
  asking.loop.context().poll();
  exchange.cancel();
  EXPECT_FALSE(waited) << "a cancel must not resume a coroutine below its caller";
  ASSERT_TRUE(drive(asking.loop, [&] { return waited.has_value(); }));
  EXPECT_EQ(waited->error().kind, ErrorKind::Cancelled);
  EXPECT_TRUE(asking.upstream.at_end());
  EXPECT_FALSE(asking.client->finish());
}

TEST(Http1Client, CancelEndsAWaitForTheUpstreamToTakeMore) {
  Asking asking(true);
  ClientExchange& exchange = asking.client->open();
  const std::string body = more_than_fits();
  ASSERT_TRUE(is_blocked_by(exchange, body));
  std::optional<Result<void>> waited;
  begin(asking.loop, exchange.until_written(), waited);
  asking.loop.context().poll();
  ASSERT_FALSE(waited);
  exchange.cancel();
  ASSERT_TRUE(drive(asking.loop, [&] { return waited.has_value(); }));
  EXPECT_EQ(waited->error().kind, ErrorKind::Cancelled);
}

TEST(Http1Client, RefusesABodyOfAnotherLengthThanAnnounced) {
  Asking asking;
  ClientExchange& exchange = asking.client->open();
  exchange.start({.method = "POST", .path = "/x", .authority = "h", .framing = {http::BodyKind::Length, 3}});
  std::array<std::string_view, 1> pieces{"four"};
  EXPECT_EQ(exchange.write(pieces, More::No, Keep::Copy).error().kind, ErrorKind::Internal);
}

TEST(Http1Client, KeepsTheHeadWhileTheBodyIsRead) {
  Asking asking;
  ClientExchange& exchange = asking.send();
  asking.upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: b\r\n\r\nok");
  ASSERT_TRUE(asking.head(exchange));
  EXPECT_EQ(*asking.body(exchange), "ok");
  EXPECT_EQ(http::find(exchange.head().fields, "A"), "b");
  exchange.release_head();
  EXPECT_TRUE(asking.client->finish());
}

}  // namespace
}  // namespace drover::net
