#include "console/message_client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "base/printable.h"
#include "console/page_values.h"
#include "dialect/dialect.h"
#include "http/body/sse.h"
#include "http/url.h"
#include "net/dns/resolver.h"
#include "net/loop/loop.h"
#include "net/loop/ticker.h"
#include "net/socket/connector.h"
#include "upstream/catalog/catalog.h"

namespace drover::console {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMostTokens = 4096;
constexpr Duration kPatience = std::chrono::minutes(10);  // as long as the gateway's own total
constexpr std::size_t kMostUnread = 1024 * 1024;          // of one event, or of an answer that is an error

Error trouble(std::string message) {
  return {.kind = ErrorKind::ServerError, .code = "no_answer", .message = std::move(message)};
}

std::string body_of(const std::string& model, const std::vector<ChatTurn>& conversation) {
  json::array messages;
  for (const ChatTurn& message : conversation) {
    messages.push_back(json::object{{"role", message.role}, {"content", message.content}});
  }
  return json::serialize(
      json::object{{"model", model}, {"max_tokens", kMostTokens}, {"stream", true}, {"messages", std::move(messages)}});
}

/// Reads the answer, in whatever pieces it comes.
class AnswerReader {
 public:
  explicit AnswerReader(const std::function<void(std::string_view)>& print) : print_(print) {}

  void take(int status, std::string_view bytes) {
    unread_.append(bytes);
    if (status == 200) read_events();
    if (unread_.size() > kMostUnread) failed_ = "the answer has an event without an end";
  }

  [[nodiscard]] bool failed() const { return failed_.has_value(); }

  Result<std::string> end(int status) {
    if (status != 200) return fail(trouble("status " + std::to_string(status) + ": " + error_in(unread_)));
    if (failed_) return fail(trouble(*failed_));
    if (!whole_) return fail(trouble("the answer ended before it was whole"));
    return std::move(said_);
  }

 private:
  static std::string error_in(const std::string& body) {
    boost::system::error_code problem;
    const json::value parsed = json::parse(body, problem, {}, {.max_depth = 32});
    const std::string message = problem ? std::string() : text_of(member(member(parsed, "error"), "message"));
    return message.empty() ? printable(body) : message;
  }

  void read_events() {
    http::SseEvent event;
    std::size_t at = 0;
    while (scanner_.next(std::string_view(unread_).substr(at), event)) {
      read(event);
      at += event.bytes.size();
    }
    unread_.erase(0, at);
  }

  void read(const http::SseEvent& event) {
    boost::system::error_code problem;
    const json::value data =
        json::parse(json::string_view(event.data.data(), event.data.size()), problem, {}, {.max_depth = 32});
    if (problem) return;
    const std::string type = text_of(member(data, "type"));
    if (type == "error") failed_ = text_of(member(member(data, "error"), "message"));
    if (type == "message_stop") whole_ = true;
    const json::value& text = member(member(data, "delta"), "text");
    if (type != "content_block_delta" || !text.is_string()) return;
    said_.append(text.get_string());
    print_(text.get_string());
  }

  const std::function<void(std::string_view)>& print_;
  http::SseScanner scanner_;
  std::string unread_;
  std::string said_;
  std::optional<std::string> failed_;
  bool whole_ = false;
};

/// One request. Its deadline cancels the step that it is in.
struct Asking {
  Asking(net::Loop& own_loop, net::Resolver& resolver, const std::function<void(std::string_view)>& print)
      : loop(own_loop),
        connecting(own_loop, resolver),
        reader(print),
        deadline(own_loop.ticker(), &Asking::expired, this) {}

  static void expired(void* self) {
    auto& asking = *static_cast<Asking*>(self);
    asking.connecting.cancel();
    if (asking.exchange != nullptr) asking.exchange->cancel();
  }

  net::Loop& loop;
  net::Connecting connecting;
  AnswerReader reader;
  net::Deadline deadline;
  net::Origin origin;
  std::string authority;
  std::string path;
  std::string fields;
  std::string body;
  std::unique_ptr<net::ClientConnection> connection;
  net::ClientExchange* exchange = nullptr;
  std::optional<Result<std::string>> answer;
};

net::Awaitable<Result<void>> send(Asking& asking) {
  auto connected = co_await asking.connecting.run(asking.origin, kNever);
  if (!connected) co_return fail(std::move(connected.error()));
  asking.connection = std::move(*connected);
  asking.exchange = &asking.connection->open();
  asking.exchange->start({.method = "POST",
                          .path = asking.path,
                          .authority = asking.authority,
                          .fields = asking.fields,
                          .framing = {http::BodyKind::Length, asking.body.size()}});
  const std::string_view piece = asking.body;
  auto written = asking.exchange->write({&piece, 1}, net::More::No, net::Keep::Borrow);
  if (!written) co_return fail(std::move(written.error()));
  while (asking.exchange->pending_bytes() > 0) {
    auto left = co_await asking.exchange->until_written();
    if (!left) co_return fail(std::move(left.error()));
  }
  co_return Result<void>();
}

net::Awaitable<Result<int>> read_head(Asking& asking) {
  for (;;) {
    auto head = asking.exchange->read_head();
    if (!head) co_return fail(std::move(head.error()));
    if (*head == net::HeadRead::Complete) co_return asking.exchange->head().status;
    auto readable = co_await asking.exchange->until_readable();
    if (!readable) co_return fail(std::move(readable.error()));
  }
}

net::Awaitable<Result<std::string>> perform(Asking& asking) {
  auto sent = co_await send(asking);
  if (!sent) co_return fail(std::move(sent.error()));
  auto status = co_await read_head(asking);
  if (!status) co_return fail(std::move(status.error()));
  while (!asking.reader.failed()) {
    auto read = asking.exchange->read_body();
    if (!read) co_return fail(std::move(read.error()));
    if (read->state == net::ReadState::End) break;
    if (read->state == net::ReadState::Data) {
      asking.reader.take(*status, read->bytes);
      continue;
    }
    auto readable = co_await asking.exchange->until_readable();
    if (!readable) co_return fail(std::move(readable.error()));
  }
  co_return asking.reader.end(*status);
}

net::Awaitable<> ask(Asking& asking) {
  auto answer = co_await perform(asking);
  asking.answer.emplace(std::move(answer));
  asking.loop.stop();
}

}  // namespace

Result<std::string> ask_message(const MessageServer& server, const std::string& model,
                                const std::vector<ChatTurn>& conversation,
                                const std::function<void(std::string_view)>& print) {
  auto base = http::parse_base_url(server.url);
  if (!base) return fail(std::move(base.error()));
  net::Loop loop(1);
  net::Resolver resolver(loop);
  Asking asking(loop, resolver, print);
  asking.origin = {.host = base->host, .port = base->port, .tls = nullptr};
  if (base->tls) {
    upstream::TlsStore store;
    auto tls = store.context({});
    if (!tls) return fail(std::move(tls.error()));
    asking.origin.tls = std::move(*tls);
  }
  asking.authority = base->authority;
  asking.path = base->path_prefix + "/messages";
  asking.fields = "Content-Type: application/json\r\n" + std::string(dialect::kAnthropicVersionField) + ": " +
                  std::string(dialect::kAnthropicVersion) + "\r\n";
  if (!server.key.empty()) asking.fields += "x-api-key: " + server.key + "\r\n";
  asking.body = body_of(model, conversation);
  asking.deadline.arm(loop.now() + kPatience);
  net::asio::co_spawn(loop.executor(), ask(asking), net::asio::detached);
  loop.run();
  loop.abandon();
  if (!asking.answer) return fail(trouble("the question was cut off"));
  if (!*asking.answer && (*asking.answer).error().message.empty()) {
    return fail(
        trouble(server.url + " did not answer (" + std::string(to_string((*asking.answer).error().kind)) + ")"));
  }
  return std::move(*asking.answer);
}

}  // namespace drover::console
