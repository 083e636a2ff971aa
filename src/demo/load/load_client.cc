#include "demo/load/load_client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <charconv>
#include <cstdio>
#include <utility>

#include "demo/load/answer_check.h"
#include "http/head/head.h"
#include "net/socket/connector.h"

namespace drover::demo {
namespace {

/// Enough for the requests in flight of an hour of hangs. Idle connections close before the gateway closes them (75 s).
constexpr core::ConnectionLimits kConnections{.keep = 20'000, .max = 20'000, .idle = std::chrono::seconds(30)};

std::string body_of(std::uint64_t request, bool streamed) {
  std::string body =
      R"({"model":"gpt-4o","messages":[{"role":"user","content":"How are you, )" + request_id(request) + R"(?"}])";
  if (streamed) body += R"(,"stream":true,"stream_options":{"include_usage":true})";
  return body + "}";
}

int number_of(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::string request_id(std::uint64_t request) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%06llu", static_cast<unsigned long long>(request));
  return std::string(kIdPrefix) + digits;
}

std::uint64_t request_number(std::string_view id) {
  if (!id.starts_with(kIdPrefix)) return kNoRequest;
  id.remove_prefix(kIdPrefix.size());
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(id.data(), id.data() + id.size(), value);
  return problem == std::errc{} && end == id.data() + id.size() ? value : kNoRequest;
}

/// One request in flight: what its deadline cancels.
struct LoadClient::Asking {
  net::Connecting connecting;
  upstream::PooledConnection connection;
  net::ClientExchange* exchange = nullptr;
  ClientLine line;
  bool late = false;
  net::Deadline patience;

  explicit Asking(LoadClient& client)
      : connecting(client.loop_, client.resolver_), patience(client.loop_.ticker(), &Asking::expired, this) {}

  static void expired(void* self) {
    auto& asking = *static_cast<Asking*>(self);
    asking.late = true;
    asking.connecting.cancel();
    if (asking.exchange != nullptr) asking.exchange->cancel();
  }
};

struct LoadClient::Paced {
  LoadClient* client;
  void operator()(const boost::system::error_code& error) const {
    if (!error) client->pace();
  }
};

LoadClient::LoadClient(std::uint16_t port, Schedule schedule)
    : loop_(schedule.rate),
      resolver_(loop_),
      pools_(loop_, 1),
      pool_(pools_.pool({.host = "127.0.0.1", .port = port, .tls = nullptr}, kConnections)),
      timer_(loop_.context()),
      schedule_(schedule),
      authority_("127.0.0.1:" + std::to_string(port)) {}

LoadClient::~LoadClient() {
  join();
  loop_.abandon();
}

void LoadClient::start() {
  thread_ = std::thread([this] {
    pace();
    loop_.run();
  });
}

void LoadClient::stop_sending() {
  (void)loop_.order([this] {
    stop_ = true;
    timer_.cancel();
    stopped_ = true;
  });
}

void LoadClient::join() {
  if (!thread_.joinable()) return;
  loop_.order_end();
  thread_.join();
}

void LoadClient::pace() {
  if (stop_) return;
  const std::uint64_t due = schedule_.due_by(loop_.now());
  while (lines_.size() < due) {
    const std::uint64_t request = lines_.size();
    ++begun_;
    lines_.push_back({.request = request, .streamed = request % 2 == 1, .due = schedule_.due(request)});
    net::asio::co_spawn(loop_.executor(), ask(this, request), net::asio::detached);
  }
  timer_.expires_at(std::chrono::steady_clock::time_point(schedule_.due(due).time_since_epoch()));
  timer_.async_wait(Paced{this});
}

net::Awaitable<> LoadClient::ask(LoadClient* self, std::uint64_t request) {
  Asking asking(*self);
  asking.line = self->lines_[request];
  asking.patience.arm(after(asking.line.due, kPatience));
  const Flaw flaw = co_await self->exchange(asking);
  asking.line.flaw = asking.late ? Flaw::Patience : flaw;
  asking.line.took = self->loop_.now() - asking.line.due;
  if (flaw == Flaw::None) asking.connection.give_back(self->loop_.now());
  self->lines_[request] = asking.line;
  ++self->ended_;
  if (asking.line.flaw != Flaw::None) ++self->failed_;
}

net::Awaitable<Flaw> LoadClient::exchange(Asking& asking) {
  ClientLine& line = asking.line;
  asking.connection = pool_.take();
  if (!asking.connection) {
    upstream::Room room = pool_.reserve();
    if (!room) co_return Flaw::Connection;
    auto connected = co_await asking.connecting.run(pool_.origin(), kNever);
    if (!connected) co_return Flaw::Connection;
    asking.connection = room.adopt(std::move(*connected));
  }
  net::ClientExchange& exchange = asking.connection->open();
  asking.exchange = &exchange;
  const std::string body = body_of(line.request, line.streamed);
  const std::string fields = "Content-Type: application/json\r\nx-request-id: " + request_id(line.request) + "\r\n";
  exchange.start({.method = "POST",
                  .path = "/v1/chat/completions",
                  .authority = authority_,
                  .fields = fields,
                  .framing = {http::BodyKind::Length, body.size()}});
  const std::string_view piece = body;
  const auto written = exchange.write({&piece, 1}, net::More::No, net::Keep::Copy);
  if (!written) co_return Flaw::Connection;
  line.lag = loop_.now() - line.due;
  ++sent_;

  for (;;) {
    const auto readable = co_await exchange.until_readable();
    if (!readable) co_return Flaw::Connection;
    const auto head = exchange.read_head();
    if (!head) co_return Flaw::Connection;
    if (*head == net::HeadRead::Complete) break;
  }
  line.status = exchange.head().status;
  line.attempts = number_of(http::find(exchange.head().fields, "x-drover-attempts").value_or("0"));
  exchange.release_head();

  AnswerCheck check(line.streamed);
  for (;;) {
    const auto read = exchange.read_body();
    if (!read) co_return Flaw::Cut;
    if (read->state == net::ReadState::End) break;
    if (read->state == net::ReadState::Data) {
      check.feed(read->bytes);
      if (check.has_content() && line.first_content == Duration::zero()) line.first_content = loop_.now() - line.due;
      continue;
    }
    const auto readable = co_await exchange.until_readable();
    if (!readable) co_return Flaw::Cut;
  }
  co_return line.status == 200 ? check.verdict() : Flaw::Status;
}

}  // namespace drover::demo
