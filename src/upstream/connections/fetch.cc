#include "upstream/connections/fetch.h"

#include <utility>

#include "dialect/dialect.h"
#include "net/loop/loop.h"
#include "net/loop/ticker.h"

namespace drover::upstream {
namespace {

/// Cancels whatever the fetch is doing when its time is up.
struct Fetch {
  net::Connecting connecting;
  std::unique_ptr<net::ClientConnection> connection;
  net::ClientExchange* exchange = nullptr;
  bool late = false;
  net::Deadline deadline;

  explicit Fetch(LoopTools tools)
      : connecting(*tools.loop, *tools.resolver), deadline(tools.loop->ticker(), &Fetch::expired, this) {}

  static void expired(void* self) {
    auto& fetch = *static_cast<Fetch*>(self);
    fetch.late = true;
    fetch.connecting.cancel();
    if (fetch.exchange != nullptr) fetch.exchange->cancel();
  }

  [[nodiscard]] Error ended(Error error) const {
    if (!late) return error;
    return {.kind = ErrorKind::TotalTimeout,
            .scope = ErrorScope::Server,
            .code = "fetch_timeout",
            .message = "The upstream did not answer in time."};
  }
};

Result<net::ReadState> read_some(net::ClientExchange& exchange, std::string& body) {
  for (;;) {
    auto read = exchange.read_body();
    if (!read) return fail(std::move(read.error()));
    if (read->state != net::ReadState::Data) return read->state;
    if (body.size() + read->bytes.size() > kMaxFetchedBytes) {
      return fail({.kind = ErrorKind::TooLarge,
                   .scope = ErrorScope::Server,
                   .code = "fetch_too_large",
                   .message = "The upstream's answer is too long."});
    }
    body.append(read->bytes);
  }
}

}  // namespace

net::Awaitable<Result<Fetched>> fetch(LoopTools tools, const ServerEndpoint& server, const Secret& fields,
                                      std::string path, Duration timeout) {
  return fetch_answer(tools, server, fields, FetchQuestion{.path = std::move(path)}, timeout);
}

net::Awaitable<Result<Fetched>> fetch_answer(LoopTools tools, const ServerEndpoint& server, const Secret& fields,
                                             FetchQuestion question, Duration timeout) {
  Fetch work(tools);
  work.deadline.arm(after(tools.loop->now(), timeout));
  auto connected = co_await work.connecting.run(server.origin, kNever);
  if (!connected) co_return fail(work.ended(std::move(connected.error())));
  work.connection = std::move(*connected);
  work.exchange = &work.connection->open();
  std::string whole_path = server.own_path_prefix + question.path;
  append_own_query(server, whole_path);
  const std::string whole_fields = std::string(fields.reveal()) + server.own_fields;
  http::Framing framing;
  if (!question.body.empty()) framing = {.kind = http::BodyKind::Length, .length = question.body.size()};
  work.exchange->start({.method = question.method,
                        .path = whole_path,
                        .authority = server.authority,
                        .fields = whole_fields,
                        .framing = framing});
  const std::string_view body = question.body;
  auto written = work.exchange->write({&body, body.empty() ? 0UL : 1UL}, net::More::No, net::Keep::Copy);
  if (!written) co_return fail(work.ended(std::move(written.error())));

  for (;;) {
    auto head = work.exchange->read_head();
    if (!head) co_return fail(work.ended(std::move(head.error())));
    if (*head == net::HeadRead::Complete) break;
    auto readable = co_await work.exchange->until_readable();
    if (!readable) co_return fail(work.ended(std::move(readable.error())));
  }
  Fetched fetched;
  fetched.status = work.exchange->head().status;
  for (;;) {
    auto read = read_some(*work.exchange, fetched.body);
    if (!read) co_return fail(work.ended(std::move(read.error())));
    if (*read == net::ReadState::End) break;
    auto readable = co_await work.exchange->until_readable();
    if (!readable) co_return fail(work.ended(std::move(readable.error())));
  }
  fetched.body.reserve(fetched.body.size() + dialect::kPadding);
  co_return fetched;
}

}  // namespace drover::upstream
