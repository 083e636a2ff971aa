// The gateway as a whole: listeners, worker threads, the back office, the snapshot they serve; start, reload, drain.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "gateway/accounts/accounts.h"
#include "gateway/process/admission.h"
#include "gateway/process/office.h"
#include "gateway/process/snapshot.h"
#include "gateway/process/worker.h"
#include "net/socket/listeners.h"
#include "net/tls/tls.h"
#include "telemetry/access_log/access_log.h"
#include "telemetry/decisions/decision_log.h"
#include "telemetry/metrics/metrics.h"
#include "upstream/catalog/catalog.h"

namespace drover::gateway {

class Server {
 public:
  /// Binds, starts the threads and serves. Errors: BadConfig or LocalResource with a sentence for the person who
  /// started it (address in use, unreadable certificate, a base URL that cannot be used). `recorder`: records events
  /// and decisions until the first reload; null: nothing is recorded.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(config::Settings settings,
                                                             std::shared_ptr<upstream::Recorder> recorder = nullptr);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The port of each configured listener, in order (they may have asked for any free one).
  [[nodiscard]] std::vector<std::uint16_t> ports() const { return listeners_.ports(); }
  /// The port of the admin pages; nothing: they are off.
  [[nodiscard]] std::optional<std::uint16_t> admin_port() const { return office_->admin_port(); }
  /// Instead of the server's own store: the admin API works with this one, whose thread ends before the server.
  void serve_admin_api(StoreDoor store) { office_->use(std::move(store)); }

  // Control: from one thread that is not a worker.

  /// Waits until the access log has all lines of requests that have ended.
  void flush_access_log() { telemetry_->access_log.flush(); }
  /// Serves new requests by these settings. Running requests keep theirs, except limits, which hold for all requests
  /// together. Reads every file that they name again (certificates, CAs) and opens the access log anew, for logrotate.
  /// Listeners, the admin address and the number of threads cannot change. All or nothing: everything is read and
  /// opened before anything is changed. Errors: with the file and the reason; nothing has changed.
  [[nodiscard]] Result<void> reload(config::Settings settings);
  /// The same with the settings in force: reads only their files again.
  [[nodiscard]] Result<void> reread() { return reload(snapshot_->settings); }
  /// Stops accepting connections, lets running requests finish for `patience`, then ends the rest with an error that
  /// clients see. Returns when all have ended.
  void drain(Duration patience);
  /// The drain time of the settings in force.
  [[nodiscard]] Duration drain_time() const { return snapshot_->settings.drain; }

  [[nodiscard]] const std::shared_ptr<const Snapshot>& snapshot() const { return snapshot_; }
  [[nodiscard]] Admission& admission() { return admission_; }
  [[nodiscard]] Accounts& accounts() { return accounts_; }

 private:
  using TlsList = std::vector<std::shared_ptr<const net::ServerTls>>;

  /// Metrics, logs and decision records of all threads.
  struct Telemetry {
    telemetry::Metrics metrics;
    telemetry::AccessLog access_log;
    telemetry::DecisionLog decisions;
  };

  /// The files that the settings name, read and opened but not in use yet.
  struct Prepared {
    upstream::TlsStore upstream_tls{};
    std::shared_ptr<Snapshot> snapshot{};
    TlsList tls{};
    std::shared_ptr<const net::ServerTls> admin_tls{};
    telemetry::AccessLog::Opened access_log{};
  };

  Server(std::unique_ptr<Telemetry> telemetry, Prepared& prepared, net::Listeners listeners);
  [[nodiscard]] static Result<Prepared> prepare(config::Settings settings, upstream::TlsStore known,
                                                Telemetry& telemetry, std::shared_ptr<upstream::Recorder> recorder);
  /// Puts a prepared configuration in force. Cannot fail: every loop has room for one more order (takes_orders()).
  void commit(Prepared prepared);
  [[nodiscard]] Result<void> takes_orders();
  [[nodiscard]] static Result<TlsList> load_certificates(const config::Settings& settings);
  /// Of the admin pages; null without TLS.
  [[nodiscard]] static Result<std::shared_ptr<const net::ServerTls>> load_admin_certificate(
      const config::Settings& settings);
  void accept(unsigned thread);
  void order(unsigned thread, std::function<void()> task);
  void drain_worker(unsigned thread);
  void one_drained();
  void tell_workers(std::unique_lock<std::mutex>& lock, void (Worker::*tell)());
  void wait_for_workers(std::unique_lock<std::mutex>& lock, Duration patience);

  std::unique_ptr<Telemetry> telemetry_;
  Admission admission_;
  Accounts accounts_;
  upstream::TlsStore upstream_tls_;
  std::shared_ptr<const Snapshot> snapshot_;
  net::Listeners listeners_;
  std::shared_ptr<const TlsList> tls_;  ///< per listener; each worker holds the list it was last given
  std::vector<std::shared_ptr<const TlsList>> tls_of_worker_;

  // Declared before the workers: the last session of a worker locks it, also in the worker's destructor.
  std::mutex drained_mutex_;
  std::condition_variable drained_changed_;
  std::size_t drained_ = 0;
  bool stopped_ = false;

  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<Office> office_;
};

}  // namespace drover::gateway
