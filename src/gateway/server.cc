#include "gateway/server.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "gateway/descriptor_room.h"
#include "net/seed.h"
#include "telemetry/log.h"

namespace drover::gateway {
namespace {

/// What is left after the drain time gets this long to be told.
constexpr Duration kLastWords = std::chrono::seconds(2);

unsigned thread_count(const config::Settings& settings) {
  if (settings.threads > 0) return settings.threads;
  return std::max(1U, std::thread::hardware_concurrency());
}

std::vector<net::Address> addresses(const config::Settings& settings) {
  std::vector<net::Address> found;
  for (const config::ListenAddress& listen : settings.listen)
    found.push_back({.host = listen.host, .port = listen.port});
  return found;
}

bool same_listener(const config::ListenAddress& a, const config::ListenAddress& b) {
  return a.host == b.host && a.port == b.port && a.tls.has_value() == b.tls.has_value();
}

bool same_admin(const std::optional<config::ListenAddress>& a, const std::optional<config::ListenAddress>& b) {
  return a.has_value() == b.has_value() && (!a || same_listener(*a, *b));
}

Error needs_restart(std::string code, const std::string& key) {
  return {.kind = ErrorKind::BadConfig,
          .code = std::move(code),
          .message = "'" + key + "' cannot change while drover runs; restart it."};
}

telemetry::AccessDestination access_destination(const config::Settings& settings) {
  using Kind = telemetry::AccessDestination::Kind;
  if (settings.access_log == config::kNoAccessLog) return {};
  if (settings.access_log == config::kAccessLogToStdout) return {.kind = Kind::Stdout, .path = {}};
  return {.kind = Kind::File, .path = settings.access_log};
}

}  // namespace

Result<Server::TlsList> Server::load_certificates(const config::Settings& settings) {
  TlsList list;
  for (const config::ListenAddress& listen : settings.listen) {
    if (!listen.tls) {
      list.push_back(nullptr);
      continue;
    }
    auto tls = net::ServerTls::create(listen.tls->cert, listen.tls->key, listen.tls->client_ca);
    if (!tls) return fail(std::move(tls.error()));
    list.push_back(std::move(*tls));
  }
  return list;
}

Result<std::shared_ptr<const net::ServerTls>> Server::load_admin_certificate(const config::Settings& settings) {
  if (!settings.admin || !settings.admin->tls) return nullptr;
  const config::TlsFiles& files = *settings.admin->tls;
  return net::ServerTls::create(files.cert, files.key, files.client_ca);
}

Result<std::unique_ptr<Server>> Server::start(config::Settings settings, std::shared_ptr<upstream::Recorder> recorder) {
  auto tls = load_certificates(settings);
  if (!tls) return fail(std::move(tls.error()));
  auto admin_tls = load_admin_certificate(settings);
  if (!admin_tls) return fail(std::move(admin_tls.error()));
  auto telemetry = std::make_unique<Telemetry>();
  const auto opened = telemetry->access_log.use(access_destination(settings));
  if (!opened) return fail(opened.error());
  auto listeners = net::Listeners::bind(addresses(settings), thread_count(settings));
  if (!listeners) return fail(std::move(listeners.error()));
  std::optional<net::Listeners> admin_listeners;
  if (settings.admin) {
    auto bound = Office::bind_admin(*settings.admin);
    if (!bound) return fail(std::move(bound.error()));
    admin_listeners = std::move(*bound);
  }
  upstream::TlsStore store;
  auto snapshot = Snapshot::build(std::move(settings), store, nullptr, &telemetry->metrics, std::move(recorder));
  if (!snapshot) return fail(std::move(snapshot.error()));

  std::unique_ptr<Server> server(
      new Server(std::move(telemetry), std::move(*snapshot), std::move(*listeners), std::move(*tls)));
  server->upstream_tls_ = std::move(store);
  if (admin_listeners) {
    const bool loopback = server->snapshot_->settings.admin->loopback();
    server->office_->open_admin(std::move(*admin_listeners), loopback ? Reach::ThisMachine : Reach::Network,
                                std::move(*admin_tls));
  }
  for (unsigned thread = 0; thread < server->workers_.size(); ++thread) {
    server->accept(thread);
    server->workers_[thread]->start();
  }
  server->office_->start();
  return server;
}

Server::Server(std::unique_ptr<Telemetry> telemetry, std::shared_ptr<const Snapshot> snapshot, net::Listeners listeners,
               TlsList tls)
    : telemetry_(std::move(telemetry)),
      admission_(limits_that_fit(snapshot->settings), net::fresh_seed()),
      snapshot_(std::move(snapshot)),
      listeners_(std::move(listeners)),
      tls_(std::make_shared<const TlsList>(std::move(tls))) {
  const unsigned threads = thread_count(snapshot_->settings);
  tls_of_worker_.assign(threads, tls_);
  for (unsigned thread = 0; thread < threads; ++thread) {
    const Worker::Shared shared{admission_, telemetry_->metrics.add_thread(), telemetry_->access_log.add_lane(),
                                telemetry_->decisions.add_thread(threads)};
    workers_.push_back(std::make_unique<Worker>(shared, net::fresh_seed(), threads, snapshot_));
  }
  for (const auto& worker : workers_) worker->know(workers_);
  const Office::Subject subject{admission_, telemetry_->metrics, telemetry_->access_log, telemetry_->decisions};
  office_ = std::make_unique<Office>(subject, net::fresh_seed(), snapshot_);
}

Server::~Server() {
  drain(Duration::zero());
}

void Server::accept(unsigned thread) {
  Worker& worker = *workers_[thread];
  listeners_.accept_on(worker.loop(), thread, [this, &worker, thread](net::TcpSocket socket, std::size_t address) {
    worker.serve(std::move(socket), (*tls_of_worker_[thread])[address]);
  });
}

Result<void> Server::reload_certificates() {
  auto tls = load_certificates(snapshot_->settings);
  if (!tls) return fail(std::move(tls.error()));
  auto admin_tls = load_admin_certificate(snapshot_->settings);
  if (!admin_tls) return fail(std::move(admin_tls.error()));
  office_->use(std::move(*admin_tls));
  tls_ = std::make_shared<const TlsList>(std::move(*tls));
  for (std::size_t thread = 0; thread < workers_.size(); ++thread) {
    // Each worker reads only its own entry, and only on its own thread.
    workers_[thread]->loop().post([this, thread, list = tls_] { tls_of_worker_[thread] = list; });
  }
  return {};
}

Result<void> Server::reopen_access_log() {
  return telemetry_->access_log.use(access_destination(snapshot_->settings));
}

Result<void> Server::reload(config::Settings settings) {
  if (!std::ranges::equal(settings.listen, snapshot_->settings.listen, same_listener)) {
    return fail(needs_restart("listen_changed", "listen"));
  }
  if (!same_admin(settings.admin, snapshot_->settings.admin)) return fail(needs_restart("admin_changed", "admin"));
  auto snapshot = Snapshot::build(std::move(settings), upstream_tls_, snapshot_.get(), &telemetry_->metrics);
  if (!snapshot) return fail(std::move(snapshot.error()));
  const auto reopened = telemetry_->access_log.use(access_destination((*snapshot)->settings));
  if (!reopened) return fail(reopened.error());
  if (snapshot_->fleet->recorder() != nullptr) {
    telemetry::log(telemetry::Level::Warning, "the recording ends with the requests that began before the reload");
  }
  snapshot_ = std::move(*snapshot);
  admission_.set_limits(limits_that_fit(snapshot_->settings));
  for (const auto& worker : workers_) {
    worker->loop().post([used = worker.get(), fresh = snapshot_] { used->use(fresh); });
  }
  office_->use(snapshot_);
  return reload_certificates();
}

void Server::drain(Duration patience) {
  if (std::exchange(stopped_, true)) return;
  office_->say_draining();
  for (unsigned thread = 0; thread < workers_.size(); ++thread) {
    workers_[thread]->loop().post([this, thread] {
      listeners_.stop(thread);
      workers_[thread]->drain([this] {
        const std::lock_guard lock(drained_mutex_);
        ++drained_;
        drained_changed_.notify_all();
      });
    });
  }
  {
    std::unique_lock lock(drained_mutex_);
    wait_for_workers(lock, patience);
    if (drained_ < workers_.size()) tell_workers(lock, &Worker::expire);
    if (drained_ < workers_.size()) tell_workers(lock, &Worker::cut);
  }
  office_->stop();  // it goes on until here: status and readiness are wanted while the gateway drains
  for (const auto& worker : workers_) worker->stop();
  for (const auto& worker : workers_) worker->join();
}

void Server::tell_workers(std::unique_lock<std::mutex>& lock, void (Worker::*tell)()) {
  lock.unlock();
  for (const auto& worker : workers_) {
    worker->loop().post([used = worker.get(), tell] { (used->*tell)(); });
  }
  lock.lock();
  wait_for_workers(lock, kLastWords);
}

void Server::wait_for_workers(std::unique_lock<std::mutex>& lock, Duration patience) {
  drained_changed_.wait_for(lock, patience, [this] { return drained_ == workers_.size(); });
}

}  // namespace drover::gateway
