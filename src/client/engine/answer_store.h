// The answering half of an exchange when the client is in this process: what a run writes is kept here instead of being
// sent. Two kinds: whole answers, and streams that somebody reads at the same time.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "net/exchange.h"
#include "net/loop/wakeup.h"

namespace drover::client {

/// Longest whole answer: as much as a request may have by default. A longer one is no reply to anything.
inline constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 20;
/// A stream's reader may be this far behind before its upstream is no longer read.
inline constexpr std::size_t kMaxUnreadBytes = std::size_t{256} << 10;

/// For the worker's thread, but for what says otherwise.
class AnswerStore : public net::AnswerWriter {
 public:
  void watch(net::GoneObserver* observer) override { observer_ = observer; }
  void start(const net::AnswerStart& answer) override;
  [[nodiscard]] bool started() const override { return status_ != 0; }
  [[nodiscard]] std::uint64_t pending_bytes() const override { return 0; }
  void abort() override {}
  void interrupt() override {}

  /// The caller wants no more: the run is told.
  void leave();
  [[nodiscard]] bool left() const { return left_; }
  [[nodiscard]] int status() const { return status_; }
  /// "Name: value\r\n" lines.
  [[nodiscard]] const std::string& fields() const { return fields_; }

 protected:
  [[nodiscard]] static std::unexpected<Error> gone();

 private:
  virtual void on_leave() {}

  net::GoneObserver* observer_ = nullptr;
  int status_ = 0;
  std::string fields_;
  bool left_ = false;
};

class WholeAnswer final : public AnswerStore {
 public:
  [[nodiscard]] Result<net::WriteState> write(net::Pieces pieces, net::More more, net::Keep keep) override;
  [[nodiscard]] net::Awaitable<Result<void>> until_written(Instant deadline) override;

  [[nodiscard]] std::string take_body() { return std::move(body_); }
  /// It was longer than kMaxAnswerBytes.
  [[nodiscard]] bool too_long() const { return too_long_; }

 private:
  std::string body_;
  bool too_long_ = false;
};

class StreamAnswer final : public AnswerStore {
 public:
  /// Before the first write: the loop it is written on.
  void attach(net::Loop& loop) { wakeup_.emplace(loop); }
  /// Before that loop goes.
  void detach() { wakeup_.reset(); }

  void start(const net::AnswerStart& answer) override;
  [[nodiscard]] Result<net::WriteState> write(net::Pieces pieces, net::More more, net::Keep keep) override;
  [[nodiscard]] net::Awaitable<Result<void>> until_written(Instant deadline) override;

  /// The run is over and waits for no reader any more.
  void interrupt() override;
  /// Nothing more will come.
  void end();
  /// The reader has caught up.
  void resume();

  // The reader's thread from here on.

  enum class Taken : std::uint8_t { Bytes, BytesAndBlocked, End };
  struct Head {
    int status = 0;
    std::string fields;
  };
  /// What has been said so far; status 0: nothing.
  [[nodiscard]] Head head() const;
  /// Waits until there is something, and appends all of it to `out`. BytesAndBlocked: have resume() called.
  [[nodiscard]] Taken take(std::string& out);

 private:
  void on_leave() override;

  std::optional<net::Wakeup> wakeup_;
  bool interrupted_ = false;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::string unread_;
  bool blocked_ = false;
  bool ended_ = false;
};

}  // namespace drover::client
