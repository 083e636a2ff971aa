// One thread of the gateway: its loop, resolver, upstream connections, and the sessions on it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <thread>

#include "gateway/access/stored_clients.h"
#include "gateway/accounts/accounts.h"
#include "gateway/answers/models_page.h"
#include "gateway/process/admission.h"
#include "gateway/process/idle_list.h"
#include "gateway/process/snapshot.h"
#include "gateway/routing/request_path.h"
#include "net/dns/resolver.h"
#include "net/loop/loop.h"
#include "net/tls/tls.h"
#include "telemetry/access_log/access_log.h"
#include "telemetry/decisions/decision_log.h"
#include "telemetry/metrics/tally.h"
#include "upstream/connections/connection_pools.h"
#include "upstream/run/run.h"

namespace drover::gateway {

class Session;

/// Whether a waiting connection has sent a request before: such a connection is kept longer.
enum class Acquaintance : std::uint8_t { New, Served };

class Worker {
 public:
  /// What the worker shares with the rest of the gateway. Outlives the worker.
  struct Shared {
    Admission& admission;
    telemetry::Tally& tally;              ///< this worker's own
    telemetry::AccessLog::Lane& access;   ///< this worker's own
    telemetry::DecisionStore& decisions;  ///< this worker's own
    Accounts& accounts;
    unsigned number = 0;  ///< of this worker, from 0
  };

  Worker(const Shared& shared, std::uint64_t seed, unsigned threads, std::shared_ptr<const Snapshot> snapshot);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Starts the thread.
  void start();
  /// Any thread: ends the loop.
  void stop();
  void join();

  // The rest is for the worker's own thread (use loop().order() from elsewhere).

  /// Called before start() with all workers of the gateway, this one included. They outlive its thread.
  void know(std::span<const std::unique_ptr<Worker>> all) { all_ = all; }

  /// Serves a new connection. When there are too many, the waiting connection that would be ended soonest is closed for
  /// it; when none waits, the new one is refused.
  void serve(net::TcpSocket socket, std::shared_ptr<const net::ServerTls> tls);
  void use(std::shared_ptr<const Snapshot> snapshot);
  /// No further requests on open connections; `done` runs (once) when the last session has ended.
  void drain(std::function<void()> done);
  /// The time to drain is over: ends what still runs, visibly.
  void expire();
  /// Closes the connections that are still open after expire().
  void cut();

  [[nodiscard]] net::Loop& loop() { return loop_; }
  [[nodiscard]] Admission& admission() { return shared_.admission; }
  [[nodiscard]] telemetry::Tally& tally() { return shared_.tally; }
  [[nodiscard]] telemetry::AccessLog::Lane& access() { return shared_.access; }
  [[nodiscard]] telemetry::DecisionStore& decisions() { return shared_.decisions; }
  [[nodiscard]] StoredClients& stored_clients() { return stored_clients_; }
  [[nodiscard]] Accounts& accounts() { return shared_.accounts; }
  /// For the ledger's rows; null while there is no ledger.
  [[nodiscard]] store::Ring* ledger() const { return shared_.accounts.ring(shared_.number); }
  [[nodiscard]] const std::shared_ptr<const Snapshot>& snapshot() const { return snapshot_; }
  [[nodiscard]] upstream::LoopTools tools() { return {&loop_, &resolver_, &pools_}; }
  [[nodiscard]] ProviderModels& provider_models() { return provider_models_; }
  /// For one request's path while it is read; its strings keep their memory.
  [[nodiscard]] AskedPath& asked_path() { return asked_path_; }
  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }
  /// Any thread: when the first of the waiting sessions would be ended; kNever: none waits.
  [[nodiscard]] Instant next_to_go_at() const { return next_to_go_at_.load(std::memory_order_relaxed); }

 private:
  friend class Session;
  void joined(Session& session);
  void left(Session& session);
  /// The session waits for its next request (or for a handshake), and may be closed for another.
  void waits(Session& session, Acquaintance acquaintance);
  void stirs(Session& session);
  [[nodiscard]] Gauge::Place place_for(const net::TcpSocket& socket);
  /// The waiting session that would be ended first.
  [[nodiscard]] Session* next_to_go() const;
  void give_way();
  void note_next_to_go();
  void for_each_session(void (Session::*tell)());

  Shared shared_;
  net::Loop loop_;
  net::Resolver resolver_;
  upstream::ConnectionPools pools_;
  ProviderModels provider_models_;
  StoredClients stored_clients_;
  AskedPath asked_path_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::set<Session*> sessions_;
  IdleList new_;
  IdleList served_;
  /// When next_to_go() would be ended, for other workers to read; kNever: no session waits.
  std::atomic<Instant> next_to_go_at_{kNever};
  std::span<const std::unique_ptr<Worker>> all_;
  std::function<void()> drained_;
  bool draining_ = false;
  std::thread thread_;
};

}  // namespace drover::gateway
