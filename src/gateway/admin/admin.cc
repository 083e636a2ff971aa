#include "gateway/admin/admin.h"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/printable.h"
#include "gateway/access/client_auth.h"
#include "gateway/admin/api/routes.h"
#include "http/url.h"

namespace drover::gateway {
namespace {

constexpr std::string_view kText = "Content-Type: text/plain; charset=utf-8\r\n";
/// The version is part of the Prometheus text format.
constexpr std::string_view kMetrics = "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n";
constexpr std::string_view kJson = "Content-Type: application/json\r\n";
/// What a moment shows is not to be kept, and a page that frames or includes it gets nothing.
constexpr std::string_view kAlways =
    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n";

Reply say(int status, std::string_view type, std::string body) {
  return {.status = status, .fields = std::string(type).append(kAlways), .body = std::move(body)};
}

/// The lines of a text, each without what is obeyed rather than seen.
std::string printable_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.append(printable(text.substr(0, end)));
    if (end < text.size()) out.push_back('\n');
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

bool is_address(std::string_view authority) {
  const bool bracketed = authority.starts_with('[');
  const std::size_t end = bracketed ? authority.find(']') : authority.find(':');
  const std::string host(bracketed ? authority.substr(1, end - 1) : authority.substr(0, end));
  in6_addr address{};
  return inet_pton(bracketed ? AF_INET6 : AF_INET, host.c_str(), &address) == 1;
}

/// A pin is a target like others behind those of the configuration, but serves no model: it makes nobody ready.
bool any_usable(const AdminView& view) {
  const std::size_t configured = view.snapshot->settings.plan->targets.size();
  bool found = false;
  for_each_target(view, [&](const core::TargetView& target) {
    found = target.target.index() < configured && usable(target.condition);
    return !found;
  });
  return found;
}

/// Longest name that is looked up; a request's id has at most 128 bytes, the longest target names are about as long.
constexpr std::size_t kMaxExplained = 512;

/// What stands behind /explain/: names have slashes and brackets, so it is no path of segments. Nothing: it cannot be
/// the name of anything.
std::optional<std::string> explained(std::string_view rest) {
  auto name = admin::unescaped(rest.substr(0, rest.find('?')));  // a target has at most 8 KiB
  if (!name || name->empty() || name->size() > kMaxExplained) return std::nullopt;
  return name;
}

Reply explain(std::string_view rest, const AdminView& view) {
  const auto name = explained(rest);
  if (!name) {
    return say(400, kText,
               "Ask for /explain/ID with the x-request-id of an answer, or with the name of a target or key.\n");
  }
  auto page = explain_page(view, *name);
  if (page) return say(200, kJson, printable_json(*page) + "\n");
  return say(404, kText,
             "Nothing is kept under this name: it is no target or key, and as a request it is still running, was never "
             "here, or has been forgotten (the last 10,000 are kept, failures longest).\n");
}

Reply ready(const AdminView& view) {
  if (view.draining) return say(503, kText, "draining: no new requests are taken\n");
  if (!any_usable(view)) return say(503, kText, "no target is usable now; /status says why\n");
  return say(200, kText, "ready\n");
}

}  // namespace

bool may_read(const http::RequestHead& head, Reach reach) {
  if (reach == Reach::ThisMachine || !is_address(head.host)) return guard_against_pages(head).has_value();
  http::RequestHead elsewhere = head;
  elsewhere.host = {};
  return guard_against_pages(elsewhere).has_value();
}

Reply page_refusal() {
  return say(403, kText,
             "This page is for programs on this machine, not for web pages: ask for it by address (127.0.0.1, "
             "localhost) and without a foreign Origin.\n");
}

Reply answer_admin(const http::RequestHead& head, Reach reach, const AdminView& view) {
  if (!may_read(head, reach)) return page_refusal();
  constexpr std::string_view kExplain = "/explain/";
  const auto target = http::parse_target(head.target);
  const std::string_view path = target ? target->path : std::string_view();
  const bool explains = head.target.starts_with(kExplain);
  const bool known = explains || path == "/status" || path == "/healthz" || path == "/readyz" || path == "/metrics";
  if (!known)
    return say(404, kText, "Nothing is here; there are /status, /explain/ID, /healthz, /readyz and /metrics.\n");
  if (head.method != "GET" && head.method != "HEAD") {
    Reply reply = say(405, kText, "These pages can only be read: use GET.\n");
    reply.fields.append("Allow: GET, HEAD\r\n");
    return reply;
  }
  if (explains) return explain(head.target.substr(kExplain.size()), view);
  if (path == "/healthz") return say(200, kText, "ok\n");
  if (path == "/readyz") return ready(view);
  if (path == "/metrics") return say(200, kMetrics, printable_lines(metrics_page(view)));
  return say(200, kJson, printable_json(status_page(view)) + "\n");
}

}  // namespace drover::gateway
