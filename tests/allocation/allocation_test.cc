// The allocations of the gateway's thread for one request, once the gateway is warm.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "allocation/counted_heap.h"
#include "config/environment.h"
#include "config/settings.h"
#include "gateway/process/server.h"
#include "support/http_client.h"
#include "support/socket.h"

namespace drover::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kConnections = 16;
constexpr std::size_t kWarmUp = 60;
constexpr std::size_t kCounted = 40;

/// Answers every request on every connection alike, on threads that are not counted.
class FixedUpstream {
 public:
  explicit FixedUpstream(std::string answer)
      : answer_(std::move(answer)), accepting_([this](const std::stop_token& stop) {
          ignore_this_thread();
          while (!stop.stop_requested()) {
            Socket socket = listener_.accept(50ms);
            if (socket.open())
              serving_.emplace_back([this, socket = std::move(socket)](const std::stop_token& ended) mutable {
                ignore_this_thread();
                serve(ended, socket);
              });
          }
        }) {}

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

 private:
  void serve(const std::stop_token& stop, const Socket& socket) const {
    std::string inbox;
    while (!stop.stop_requested()) {
      const Socket::Got got = socket.read_some(inbox, 50ms);
      if (got == Socket::Got::Timeout) continue;
      if (got != Socket::Got::Bytes) return;
      // Each request of this test ends with the only "}]}" of its body.
      if (!inbox.ends_with("}]}")) continue;
      inbox.clear();
      if (!socket.send(answer_)) return;
    }
  }

  std::string answer_;
  Listener listener_;
  std::vector<std::jthread> serving_;
  std::jthread accepting_;
};

std::string sized(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::string chat_answer() {
  return R"({"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":)"
         R"({"role":"assistant","content":")" +
         std::string(500, 'x') +
         R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":50,"completion_tokens":100,"total_tokens":150}})";
}

/// All connections send a request before the first is answered: so many requests are in flight at once.
void ask_on_all(std::vector<std::unique_ptr<HttpClient>>& clients, std::size_t times) {
  const std::string body =
      R"({"model":"gpt-4o","messages":[{"role":"user","content":")" + std::string(180, 'q') + R"("}]})";
  for (std::size_t at = 0; at < times; ++at) {
    for (const auto& client : clients) ASSERT_TRUE(client->send_request("POST", "/v1/chat/completions", body));
    for (const auto& client : clients) ASSERT_EQ(client->read_answer().status, 200);
  }
}

std::unique_ptr<gateway::Server> gateway_before(std::uint16_t upstream) {
  const std::string yaml =
      "listen: 127.0.0.1:0\nadmin: off\nthreads: 1\nproviders:\n  p:\n    base_url: http://127.0.0.1:" +
      std::to_string(upstream) +
      "/v1\n    keys: [ { value: sk-test-one-0a1b2c3d }, { value: sk-test-two-4e5f6a7b } ]\n"
      "models: { gpt-4o: { targets: [ p ] } }\nhealth: { probe: off }\n";
  auto settings = config::load_text(yaml, "test.yaml", config::real_environment());
  if (!settings) throw std::runtime_error("the test's configuration does not load");
  auto server = gateway::Server::start(std::move(*settings));
  if (!server) throw std::runtime_error(server.error().message);
  return std::move(*server);
}

TEST(Allocations, APlainChatRequestNeedsNoneOnceTheGatewayIsWarm) {
  ignore_this_thread();
  FixedUpstream upstream(sized(chat_answer()));
  const auto server = gateway_before(upstream.port());

  std::vector<std::unique_ptr<HttpClient>> clients;
  for (std::size_t at = 0; at < kConnections; ++at)
    clients.push_back(std::make_unique<HttpClient>("127.0.0.1", server->ports().front()));
  ask_on_all(clients, kWarmUp);

  count_allocations();
  ask_on_all(clients, kCounted);
  const std::size_t counted = allocations_counted();
  std::printf("heap allocations per plain chat request: %.3f (%zu in %zu requests on %zu connections)\n",
              static_cast<double>(counted) / (kCounted * kConnections), counted, kCounted * kConnections, kConnections);
  EXPECT_EQ(counted, 0U) << first_allocations();
}

constexpr std::size_t kStreams = 64;
/// Most bytes of heap for one open stream: 9.1 to 9.3 KiB, by what else the machine does, and some room. (A quarter of a
/// KiB is the path of the request and the provider's id of it, and another one what it used and who pays.)
constexpr std::size_t kMostPerStream = 9 * 1024 + 768;
/// Rounds, of which the least result counts: the test's own threads and lists grow now and then.
constexpr int kRounds = 4;

/// Opens streams and waits until each has had its first event.
std::vector<Socket> open_streams(std::uint16_t port) {
  const std::string body = R"({"stream":true,"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]})";
  const std::string request =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  std::vector<Socket> streams;
  streams.reserve(kStreams);
  for (std::size_t at = 0; at < kStreams; ++at) {
    streams.push_back(Socket::connect("127.0.0.1", port));
    EXPECT_TRUE(streams.back().send(request));
  }
  std::string received;
  received.reserve(64 * 1024);
  for (const Socket& stream : streams) {
    received.clear();
    while (received.find("data: ") == std::string::npos) {
      if (stream.read_some(received) != Socket::Got::Bytes) {
        ADD_FAILURE() << "no event came";
        return streams;
      }
    }
  }
  return streams;
}

TEST(Allocations, AnIdleStreamHoldsNoBuffers) {
  FixedUpstream upstream(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n2f\r\n"
      "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n\r\n");
  const auto server = gateway_before(upstream.port());
  const std::uint16_t port = server->ports().front();
  std::vector<std::vector<Socket>> open;
  const auto held_by_streams_of = [&](std::uint16_t from) {
    const std::size_t before = heap_in_use();
    open.push_back(open_streams(from));
    return (heap_in_use() - before) / kStreams;
  };
  (void)held_by_streams_of(port);     // with the memory that all streams share
  std::size_t own = ~std::size_t{0};  // of this test: a thread for each
  std::size_t each = ~std::size_t{0};
  for (int round = 0; round < kRounds; ++round) {
    own = std::min(own, held_by_streams_of(upstream.port()));
    each = std::min(each, held_by_streams_of(port));
  }
  each -= own;
  std::printf("heap held by an idle stream: %zu bytes\n", each);
  EXPECT_LT(each, kMostPerStream);
}

TEST(Allocations, AreSeenByTheCounter) {
  count_allocations();
  std::thread counted([] {
    void* volatile memory = std::malloc(100);  // volatile: the pair must not be optimised away
    std::free(memory);
  });
  counted.join();
  EXPECT_GE(allocations_counted(), 1U);
}

}  // namespace
}  // namespace drover::test
