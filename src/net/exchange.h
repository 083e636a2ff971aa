// One request and its answer, seen from either side: all that the pipeline and the upstream room know of the network.
// HTTP/1.1 and TLS are behind it; HTTP/2 can be added without a change of this file.
//
// Reading and writing never wait: they do what is possible now and return Blocked otherwise; the caller then awaits
// until_readable() or until_written(). So the usual path runs without a suspension.
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
  /// Decoded body bytes, at most kScratchBytes, in the thread's scratch memory: the next read or wait overwrites them.
  std::string_view bytes;
};

enum class WriteState : std::uint8_t {
  Done,     ///< handed to the kernel
  Blocked,  ///< the rest is sent as the peer reads; await until_written() before writing much more
};

/// Whether more of this body follows.
enum class More : std::uint8_t { Yes, No };

/// How bytes are kept that the kernel does not take at once.
enum class Keep : std::uint8_t {
  Copy,    ///< they are copied (at most kMaxPendingBytes; more fails with TooLarge)
  Borrow,  ///< the caller keeps them valid until until_written() has returned
};

/// Most pieces in one write, and most pending bytes in copies: an attempt's part of an answer (upstream::kMaxReadBytes)
/// goes down in one write, with a read behind it.
inline constexpr std::size_t kMaxPieces = 16;
inline constexpr std::size_t kMaxPendingBytes = 5 * 1024 * 1024;
/// Most interim (1xx) answers before the final one; an upstream that sends more is broken.
inline constexpr int kMaxInterimAnswers = 10;

using Pieces = std::span<const std::string_view>;

/// Whether something is delayed when the end of an answer is.
enum class EndAwaited : std::uint8_t {
  No,
  ByClient,   ///< it reads to the end before it goes on, or sends another request
  ByRequest,  ///< another request is there already on this connection, or its beginning
};

/// What a client does while its request is being served.
class GoneObserver {
 public:
  /// Told once: the peer has gone (end of file or reset).
  virtual void downstream_gone() = 0;
  /// The client has sent something behind the request: EndAwaited::ByRequest from here on.
  virtual void request_behind() {}

 protected:
  ~GoneObserver() = default;
};

/// The head of an answer. start() copies it.
struct AnswerStart {
  int status = 200;
  std::string_view fields = {};  ///< "Name: value\r\n" lines; without framing and connection fields
  http::Framing framing = {};    ///< Length, Chunked (for an HTTP/1.0 client ended by the close) or None
  bool close = false;            ///< end the connection after this answer
};

/// The answering half of a downstream exchange. The gateway's belongs to a connection; the library has one of its own.
class AnswerWriter {
 public:
  virtual ~AnswerWriter() = default;

  /// Watches the connection from now on: `observer` is called when the client goes, also when a pipelined request waits
  /// behind this one. nullptr ends the watch.
  virtual void watch(GoneObserver* observer) = 0;

  /// Sets status and fields; the first write() sends them.
  virtual void start(const AnswerStart& answer) = 0;
  [[nodiscard]] virtual bool started() const = 0;
  /// Sends the pieces as one part of the body, framed, in one gather write, with the head in front the first time.
  /// More::No ends the answer. Errors: ClientGone, TooLarge (pending limit; or more or less than the announced Length).
  [[nodiscard]] virtual Result<WriteState> write(Pieces pieces, More more, Keep keep) = 0;
  /// Waits until nothing is pending. Errors: ClientGone, Cancelled, IdleTimeout when no byte moved for the time from
  /// now to `deadline`. Each byte that the client takes begins that time anew, so the caller bounds the whole wait
  /// elsewhere.
  [[nodiscard]] virtual Awaitable<Result<void>> until_written(Instant deadline) = 0;
  /// Ends a wait in until_written() with Cancelled, soon. Does nothing when there is no wait.
  virtual void interrupt() = 0;
  [[nodiscard]] virtual std::uint64_t pending_bytes() const = 0;
  /// Once started.
  [[nodiscard]] virtual EndAwaited end_awaited() const { return EndAwaited::No; }
  /// Ends the connection so that an unfinished answer is visibly cut.
  virtual void abort() = 0;
};

/// Downstream: a request to answer.
class ServerExchange : public AnswerWriter {
 public:
  /// Views valid until release_request().
  [[nodiscard]] virtual const http::RequestHead& head() const = 0;
  /// Frees the head's memory, so that an idle stream holds no buffer.
  virtual void release_request() = 0;

  /// Errors: BadRequest (framing), ClientGone.
  [[nodiscard]] virtual Result<Read> read_body() = 0;
  /// Errors: ClientGone, Cancelled, and kind TotalTimeout at `deadline`, or sooner when a body is too slow.
  [[nodiscard]] virtual Awaitable<Result<void>> until_readable(Instant deadline) = 0;
  /// Waits until nothing is pending, at most until `until`, even when the client reads steadily. Errors as
  /// until_written().
  [[nodiscard]] virtual Awaitable<Result<void>> until_flushed(Instant until) = 0;
  /// Sends "100 Continue" when the client waits for it and no byte of the body was read.
  virtual void send_continue() = 0;
};

/// The head of a request. start() copies it.
struct RequestStart {
  std::string_view method = {};
  std::string_view path = {};       ///< with query, ready for the wire
  std::string_view authority = {};  ///< Host
  std::string_view fields = {};     ///< "Name: value\r\n" lines; without framing, Host and connection fields
  http::Framing framing = {};       ///< Length or None
  bool last = false;  ///< the connection is not used again: the upstream may have read fewer or more bytes of it
};

enum class HeadRead : std::uint8_t { Complete, Blocked };

/// Upstream: a request that is made. It belongs to a ClientConnection.
class ClientExchange {
 public:
  virtual ~ClientExchange() = default;

  virtual void start(const RequestStart& request) = 0;
  /// As ServerExchange::write. Errors: ConnectionLost, StaleConnection.
  [[nodiscard]] virtual Result<WriteState> write(Pieces pieces, More more, Keep keep) = 0;
  /// Waits until some of the pending bytes have left, or the upstream has sent bytes: read_head() then finds out
  /// whether they are an answer. Without a deadline, like until_readable().
  [[nodiscard]] virtual Awaitable<Result<void>> until_written() = 0;
  /// Bytes that have not left yet. 0 while sent() is false: the connection broke while writing, and a read finds out
  /// how.
  [[nodiscard]] virtual std::uint64_t pending_bytes() const = 0;
  [[nodiscard]] virtual bool sent() const = 0;

  /// Reads the final head; interim answers are skipped. `head` is valid until release_head() or the end of the
  /// exchange. Errors: BadResponse, ConnectionLost, StaleConnection (reused connection, closed before the first byte).
  [[nodiscard]] virtual Result<HeadRead> read_head() = 0;
  [[nodiscard]] virtual const http::ResponseHead& head() const = 0;
  virtual void release_head() = 0;
  /// Errors: BadResponse, Truncated (closed before the framing said so), ConnectionLost.
  [[nodiscard]] virtual Result<Read> read_body() = 0;
  /// Waits for bytes or the end. Without a deadline: the code that started the attempt cancels it.
  [[nodiscard]] virtual Awaitable<Result<void>> until_readable() = 0;

  /// Ends the exchange now; a wait returns Cancelled. HTTP/1.1 closes the connection, HTTP/2 would reset the stream.
  virtual void cancel() = 0;

  /// Whether the connection had served another exchange before.
  [[nodiscard]] virtual bool reused() const = 0;
  /// Whether a byte of the request was written, or a byte of an answer has arrived: for the stage of a failure.
  [[nodiscard]] virtual bool wrote_any() const = 0;
  [[nodiscard]] virtual bool answered_any() const = 0;
};

/// A connection to one origin. HTTP/1.1 has one exchange at a time; HTTP/2 would have many.
class ClientConnection {
 public:
  virtual ~ClientConnection() = default;
  /// Begins an exchange, which is valid until finish(). Call it only when can_open().
  [[nodiscard]] virtual ClientExchange& open() = 0;
  [[nodiscard]] virtual bool can_open() const = 0;
  /// Ends the exchange. True: the connection can be used again; false: it must be destroyed.
  [[nodiscard]] virtual bool finish() = 0;
  /// Whether the connection is open and silent, as far as the loop knows. Bytes that nobody asked for make it unusable.
  [[nodiscard]] virtual bool alive() = 0;
  virtual void close() = 0;
};

}  // namespace drover::net
