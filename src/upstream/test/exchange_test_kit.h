// For tests of the driver: exchanges that exist in memory only. The test is the upstream and the client: it says what
// leaves, what comes and who falls silent.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "http/head/head_reader.h"
#include "net/exchange.h"
#include "net/loop/loop.h"
#include "net/loop/ticker.h"
#include "net/loop/waiter.h"
#include "net/trouble.h"

namespace drover::upstream::testing {

using namespace std::chrono_literals;

inline constexpr const char* kStreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
inline constexpr const char* kPlainHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
inline constexpr const char* kContent =
    "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n";
inline constexpr const char* kRole =
    "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"},\"finish_reason\":null}]}\n\n";
inline constexpr const char* kDone = "data: [DONE]\n\n";
inline constexpr const char* kPlain =
    R"({"id":"1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"a"}}]})";

/// An upstream and its one exchange. It hears everything at once unless it `takes` less.
class MemoryUpstream final : public net::ClientExchange {
 public:
  explicit MemoryUpstream(net::Loop& loop) : reader_(loop), writer_(loop) {}

  // What the upstream does.

  /// Leaves all but `bytes` of the request where they are.
  void takes(std::size_t bytes) { room_ = bytes; }
  void takes_more(std::size_t bytes) {
    pending_ -= std::min(pending_, bytes);
    writer_.resume_later();
  }
  void says_head(std::string text) {
    head_text_ = std::move(text);
    http::ResponseHeadReader reader;
    const auto read = reader.read(head_text_, http::ResponseHeadReader::Asked::Other, head_);
    EXPECT_TRUE(read && *read == http::HeadState::Complete) << head_text_;
    has_head_ = true;
    wake();
  }
  void says(std::string bytes) {
    said_.push_back(std::move(bytes));
    wake();
  }
  /// The same again and again, so many times; it is always there at once.
  void says_at_length(std::string bytes, std::uint64_t times) {
    repeated_ = std::move(bytes);
    times_ = times;
    wake();
  }
  void ends() {
    ended_ = true;
    wake();
  }
  void resets() {
    failure_ = net::trouble(ErrorKind::ConnectionLost, {}, "reset");
    wake();
  }
  /// A TLS session ticket, or an interim answer: there is something, and it is nothing.
  void says_nothing_new() { wake(); }

  // What was done with it.

  [[nodiscard]] bool opened() const { return opened_; }
  [[nodiscard]] bool cancelled() const { return cancelled_; }
  [[nodiscard]] std::uint64_t reads() const { return reads_; }

  /// Whether the connection could carry another exchange.
  [[nodiscard]] bool reusable() const { return !opened_ || (!cancelled_ && ended_ && said_.empty()); }

  // ClientExchange
  void start(const net::RequestStart&) override { opened_ = true; }
  [[nodiscard]] Result<net::WriteState> write(net::Pieces pieces, net::More, net::Keep) override {
    std::size_t size = 1;  // the head
    for (const std::string_view piece : pieces) size += piece.size();
    pending_ = size - std::min(size, room_);
    return pending_ == 0 ? net::WriteState::Done : net::WriteState::Blocked;
  }
  [[nodiscard]] net::Awaitable<Result<void>> until_written() override {
    if (cancelled_) return net::immediately(fail(net::trouble(ErrorKind::Cancelled)));
    if (pending_ == 0 || stirred_) return writer_.yield();
    return writer_.wait();
  }
  [[nodiscard]] std::uint64_t pending_bytes() const override { return pending_; }
  [[nodiscard]] bool sent() const override { return pending_ == 0; }
  [[nodiscard]] Result<net::HeadRead> read_head() override {
    stirred_ = false;
    if (has_head_) return net::HeadRead::Complete;
    if (failure_) return fail(*failure_);
    return net::HeadRead::Blocked;
  }
  [[nodiscard]] const http::ResponseHead& head() const override { return head_; }
  void release_head() override {}
  [[nodiscard]] Result<net::Read> read_body() override {
    ++reads_;
    stirred_ = false;
    if (cancelled_) return fail(net::trouble(ErrorKind::Cancelled));
    if (!said_.empty()) {
      last_ = std::move(said_.front());
      said_.pop_front();
      return net::Read{net::ReadState::Data, last_};
    }
    if (times_ > 0) {
      --times_;
      return net::Read{net::ReadState::Data, repeated_};
    }
    if (failure_) return fail(*failure_);
    return net::Read{ended_ ? net::ReadState::End : net::ReadState::Blocked, {}};
  }
  [[nodiscard]] net::Awaitable<Result<void>> until_readable() override {
    if (cancelled_) return net::immediately(fail(net::trouble(ErrorKind::Cancelled)));
    if (stirred_) return reader_.yield();
    return reader_.wait();
  }
  void cancel() override {
    cancelled_ = true;
    reader_.resume_later(fail(net::trouble(ErrorKind::Cancelled)));
    writer_.resume_later(fail(net::trouble(ErrorKind::Cancelled)));
  }
  [[nodiscard]] bool reused() const override { return false; }
  [[nodiscard]] bool wrote_any() const override { return opened_; }
  [[nodiscard]] bool answered_any() const override { return has_head_; }

 private:
  void wake() {
    stirred_ = true;
    reader_.resume_later();
    writer_.resume_later();
  }

  net::Waiter reader_;
  net::Waiter writer_;
  std::size_t room_ = std::size_t{1} << 30;
  std::size_t pending_ = 0;
  std::string head_text_;
  http::ResponseHead head_;
  std::deque<std::string> said_;
  std::string repeated_;
  std::uint64_t times_ = 0;
  std::string last_;
  std::optional<Error> failure_;
  std::uint64_t reads_ = 0;
  bool opened_ = false;
  bool has_head_ = false;
  bool stirred_ = false;
  bool ended_ = false;
  bool cancelled_ = false;
};

/// What a pool keeps of an upstream, which outlives it.
class MemoryConnection final : public net::ClientConnection {
 public:
  explicit MemoryConnection(MemoryUpstream& upstream) : upstream_(upstream) {}
  [[nodiscard]] net::ClientExchange& open() override { return upstream_; }
  [[nodiscard]] bool can_open() const override { return !upstream_.opened(); }
  [[nodiscard]] bool finish() override { return upstream_.reusable(); }
  [[nodiscard]] bool alive() override { return !upstream_.cancelled(); }
  void close() override { upstream_.cancel(); }

 private:
  MemoryUpstream& upstream_;
};

/// A client that reads at once, until it is told not to.
class MemoryClient final : public net::AnswerWriter {
 public:
  explicit MemoryClient(net::Loop& loop)
      : loop_(loop),
        waiter_(loop),
        stall_(loop.ticker(), [](void* self) { static_cast<MemoryClient*>(self)->stalled(); }, this) {}

  // What the client does.

  void stops_reading() { reads_ = false; }
  void reads_again() {
    reads_ = true;
    stall_.disarm();
    waiter_.resume_later();
  }
  /// Takes a little, but not all.
  void reads_a_byte() {
    if (stall_.armed()) stall_.arm(loop_.now() + patience_);
  }
  void waits_for_the_end() { awaited_ = net::EndAwaited::ByClient; }
  void sends_its_next_request() {
    awaited_ = net::EndAwaited::ByRequest;
    if (observer_ != nullptr) observer_->request_behind();
  }
  void leaves() {
    left_ = true;
    waiter_.resume_later(fail(net::trouble(ErrorKind::ClientGone)));
    if (observer_ != nullptr) std::exchange(observer_, nullptr)->downstream_gone();
  }

  // What it got.

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& fields() const { return fields_; }
  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] std::size_t largest_write() const { return largest_write_; }
  [[nodiscard]] bool waited_for() const { return waiter_.waiting(); }

  // AnswerWriter
  void watch(net::GoneObserver* observer) override { observer_ = observer; }
  void start(const net::AnswerStart& answer) override {
    started_ = true;
    fields_.assign(answer.fields);
  }
  [[nodiscard]] bool started() const override { return started_; }
  [[nodiscard]] Result<net::WriteState> write(net::Pieces pieces, net::More more, net::Keep) override {
    if (left_) return fail(net::trouble(ErrorKind::ClientGone));
    const std::size_t before = text_.size();
    for (const std::string_view piece : pieces) text_.append(piece);
    largest_write_ = std::max(largest_write_, text_.size() - before);
    whole_ = more == net::More::No;
    return reads_ ? net::WriteState::Done : net::WriteState::Blocked;
  }
  [[nodiscard]] net::Awaitable<Result<void>> until_written(Instant deadline) override {
    if (left_) return net::immediately(fail(net::trouble(ErrorKind::ClientGone)));
    if (reads_) return net::immediately({});
    patience_ = deadline == kNever ? kNoLimit : deadline - loop_.now();
    stall_.arm(deadline);
    return waiter_.wait();
  }
  void interrupt() override {
    stall_.disarm();
    waiter_.resume_later(fail(net::trouble(ErrorKind::Cancelled)));
  }
  [[nodiscard]] std::uint64_t pending_bytes() const override { return reads_ ? 0 : 1; }
  [[nodiscard]] net::EndAwaited end_awaited() const override { return awaited_; }
  void abort() override {}

 private:
  void stalled() {
    if (waiter_.waiting()) waiter_.resume(fail(net::trouble(ErrorKind::IdleTimeout)));
  }

  net::Loop& loop_;
  net::Waiter waiter_;
  net::Deadline stall_;
  Duration patience_{};
  net::GoneObserver* observer_ = nullptr;
  std::string text_;
  std::string fields_;
  std::size_t largest_write_ = 0;
  net::EndAwaited awaited_ = net::EndAwaited::No;
  bool started_ = false;
  bool whole_ = false;
  bool reads_ = true;
  bool left_ = false;
};

/// Does something again and again while the loop runs.
class Drip {
 public:
  Drip(net::Loop& loop, std::function<void()> drop)
      : loop_(loop),
        drop_(std::move(drop)),
        next_(loop.ticker(), [](void* self) { static_cast<Drip*>(self)->fall(); }, this) {
    next_.arm(loop.now() + kEvery);
  }

 private:
  static constexpr Duration kEvery = 10ms;
  void fall() {
    drop_();
    next_.arm(loop_.now() + kEvery);
  }
  net::Loop& loop_;
  std::function<void()> drop_;
  net::Deadline next_;
};

}  // namespace drover::upstream::testing
