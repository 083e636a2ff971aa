#include "gateway/admin/api/admin_api.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <memory>

#include "base/sha256.h"
#include "gateway/admin/api/openapi.h"
#include "gateway/admin/api/routes.h"
#include "gateway/admin/api/values.h"

namespace drover::gateway::admin {
namespace {

namespace json = boost::json;

/// Deepest nesting of a body: a limit's models are 4 deep, metadata may go on from there.
constexpr std::size_t kBodyDepth = 24;
constexpr std::string_view kOpenApiPath = "/admin/v1/openapi.json";

Or<json::object> body_of(std::string_view text, BodyKind kind) {
  const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  if (kind == BodyKind::None || (blank && kind == BodyKind::ObjectOrNothing)) return json::object();
  if (text.size() > kMaxAdminBody) {
    return refuse({.status = 413, .type = "too_large", .message = "the body has more than 1 MiB"});
  }
  json::parse_options options;
  options.max_depth = kBodyDepth;
  boost::system::error_code trouble;
  json::value value = json::parse(json::string_view(text.data(), text.size()), trouble, {}, options);
  if (trouble || !value.is_object()) {
    return refuse({.message = "the body must be one JSON object in UTF-8, at most 24 levels deep"});
  }
  return std::move(value.get_object());
}

/// "a=1&b=2" by name. Unknown and repeated parameters are faults.
Or<std::map<std::string, std::string, std::less<>>> query_of(std::string_view text, const Route& route) {
  std::map<std::string, std::string, std::less<>> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    std::string pair(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    std::ranges::replace(pair, '+', ' ');
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = unescaped(std::string_view(pair).substr(0, equals));
    auto value = unescaped(std::string_view(pair).substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return refuse({.message = "the query holds a bad escape or a control character"});
    if (std::ranges::find(route.query, *name, &Parameter::name) == route.query.end()) {
      return refuse({.message = "there is no such parameter", .field = shown_name(*name)});
    }
    if (out.size() >= kMaxQueryParameters || out.contains(*name)) {
      return refuse({.message = "this parameter is given twice", .field = *name});
    }
    if (!value->empty()) out.emplace(*std::move(name), *std::move(value));
  }
  return out;
}

/// What the call is remembered by. The token's name is part of it: two administrators do not meet.
Remembered remembered_by(const ApiRequest& request, const AdminToken& token) {
  const std::string who = token.name + "\n" + std::string(request.idempotency_key);
  const std::string what =
      std::string(request.method) + "\n" + std::string(request.target) + "\n" + std::string(request.body);
  return {.key = hex(sha256(who)), .fingerprint = hex(sha256(what)), .body = {}};
}

/// The answer that was given before; nothing: this is the first time.
std::optional<Reply> given_before(Records& records, const Call& call, Form form) {
  if (!call.idempotency) return std::nullopt;
  const auto known = records.remembered(call.idempotency->key);
  if (!known) return fault_reply(fault_of(known.error()), form);
  if (!*known) return std::nullopt;
  const Remembered& before = **known;
  if (before.fingerprint != call.idempotency->fingerprint) {
    return fault_reply({.status = 422,
                        .type = "idempotency_key_reused",
                        .message = "this Idempotency-Key was used for another call; every call has its own"},
                       form);
  }
  return json_reply(before.status, before.body + "\n", "Idempotency-Replayed: true\r\n");
}

Reply run(Records& records, const Route& route, const Call& call, const Makers& makers) {
  if (auto before = given_before(records, call, route.form)) return *std::move(before);
  Desk desk{.records = records, .makers = makers, .call = call};
  Reply reply = route.handler(desk);
  // The same call came twice at the same time, and the other one was first.
  if (reply.status == 409 && call.idempotency) {
    if (auto before = given_before(records, call, route.form)) return *std::move(before);
  }
  return reply;
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::Read: return "read";
    case Role::Keys: return "keys";
    case Role::All: return "all";
  }
  return "read";
}

bool is_api_path(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return path == "/admin" || path.starts_with("/admin/") || path.starts_with("/key/");
}

const AdminToken* AdminApi::caller(std::string_view authorization) const {
  constexpr std::string_view kBearer = "bearer ";
  const bool bearer = authorization.size() > kBearer.size() &&
                      std::ranges::equal(authorization.substr(0, kBearer.size()), kBearer, [](char a, char b) {
                        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
                      });
  if (!bearer) return nullptr;
  std::string_view text = authorization.substr(kBearer.size());
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  const Sha256Digest digest = sha256(text);
  const AdminToken* found = nullptr;
  for (const AdminToken& token : tokens_) {
    unsigned difference = 0;
    for (std::size_t at = 0; at < digest.size(); ++at)
      difference |= static_cast<unsigned>(digest[at] ^ token.digest[at]);
    if (difference == 0) found = &token;
  }
  return found;
}

std::variant<Reply, Job> AdminApi::handle(const ApiRequest& request, WallTime now) const {
  const std::size_t question = std::min(request.target.find('?'), request.target.size());
  const std::string_view path = request.target.substr(0, question);
  if (path == kOpenApiPath && (request.method == "GET" || request.method == "HEAD")) {
    return json_reply(200, openapi_text());
  }
  const Matched matched = match(request.method, path);
  const Form form = path.starts_with("/key/") ? Form::Litellm : Form::Own;
  const AdminToken* const token = caller(request.authorization);
  if (token == nullptr) {
    return fault_reply({.status = 401,
                        .type = "unauthorized",
                        .message = tokens_.empty() ? "the configuration has no admin_tokens, so nobody may use this API"
                                                   : "send one of the admin_tokens as Authorization: Bearer TOKEN"},
                       form);
  }
  const std::string allowed = path == kOpenApiPath ? "GET" : matched.allowed;
  if (matched.route == nullptr && allowed.empty()) {
    return fault_reply(
        {.status = 404, .type = "not_found", .message = "nothing is here; /admin/v1/openapi.json lists the calls"},
        form);
  }
  if (matched.route == nullptr) {
    Reply reply =
        fault_reply({.status = 405, .type = "method_not_allowed", .message = "this call has another method"}, form);
    reply.fields.append("Allow: " + allowed + "\r\n");
    return reply;
  }
  const Route& route = *matched.route;
  if (token->role < route.role) {
    return fault_reply({.status = 403,
                        .type = "forbidden",
                        .message = "the role of this admin token is '" + std::string(to_string(token->role)) +
                                   "', and this needs '" + std::string(to_string(route.role)) + "'"},
                       form);
  }
  auto query = query_of(request.target.substr(std::min(question + 1, request.target.size())), route);
  if (!query) return fault_reply(query.error(), form);
  auto body = body_of(request.body, route.body);
  if (!body) return fault_reply(body.error(), form);
  if (request.idempotency_key.size() > kMaxIdempotencyKey) {
    return fault_reply({.message = "an Idempotency-Key has at most 255 bytes", .field = "Idempotency-Key"}, form);
  }
  const auto call = std::make_shared<Call>(Call{.method = std::string(request.method),
                                                .path = matched.captured,
                                                .query = *std::move(query),
                                                .body = *std::move(body),
                                                .if_match = std::string(request.if_match),
                                                .if_none_match = std::string(request.if_none_match),
                                                .who = token->name,
                                                .now = now});
  if (route.role != Role::Read && !request.idempotency_key.empty()) call->idempotency = remembered_by(request, *token);
  return Job([this, call, &route](Records& records) { return run(records, route, *call, makers_); });
}

}  // namespace drover::gateway::admin
