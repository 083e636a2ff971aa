#include "client/engine/engine.h"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <utility>

#include "client/interface/errors.h"
#include "client/interface/explain.h"
#include "client/interface/settings_of.h"
#include "dialect/dialect.h"
#include "drover/version.h"
#include "http/url.h"
#include "net/loop/clock.h"
#include "net/loop/seed.h"
#include "telemetry/log/state_lines.h"
#include "telemetry/log/status_words.h"

namespace drover::client {
namespace {

/// A longer timeout is cut to this: no configuration allows more.
constexpr std::chrono::hours kLongestTimeout{24};

constexpr std::string_view kRequestFields =
    "Content-Type: application/json\r\nUser-Agent: drover/" DROVER_VERSION_TEXT "\r\n";

v0::Error shed(std::string code, std::string message) {
  v0::Error error;
  error.kind = v0::ErrorKind::Shed;
  error.status = 503;
  error.code = std::move(code);
  error.message = std::move(message);
  error.retry_after = std::chrono::seconds(1);
  return error;
}

v0::Error too_large(std::uint64_t limit) {
  v0::Error error;
  error.kind = v0::ErrorKind::TooLarge;
  error.status = 413;
  error.code = "body_too_large";
  error.message = "The request is longer than " + std::to_string(limit) + " bytes ('limits.body').";
  return error;
}

v0::Error not_offered(std::string_view model) {
  v0::Error error;
  error.kind = v0::ErrorKind::NotFound;
  error.status = 404;
  error.code = "api_not_offered";
  error.message =
      "No provider of '" + std::string(model.substr(0, 256)) + "' offers this path (see 'apis' and 'dialect').";
  return error;
}

/// Whether a path can be posted to through pools: its body names a model.
std::optional<v0::Error> bad_path(std::string_view path, dialect::Api api) {
  const auto target = http::parse_target(path);
  if (!target || target->path != path || !path.starts_with("/v1/"))
    return bad_request("bad_path", "The path must be one of the API's own, such as /v1/chat/completions.");
  if (api == dialect::Api::Models || api == dialect::Api::Pinned)
    return bad_request("bad_path", "Requests to this path name no model, so there is nothing to balance.");
  return std::nullopt;
}

}  // namespace

Engine::Engine(config::Settings settings, v0::Hooks hooks)
    : settings_(std::move(settings)),
      hooks_(std::make_shared<const v0::Hooks>(std::move(hooks))),
      delivery_([hooks_kept = hooks_](const std::string& thrown) {
        // on the delivery's own thread; an exception of the hook is dropped
        if (!hooks_kept->log) return;
        try {
          hooks_kept->log({true, "a callback threw: " + thrown});
        } catch (...) {
          return;
        }
      }),
      in_flight_(settings_.limits.in_flight),
      replay_memory_(settings_.limits.replay_memory, settings_.limits.body) {}

v0::Result<std::shared_ptr<Engine>> Engine::start(config::Settings settings, const std::string& model,
                                                  v0::Hooks hooks) {
  const unsigned threads = std::max(1U, settings.threads);
  std::shared_ptr<Engine> engine(new Engine(std::move(settings), std::move(hooks)));
  upstream::TlsStore tls;
  auto catalog = upstream::Catalog::build(engine->settings_.plan, tls);
  if (!catalog) return public_error(catalog.error());
  engine->catalog_ = std::move(*catalog);
  engine->fences_ = upstream::RouteFences(engine->plan(), core::DialectKind::OpenAi);
  engine->model_ = default_model(model, engine->plan());
  upstream::SharedFleet::Observer observer;
  if (engine->hooks_->log) {
    // borrowed: the fleet is destroyed with the engine
    observer = [self = engine.get()](const core::StateChange& change, std::string_view label) {
      self->say({telemetry::is_trouble(change), telemetry::state_line(change, label)});
    };
  }
  engine->fleet_ =
      std::make_shared<upstream::SharedFleet>(engine->settings_.plan, std::move(observer), net::fresh_seed());
  for (unsigned thread = 0; thread < threads; ++thread) {
    const Result<void> added = engine->add_worker(threads);
    if (!added) return public_error(added.error());
  }
  engine->workers_.front()->probe(engine->catalog_, engine->fleet_, [self = engine.get()](std::string_view line) {
    self->say({true, std::string(line)});
  });
  return engine;
}

Result<void> Engine::add_worker(unsigned threads) {
  try {
    workers_.push_back(std::make_unique<Worker>(net::fresh_seed(), threads, decisions_.add_thread(threads)));
  } catch (const boost::system::system_error& problem) {  // Asio's own descriptors
    return fail({.kind = ErrorKind::LocalResource,
                 .code = "no_descriptors",
                 .message = std::string("A client cannot be made: ") + problem.what()});
  }
  return workers_.back()->start();
}

Engine::~Engine() {
  close();
}

void Engine::close() {
  if (closed_.exchange(true)) return;
  for (const auto& worker : workers_) worker->close();
  delivery_.close();
}

v0::Error no_such_model(const core::Plan& plan, std::string_view model) {
  /// Most names that an error lists.
  constexpr std::size_t kNamesTold = 20;
  v0::Error error;
  error.kind = v0::ErrorKind::NotFound;
  error.status = 404;
  error.code = "model_not_found";
  error.message = "No model '" + std::string(model.substr(0, 256)) + "' is configured.";
  std::string known;
  std::size_t told = 0;
  for (const core::Route& route : plan.routes) {
    if (told++ == kNamesTold) break;
    known.append(known.empty() ? " Known are: " : ", ").append(route.name);
  }
  if (!known.empty()) error.message.append(known).append(".");
  return error;
}

v0::Result<std::shared_ptr<Call>> Engine::prepare(const Asking& asking) {
  if (foreign()) return forked_error();
  if (closed_.load(std::memory_order_relaxed)) return closed_error();
  const config::Limits& limits = settings_.limits;
  if (asking.body.size() > limits.body) return too_large(limits.body);
  auto call = std::make_shared<Call>(shared_from_this(), asking.kind);
  call->place = in_flight_.enter();
  if (!call->place)
    return shed("too_many_requests_in_flight", "This client is at its limit of calls ('limits.in_flight').");

  upstream::UpstreamRequest& request = call->request;
  request.body.begin(replay_memory_, nullptr, asking.body.size());
  if (!request.body.append(asking.body))
    return shed("replay_memory_full", "The memory for request bodies is full ('limits.replay_memory').");
  request.dialect = &dialect::openai();
  request.api = request.dialect->api("POST", asking.path);
  if (auto wrong = bad_path(asking.path, request.api)) return std::move(*wrong);
  auto inspection = request.dialect->inspect(request.api, "application/json", request.body.view());
  if (!inspection) return public_error(inspection.error());
  request.inspection = std::move(*inspection);
  if (!request.inspection.has_model || request.inspection.model.empty())
    return bad_request("missing_model", "The request names no model.");
  if (request.inspection.stream != (asking.kind == Call::Kind::Stream))
    return bad_request("stream_mismatch", "'stream' is set by the function that is called.");
  request.method = "POST";
  request.path.assign(asking.path);
  request.fields.assign(kRequestFields);
  request.has_body = true;
  call->route = plan().route_for(request.inspection.model);
  if (call->route == nullptr) return no_such_model(plan(), request.inspection.model);
  call->fence = fences_.of(plan(), *call->route, request.api, request.inspection.continues != 0);
  if (!upstream::any_inside(plan(), *call->route, call->fence)) return not_offered(request.inspection.model);
  if (asking.timeout.count() > 0) call->timeout = std::min<std::chrono::milliseconds>(asking.timeout, kLongestTimeout);
  return call;
}

void Engine::submit(const std::shared_ptr<Call>& call) {
  const std::uint32_t at = next_worker_.fetch_add(1, std::memory_order_relaxed);
  Worker& worker = *workers_[at % workers_.size()];
  call->assign(worker);
  if (worker.post({call, Worker::Order::Start})) return;
  call->give_up(closed_error());
  call->finish(nullptr);
}

v0::Status Engine::status() {
  v0::Status status;
  if (foreign()) return status;
  status.targets = targets_of(*fleet_, net::monotonic_now());
  status.in_flight = in_flight_.used();
  return status;
}

v0::Result<v0::Explanation> Engine::explain(std::string_view request_id) const {
  if (foreign()) return forked_error();  // a thread of the parent may hold the lock for ever
  const std::vector<telemetry::KeptDecision> kept = decisions_.find(request_id);
  if (!kept.empty()) return explanation_of(kept.front().record);
  v0::Error error;
  error.kind = v0::ErrorKind::NotFound;
  error.code = "not_kept";
  error.message = "No call of this name is kept: it still runs, was another client's, or has been forgotten.";
  return error;
}

void Engine::say(v0::LogLine line) {
  if (!hooks_->log) return;
  delivery_.tell([hooks = hooks_, line = std::move(line)] { hooks->log(line); });
}

void Engine::record(v0::CallRecord record) {
  delivery_.tell([hooks = hooks_, record = std::move(record)] { hooks->call(record); });
}

std::vector<v0::TargetStatus> targets_of(upstream::SharedFleet& fleet, Instant now) {
  std::vector<v0::TargetStatus> out;
  const auto span = [](double seconds) -> std::optional<std::chrono::nanoseconds> {
    if (seconds <= 0) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
  };
  fleet.with([&](const core::Fleet& known) {
    for (const core::TargetView& view : known.views(now)) {
      v0::TargetStatus status;
      status.name = known.plan().targets[view.target.index()].name;
      status.state = to_string(view.condition);
      const bool out_of_use = view.condition == core::TargetCondition::Ejected ||
                              view.condition == core::TargetCondition::Cooling ||
                              view.condition == core::TargetCondition::Resting;
      if (out_of_use && view.until != kNever && view.until > now)
        status.for_another = std::chrono::ceil<std::chrono::milliseconds>(view.until - now);
      if (view.condition != core::TargetCondition::Ok) {
        status.why = to_string(view.cause.kind);
        if (view.cause.known()) status.cause = telemetry::cause_text(view.cause);
        status.request_id = view.cause.request.view();
      }
      status.last_status = view.cause.status;
      status.in_flight = view.in_flight;
      status.consecutive_failures = view.consecutive_failures;
      status.requests = view.requests;
      status.failures = view.failures;
      status.first_content = span(view.first_content_seconds);
      status.per_token = span(view.seconds_per_output_token);
      out.push_back(std::move(status));
    }
  });
  return out;
}

}  // namespace drover::client
