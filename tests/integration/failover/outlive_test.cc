// No request outlives its deadline, whoever falls silent, drips or does not read, and in whatever phase: it has ended,
// and its place is free, when the time that rules it is over. Over sockets.
#include <poll.h>
#include <sys/socket.h>

#include <thread>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

/// Each phase has a bound of its own; the request as a whole has a second.
constexpr const char* kTimeouts =
    "retry: { same_target: 0 }\n"
    "timeouts: { connect: 300ms, send: 300ms, head: 300ms, first_content: 300ms, idle: 300ms, total: 1s, "
    "stream_max: 1s, queue: 100ms }\n";
/// Far over the longest of them, far below the minute that a forgotten wait would take.
constexpr auto kLongest = 6s;

enum class Stop : std::uint8_t { Connect, Send, Head, FirstContent, Body, PlainBody, Drain, NotRead };
enum class Kind : std::uint8_t { Silent, Drips };

using Way = std::tuple<Stop, Kind>;

/// Plays an answer up to its stop; from there on it says nothing, or a little every few milliseconds.
class Sick {
 public:
  explicit Sick(Way way) : way_(way), thread_([this](const std::stop_token& stop) { serve(stop); }) {}
  [[nodiscard]] std::string url() const {
    const bool tls = std::get<Stop>(way_) == Stop::Connect;
    return (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(listener_.port()) + "/v1";
  }

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      Socket socket = listener_.accept(50ms);
      if (socket.open()) play(socket, stop);
    }
  }
  void play(const Socket& socket, const std::stop_token& stop) const {
    const Stop at = std::get<Stop>(way_);
    if (at != Stop::Connect && at != Stop::Send) {
      std::string heard;
      while (!heard.ends_with("}") && socket.read_some(heard) == Socket::Got::Bytes) {
      }
      if (!socket.send(beginning(at))) return;
    }
    while (!stop.stop_requested() && drop(socket, at)) {
    }
  }
  static std::string beginning(Stop at) {
    switch (at) {
      case Stop::Connect:
      case Stop::Send: return "";
      case Stop::Head: return "HTTP/1.1 200 OK\r\nX-Long: ";
      case Stop::FirstContent: return kStreamHead;
      case Stop::Body:
      case Stop::NotRead: return kStreamHead + chunk(delta("a"));
      case Stop::PlainBody:
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
      case Stop::Drain: return kStreamHead + chunk(delta("a") + kFinish + kDone);
    }
    return "";
  }
  /// False: the peer is gone.
  bool drop(const Socket& socket, Stop at) const {
    const bool drips = std::get<Kind>(way_) == Kind::Drips;
    if (at == Stop::Send || at == Stop::Connect) return take_a_byte(socket, drips);
    if (at == Stop::NotRead) return socket.send(chunk(delta(std::string(50'000, 'f'))), 20ms) || !gone(socket);
    if (gone(socket)) return false;
    if (!drips) return true;
    const std::string drop = at == Stop::Head ? "x" : at == Stop::PlainBody ? chunk("\n") : chunk(": still here\n\n");
    return socket.send(drop);
  }
  /// Waits a little for that.
  static bool gone(const Socket& socket) {
    std::string nothing;
    const Socket::Got got = socket.read_some(nothing, 20ms);
    return got == Socket::Got::End || got == Socket::Got::Reset;
  }
  /// The kernel alone has heard the rest. A close behind unread bytes cannot be read, so whoever takes nothing looks
  /// for the reset that follows it.
  static bool take_a_byte(const Socket& socket, bool drips) {
    char byte = 0;
    if (drips) (void)::recv(socket.descriptor(), &byte, 1, MSG_DONTWAIT);
    return !pause_or_broken(socket);
  }
  static bool pause_or_broken(const Socket& socket) {
    pollfd only_errors{socket.descriptor(), 0, 0};
    return ::poll(&only_errors, 1, 20) > 0;
  }

  Way way_;
  Listener listener_;
  std::jthread thread_;
};

std::string body_for(Stop at) {
  // Longer than what kernels take on behalf of somebody who does not read.
  if (at == Stop::Send) return chat_body("gpt-4o", ",\"user\":\"" + std::string(12 << 20, 'u') + "\"");
  return at == Stop::PlainBody ? plain_chat() : streamed_chat();
}

/// Whether a request is in flight; the one that asks is none.
bool busy(const Gateway& gateway) {
  return gateway.admin("/status").body.find("\"requests_in_flight\":0") == std::string::npos;
}

/// Reads what comes, or a byte now and then, or nothing, until the gateway ends the request.
void read_as(Way way, HttpClient& client, const Gateway& gateway, Clock::time_point until) {
  if (std::get<Stop>(way) != Stop::NotRead) {
    (void)client.read_answer();
    return;
  }
  char byte = 0;
  while (!busy(gateway) && Clock::now() < until) {  // it is on its way to the gateway
  }
  while (busy(gateway) && Clock::now() < until) {
    if (std::get<Kind>(way) == Kind::Drips) (void)::recv(client.socket().descriptor(), &byte, 1, MSG_DONTWAIT);
  }
}

class NoRequest : public ::testing::TestWithParam<Way> {};

TEST_P(NoRequest, E9_OutlivesItsDeadline) {
  Sick upstream(GetParam());
  Gateway gateway(with_admin(load(one_provider({upstream.url()}, {kKeyOne}, kTimeouts))));
  HttpClient client = gateway.client();
  const auto began = Clock::now();
  ASSERT_TRUE(client.send_request("POST", kChat, body_for(std::get<Stop>(GetParam()))));
  read_as(GetParam(), client, gateway, began + kLongest);
  while (busy(gateway) && Clock::now() < began + kLongest) {
  }
  EXPECT_FALSE(busy(gateway));
  EXPECT_LT(Clock::now() - began, kLongest);
}

std::string name_of(const ::testing::TestParamInfo<Way>& info) {
  constexpr const char* kStops[] = {"Connect", "Send", "Head", "FirstContent", "Body", "PlainBody", "Drain", "NotRead"};
  return std::string(kStops[static_cast<std::size_t>(std::get<Stop>(info.param))]) +
         (std::get<Kind>(info.param) == Kind::Silent ? "Silent" : "Drips");
}

INSTANTIATE_TEST_SUITE_P(Outlive, NoRequest,
                         ::testing::Combine(::testing::Values(Stop::Connect, Stop::Send, Stop::Head, Stop::FirstContent,
                                                              Stop::Body, Stop::PlainBody, Stop::Drain, Stop::NotRead),
                                            ::testing::Values(Kind::Silent, Kind::Drips)),
                         name_of);

TEST(Drain, E1_TheNextRequestOfAConnectionNeedNotWaitForAnUpstreamThatTalksOn) {
  Sick upstream({Stop::Drain, Kind::Drips});
  Gateway gateway(one_provider({upstream.url()}, {kKeyOne}));
  HttpClient client = gateway.client();
  const auto began = Clock::now();
  for (int request = 0; request < 2; ++request) EXPECT_TRUE(client.post(kChat, streamed_chat()).whole());
  EXPECT_LT(Clock::now() - began, 10 * kLongest) << "each waits for two seconds of its tail";
}

TEST(Drain, E1_AnUpstreamThatTalksOnDoesNotHoldUpTheEndOfTheProcess) {
  Sick upstream({Stop::Body, Kind::Drips});
  Gateway gateway(one_provider({upstream.url()}, {kKeyOne}));
  HttpClient client = gateway.client();
  ASSERT_TRUE(client.send_request("POST", kChat, streamed_chat()));
  ASSERT_EQ(client.read_head().status, 200);
  const auto began = Clock::now();
  gateway.drain(100ms);
  EXPECT_LT(Clock::now() - began, 2s) << "all was told at the end of the drain, nothing had to be torn down";
}

TEST(Send, E2_AnUpstreamThatTakesNothingOfALongRequestIsLeftForAnother) {
  Sick hung({Stop::Send, Kind::Silent});
  MockProvider mock;
  Gateway gateway(providers({hung.url(), mock.url()}, "in_order", kTimeouts));
  const Answer answer = gateway.post(kChat, body_for(Stop::Send));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(attempts(answer), 2);
}

TEST(Pinned, E11_AGetIsSentOnceMoreWhenItsKeptConnectionWasClosed) {
  RawUpstream upstream;
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  HttpClient client = gateway.client();  // one connection is served by one thread, with connections of its own
  upstream.next(Say{}.bytes(sized("{\"data\":[]}")));
  EXPECT_EQ(client.get("/v1/files").status, 200);
  for (int request = 0; request < 3; ++request) {
    upstream.next(Say{}.close());
    upstream.next(Say{}.bytes(sized("{\"data\":[]}")));
    EXPECT_EQ(client.get("/v1/files").status, 200);
  }
  upstream.next(Say{}.close());
  EXPECT_EQ(client.send_request("DELETE", "/v1/files/file-1"), true);
  EXPECT_EQ(client.read_answer().status, 502) << "what changes something is not sent twice";
}

}  // namespace
}  // namespace drover::test
