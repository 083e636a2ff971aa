#include "gateway/accounts/accounts.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <map>
#include <utility>

#include "store/trouble.h"
#include "telemetry/log/log.h"

namespace drover::gateway {
namespace {

using directory::ScopeKind;
using directory::ScopeRef;

/// In the program's own folder.
constexpr const char* kStoreFile = "drover.db";
constexpr const char* kSpoolFolder = "drover.spool";
/// How long the end of the process waits for the last rows.
constexpr std::chrono::milliseconds kLastRows{3000};

ScopeRef principal(std::string_view path) {
  return {.kind = ScopeKind::Principal, .name = path};
}

/// A file that is made now holds no keys that are to be waited for.
bool is_new(const store::LedgerSettings& settings) {
  std::error_code problem;
  return settings.place.kind == store::Place::Kind::Sqlite && !std::filesystem::exists(settings.place.path, problem);
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

void Accounts::set_limits(ScopeRef scope, std::span<const directory::Limit> limits,
                          const std::optional<directory::Increase>& increase) {
  auto fresh = book_.set_limits(scope, limits, increase);
  if (!fresh) {  // the configuration has been checked; a record of the store may be another drover's
    telemetry::log(telemetry::Level::Error,
                   "the limits of " + to_text(scope) + " cannot be kept: " + fresh.error().message);
    return;
  }
  const WallTime since = moment({}).wall;
  for (directory::CounterKey& key : *fresh) new_counts_.push_back({std::string(scope.name), std::move(key), since});
}

void Accounts::use(const config::Settings& settings) {
  const std::lock_guard lock(records_);
  required_.store(!settings.accounts.store.empty());
  std::set<std::string, std::less<>> before = std::exchange(configured_, {});
  for (const auto& [path, limits] : limits_of(settings)) {
    before.erase(path);
    if (limits.empty()) continue;
    configured_.insert(path);
    set_limits(principal(path), limits);
  }
  for (const std::string& path : before) book_.forget(principal(path));
  for (const directory::Principal& team : settings.accounts.teams) {
    configured_.insert(team.path);
    keys_.set_blocked(team.path, team.blocked);
  }
  restore_new();
}

Result<void> Accounts::begin(const config::Settings& settings) {
  const config::Accounts& accounts = settings.accounts;
  if (accounts.store_off || (accounts.store.empty() && accounts.state_folder.empty())) return {};
  store::LedgerSettings ledger;
  if (!accounts.state_folder.empty()) ledger.folder = accounts.state_folder + "/" + kSpoolFolder;
  if (accounts.store.empty()) {
    ledger.place.path = accounts.state_folder + "/" + kStoreFile;
    place_ = std::move(ledger);
    std::error_code problem;
    return std::filesystem::exists(place_->place.path, problem) ? open_ledger() : Result<void>();
  }
  auto place = store::parse_place(accounts.store.reveal());
  if (!place) return fail(std::move(place.error()));
  if (place->kind == store::Place::Kind::Sqlite) ledger.folder = place->path + ".spool";
  ledger.place = std::move(*place);
  place_ = std::move(ledger);
  return open_ledger();
}

Result<void> Accounts::open_ledger() {
  const std::lock_guard lock(opening_);
  if (ledger_) return {};
  if (!place_) {
    return fail({.kind = ErrorKind::BadConfig,
                 .code = "no_store",
                 .message = "There is no place for keys: name one as 'store' in the configuration."});
  }
  complete_.store(is_new(*place_));
  auto ledger =
      std::make_unique<store::Ledger>(*place_, [this](store::Records&& records) { on_records(std::move(records)); });
  const Result<void> started = ledger->start();
  if (!started && store::needs_a_person(started.error())) {
    complete_.store(true);
    return started;
  }
  if (!started) telemetry::log(telemetry::Level::Warning, "the store is away: " + started.error().message);
  for (auto& ring : rings_) ring.store(&ledger->add_ring(), std::memory_order_release);
  ledger_ = std::move(ledger);
  running_.store(ledger_.get(), std::memory_order_release);
  const std::lock_guard records(records_);
  restore_new();
  return {};
}

void Accounts::stop() {
  const std::lock_guard lock(opening_);
  if (ledger_) ledger_->stop(kLastRows);
}

/// With records_ held.
void Accounts::restore_new() {
  store::Ledger* const ledger = running_.load();
  if (ledger == nullptr || new_counts_.empty()) return;
  auto due = std::make_shared<std::vector<NewCount>>(std::exchange(new_counts_, {}));
  const bool taken = ledger->post([this, due](store::Store& store) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    const Result<void> restored = restore(*due, store, book_, moment(Instant(now)));
    if (restored) return;
    // The store is away: the next change, or the next reload, asks again.
    const std::lock_guard lock(records_);
    new_counts_.insert(new_counts_.end(), due->begin(), due->end());
  });
  if (!taken) new_counts_ = *due;
}

void Accounts::on_records(store::Records&& records) {
  const bool last = records.last;
  const bool stale = records.stale;
  {
    const std::lock_guard lock(records_);
    for (const directory::Principal& each : records.principals) {
      if (configured_.contains(each.path)) continue;  // the configuration's word holds
      keys_.set_blocked(each.path, each.blocked && !each.archived);
      if (each.archived || each.limits.empty()) {
        book_.forget(principal(each.path));
      } else {
        set_limits(principal(each.path), each.limits);
      }
    }
    for (const directory::Key& key : records.keys) limit_key(key);
    const bool any = !records.keys.empty();
    take_keys(records);
    if (any) had_keys_.store(true, std::memory_order_release);
    restore_new();
  }
  if (last) complete_.store(!stale, std::memory_order_release);
}

/// Limits of the key itself are those of the last node of its path.
void Accounts::limit_key(const directory::Key& key) {
  const std::string path = key.principal.empty() ? key.id : key.principal + "/" + key.id;
  const bool limited = !key.archived && !key.limits.empty();
  const auto before = limited_.find(key.id);
  if (before != limited_.end() && (!limited || before->second != path)) {
    book_.forget(principal(before->second));
    limited_.erase(before);
  }
  if (!limited) return;
  set_limits(principal(path), key.limits, key.increase);
  limited_[key.id] = path;
}

void Accounts::take_keys(store::Records& records) {
  if (records.first) {
    telling_whole_ = true;
    whole_.clear();
  }
  Result<void> taken;
  if (!telling_whole_) {
    taken = keys_.put(records.keys);
  } else {
    std::ranges::move(records.keys, std::back_inserter(whole_));
    if (!records.last) return;
    taken = keys_.replace_all(whole_);
    whole_ = {};
    telling_whole_ = false;
  }
  if (!taken) telemetry::log(telemetry::Level::Error, "keys of the store cannot be used: " + taken.error().message);
}

}  // namespace drover::gateway
