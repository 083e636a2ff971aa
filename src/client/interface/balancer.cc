#include "drover/balancer.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <utility>

#include "client/engine/delivery.h"
#include "client/engine/engine.h"
#include "client/engine/process_mark.h"
#include "client/interface/errors.h"
#include "client/interface/held.h"
#include "client/interface/settings_of.h"
#include "core/dispatch/answer_table.h"
#include "dialect/dialect.h"
#include "net/loop/clock.h"
#include "net/loop/seed.h"
#include "telemetry/log/state_lines.h"
#include "upstream/catalog/catalog.h"
#include "upstream/run/shared_fleet.h"

namespace drover::client {
namespace {

/// Most uses of one key that wait for their mark; a further use gives the oldest back.
constexpr std::size_t kMaxUnmarked = 1024;

/// What a balancer shares with its leases.
struct Pool {
  ProcessMark process;
  std::shared_ptr<const upstream::Catalog> catalog;
  std::unique_ptr<upstream::SharedFleet> fleet;
  Random random{(std::uint64_t{std::random_device{}()} << 32) | std::random_device{}()};  // used under the fleet's lock
  std::string model;
  std::shared_ptr<Delivery> delivery;  ///< runs the hooks
};

Error no_answer() {
  return {.kind = ErrorKind::Connect,
          .scope = ErrorScope::Server,
          .retry = RetryClass::OtherKey,
          .code = "unreachable",
          .message = "The caller had no answer."};
}

http::Fields views_of(const std::vector<v0::Field>& fields) {
  http::Fields views;
  for (const v0::Field& field : fields) {
    if (!views.push_back({field.name, field.value})) break;  // more fields than a head may have
  }
  return views;
}

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace
}  // namespace drover::client

DROVER_BEGIN

class Lease::State {
 public:
  State(std::shared_ptr<client::Pool> pool, core::Lease lease, const std::string& asked_model)
      : pool_(std::move(pool)), lease_(std::move(lease)) {
    const upstream::Endpoint& at = endpoint();
    base_url_ = pool_->catalog->plan().servers[at.target->server.index()].base_url;
    while (!base_url_.empty() && base_url_.back() == '/') base_url_.pop_back();
    model_ = at.target->model_for(asked_model);
    key_.assign(at.key->reveal());
  }
  ~State() {
    // In a child of fork() the fleet's lock may be held for ever by a thread that does not exist there.
    if (!pool_->process.foreign()) return;
    client::leave_behind(std::make_shared<core::Lease>(std::move(lease_)));
    client::leave_behind(std::move(pool_));
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] const upstream::Endpoint& endpoint() const { return pool_->catalog->endpoint(lease_.target()); }
  void settle(const core::Outcome& outcome) {
    if (!pool_->process.foreign()) lease_.settle(outcome, net::monotonic_now());
  }

  std::shared_ptr<client::Pool> pool_;
  core::Lease lease_;
  std::string base_url_;
  std::string model_;
  std::string key_;
};

Lease::Lease(std::unique_ptr<State> state) : state_(std::move(state)) {}
Lease::Lease(Lease&&) noexcept = default;
Lease& Lease::operator=(Lease&&) noexcept = default;
Lease::~Lease() = default;

const std::string& Lease::target() const {
  return state_->endpoint().target->name;
}
const std::string& Lease::base_url() const {
  return state_->base_url_;
}
const std::string& Lease::model() const {
  return state_->model_;
}
const std::string& Lease::key() const {
  return state_->key_;
}

Field Lease::credential() const {
  const core::Auth& auth = state_->endpoint().provider->auth;
  switch (auth.kind) {
    case core::Auth::Kind::Bearer: return {"Authorization", "Bearer " + state_->key_};
    case core::Auth::Kind::Header: return {auth.header, state_->key_};
    case core::Auth::Kind::None: break;
  }
  return {};
}

void Lease::succeeded(std::chrono::nanoseconds latency) {
  core::Outcome outcome;
  outcome.kind = core::Outcome::Kind::Succeeded;
  outcome.first_content = std::max(latency, std::chrono::nanoseconds::zero());
  state_->settle(outcome);
}

bool Lease::failed(int status, const std::vector<Field>& fields, const std::string& body) {
  if (status == 0) {
    unreachable();
    return true;
  }
  const dialect::Dialect& dialect = *state_->endpoint().dialect;
  const drover::Error error =
      dialect.read_failure(status, client::views_of(fields), body, client::unix_now(), state_->endpoint().rules);
  core::Outcome outcome;
  outcome.kind = core::Outcome::Kind::Failed;
  outcome.error = &error;
  outcome.stage = dialect.not_executed(error) ? core::Stage::Refused : core::Stage::FailedAnswer;
  state_->settle(outcome);
  return error.retry != RetryClass::Never;
}

void Lease::unreachable() {
  const drover::Error error = client::no_answer();
  core::Outcome outcome;
  outcome.kind = core::Outcome::Kind::Failed;
  outcome.error = &error;
  state_->settle(outcome);
}

class Balancer::State {
 public:
  static Result<Balancer> make(Result<config::Settings> settings, const std::string& model, Hooks hooks);
  explicit State(std::shared_ptr<client::Pool> made) : pool(std::move(made)) {}
  ~State() {
    if (pool->process.foreign()) client::leave_behind(std::move(pool));
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::shared_ptr<client::Pool> pool;
  std::mutex mutex;  // guards unmarked
  std::map<std::string, std::deque<Lease>, std::less<>> unmarked;

  /// Takes the oldest use of this key.
  std::optional<Lease> take(const std::string& key) {
    if (pool->process.foreign()) return std::nullopt;
    const std::lock_guard lock(mutex);
    const auto found = unmarked.find(key);
    if (found == unmarked.end() || found->second.empty()) return std::nullopt;
    Lease lease = std::move(found->second.front());
    found->second.pop_front();
    return lease;
  }
};

Result<Balancer> Balancer::State::make(Result<config::Settings> settings, const std::string& model, Hooks hooks) {
  if (!settings) return std::move(settings.error());
  auto pool = std::make_shared<client::Pool>();
  upstream::TlsStore tls;
  auto catalog = upstream::Catalog::build(settings->plan, tls);
  if (!catalog) return client::public_error(catalog.error());
  pool->catalog = std::move(*catalog);
  pool->model = client::default_model(model, pool->catalog->plan());
  upstream::SharedFleet::Observer observer;
  if (hooks.log) {
    pool->delivery = std::make_shared<client::Delivery>(nullptr);
    observer = [delivery = pool->delivery.get(), log = hooks.log](const core::StateChange& change,
                                                                  std::string_view label) {
      delivery->tell(
          [log, line = LogLine{telemetry::is_trouble(change), telemetry::state_line(change, label)}] { log(line); });
    };
  }
  pool->fleet = std::make_unique<upstream::SharedFleet>(settings->plan, std::move(observer), net::fresh_seed());
  return Balancer(std::make_unique<State>(std::move(pool)));
}

Balancer::Balancer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Balancer::Balancer(Balancer&&) noexcept = default;
Balancer& Balancer::operator=(Balancer&&) noexcept = default;
Balancer::~Balancer() = default;

Result<Balancer> Balancer::create(const Options& options) {
  return State::make(client::settings_of(options), options.model, options.hooks);
}

Result<Balancer> Balancer::from_env(Hooks hooks) {
  return State::make(client::settings_from_env(), {}, std::move(hooks));
}

Result<Balancer> Balancer::from_file(const std::string& path, Hooks hooks) {
  return State::make(client::settings_from_file(path), {}, std::move(hooks));
}

Result<Balancer> Balancer::of_keys(const std::string& base_url, const std::vector<std::string>& keys, Hooks hooks) {
  Options options;
  ProviderOptions provider;
  provider.name = "keys";
  provider.servers = {base_url};
  provider.keys.assign(keys.begin(), keys.end());
  options.providers.push_back(std::move(provider));
  ModelOptions any;
  any.name = "*";
  any.balance = "round_robin";
  any.targets.emplace_back("keys");
  options.models.push_back(std::move(any));
  options.health.mode = "score";
  options.health.when_all_out = "reset";
  options.hooks = std::move(hooks);
  return create(options);
}

Result<Lease> Balancer::pick(const std::string& model, const std::vector<std::string>& tried) {
  client::Pool& pool = *state_->pool;
  if (pool.process.foreign()) return client::forked_error();
  const core::Plan& plan = pool.catalog->plan();
  const std::string& asked = model.empty() ? pool.model : model;
  core::PickRequest request;
  request.route = plan.route_for(asked);
  if (request.route == nullptr) return client::no_such_model(plan, asked);
  std::vector<core::TargetId> before;
  for (std::size_t at = 0; at < plan.targets.size() && !tried.empty(); ++at) {
    if (std::ranges::find(tried, plan.targets[at].name) != tried.end())
      before.push_back(core::TargetId{static_cast<std::uint32_t>(at)});
  }
  request.tried = before;
  request.streamed = true;  // a lease reports one latency, which is kept with the streams'
  const Instant now = net::monotonic_now();
  const core::PickAnswer answer = pool.fleet->pick(request, now, pool.random);
  if (answer.kind == core::PickKind::Picked)
    return Lease(std::make_unique<Lease::State>(state_->pool, core::Lease(*pool.fleet, answer.ticket), asked));
  std::optional<Duration> soonest;
  if (answer.kind == core::PickKind::Wait && answer.wait_until != kNever)
    soonest = std::max(answer.wait_until - now, Duration::zero());
  return client::public_error(core::no_upstream(answer.rate_limited, answer.why, soonest));
}

Result<std::string> Balancer::next_key(const std::string& model) {
  auto lease = pick(model);
  if (!lease) return std::move(lease.error());
  std::string key = lease->key();
  std::optional<Lease> dropped;  // destroyed without the lock
  const std::lock_guard lock(state_->mutex);
  std::deque<Lease>& uses = state_->unmarked[key];
  if (uses.size() == client::kMaxUnmarked) {
    dropped.emplace(std::move(uses.front()));
    uses.pop_front();
  }
  uses.push_back(std::move(*lease));
  return key;
}

bool Balancer::mark_success(const std::string& key, std::chrono::nanoseconds latency) {
  auto lease = state_->take(key);
  if (lease) lease->succeeded(latency);
  return lease.has_value();
}

bool Balancer::mark_error(const std::string& key, int status, const std::vector<Field>& fields) {
  auto lease = state_->take(key);
  if (!lease) return false;
  lease->failed(status, fields);
  return true;
}

Status Balancer::status() const {
  Status status;
  client::Pool& pool = *state_->pool;
  if (pool.process.foreign()) return status;
  status.targets = client::targets_of(*pool.fleet, net::monotonic_now());
  for (const TargetStatus& target : status.targets) status.in_flight += target.in_flight;
  return status;
}

DROVER_END
