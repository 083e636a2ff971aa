// D3: a client that does not read stops the reading from its upstream, so that what it costs is bounded; the others go
// on meanwhile.
#include <atomic>
#include <thread>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

/// Kernel buffers on loopback grow to some megabytes on each of the two hops; the gateway's own buffer is small beside
/// them. The upstream has twenty times as much to say.
constexpr std::size_t kTaken = std::size_t{16} << 20;
constexpr std::size_t kOffered = std::size_t{320} << 20;

/// An upstream that streams to one client and counts what was taken.
class Flood {
 public:
  Flood() : thread_([this](const std::stop_token& stop) { serve(stop); }) {}
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.port()) + "/v1"; }
  /// Waits until nothing more is taken, and says how much was.
  [[nodiscard]] std::size_t taken_in_all() const {
    stalled_.wait(false);
    return taken_;
  }

 private:
  void serve(const std::stop_token& stop) {
    const Socket socket = listener_.accept(kPatience);
    std::string heard;
    while (heard.find("\r\n\r\n") == std::string::npos && socket.read_some(heard) == Socket::Got::Bytes) {
    }
    const std::string piece = chunk(delta(std::string(60'000, 'f')));
    bool taking = socket.send(kStreamHead);
    while (taking && taken_ < kOffered && !stop.stop_requested()) {
      taking = socket.send(piece, 500ms);
      if (taking) taken_ += piece.size();
    }
    stalled_ = true;
    stalled_.notify_all();
  }

  Listener listener_;
  std::atomic<std::size_t> taken_{0};
  std::atomic<bool> stalled_{false};
  std::jthread thread_;
};

TEST(SlowClient, D3_StopsTheReadingFromItsUpstreamWhileOthersGoOn) {
  Flood flood;
  MockProvider mock;
  const std::string yaml =
      providers({flood.url(), mock.url()}, "p2c", "  flood: { targets: [ p1 ] }\n  calm: { targets: [ p2 ] }\n");
  config::Settings settings = load(yaml);
  settings.threads = 1;  // the others share the slow one's thread
  Gateway gateway(std::move(settings));
  HttpClient slow = gateway.client();
  ASSERT_TRUE(slow.send_request("POST", kChat, chat_body("flood", ",\"stream\":true")));
  ASSERT_EQ(slow.read_head().status, 200);

  for (int request = 0; request < 20; ++request)
    EXPECT_TRUE(gateway.post(kChat, chat_body("calm", ",\"stream\":true")).body.ends_with(kDone));
  const std::size_t taken = flood.taken_in_all();
  EXPECT_LT(taken, kTaken);
  EXPECT_GT(taken, 0U);
  EXPECT_EQ(gateway.post(kChat, chat_body("calm")).status, 200);
}

TEST(SlowClient, D3_ThatReadsAgainGetsEverything) {
  RawUpstream upstream;
  const std::string body = delta(std::string(30 << 20, 's')) + kFinish + kDone;
  upstream.always(Say{}.bytes(kStreamHead + chunk(body) + "0\r\n\r\n"));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  HttpClient slow = gateway.client();
  ASSERT_TRUE(slow.send_request("POST", kChat, streamed_chat()));
  ASSERT_EQ(slow.read_head().status, 200);
  // Another whole request passes while the first one's buffers stand full.
  ASSERT_TRUE(upstream.wait_for_requests(1));
  upstream.next(Say{}.bytes(sized(kPlainAnswer)));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  std::string got;
  while (slow.read_more_body(got)) {
  }
  EXPECT_EQ(slow.body_end(), BodyEnd::Whole);
  EXPECT_TRUE(got == body);
}

}  // namespace
}  // namespace drover::test
