// The whole gateway in this process, on loopback, before mock providers or scripted upstreams: what a test of the whole
// needs, in one line each.
//
//   MockProvider mock(mock_settings(3));
//   Gateway gateway(three_servers(mock));
//   Answer answer = gateway.client().post(kChat, plain_chat());
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.h"
#include "config/settings.h"
#include "mock/server/server.h"
#include "support/http_client.h"
#include "support/raw_upstream.h"

namespace drover::gateway {
class Server;
struct StoreDoor;
}
namespace drover::upstream {
class Recorder;
}

namespace drover::test {

using namespace std::chrono_literals;

inline constexpr std::string_view kChat = "/v1/chat/completions";
inline constexpr std::string_view kResponses = "/v1/responses";

/// Test values in the form of keys. Each names its owner, which shows when it turns up in a wrong place.
inline constexpr const char* kKeyOne = "sk-test-one-0a1b2c3d";
inline constexpr const char* kKeyTwo = "sk-test-two-4e5f6a7b";
inline constexpr const char* kKeyThree = "sk-test-three-8c9dae1f";

inline std::string chat_body(std::string_view model, std::string_view more = {}) {
  return "{\"model\":\"" + std::string(model) + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]" +
         std::string(more) + "}";
}
inline std::string plain_chat() {
  return chat_body("gpt-4o");
}
inline std::string streamed_chat() {
  return chat_body("gpt-4o", ",\"stream\":true");
}

/// An answer with a length, or in one chunk, as a provider sends it.
inline std::string sized(std::string_view body, std::string_view fields = "Content-Type: application/json\r\n",
                         std::string_view status = "200 OK") {
  return "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}
inline constexpr const char* kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
inline constexpr const char* kPlainAnswer =
    R"({"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]})";

inline std::string chunk(std::string_view body) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", body.size());
  return size + std::string(body) + "\r\n";
}
/// One event of a chat stream with this text.
inline std::string delta(std::string_view text) {
  return R"(data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":")" +
         std::string(text) + "\"},\"finish_reason\":null}]}\n\n";
}
inline constexpr const char* kFinish =
    R"(data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
    "\n\n";
inline constexpr const char* kDone = "data: [DONE]\n\n";

/// A mock that records requests, with `ports` servers and any model name.
inline mock::Settings mock_settings(std::size_t ports = 1) {
  mock::Settings settings;
  settings.listen.assign(ports, mock::ListenAt{});
  settings.models = {"*"};
  settings.record = {.fields = true, .body_bytes = 4 * 1024 * 1024};
  return settings;
}

/// A mock provider on a loop of its own thread.
class MockProvider {
 public:
  explicit MockProvider(mock::Settings settings = mock_settings());
  ~MockProvider();
  MockProvider(const MockProvider&) = delete;
  MockProvider& operator=(const MockProvider&) = delete;

  mock::MockServer* operator->();
  void fault(std::string_view text);
  [[nodiscard]] std::uint64_t requests() const;
  /// The newest request, once its answer has ended.
  [[nodiscard]] mock::Record last() const;
  [[nodiscard]] std::string url(std::size_t index = 0) const;

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

/// Throws the configuration's mistakes.
config::Settings load(const std::string& yaml);

inline constexpr const char* kBase = "listen: 127.0.0.1:0\nadmin: off\nthreads: 2\nhealth: { probe: off }\n";

/// The same settings with admin pages on a free port.
inline config::Settings with_admin(config::Settings settings) {
  settings.admin = config::ListenAddress{.host = "127.0.0.1", .port = 0, .tls = {}};
  return settings;
}

/// One provider "one", its servers and keys, for every model name; `more` is further YAML.
inline std::string one_provider(const std::vector<std::string>& servers, const std::vector<std::string>& keys,
                                const std::string& more = {}) {
  std::string yaml = std::string(kBase) + "providers:\n  one:\n    servers: [ ";
  for (const std::string& server : servers) yaml += (&server == &servers.front() ? "" : ", ") + server;
  yaml += " ]\n    keys:\n";
  for (const std::string& key : keys) yaml += "      - { value: " + key + " }\n";
  return yaml + "models:\n  \"*\": { balance: round_robin, targets: [ one ] }\n" + more;
}

/// Providers p1, p2, … in this order of preference or in turns, each with a key of its own, for gpt-4o.
inline std::string providers(const std::vector<std::string>& servers, std::string_view balance,
                             const std::string& more = {}) {
  static constexpr const char* kKeys[] = {kKeyOne, kKeyTwo, kKeyThree};
  std::string yaml = std::string(kBase) + "providers:\n";
  std::string targets;
  for (std::size_t at = 0; at < servers.size(); ++at) {
    const std::string name = "p" + std::to_string(at + 1);
    yaml += "  " + name + ": { base_url: \"" + servers[at] + "\", keys: [ { value: " + kKeys[at % 3] + " } ] }\n";
    targets += std::string(at == 0 ? "" : ", ") + "{ provider: " + name;
    targets += (balance == "in_order" ? ", priority: " + std::to_string(at) : std::string()) + " }";
  }
  const std::string how(balance == "in_order" ? "p2c" : balance);
  return yaml + "models:\n  gpt-4o: { balance: " + how + ", targets: [ " + targets + " ] }\n" + more;
}

inline std::string url_of(const RawUpstream& upstream) {
  return "http://127.0.0.1:" + std::to_string(upstream.port()) + "/v1";
}
/// The URL of a port where no server listens.
inline std::string refusing_url() {
  Listener listener;
  return "http://127.0.0.1:" + std::to_string(listener.port()) + "/v1";
}

/// A running gateway.
class Gateway {
 public:
  explicit Gateway(const std::string& yaml) : Gateway(load(yaml)) {}
  /// Throws the sentence that says why it did not start.
  explicit Gateway(config::Settings settings, std::shared_ptr<upstream::Recorder> recorder = nullptr);
  ~Gateway();
  Gateway(Gateway&&) noexcept;

  [[nodiscard]] std::uint16_t port(std::size_t index = 0) const;
  [[nodiscard]] HttpClient client() const { return {"127.0.0.1", port()}; }
  /// A page of the admin listener ("/status"), on a connection of its own. See with_admin().
  [[nodiscard]] Answer admin(std::string_view page, const Fields& fields = {}) const;
  [[nodiscard]] std::uint16_t admin_port() const;
  /// The admin API works with this store, whose thread ends before the gateway.
  void serve_admin_api(gateway::StoreDoor store);
  /// The text of /explain about a request or a target. A request is recorded shortly after its answer, so the page is
  /// asked for until the request is there.
  [[nodiscard]] std::string explained(const std::string& name) const;
  /// Waits until the access log's file has the lines of all requests that have ended.
  void flush_access_log();
  /// One request on a connection of its own.
  Answer post(std::string_view target, std::string_view body, const Fields& fields = {}) const {
    return client().post(target, body, fields);
  }
  [[nodiscard]] Result<void> reload(config::Settings settings);
  [[nodiscard]] Result<void> reread();
  void drain(Duration patience);
  /// Reservations that no request has settled yet.
  [[nodiscard]] std::int64_t open_leases() const;
  void stop();

 private:
  std::unique_ptr<gateway::Server> server_;
};

/// A gateway before an upstream that answers every request with a success and records it.
struct Front {
  explicit Front(const std::string& more = {}) : gateway(one_provider({url_of(upstream)}, {kKeyOne}, more)) {
    upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  }
  RawUpstream upstream;
  Gateway gateway;
};

inline int attempts(const AnswerHead& answer) {
  return std::stoi(answer.field("x-drover-attempts").value_or("0"));
}

/// The stream's events that are no comments.
inline std::vector<Event> spoken(std::string_view body) {
  std::vector<Event> events = events_of(body);
  std::erase_if(events, [](const Event& event) { return event.is_comment(); });
  return events;
}

}  // namespace drover::test
