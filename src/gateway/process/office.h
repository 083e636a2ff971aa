// The back office: one thread with a loop of its own for everything that is not a client's request - the admin
// listener, metrics, health probes - so that none of it takes time from one. It serves no data port.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <thread>

#include "gateway/accounts/accounts.h"
#include "gateway/admin/admin_door.h"
#include "gateway/admin/admin_listener.h"
#include "gateway/process/admission.h"
#include "gateway/process/snapshot.h"
#include "net/dns/resolver.h"
#include "net/loop/loop.h"
#include "telemetry/access_log/access_log.h"
#include "telemetry/decisions/decision_log.h"
#include "telemetry/metrics/metrics.h"
#include "upstream/connections/connection_pools.h"
#include "upstream/connections/prober.h"
#include "upstream/run/run.h"

namespace drover::gateway {

class Office {
 public:
  /// The parts of the gateway that the office reports on; they outlive it.
  struct Subject {
    const Admission& admission;
    const telemetry::Metrics& metrics;
    const telemetry::AccessLog& access_log;
    const telemetry::DecisionLog& decisions;
    const Accounts& accounts;
  };

  Office(const Subject& subject, std::uint64_t seed, std::shared_ptr<const Snapshot> snapshot);
  ~Office();
  Office(const Office&) = delete;
  Office& operator=(const Office&) = delete;

  // Control: from the thread that owns the server.

  /// The admin address, bound. Errors: those of binding, with 'admin' in the sentence.
  [[nodiscard]] static Result<net::Listeners> bind_admin(const config::ListenAddress& address);
  /// Serves the admin pages there. Before start().
  void open_admin(net::Listeners listeners, Reach reach, std::shared_ptr<const net::ServerTls> tls);
  /// The port of the admin pages (the configuration may have asked for any free one); nothing: they are off.
  [[nodiscard]] std::optional<std::uint16_t> admin_port() const;
  /// Starts the thread; its first act is take_up() for the snapshot it was made with.
  void start();
  /// From now on this configuration, and these certificates for the admin pages: take_up() runs for it soon, on the
  /// office's thread. False: the office has taken up nothing for so long that it is not told (takes_order()).
  [[nodiscard]] bool use(std::shared_ptr<const Snapshot> snapshot, std::shared_ptr<const net::ServerTls> tls);
  [[nodiscard]] bool takes_order() { return loop_.takes_order(); }
  /// From now on the admin API works with this store. Its thread ends before the office.
  void use(StoreDoor store);
  /// From now on the pages say that the gateway drains.
  void say_draining();
  /// Ends the thread and waits for its end. Work that still waits on the loop is dropped.
  void stop();

 private:
  // On the office's thread.

  /// Begins (or goes on with) all standing work for snapshot_: at the start and after every reload.
  void take_up();
  /// Makes the admin API of the configuration's tokens and of the store.
  void make_door();
  [[nodiscard]] AdminView look();
  [[nodiscard]] upstream::LoopTools tools() { return {&loop_, &resolver_, &pools_}; }

  Subject subject_;
  std::int64_t started_;  ///< milliseconds since 1970
  net::Loop loop_;
  net::Resolver resolver_;
  upstream::ConnectionPools pools_;
  upstream::Prober prober_{tools()};
  std::shared_ptr<const Snapshot> snapshot_;  ///< the office's thread only, once it runs
  bool draining_ = false;                     ///< as snapshot_
  StoreDoor store_{};                         ///< as snapshot_
  std::shared_ptr<const AdminDoor> door_{};   ///< as snapshot_
  std::optional<AdminListener> admin_;
  std::thread thread_;
};

}  // namespace drover::gateway
