#include "net/http1/http1_server.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "net/trouble.h"

namespace drover::net {

namespace {

/// The peer's address; nothing when the peer is gone. An IPv4 address that is written as IPv6 is returned as IPv4.
std::optional<asio::ip::address> peer_address(const TcpSocket& socket) {
  boost::system::error_code error;
  asio::ip::address address = socket.remote_endpoint(error).address();
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return address;
}

std::uint64_t number_of(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_v4().to_uint();
  if (address.is_loopback()) return 1;  // its network half would be 0
  std::uint64_t number = 0;
  const asio::ip::address_v6::bytes_type bytes = address.to_v6().to_bytes();
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

Error heads_full() {
  Error error = trouble(ErrorKind::LocalResource, "head_memory_full",
                        "the gateway's memory for unread heads is full; try again shortly");
  error.retry_after = std::chrono::seconds(1);
  return error;
}

std::unique_ptr<TlsSession> take(Result<std::unique_ptr<TlsSession>>& session) {
  return session ? std::move(*session) : nullptr;
}

}  // namespace

std::unique_ptr<ServerConnection> http1_server(Loop& loop, TcpSocket socket, std::shared_ptr<const ServerTls> tls,
                                               ServerLimits limits) {
  Result<std::unique_ptr<TlsSession>> session = std::unique_ptr<TlsSession>();
  if (tls) session = TlsSession::server(*tls);
  return std::make_unique<Http1Server>(loop, std::move(socket), std::move(session), limits);
}

std::uint64_t peer_number(const TcpSocket& socket) {
  const auto address = peer_address(socket);
  return address ? number_of(*address) : 0;
}

Http1Server::Peer Http1Server::peer_of(const TcpSocket& socket) {
  const auto address = peer_address(socket);
  if (!address) return {};
  return {.loopback = address->is_loopback(), .number = number_of(*address)};
}

Http1Server::Http1Server(Loop& loop, TcpSocket socket, Result<std::unique_ptr<TlsSession>> session, ServerLimits limits)
    : limits_(limits),
      no_session_(session ? std::nullopt : std::optional(session.error())),
      peer_(peer_of(socket)),
      with_tls_(session && *session != nullptr),
      wire_(loop, std::move(socket), take(session), limits.write_stall, limits.unparsed),
      exchange_(wire_) {}

Awaitable<Result<void>> Http1Server::handshake() {
  if (no_session_) co_return fail(*no_session_);
  if (!with_tls_) co_return Result<void>{};
  Instant deadline = after(wire_.loop().now(), limits_.handshake);
  for (;;) {
    Moved step = wire_.stream().handshake();
    if (step.state == Io::Done) co_return Result<void>{};
    if (step.state != Io::Blocked) {
      std::string reason = wire_.stream().tls()->failure_reason();
      wire_.close();
      co_return fail(trouble(ErrorKind::Tls, "tls_handshake", std::move(reason)));
    }
    if (wire_.stream().wants_write()) {
      Result<void> waited = co_await wire_.until_writable(deadline);
      if (!waited) co_return waited;
    } else {
      Result<void> waited = co_await wire_.until_readable(deadline, ErrorKind::ConnectTimeout);
      if (!waited) co_return waited;
    }
  }
}

Awaitable<Result<ServerExchange*>> Http1Server::next() {
  if (exchange_.open() && !clean()) {
    Result<void> settled = co_await settle();
    if (!settled) co_return fail(std::move(settled.error()));
  }
  exchange_.end();
  wire_.watch(nullptr);
  head_deadline_ = kNever;
  input_parsed_ = false;
  head_reader_.reset();
  for (;;) {
    Result<http::HeadState> state = read_head();
    if (!state) co_return fail(std::move(state.error()));
    if (*state == http::HeadState::Complete) break;
    if (!wire_.input().may_grow()) co_return fail(heads_full());
    Result<void> waited = co_await until_input();
    if (!waited) co_return fail(end_of_wait(std::move(waited.error())));
    idle_ = false;
  }
  served_ = true;
  exchange_.begin(std::move(parsed_));
  if (draining_) exchange_.close_after();
  co_return &exchange_;
}

bool Http1Server::clean() const {
  return exchange_.answered() && wire_.pending_bytes() == 0 && exchange_.body_finished() && !exchange_.closes() &&
         !draining_ && !wire_.gone();
}

Awaitable<Result<void>> Http1Server::settle() {
  Result<void> ended = fail(trouble(ErrorKind::ClientGone));
  wire_.watch(nullptr);
  if (!exchange_.answered() || wire_.gone()) {
    exchange_.abort();
    co_return ended;
  }
  if (wire_.pending_bytes() > 0) {
    Result<void> written = co_await wire_.until_written(kNever);
    if (!written) {
      wire_.reset();
      co_return ended;
    }
  }
  bool reusable = !exchange_.closes() && !draining_ && !exchange_.body_withheld();
  if (reusable && !exchange_.body_finished()) reusable = co_await drain_body();
  if (reusable) co_return Result<void>{};
  co_await linger();
  co_return ended;
}

/// Reads the unwanted rest of a body, so that the next request behind it is found.
Awaitable<bool> Http1Server::drain_body() {
  std::size_t drained = 0;
  Instant until = after(wire_.loop().now(), kDrainTime);
  for (;;) {
    Result<Read> read = exchange_.read_body();
    if (!read) co_return false;
    if (read->state == ReadState::End) co_return true;
    drained += read->bytes.size();
    if (drained > kMaxDrainBytes) co_return false;
    if (read->state == ReadState::Data) continue;
    Result<void> waited = co_await exchange_.until_readable(until);
    if (!waited) co_return false;
  }
}

/// A close with unread bytes would reset the connection, and the client could lose the answer.
Awaitable<void> Http1Server::linger() {
  std::size_t drained = 0;
  Instant until = after(wire_.loop().now(), kDrainTime);
  wire_.input().release();
  wire_.stream().shutdown_write();
  while (drained <= kMaxDrainBytes) {
    Moved moved = wire_.read(wire_.loop().scratch());
    drained += moved.bytes;
    if (moved.state == Io::End || moved.state == Io::Failed) break;
    if (moved.state == Io::Done) continue;
    Result<void> waited = co_await wire_.until_readable(until, ErrorKind::ClientGone);
    if (!waited) break;
  }
  wire_.close();
}

Result<http::HeadState> Http1Server::read_head() {
  Buffer& input = wire_.input();
  input.tidy();
  if (input.empty() || std::exchange(input_parsed_, true)) {
    std::span<char> scratch = wire_.loop().scratch().first(kHeadReadBytes);
    Moved moved = wire_.read(scratch);
    if (moved.state == Io::Blocked) return http::HeadState::NeedMore;
    if (moved.state != Io::Done) {
      wire_.finish();
      return fail(trouble(ErrorKind::ClientGone));
    }
    input.append({scratch.data(), moved.bytes});
    input_parsed_ = true;
  }
  return parse(input);
}

Result<http::HeadState> Http1Server::parse(Buffer& input) {
  if (head_deadline_ == kNever) head_deadline_ = after(wire_.loop().now(), limits_.head);
  LoopMemory& memory = wire_.loop().memory();
  parsed_ = memory.take_request();
  Result<http::HeadState> state = head_reader_.read(input.view(), parsed_->head);
  if (state && *state == http::HeadState::Complete) {
    keep_head(input.view(), *parsed_);
    input.consume(parsed_->head.size);
  } else {
    memory.give(std::move(parsed_));
  }
  return state;
}

Awaitable<Result<void>> Http1Server::until_input() {
  // A wait for the rest of a head must not end because of the part that is already here.
  idle_ = wire_.input().empty();
  if (idle_ && draining_) return immediately(fail(trouble(ErrorKind::ClientGone)));
  // A connection without a request so far may be anybody's: it is not kept as long as one that has made requests.
  const Duration patience = served_ ? limits_.keep_alive : std::min(limits_.head, limits_.keep_alive);
  Instant deadline = idle_ ? after(wire_.loop().now(), patience) : head_deadline_;
  return wire_.until_more(deadline, idle_ ? ErrorKind::ClientGone : ErrorKind::HeadTimeout);
}

Error Http1Server::end_of_wait(Error error) {
  idle_ = false;
  if (error.kind == ErrorKind::ClientGone) wire_.finish();
  if (error.kind == ErrorKind::HeadTimeout) {
    error.code = "request_timeout";
    error.message = "the head of the request did not arrive in time";
  }
  return error;
}

Awaitable<void> Http1Server::reject(int status, std::string fields, std::string body) {
  if (wire_.gone() || !wire_.stream().is_open()) co_return;
  std::string head;
  AnswerStart answer{
      .status = status, .fields = fields, .framing = {http::BodyKind::Length, body.size()}, .close = true};
  [[maybe_unused]] AnswerPlan plan = write_answer_head(answer, Asked{}, head);
  OutPieces pieces;
  bool fitted = pieces.push_back({head, Keep::Borrow}) && pieces.push_back({body, Keep::Borrow});
  Result<WriteState> sent = WriteState::Done;
  if (fitted) sent = wire_.send(pieces);
  if (sent && *sent == WriteState::Blocked) {
    Result<void> written = co_await wire_.until_flushed(after(wire_.loop().now(), kDrainTime));
    if (!written) {
      wire_.reset();
      co_return;
    }
  }
  co_await linger();
}

void Http1Server::drain() {
  draining_ = true;
  exchange_.close_after();
  if (idle_) wire_.cancel_read(ErrorKind::ClientGone);
}

void Http1Server::close() {
  wire_.close();
}

}  // namespace drover::net
