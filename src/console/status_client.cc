#include "console/status_client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <optional>
#include <utility>

#include "base/percent.h"
#include "http/url.h"
#include "net/dns/resolver.h"
#include "net/loop/loop.h"
#include "upstream/connections/connection_pools.h"
#include "upstream/connections/fetch.h"

namespace drover::console {
namespace {

/// The characters beside letters and digits that need no escape in a request target.
constexpr std::string_view kTargetBytes = "._-:/+=@~";

using Answer = std::optional<Result<upstream::Fetched>>;

struct PageQuestion {
  upstream::LoopTools tools;
  upstream::ServerEndpoint server;
  Secret fields;
  AdminCall call;
  Duration timeout;
};

net::Awaitable<> ask(const PageQuestion& question, Answer& answer) {
  upstream::FetchQuestion sent{.method = question.call.method, .path = question.call.path, .body = question.call.body};
  auto fetched = co_await upstream::fetch_answer(question.tools, question.server, question.fields, std::move(sent),
                                                 question.timeout);
  answer.emplace(std::move(fetched));
  question.tools.loop->stop();
}

Error unreachable(const std::string& url, const std::string& why) {
  return {
      .kind = ErrorKind::Connect,
      .code = "unreachable",
      .message = "nothing usable answers at " + url + " (" + why + "): is drover running, and is this its 'admin'?"};
}

Error unexpected(const std::string& url, int status) {
  return unreachable(url, "it answered with status " + std::to_string(status));
}

/// Sends it and waits for the answer.
Result<AdminPage> ask_with(const AdminAddress& address, Secret fields, AdminCall call) {
  const std::string& url = address.url;
  auto base = http::parse_base_url(url);
  if (!base) return fail(std::move(base.error()));
  upstream::ServerEndpoint server{
      .origin = {.host = base->host, .port = base->port, .tls = nullptr},
      .authority = base->authority,
      .path_prefix = base->path_prefix,
      .own_path_prefix = base->path_prefix,
      .own_fields = {},
      .connections = {},
      .path_doubt = {},
  };
  if (base->tls) {
    upstream::TlsStore store;
    auto tls = store.context(address.ca_file);
    if (!tls) return fail(std::move(tls.error()));
    server.origin.tls = std::move(*tls);
  }
  net::Loop loop(1);
  net::Resolver resolver(loop);
  upstream::ConnectionPools pools(loop, 1);
  const PageQuestion question{
      {&loop, &resolver, &pools}, std::move(server), std::move(fields), std::move(call), address.timeout};
  Answer answer;
  net::asio::co_spawn(loop.executor(), ask(question, answer), net::asio::detached);
  loop.run();
  loop.abandon();
  if (!answer) return fail(unreachable(url, "the question was cut off"));
  if (!*answer) return fail(unreachable(url, std::string(to_string((*answer).error().kind))));
  return AdminPage{.status = (*answer)->status, .body = std::move((*answer)->body)};
}

}  // namespace

Result<AdminPage> fetch_page(const AdminAddress& address, std::string path) {
  return ask_with(address, Secret(), {.method = "GET", .path = std::move(path)});
}

Result<AdminPage> call_admin(const AdminAddress& address, const Secret& token, AdminCall call) {
  std::string fields = "Authorization: Bearer " + std::string(token.reveal()) + "\r\n";
  if (!call.body.empty()) fields += "Content-Type: application/json\r\n";
  return ask_with(address, Secret(std::move(fields)), std::move(call));
}

Result<std::string> fetch_status(const AdminAddress& address) {
  auto page = fetch_page(address, "/status");
  if (!page) return fail(std::move(page.error()));
  if (page->status != 200) return fail(unexpected(address.url, page->status));
  return std::move(page->body);
}

Result<AdminPage> fetch_explanation(const AdminAddress& address, std::string_view name) {
  auto page = fetch_page(address, "/explain/" + percent_escaped(name, kTargetBytes));
  if (page && page->status != 200 && page->status != 404 && page->status != 400)
    return fail(unexpected(address.url, page->status));
  return page;
}

}  // namespace drover::console
