// One connected socket, plain or TLS: reads and writes that never wait, and readiness told to its owner. It knows
// nothing of HTTP.
//
// System calls are spent sparingly. A read happens only after the kernel said that there is something and until a short
// read showed that there is no more; a wait is a flag, because the poller tells of every change anyway.
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
  /// Done: all or, with `bytes` less than asked for, a part. Blocked: nothing went out.
  [[nodiscard]] Moved write(std::span<const iovec> pieces);
  /// A step of the TLS handshake; plain streams are Done at once. Blocked: wait for what `wants_write()` says.
  [[nodiscard]] Moved handshake();
  [[nodiscard]] bool wants_write() const;
  [[nodiscard]] TlsSession* tls() { return session_.get(); }

  /// Arms the wait unless it is armed; on_readable() is then called once.
  void wait_readable();
  void wait_writable();
  [[nodiscard]] bool waits_readable() const { return read_armed_; }
  /// Whether a read is worth trying without a wait: nothing has said Blocked since bytes were seen.
  [[nodiscard]] bool may_read() const;
  /// Ask the kernel at the next read() although no wait fired.
  void assume_readable() {
    kernel_readable_ = true;
    blocked_ = false;
  }
  /// The peer has closed or reset, even with unread bytes in front of that (poll for POLLRDHUP).
  [[nodiscard]] bool peer_hung_up() const;
  /// The kernel has told of bytes or an end that have not been read. Costs nothing; what arrived since the loop's last
  /// look is not known yet.
  [[nodiscard]] bool has_unread() const { return kernel_readable_ || ended_; }

  /// Says that nothing more will be written (TLS: close_notify first).
  void shutdown_write();
  /// Closes; no callback comes any more.
  void close();
  /// Closes with a reset, so that the peer cannot take what it has for the whole.
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
  /// What a handler on its way holds: the stream, or null once that is closed.
  std::shared_ptr<Stream*> self_;
  bool kernel_readable_ = false;
  bool ended_ = false;    // the peer has closed or reset: there is an end to be read, whatever stands before it
  bool blocked_ = false;  // the last read found nothing (whole) to read
  bool read_armed_ = false;
  bool write_armed_ = false;
};

}  // namespace drover::net
