#include "gateway/request/phases.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/hash.h"
#include "dialect/api_name.h"
#include "dialect/gemini/body_models.h"
#include "dialect/gemini/paths.h"
#include "gateway/access/client_auth.h"
#include "gateway/access/cors.h"
#include "gateway/accounts/ledger_entry.h"
#include "gateway/answers/request_error.h"
#include "gateway/process/worker.h"
#include "gateway/request/body_phase.h"
#include "gateway/request/client_deadline.h"
#include "gateway/request/request_id.h"
#include "gateway/routing/dialect_choice.h"
#include "gateway/routing/gemini_request.h"
#include "gateway/routing/model_access.h"
#include "gateway/routing/request_path.h"
#include "gateway/routing/routing.h"
#include "http/head/header_rules.h"
#include "net/http1/http1_server_exchange.h"
#include "upstream/run/dispatch_request.h"

namespace drover::gateway {
namespace {

/// Where clients name the session that a request belongs to, the plainest first. They know best what belongs together.
constexpr std::array<std::string_view, 4> kSessionFields = {"x-session-id", "session-id", "session_id",
                                                            "x-session-affinity"};

/// What the request wants to stay with: its session, else what its body says.
std::uint64_t affinity_of(const http::Fields& fields, const dialect::Inspection& inspection) {
  for (const std::string_view name : kSessionFields) {
    const auto session = http::find(fields, name);
    if (session && !session->empty()) return std::max<std::uint64_t>(hash64(*session, /*seed=*/1), 1);
  }
  return inspection.affinity;
}

void speak(RequestState& state, core::DialectKind dialect) {
  state.dialect = dialect;
  state.request.speaks = dialect;
  state.request.dialect = &upstream::dialect_of(dialect);
}

/// Of a path that nobody here knows.
constexpr std::string_view kAnyMethod = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// What a path does not have is never sent up with an operator's key. OPTIONS is about this gateway: it is answered
/// here.
Result<void> may_use_method(RequestState& state, std::string_view path) {
  const std::string_view method = state.exchange->head().method;
  std::string_view allow = path == "/" ? methods_of("/") : state.request.dialect->methods(path);
  if (allow.empty()) allow = kAnyMethod;
  state.answered_here = path == "/" || method == "OPTIONS";
  const bool allowed = allows(allow, method);
  if (!allowed || method == "OPTIONS") state.more_fields.append("Allow: ").append(allow).append("\r\n");
  if (allowed) return {};
  return fail(request_error(405, ErrorKind::BadRequest, "method_not_allowed",
                            "This path does not have this method; it has " + std::string(allow) + "."));
}

/// Anthropic's API refuses requests that name no version of it; its SDKs always do.
void name_a_version(RequestState& state) {
  if (state.dialect != core::DialectKind::Anthropic) return;
  if (http::find(state.exchange->head().fields, dialect::kAnthropicVersionField)) return;
  state.request.fields.append(dialect::kAnthropicVersionField).append(": ");
  state.request.fields.append(dialect::kAnthropicVersion).append("\r\n");
}

/// Gemini's paths say what other APIs have in their bodies: that a stream is asked for. A limited client must not name
/// another model in the body than in the path.
void read_path_of_gemini(RequestState& state) {
  if (state.dialect != core::DialectKind::Gemini) return;
  upstream::UpstreamRequest& request = state.request;
  const auto read = dialect::read_gemini_path(request.path);
  if (!read) return;
  request.inspection.stream = read->streams() && dialect::asks_events(request.query);
  if (!is_limited(state.client)) return;
  request.inspection.names_other_models =
      request.api == dialect::Api::Generate
          ? !request.inspection.model.empty() && dialect::bare_model(request.inspection.model) != read->model
          : dialect::names_other_model(request.body.view(), read->model);
}

/// By what an object is its maker's, over reloads. 0: clients have no keys.
std::uint64_t maker_mark(const config::ClientKey* client) {
  return client == nullptr ? 0 : hash64(client->path, /*seed=*/2) | 1;
}

/// What is known about the account that holds the object with this mark. A stored object of another client is none for
/// this one (what a provider has sealed can be read by nobody, and goes with the conversation).
Holder holder_of(const RequestState& state, std::uint64_t object) {
  if (object == 0) return {};
  const Snapshot& snapshot = *state.snapshot;
  const std::uint64_t maker = snapshot.owners->maker_of(object);
  const bool stored = object != state.request.inspection.sealed;
  if (stored && maker != 0 && state.client != nullptr && maker != maker_mark(state.client)) {
    return {.state = Holder::State::Gone};
  }
  const auto mark = snapshot.owners->owner_of(object);
  if (!mark) return {};
  const auto owner = snapshot.catalog->owner(*mark);
  if (!owner) return {.state = Holder::State::Gone};
  return {.state = Holder::State::Known, .owner = *owner};
}

}  // namespace

Result<void> begin(Worker& worker, RequestState& state) {
  const http::RequestHead& head = state.exchange->head();
  state.arrived = worker.loop().now();
  state.snapshot = worker.snapshot();
  AskedPath& asked = worker.asked_path();
  const Result<void> target = read_path(head.method, head.target, asked);
  speak(state, dialect_asked(target ? std::string_view(asked.path) : std::string_view(), head.fields));
  set_request_id(http::find(head.fields, "x-request-id").value_or(""), worker.loop().random(), state.id);
  state.own_fields.append("x-request-id: ").append(state.id).append("\r\n");
  append_cors(state.snapshot->settings, head.fields, state.own_fields);
  state.client_timeout = client_timeout(head.fields);
  if (worker.ledger() != nullptr)
    state.user_agent.assign(first_product(http::find(head.fields, "user-agent").value_or("")));
  state.clients_retry = http::find(head.fields, "x-stainless-retry-count").value_or("0") != "0";

  if (head.method == "CONNECT" || head.method == "TRACE") {
    return fail(request_error(405, ErrorKind::BadRequest, "method_not_allowed", "CONNECT and TRACE are not served."));
  }
  if (!target) return target;
  if (http::find(head.fields, "upgrade") && http::iequals(*http::find(head.fields, "upgrade"), "websocket")) {
    worker.admission().say_websocket_refused(state.arrived, asked.path);
    return fail(
        request_error(426, ErrorKind::Unsupported, "upgrade_not_supported", "WebSocket connections are not served."));
  }
  const Result<void> allowed = may_use_method(state, asked.path);
  if (!allowed) return allowed;
  state.request.method.assign(head.method);
  state.request.path.assign(asked.path);
  if (state.dialect == core::DialectKind::Gemini) state.query_key = take_query_key(asked.query);
  state.request.query.assign(asked.query);
  state.asked_name.assign(asked.name);
  state.request.api = state.request.dialect->api(head.method, asked.path);
  state.request.accept_encoding.assign(http::find(head.fields, "accept-encoding").value_or(""));
  state.request.has_body = head.framing.kind != http::BodyKind::None;
  // In none of these APIs has one a body. A server that ignores it would read it as the next request on its connection,
  // and answer that to somebody else.
  if (http::is_safe_method(head.method)) {
    const bool empty = head.framing.kind == http::BodyKind::Length && head.framing.length == 0;
    if (state.request.has_body && !empty) {
      return fail(
          request_error(400, ErrorKind::BadRequest, "unexpected_body", "A GET, HEAD or OPTIONS request has no body."));
    }
    state.request.has_body = false;
  }
  if (http::count(head.fields, "content-type") > 1) {
    return fail(request_error(400, ErrorKind::BadRequest, "duplicate_content_type",
                              "The request has two Content-Types, and nobody knows which of them its body is."));
  }
  http::append_crossing(head.fields, http::Direction::Upstream, state.request.fields,
                        state.snapshot->catalog->reserved_names());
  name_a_version(state);
  return worker.admission().loop_guard.pass(head.fields, state.request.fields);
}

/// What a key of the store may do beside models and providers, which are its client's.
Result<void> may_use_api(const directory::KeyTerms& terms, dialect::Api api) {
  if (terms.apis.empty() || std::ranges::find(terms.apis, dialect::api_name(api)) != terms.apis.end()) return {};
  return fail(request_error(403, ErrorKind::Unauthorized, "api_not_allowed",
                            "This client key may not use this API; it may use: " + listed(terms.apis) + "."));
}

Result<void> authenticate(Worker& worker, RequestState& state) {
  const http::RequestHead& head = state.exchange->head();
  Accounts& accounts = worker.accounts();
  auto caller = authenticate(state.snapshot->settings, accounts.stored_keys(), head, state.query_key,
                             moment(worker.loop().now()).wall, state.peer);
  if (!caller) return fail(std::move(caller.error()));
  state.client = caller->configured;
  state.fences = &state.snapshot->fences(state.client);
  if (caller->stored.verdict == directory::KeyVerdict::Known && state.client == nullptr) {
    state.stored_client = worker.stored_clients().of(caller->stored, state.snapshot);
    state.client = &state.stored_client->client;
    if (state.client->providers) state.fences = &state.stored_client->fences;
    const Result<void> allowed = may_use_api(*state.stored_client->terms, state.request.api);
    if (!allowed) return allowed;
  }
  const Page page = listed_origin(state.snapshot->settings, head.fields).empty() ? Page::Other : Page::Listed;
  const Result<void> guarded = state.client != nullptr ? Result<void>() : guard_against_pages(head, page);
  if (!guarded) return guarded;
  state.known = true;
  return may_use_path(state.client, state.request);
}

/// Batch clients find a place while less than half of all are taken, so that a flood of theirs leaves the other half to
/// those who have somebody waiting (J11). Nothing else holds a flood back where no limit is reached.
constexpr double kPlacesForBatch = 0.5;

double share_of_places(const RequestState& state) {
  if (state.client == nullptr) return 1;
  const auto& principals = state.snapshot->plan->principals;
  if (state.client->principal.index() >= principals.size()) return 1;  // a key of the store
  const core::Principal& principal = principals[state.client->principal.index()];
  return principal.service == core::ServiceClass::Batch ? kPlacesForBatch : 1;
}

Error too_many_in_flight() {
  return shed_error("too_many_requests_in_flight",
                    "The gateway is at its limit of requests in flight ('limits.in_flight'); try again shortly.");
}

Result<void> admit(Worker& worker, RequestState& state) {
  const config::Limits& limits = state.snapshot->settings.limits;
  const http::Framing framing = state.exchange->head().framing;
  if (framing.kind == http::BodyKind::Length && framing.length > limits.body) return fail(body_too_large(limits.body));
  if (worker.admission().in_flight.full(share_of_places(state))) return fail(too_many_in_flight());
  const Result<void> begun = begin_body(worker, state);
  if (!begun) return begun;
  if (state.exchange->head().expect_continue) state.exchange->send_continue();
  return {};
}

Result<void> take_place(Worker& worker, RequestState& state) {
  state.place = worker.admission().in_flight.enter(share_of_places(state));
  if (!state.place) return fail(too_many_in_flight());
  return {};
}

Result<void> inspect(RequestState& state, std::unique_ptr<dialect::Inspector>& inspector) {
  const auto& request = state.request;
  if (request.api == dialect::Api::Models || request.api == dialect::Api::Pinned) return {};
  const std::string_view content_type = http::find(state.exchange->head().fields, "content-type").value_or("");
  if (request.body.view().size() > kInspectAtOnce) {
    inspector = request.dialect->inspector(request.api, content_type, request.body.view());
    return {};
  }
  auto inspection = request.dialect->inspect(request.api, content_type, request.body.view());
  if (!inspection) return fail(std::move(inspection.error()));
  state.request.inspection = std::move(*inspection);
  return {};
}

Result<bool> inspect_on(RequestState& state, std::unique_ptr<dialect::Inspector>& inspector) {
  const Result<bool> read = inspector->step(dialect::kInspectSlice);
  if (read && *read) state.request.inspection = inspector->take();
  return read;
}

Result<void> route(RequestState& state) {
  read_path_of_gemini(state);
  const Snapshot& snapshot = *state.snapshot;
  const RoutingRequest asked{.client = state.client, .request = &state.request, .named = state.asked_name};
  const RoutingFacts facts{.plan = snapshot.plan.get(),
                           .fences = &(*state.fences)[static_cast<std::size_t>(state.dialect)],
                           .pin = snapshot.pin(state.dialect)};
  const Result<void> decided = decide_route(facts, asked, holder_of(state, needed_object(asked)), state.routing);
  dialect::Inspection& inspection = state.request.inspection;
  if (state.routing.pinned) inspection.repeat = dialect::Repeat::Never;
  if (!state.routing.model.empty()) {
    inspection.has_model = true;
    inspection.model = state.routing.model;
    inspection.model_may_be_missing = state.routing.model_may_be_missing;
  }
  return decided;
}

Instant flushed_by(Worker& worker, const RequestState& state) {
  const Instant now = worker.loop().now();
  const auto seconds = static_cast<std::int64_t>(state.exchange->pending_bytes() / net::kMinBodyBytesPerSecond);
  const Instant steady = now + kLastFlush + std::chrono::seconds(seconds);
  if (!state.run) return steady;
  const Instant late = now + kLateFlush;
  return state.run->client_blocked() ? late : std::clamp(state.run->ends_at(), late, steady);
}

/// The target that answers is not known yet; the first of the route that the request may go to is likely to.
const Pricing* likely_price(const RequestState& state) {
  const core::Plan& plan = *state.snapshot->plan;
  for (const core::PoolId pool : state.routing.route->pools) {
    for (const core::TargetId target : plan.pools[pool.index()].targets) {
      const core::ProviderFence& fence = state.routing.fence;
      if (fence.within != nullptr && !fence.within->has(plan.targets[target.index()].provider)) continue;
      return state.snapshot->prices->of(target, state.request.inspection.model);
    }
  }
  return nullptr;
}

Result<void> reserve(Worker& worker, RequestState& state) {
  directory::AskerBook& book = worker.accounts().book();
  if (book.scopes() == 0) return {};
  if (!state.tab) state.tab = std::make_unique<Tab>();
  const dialect::Inspection& inspection = state.request.inspection;
  Tab::Request asked{.model = inspection.model,
                     .input_tokens = inspection.input_tokens_estimate,
                     .output_tokens = inspection.output_tokens_estimate,
                     .choices = inspection.choices,
                     .pricing = likely_price(state)};
  if (state.client != nullptr) {
    asked.principal = state.client->path;
    asked.tags = state.client->tags;
  }
  const config::Accounts& settings = state.snapshot->settings.accounts;
  const Tab::Policy policy{.overdraft = settings.overdraft, .unpriced = settings.unpriced};
  const Result<void> opened = state.tab->begin(book, asked, policy, worker.loop().now(), state.more_fields);
  state.metered = opened.has_value() && state.tab->open();
  return opened;
}

void settle(RequestState& state) {
  if (!state.metered || !state.run || !state.tab->open()) return;
  const Prices::Bill bill = state.snapshot->prices->bill(state.request.inspection.model, state.run->record());
  state.tab->settle({.amount = bill.used, .cost = bill.charge.cost.value_or(money::NanoUsd{})});
}

void start_run(Worker& worker, RequestState& state) {
  core::DispatchRequest dispatch =
      upstream::dispatch_request(*state.snapshot->plan, *state.routing.route, state.request);
  dispatch.id = state.id;
  dispatch.api = static_cast<core::ApiNumber>(state.request.api);
  dispatch.fence = state.routing.fence;
  dispatch.owner = state.routing.owner;
  dispatch.affinity = affinity_of(state.exchange->head().fields, state.request.inspection);
  if (state.client != nullptr) dispatch.asker.principal = state.client->principal.value;
  dispatch.arrived = state.arrived;
  dispatch.client_timeout = state.client_timeout;
  dispatch.clients_retry = state.clients_retry;
  dispatch.may_answer_early =
      dispatch.answer == core::AnswerKind::Stream && state.exchange->head().version == http::Version::Http11;
  state.run.emplace(upstream::Run::Parts{.tools = worker.tools(),
                                         .owners = state.snapshot->owners.get(),
                                         .reasoning = state.snapshot->reasoning.get(),
                                         .catalog = state.snapshot->catalog.get(),
                                         .fleet = state.snapshot->fleet.get(),
                                         .recorder = state.snapshot->fleet->recorder(),
                                         .request = &state.request,
                                         .client = state.exchange,
                                         .observer = &state,
                                         .meter = state.metered ? state.tab.get() : nullptr,
                                         .maker = maker_mark(state.client),
                                         .extra_fields = state.own_fields},
                    dispatch);
}

}  // namespace drover::gateway
