// The socket side of one downstream connection: bytes in, bytes out, the waits for both with their deadlines, and the
// watch for a client that goes. It knows nothing of HTTP.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "base/result.h"
#include "net/exchange.h"
#include "net/http1/outbox.h"
#include "net/loop/loop.h"
#include "net/loop/memory.h"
#include "net/loop/ticker.h"
#include "net/loop/waiter.h"
#include "net/socket/stream.h"
#include "net/trouble.h"

namespace drover::net {

/// Most bytes kept of requests behind the one that is served; then reading stops.
inline constexpr std::size_t kMaxPipelinedBytes = 64 * 1024;
/// How often a connection that is not read is checked for a client that has gone.
inline constexpr Duration kHangupCheck = std::chrono::milliseconds(40);

class ServerWire final : private StreamEvents {
 public:
  /// `write_stall`: how long pending bytes may not move while no caller waits for them.
  ServerWire(Loop& loop, TcpSocket socket, std::unique_ptr<TlsSession> session, Duration write_stall,
             ByteLedger* unparsed = nullptr);
  ServerWire(const ServerWire&) = delete;
  ServerWire& operator=(const ServerWire&) = delete;

  [[nodiscard]] Loop& loop() { return loop_; }
  [[nodiscard]] Stream& stream() { return stream_; }
  /// Received bytes that are not used yet.
  [[nodiscard]] Buffer& input() { return input_; }
  [[nodiscard]] Moved read(std::span<char> into);
  /// Waits until a read may find bytes. At `deadline`: an error of kind `expired`. Also ClientGone, Cancelled.
  [[nodiscard]] Awaitable<Result<void>> until_readable(Instant deadline, ErrorKind expired);
  /// The same, for bytes that are not received yet.
  [[nodiscard]] Awaitable<Result<void>> until_more(Instant deadline, ErrorKind expired);
  /// Ends a wait for input with this error, soon.
  void cancel_read(ErrorKind kind);

  /// Errors: ClientGone, TooLarge.
  [[nodiscard]] Result<WriteState> send(const OutPieces& pieces);
  /// Waits until nothing is pending. IdleTimeout when no byte moved for the time from now to `deadline`.
  [[nodiscard]] Awaitable<Result<void>> until_written(Instant deadline);
  /// The same with a bound on the whole wait: IdleTimeout at `until`, even if bytes have moved.
  [[nodiscard]] Awaitable<Result<void>> until_flushed(Instant until);
  /// Ends a wait for writing with Cancelled, soon.
  void interrupt() { writer_.resume_later(fail(trouble(ErrorKind::Cancelled))); }
  [[nodiscard]] std::uint64_t pending_bytes() const { return outbox_.pending_bytes(); }
  /// For a TLS handshake: waits until the kernel takes bytes again.
  [[nodiscard]] Awaitable<Result<void>> until_writable(Instant deadline);

  void watch(GoneObserver* observer);
  [[nodiscard]] bool gone() const { return gone_; }

  /// Tells the peer that no more bytes come, then closes; waits return Cancelled.
  void finish();
  void close();
  /// Closes so that the peer sees a reset.
  void reset();

 private:
  void on_readable() override;
  void on_writable() override;
  void take_pipelined();
  [[nodiscard]] bool may_pipeline() const { return input_.size() < kMaxPipelinedBytes && input_.may_grow(); }
  void check_hangup();
  void read_expired();
  void write_expired();
  /// The client is gone: ends the waits and calls the observer. From a clean callback.
  void lost();
  void end_waits();
  void arm_stall(Duration span);

  Loop& loop_;
  Stream stream_;
  Buffer input_;
  Outbox outbox_;
  Waiter reader_;
  Waiter writer_;
  Deadline read_deadline_;
  Deadline write_deadline_;
  Deadline hangup_check_;
  Duration write_stall_;
  Duration stall_now_;
  bool in_total_ = false;  ///< the write deadline bounds a whole flush: moved bytes do not extend it
  GoneObserver* observer_ = nullptr;
  ErrorKind read_expiry_ = ErrorKind::ClientGone;
  bool gone_ = false;
};

}  // namespace drover::net
