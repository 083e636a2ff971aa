#include "mock/server/connection.h"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>

#include "mock/server/control.h"

namespace drover::mock {
namespace {

namespace asio = net::asio;

constexpr auto kAsTuple = asio::as_tuple(net::kUseAwaitable);
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

bool is_control(std::string_view target) {
  return target.starts_with(kControlPrefix);
}

Asked asked_by(const http::RequestHead& head) {
  return Asked{.http10 = head.version == http::Version::Http10,
               .head_only = head.method == "HEAD",
               .keep_alive = head.keep_alive};
}

}  // namespace

Connection::Connection(net::Loop& loop, std::shared_ptr<SharedProvider> provider, net::TcpSocket socket, Place place,
                       Events events)
    : loop_(loop),
      provider_(std::move(provider)),
      socket_(std::move(socket)),
      place_(place),
      events_(std::move(events)),
      pause_(loop),
      stall_(loop.ticker(), [](void* self) { static_cast<Connection*>(self)->close(); }, this) {}

void Connection::start(std::optional<FaultKind> struck) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (struck == FaultKind::ResetOnAccept) {
    reset_socket();
    events_.ended(place_.number);
    return;
  }
  discard_ = struck == FaultKind::AcceptHang;
  asio::co_spawn(loop_.executor(), reading(shared_from_this()), asio::detached);
  asio::co_spawn(loop_.executor(), serving(shared_from_this()), asio::detached);
}

void Connection::close() {
  closed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  pause_.wake();
}

void Connection::reset_socket() {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  closed_ = true;
  socket_.close(ignored);
}

void Connection::client_is_gone() {
  if (!gone_) gone_ = loop_.now_exact();
  boost::system::error_code ignored;
  if (stall_.armed()) socket_.cancel(ignored);  // ends a write that the client does not read
  pause_.wake();
}

// Reads into the loop's scratch memory. No wait comes between reading and using the bytes.
void Connection::take_available() {
  for (;;) {
    boost::system::error_code error;
    const std::span<char> scratch = loop_.scratch();
    const std::size_t size = socket_.read_some(asio::buffer(scratch.data(), scratch.size()), error);
    if (error == asio::error::would_block || error == asio::error::try_again) return;
    if (error || size == 0) {
      client_is_gone();
      return;
    }
    if (discard_ || broken_) continue;
    if (const Result<void> fed = reader_.feed({scratch.data(), size}); !fed) broken_ = fed.error();
    pause_.wake();
  }
}

net::Awaitable<> Connection::reading(std::shared_ptr<Connection> self) {
  while (!self->gone_ && !self->closed_) {
    const auto outcome = co_await self->socket_.async_wait(net::TcpSocket::wait_read, kAsTuple);
    if (std::get<0>(outcome) || self->closed_) break;
    self->take_available();
  }
  if (!self->closed_) self->client_is_gone();
}

net::Awaitable<> Connection::serving(std::shared_ptr<Connection> self) {
  bool more = !self->discard_;
  if (!more) co_await self->hang();
  while (more) more = co_await self->serve_one();
  self->close();
  self->events_.ended(self->place_.number);
}

net::Awaitable<bool> Connection::head_arrives() {
  const Duration idle = provider_->with([](Provider& provider) { return provider.settings().keep_alive; });
  const Instant limit = after(loop_.now_exact(), idle);
  while (!reader_.head_there() && !broken_ && !gone_ && !closed_) {
    // A head that has begun gets a time of its own.
    const Instant until = reader_.idle() ? limit : after(limit, kRequestTime);
    if (loop_.now_exact() >= until) co_return false;
    co_await pause_.until(until);
  }
  co_return !gone_ && !closed_;
}

net::Awaitable<bool> Connection::body_arrives() {
  const Instant limit = after(loop_.now_exact(), kRequestTime);
  if (reader_.head().expect_continue && !reader_.complete()) {
    const bool sent = co_await write(kContinue);
    if (!sent) co_return false;
  }
  while (!reader_.complete() && !broken_ && !gone_ && !closed_ && loop_.now_exact() < limit)
    co_await pause_.until(limit);
  // A client may close its sending side after a complete request. It counts as gone, as it does for drover.
  co_return reader_.complete() && !closed_;
}

Heard Connection::heard() const {
  const http::RequestHead& head = reader_.head();
  Heard heard{.port = place_.port, .connection = place_.number, .method = head.method, .target = head.target};
  heard.asked = asked_by(head);
  for (const http::Field& field : head.fields) heard.fields.emplace_back(field.name, field.value);
  return heard;
}

Script Connection::script_for_request(std::uint64_t& ordinal) {
  Heard request = heard();
  request.body = reader_.body();
  const Now at = now();
  if (!is_control(request.target)) {
    return provider_->with([&](Provider& provider) { return provider.heard(request, at, ordinal); });
  }
  Answer answer = provider_->with(
      [&](Provider& provider) { return control(provider, request.method, request.target, request.body, at.at); });
  events_.controlled();
  Random unused(0);
  return write_script(std::move(answer), Performance{.asked = request.asked}, {}, unused);
}

// Returns whether the connection goes on to a next request.
net::Awaitable<bool> Connection::serve_one() {
  const bool head = co_await head_arrives();
  if (!head) co_return false;
  if (broken_) {
    co_await refuse(*broken_);
    co_return false;
  }
  std::uint64_t ordinal = 0;
  std::optional<Script> early;
  if (!is_control(reader_.head().target)) {
    const Heard first = heard();
    const Now at = now();
    early = provider_->with([&](Provider& provider) { return provider.head_heard(first, at, ordinal); });
  }
  if (early) {
    discard_ = true;
    const bool played = co_await play(*std::move(early), ordinal);
    co_return played;
  }
  const bool body = co_await body_arrives();
  if (broken_) co_await refuse(*broken_);
  if (!body) co_return false;
  Script script = script_for_request(ordinal);
  const bool goes_on = co_await play(std::move(script), ordinal);
  if (!goes_on) co_return false;
  if (const Result<void> next = reader_.next(); !next) broken_ = next.error();
  co_return true;
}

net::Awaitable<> Connection::refuse(Error error) {
  Answer answer = error_answer(Call::Unknown, {error.status, "invalid_request_error", error.code, error.message});
  Random unused(0);
  discard_ = true;
  const Performance how{.asked = {.keep_alive = false}};
  [[maybe_unused]] const bool goes_on = co_await play(write_script(std::move(answer), how, {}, unused), 0);
}

net::Awaitable<bool> Connection::play(Script script, std::uint64_t ordinal) {
  Provider::End outcome;
  std::size_t sent = 0;
  std::size_t played = 0;
  for (const Step& step : script.steps) {
    const Instant due = after(loop_.now_exact(), step.wait);
    while (step.wait > Duration::zero() && !gone_ && !closed_ && loop_.now_exact() < due) co_await pause_.until(due);
    if (gone_ || closed_) break;
    const bool written = co_await write(step.bytes);
    if (!written) break;
    if (!outcome.first_byte) outcome.first_byte = loop_.now_exact();
    sent = step.body;
    ++played;
  }
  // A script with a bad ending counts as played: it did what its fault asked for.
  const bool whole = played == script.steps.size() && script.ending != Ending::Hang;
  if (played == script.steps.size() && script.ending == Ending::Hang) co_await hang();
  if (!whole) {
    outcome.client_gone = gone_;
    outcome.outcome = gone_ ? Outcome::ClientGone : Outcome::WriteFailed;
  }
  const Instant at = loop_.now_exact();
  const std::string_view body = std::string_view(script.body).substr(0, sent);
  provider_->with([&](Provider& provider) { provider.ended(ordinal, outcome, body, at); });
  if (gone_ || closed_) co_return false;
  const bool goes_on = co_await end(script.ending);
  co_return goes_on;
}

net::Awaitable<bool> Connection::end(Ending ending) {
  if (ending == Ending::KeepAlive) co_return true;
  if (ending == Ending::Reset) reset_socket();
  if (ending == Ending::Close) co_await linger();
  co_return false;
}

net::Awaitable<> Connection::hang() {
  while (!gone_ && !closed_) co_await pause_.until(kNever);
}

net::Awaitable<> Connection::linger() {
  boost::system::error_code ignored;
  socket_.shutdown(net::TcpSocket::shutdown_send, ignored);
  discard_ = true;
  const Instant limit = after(loop_.now_exact(), kLinger);
  while (!gone_ && !closed_ && loop_.now_exact() < limit) co_await pause_.until(limit);
}

net::Awaitable<bool> Connection::write(std::string_view bytes) {
  if (closed_) co_return false;
  stall_.arm(after(loop_.now_exact(), kWriteStall));
  const auto outcome = co_await asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), kAsTuple);
  stall_.disarm();
  if (std::get<0>(outcome) && !closed_) client_is_gone();
  co_return !std::get<0>(outcome);
}

}  // namespace drover::mock
