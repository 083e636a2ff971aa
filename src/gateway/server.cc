#include "gateway/server.h"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

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

std::uint64_t fresh_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
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

Result<std::unique_ptr<Server>> Server::start(config::Settings settings) {
  auto tls = load_certificates(settings);
  if (!tls) return fail(std::move(tls.error()));
  auto listeners = net::Listeners::bind(addresses(settings), thread_count(settings));
  if (!listeners) return fail(std::move(listeners.error()));
  upstream::TlsStore store;
  auto snapshot = Snapshot::build(std::move(settings), store, nullptr);
  if (!snapshot) return fail(std::move(snapshot.error()));

  std::unique_ptr<Server> server(new Server(std::move(*snapshot), std::move(*listeners), std::move(*tls)));
  server->upstream_tls_ = std::move(store);
  for (unsigned thread = 0; thread < server->workers_.size(); ++thread) {
    server->accept(thread);
    server->workers_[thread]->start();
  }
  server->office_->start();
  return server;
}

Server::Server(std::shared_ptr<const Snapshot> snapshot, net::Listeners listeners, TlsList tls)
    : admission_(snapshot->settings.limits),
      snapshot_(std::move(snapshot)),
      listeners_(std::move(listeners)),
      tls_(std::make_shared<const TlsList>(std::move(tls))) {
  const unsigned threads = thread_count(snapshot_->settings);
  tls_of_worker_.assign(threads, tls_);
  for (unsigned thread = 0; thread < threads; ++thread) {
    workers_.push_back(std::make_unique<Worker>(admission_, fresh_seed(), threads, snapshot_));
  }
  office_ = std::make_unique<Office>(fresh_seed(), snapshot_);
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
  tls_ = std::make_shared<const TlsList>(std::move(*tls));
  for (std::size_t thread = 0; thread < workers_.size(); ++thread) {
    // Each worker reads only its own entry, and only on its own thread.
    workers_[thread]->loop().post([this, thread, list = tls_] { tls_of_worker_[thread] = list; });
  }
  return {};
}

Result<void> Server::reload(config::Settings settings) {
  const auto same_listener = [](const config::ListenAddress& a, const config::ListenAddress& b) {
    return a.host == b.host && a.port == b.port && a.tls.has_value() == b.tls.has_value();
  };
  if (!std::ranges::equal(settings.listen, snapshot_->settings.listen, same_listener)) {
    return fail({.kind = ErrorKind::BadConfig,
                 .code = "listen_changed",
                 .message = "'listen' cannot change while drover runs; restart it."});
  }
  auto snapshot = Snapshot::build(std::move(settings), upstream_tls_, snapshot_.get());
  if (!snapshot) return fail(std::move(snapshot.error()));
  snapshot_ = std::move(*snapshot);
  admission_.set_limits(snapshot_->settings.limits);
  for (const auto& worker : workers_) {
    worker->loop().post([used = worker.get(), fresh = snapshot_] { used->use(fresh); });
  }
  office_->use(snapshot_);
  return reload_certificates();
}

void Server::drain(Duration patience) {
  if (std::exchange(stopped_, true)) return;
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
