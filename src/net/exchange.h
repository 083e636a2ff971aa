// One request and its answer, seen from either side. What the pipeline and the upstream room know of the network:
// HTTP/1.1 and TLS are behind it now, HTTP/2 comes later without touching them.
//
// Reading and writing never wait: they do what is possible now and say Blocked otherwise; then the caller awaits
// until_readable() or until_written(). So the common path runs without a suspension.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "http/head/head.h"
#include "net/asio.h"

namespace drover::net {

enum class ReadState : std::uint8_t { Data, End, Blocked };

struct Read {
  ReadState state = ReadState::Blocked;
  /// Decoded body bytes, at most kScratchBytes. In the thread's scratch memory: gone at the next read or wait.
  std::string_view bytes;
};

enum class WriteState : std::uint8_t {
  Done,     ///< handed to the kernel
  Blocked,  ///< the rest goes out by itself as the peer reads; await until_written() before writing much more
};

/// Whether more of this body will follow.
enum class More : std::uint8_t { Yes, No };

/// What happens to bytes the kernel does not take at once.
enum class Keep : std::uint8_t {
  Copy,    ///< they are copied (at most kMaxPendingBytes wait; more fails with TooLarge)
  Borrow,  ///< the caller keeps them alive until until_written() has returned
};

/// Most pieces in one write, and most bytes that may be pending in copies: what an attempt holds of an answer
/// (upstream::kMaxReadBytes) goes down in one write, with a read behind it.
inline constexpr std::size_t kMaxPieces = 16;
inline constexpr std::size_t kMaxPendingBytes = 5 * 1024 * 1024;
/// Interim (1xx) answers skipped before the final one; more is a broken upstream.
inline constexpr int kMaxInterimAnswers = 10;

using Pieces = std::span<const std::string_view>;

/// Told once when the peer has gone (end of file or reset) while its request is being served.
class GoneObserver {
 public:
  virtual void downstream_gone() = 0;

 protected:
  ~GoneObserver() = default;
};

/// What goes out before an answer's body. Copied by start().
struct AnswerStart {
  int status = 200;
  std::string_view fields = {};  ///< "Name: value\r\n" lines; without framing and connection fields
  http::Framing framing = {};    ///< Length, Chunked (close-delimited for an HTTP/1.0 client) or None
  bool close = false;            ///< end the connection after this answer
};

/// The answering half of a downstream exchange. The gateway's is a connection's; the library brings one of its own.
class AnswerWriter {
 public:
  virtual ~AnswerWriter() = default;

  /// From here on the connection is watched: `observer` is told when the client goes, also with a pipelined request
  /// behind this one. nullptr stops it.
  virtual void watch(GoneObserver* observer) = 0;

  /// Sets status and fields; they leave together with the first write().
  virtual void start(const AnswerStart& answer) = 0;
  [[nodiscard]] virtual bool started() const = 0;
  /// Sends the pieces as one part of the body, framed, in one gather write, with the head in front the first time.
  /// More::No ends the answer. Errors: ClientGone, TooLarge (pending limit; or more or less than the announced Length).
  [[nodiscard]] virtual Result<WriteState> write(Pieces pieces, More more, Keep keep) = 0;
  /// Until nothing is pending. Errors: ClientGone, Cancelled, IdleTimeout when nothing moved for as long as `deadline`
  /// is away now: each byte that the client takes begins that time anew. Who waits here bounds the whole elsewhere.
  [[nodiscard]] virtual Awaitable<Result<void>> until_written(Instant deadline) = 0;
  /// Ends a wait in until_written() with Cancelled, soon. Nothing happens when nobody waits.
  virtual void interrupt() = 0;
  [[nodiscard]] virtual std::uint64_t pending_bytes() const = 0;
  /// Ends the connection so that an unfinished answer is visibly cut.
  virtual void abort() = 0;
};

/// Downstream: a request to be answered.
class ServerExchange : public AnswerWriter {
 public:
  /// Views valid until release_request().
  [[nodiscard]] virtual const http::RequestHead& head() const = 0;
  /// Gives the head's memory back (an idle stream holds no buffer).
  virtual void release_request() = 0;

  /// Errors: BadRequest (framing), ClientGone.
  [[nodiscard]] virtual Result<Read> read_body() = 0;
  /// Errors: ClientGone, Cancelled, and kind TotalTimeout at `deadline`, or sooner when a body is too slow.
  [[nodiscard]] virtual Awaitable<Result<void>> until_readable(Instant deadline) = 0;
  /// Until nothing is pending, at most until `until`, however steadily the client reads. Errors as until_written().
  [[nodiscard]] virtual Awaitable<Result<void>> until_flushed(Instant until) = 0;
  /// Sends "100 Continue" when the client waits for it and nothing was read yet.
  virtual void send_continue() = 0;
};

/// What goes out before a request's body. Copied by start().
struct RequestStart {
  std::string_view method = {};
  std::string_view path = {};       ///< with query, ready for the wire
  std::string_view authority = {};  ///< Host
  std::string_view fields = {};     ///< "Name: value\r\n" lines; without framing, Host and connection fields
  http::Framing framing = {};       ///< Length or None
  bool last = false;                ///< the connection is not used again: the upstream may have read less or more of it
};

enum class HeadRead : std::uint8_t { Complete, Blocked };

/// Upstream: a request being made. Belongs to a ClientConnection.
class ClientExchange {
 public:
  virtual ~ClientExchange() = default;

  virtual void start(const RequestStart& request) = 0;
  /// As ServerExchange::write. Errors: ConnectionLost, StaleConnection.
  [[nodiscard]] virtual Result<WriteState> write(Pieces pieces, More more, Keep keep) = 0;
  /// Until some of what is pending has left, or the upstream says something meanwhile: read_head() finds out whether it
  /// is an answer. No deadline of its own, like until_readable().
  [[nodiscard]] virtual Awaitable<Result<void>> until_written() = 0;
  /// What has not left yet. 0 while sent() is false: the connection broke under the write, and reading says more.
  [[nodiscard]] virtual std::uint64_t pending_bytes() const = 0;
  [[nodiscard]] virtual bool sent() const = 0;

  /// Reads the final head; interim answers are skipped. `head` is valid until release_head() or the end of the
  /// exchange. Errors: BadResponse, ConnectionLost, StaleConnection (reused connection, closed before the first byte).
  [[nodiscard]] virtual Result<HeadRead> read_head() = 0;
  [[nodiscard]] virtual const http::ResponseHead& head() const = 0;
  virtual void release_head() = 0;
  /// Errors: BadResponse, Truncated (closed before the framing said so), ConnectionLost.
  [[nodiscard]] virtual Result<Read> read_body() = 0;
  /// Waits for bytes (or the end). No deadline of its own: whoever started the attempt cancels it.
  [[nodiscard]] virtual Awaitable<Result<void>> until_readable() = 0;

  /// Ends the exchange now; a wait in progress returns Cancelled. The connection is closed (H1) or the stream reset
  /// (H2).
  virtual void cancel() = 0;

  /// Whether this exchange began on a connection that had served another before.
  [[nodiscard]] virtual bool reused() const = 0;
  /// Whether any byte of the request has been written / of an answer has arrived. For the stage of a failure.
  [[nodiscard]] virtual bool wrote_any() const = 0;
  [[nodiscard]] virtual bool answered_any() const = 0;
};

/// A connection to one origin. HTTP/1.1: one exchange at a time; HTTP/2 later: many.
class ClientConnection {
 public:
  virtual ~ClientConnection() = default;
  /// Begins an exchange; valid until finish(). Only when can_open().
  [[nodiscard]] virtual ClientExchange& open() = 0;
  [[nodiscard]] virtual bool can_open() const = 0;
  /// Ends the exchange. True: the connection can be used again; false: it must be destroyed.
  [[nodiscard]] virtual bool finish() = 0;
  /// As far as the loop has been told: still connected, and silent (unsolicited bytes are poison).
  [[nodiscard]] virtual bool alive() = 0;
  virtual void close() = 0;
};

}  // namespace drover::net
