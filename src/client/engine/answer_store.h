// The answering half of an exchange whose client is in this process: it keeps what a run writes. There are two kinds:
// whole answers, and streams that a reader reads meanwhile.
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

/// Most bytes of a whole answer: as many as a request may have by default.
inline constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 20;
/// Most unread bytes of a stream; then its upstream is not read until the reader has caught up.
inline constexpr std::size_t kMaxUnreadBytes = std::size_t{256} << 10;

/// For the worker's thread, unless a comment says otherwise.
class AnswerStore : public net::AnswerWriter {
 public:
  void watch(net::GoneObserver* observer) override { observer_ = observer; }
  void start(const net::AnswerStart& answer) override;
  [[nodiscard]] bool started() const override { return status_ != 0; }
  [[nodiscard]] std::uint64_t pending_bytes() const override { return 0; }
  /// The caller goes on when it has the end.
  [[nodiscard]] net::EndAwaited end_awaited() const override { return net::EndAwaited::ByClient; }
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
  /// Whether the answer was longer than kMaxAnswerBytes.
  [[nodiscard]] bool too_long() const { return too_long_; }

 private:
  std::string body_;
  bool too_long_ = false;
};

class StreamAnswer final : public AnswerStore {
 public:
  /// Sets the loop that writes, before the first write.
  void attach(net::Loop& loop) { wakeup_.emplace(loop); }
  /// Call it before that loop is destroyed.
  void detach() { wakeup_.reset(); }

  void start(const net::AnswerStart& answer) override;
  [[nodiscard]] Result<net::WriteState> write(net::Pieces pieces, net::More more, net::Keep keep) override;
  [[nodiscard]] net::Awaitable<Result<void>> until_written(Instant deadline) override;

  /// The run is over and waits for no reader.
  void interrupt() override;
  /// No bytes follow.
  void end();
  /// The reader has caught up.
  void resume();

  // For the reader's thread from here on.

  enum class Taken : std::uint8_t { Bytes, BytesAndBlocked, End };
  struct Head {
    int status = 0;
    std::string fields;
  };
  /// The head so far; status 0: there is none.
  [[nodiscard]] Head head() const;
  /// Waits until there are bytes, and appends all of them to `out`. BytesAndBlocked: the caller must get resume()
  /// called.
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
