#include "gateway/process/office.h"

#include <chrono>
#include <utility>

#include "telemetry/log/log.h"

namespace drover::gateway {
namespace {

/// Loops that share the limits of a provider's connections with this one: none, its pools are its own.
constexpr std::uint32_t kLoops = 1;

std::int64_t unix_milliseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

Office::Office(const Subject& subject, std::uint64_t seed, std::shared_ptr<const Snapshot> snapshot)
    : subject_(subject),
      started_(unix_milliseconds()),
      loop_(seed),
      resolver_(loop_),
      pools_(loop_, kLoops),
      snapshot_(std::move(snapshot)) {}

Office::~Office() {
  stop();
  loop_.abandon();  // what still waits goes while the rest of the office stands
}

Result<net::Listeners> Office::bind_admin(const config::ListenAddress& address) {
  auto listeners = net::Listeners::bind({{.host = address.host, .port = address.port}}, kLoops);
  if (!listeners) {
    Error error = std::move(listeners.error());
    error.message += " ('admin' in the configuration: the port of the status pages; 'admin: off' goes without)";
    return fail(std::move(error));
  }
  return listeners;
}

void Office::open_admin(net::Listeners listeners, Reach reach, std::shared_ptr<const net::ServerTls> tls) {
  admin_.emplace(std::move(listeners), reach, std::move(tls), [this] { return look(); });
  admin_->accept_on(loop_);
}

std::optional<std::uint16_t> Office::admin_port() const {
  if (!admin_) return std::nullopt;
  return admin_->port();
}

void Office::start() {
  (void)loop_.order([this] { take_up(); });  // the first of all
  thread_ = std::thread([this] { loop_.run(); });
}

bool Office::use(std::shared_ptr<const Snapshot> snapshot, std::shared_ptr<const net::ServerTls> tls) {
  return loop_.order([this, fresh = std::move(snapshot), certificates = std::move(tls)] {
    snapshot_ = fresh;
    if (admin_) admin_->use(certificates);
    take_up();
  });
}

void Office::say_draining() {
  if (!loop_.order([this] { draining_ = true; }))
    telemetry::log(telemetry::Level::Error, "the back office does not answer: the status pages do not tell of the end");
}

void Office::stop() {
  if (!thread_.joinable()) return;
  loop_.order_end();
  thread_.join();
}

void Office::use(StoreDoor store) {
  const bool taken = loop_.order([this, given = std::move(store)] {
    store_ = given;
    make_door();
  });
  if (!taken) telemetry::log(telemetry::Level::Error, "the back office does not answer: the admin API has no store");
}

void Office::make_door() {
  door_ = std::make_shared<const AdminDoor>(
      AdminDoor{.api = admin::AdminApi(snapshot_->settings.admin_tokens, store_.makers), .store = store_});
}

void Office::take_up() {
  make_door();
  pools_.use(snapshot_->catalog->servers());
  prober_.use(snapshot_->catalog, snapshot_->fleet);
}

AdminView Office::look() {
  return {.snapshot = snapshot_.get(),
          .admission = &subject_.admission,
          .metrics = &subject_.metrics,
          .access_log = &subject_.access_log,
          .decisions = &subject_.decisions,
          .retirements = &prober_.retirements(),
          .ledger = subject_.accounts.ledger(),
          .draining = draining_,
          .now = loop_.now(),
          .unix_milliseconds = unix_milliseconds(),
          .started = started_,
          .door = door_};
}

}  // namespace drover::gateway
