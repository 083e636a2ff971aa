// One request on an HTTP/1.1 connection and its answer: takes the framing off the body, puts ours on the answer.
#pragma once

#include <memory>
#include <string>

#include "http/body/body.h"
#include "net/exchange.h"
#include "net/http1/message_head.h"
#include "net/http1/server_wire.h"

namespace drover::net {

/// How long a request body may take whatever its size; after that it must keep up with the rate below (slow-body
/// attacks). This alone bounds the time of a body: a wait for one needs no deadline of its own.
inline constexpr Duration kBodyGrace = std::chrono::seconds(30);
inline constexpr std::uint64_t kMinBodyBytesPerSecond = 4 * 1024;

/// When a body of which `bytes` have come counts as too slow.
[[nodiscard]] Instant body_due(Instant began, std::uint64_t bytes);

class Http1ServerExchange final : public ServerExchange {
 public:
  explicit Http1ServerExchange(ServerWire& wire) : wire_(wire) {}
  ~Http1ServerExchange();

  /// Begins with a request whose head is read.
  void begin(std::unique_ptr<RequestMemory> request);
  /// Forgets the request.
  void end();
  /// Ends the connection after this answer, if the head that says so is not sent yet.
  void close_after() { close_after_ = true; }

  [[nodiscard]] bool open() const { return open_; }
  [[nodiscard]] bool answered() const { return answer_ended_; }
  [[nodiscard]] bool closes() const { return plan_.close; }
  [[nodiscard]] bool body_finished() const { return body_.finished(); }
  /// Whether the client holds the body back until "100 Continue".
  [[nodiscard]] bool body_withheld() const { return expects_continue_ && body_bytes_ == 0; }

  [[nodiscard]] const http::RequestHead& head() const override;
  void release_request() override;
  [[nodiscard]] Result<Read> read_body() override;
  [[nodiscard]] Awaitable<Result<void>> until_readable(Instant deadline) override;
  void send_continue() override;
  void watch(GoneObserver* observer) override;
  void start(const AnswerStart& answer) override;
  [[nodiscard]] bool started() const override { return started_; }
  [[nodiscard]] Result<WriteState> write(Pieces pieces, More more, Keep keep) override;
  [[nodiscard]] Awaitable<Result<void>> until_written(Instant deadline) override;
  [[nodiscard]] Awaitable<Result<void>> until_flushed(Instant until) override;
  void interrupt() override { wire_.interrupt(); }
  [[nodiscard]] std::uint64_t pending_bytes() const override { return wire_.pending_bytes(); }
  [[nodiscard]] EndAwaited end_awaited() const override;
  void abort() override;

 private:
  [[nodiscard]] Result<Read> take(std::span<char> bytes, bool from_input);
  [[nodiscard]] Result<void> check_length(std::size_t size, More more);

  ServerWire& wire_;
  std::unique_ptr<RequestMemory> request_;
  http::BodyDecoder body_;
  std::uint64_t body_bytes_ = 0;
  Instant began_ = kNever;
  Asked asked_;
  std::string answer_head_;  // until it is sent
  AnswerPlan plan_;
  std::uint64_t answer_left_ = 0;  // of an announced length
  bool open_ = false;
  bool started_ = false;
  bool head_sent_ = false;
  bool answer_ended_ = false;
  bool close_after_ = false;
  bool expects_continue_ = false;
};

}  // namespace drover::net
