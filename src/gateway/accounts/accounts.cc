#include "gateway/accounts/accounts.h"

#include <chrono>
#include <map>
#include <utility>

#include "store/trouble.h"
#include "telemetry/log/log.h"

namespace drover::gateway {
namespace {

using directory::ScopeKind;
using directory::ScopeRef;

/// How long the end of the process waits for the last rows.
constexpr std::chrono::milliseconds kLastRows{3000};

ScopeRef principal(std::string_view path) {
  return {.kind = ScopeKind::Principal, .name = path};
}

using Limits = std::map<std::string, std::span<const directory::Limit>, std::less<>>;

/// What a configuration says of each path.
Limits limits_of(const config::Settings& settings) {
  Limits limits;
  for (const directory::Principal& team : settings.accounts.teams) limits[team.path] = team.limits;
  for (const config::ClientKey& client : settings.clients) limits[client.path] = client.limits;
  return limits;
}

}  // namespace

directory::Moment moment(Instant now) {
  const auto wall = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return {.instant = now, .wall = wall};
}

Accounts::Accounts(std::uint64_t seed, unsigned workers) : book_(seed), rings_(workers) {}

Accounts::~Accounts() {
  stop();
}

void Accounts::set_limits(ScopeRef scope, std::span<const directory::Limit> limits) {
  const auto fresh = book_.set_limits(scope, limits);
  // The configuration has been checked, and so have the store's records.
  if (!fresh)
    telemetry::log(telemetry::Level::Error,
                   "a limit of " + to_text(scope) + " cannot be kept: " + fresh.error().message);
}

void Accounts::use(const config::Settings& settings) {
  const std::lock_guard lock(records_);
  std::set<std::string, std::less<>> before = std::exchange(configured_, {});
  for (const auto& [path, limits] : limits_of(settings)) {
    before.erase(path);
    if (limits.empty()) continue;
    configured_.insert(path);
    set_limits(principal(path), limits);
  }
  for (const std::string& path : before) book_.forget(principal(path));
}

Result<void> Accounts::open_ledger(store::LedgerSettings settings) {
  const std::lock_guard lock(opening_);
  if (ledger_) return {};
  auto ledger = std::make_unique<store::Ledger>(std::move(settings),
                                                [this](store::Records&& records) { on_records(std::move(records)); });
  const Result<void> started = ledger->start();
  if (!started && store::needs_a_person(started.error())) return started;
  if (!started) telemetry::log(telemetry::Level::Warning, "the store is away: " + started.error().message);
  for (auto& ring : rings_) ring.store(&ledger->add_ring(), std::memory_order_release);
  ledger_ = std::move(ledger);
  running_.store(ledger_.get(), std::memory_order_release);
  return {};
}

void Accounts::stop() {
  const std::lock_guard lock(opening_);
  if (ledger_) ledger_->stop(kLastRows);
}

void Accounts::on_records(store::Records&& records) {
  const std::lock_guard lock(records_);
  for (const directory::Principal& each : records.principals) {
    if (!configured_.contains(each.path)) set_limits(principal(each.path), each.limits);
  }
}

}  // namespace drover::gateway
