// One connected socket, plain or TLS: reads and writes that never wait, and readiness reported to its owner. It knows
// nothing of HTTP.
//
// It saves system calls: it reads only after the kernel reported bytes, and until a short read shows that none are
// left. A wait is a flag, because the poller reports every change.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <span>

#include "net/asio.h"
#include "net/io.h"
#include "net/loop/poller.h"
#include "net/tls/tls_session.h"

namespace drover::net {

class Loop;

/// The owner of a stream. Called from a clean callback; may destroy the stream.
class StreamEvents {
 public:
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;

 protected:
  ~StreamEvents() = default;
};

class Stream final : private Polled {
 public:
  /// `session` null: plain TCP.
  Stream(Loop& loop, TcpSocket socket, std::unique_ptr<TlsSession> session, StreamEvents& events);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Done with at least one byte, Blocked (wait_readable() and try again), End (orderly), or Failed.
  [[nodiscard]] Moved read(std::span<char> into);
  /// Done: all bytes or, when `bytes` is smaller, a part. Blocked: none was sent.
  [[nodiscard]] Moved write(std::span<const iovec> pieces);
  /// One step of the TLS handshake; a plain stream is Done at once. Blocked: wait as wants_write() says.
  [[nodiscard]] Moved handshake();
  [[nodiscard]] bool wants_write() const;
  [[nodiscard]] TlsSession* tls() { return session_.get(); }

  /// Arms the wait, unless it is armed; on_readable() is then called once.
  void wait_readable();
  void wait_writable();
  [[nodiscard]] bool waits_readable() const { return read_armed_; }
  /// Whether a read is worth a try without a wait: no read was Blocked since bytes were reported.
  [[nodiscard]] bool may_read() const;
  /// Lets the next read() ask the kernel although no wait has ended.
  void assume_readable() {
    kernel_readable_ = true;
    blocked_ = false;
  }
  /// Whether the peer has closed or reset, even with unread bytes before that (polls for POLLRDHUP).
  [[nodiscard]] bool peer_hung_up() const;
  /// Whether the kernel has reported bytes or an end that are not read. Costs nothing; it does not know of bytes that
  /// came since the loop's last look.
  [[nodiscard]] bool has_unread() const { return kernel_readable_ || ended_; }

  /// Tells the peer that no more bytes come (TLS: close_notify first).
  void shutdown_write();
  /// Closes; no callback comes after it.
  void close();
  /// Closes with a reset, so that the peer does not take its part for the whole.
  void reset();
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

 private:
  struct ReadAtOnce;

  void kernel_says(std::uint32_t events) override;
  [[nodiscard]] Moved read_plain(std::span<char> into);
  [[nodiscard]] Moved write_plain(std::span<const iovec> pieces);

  Loop& loop_;
  int descriptor_;  // negative once closed
  std::unique_ptr<TlsSession> session_;
  StreamEvents& events_;
  /// What a posted handler holds: the stream, or null when it is closed.
  std::shared_ptr<Stream*> self_;
  bool kernel_readable_ = false;
  bool ended_ = false;    // the peer has closed or reset: an end is to be read after the bytes before it
  bool blocked_ = false;  // the last read found nothing (whole) to read
  bool read_armed_ = false;
  bool write_armed_ = false;
};

}  // namespace drover::net
