#include "gateway/process/server.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "gateway/admin/store_door.h"
#include "gateway/process/descriptor_room.h"
#include "net/loop/seed.h"
#include "telemetry/log/log.h"

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
  if (settings.access_log == config::kNoAccessLog) {
    if (settings.terminal < 0) return {};
    return {.kind = Kind::Terminal, .path = {}, .terminal = settings.terminal};
  }
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

Result<Server::Prepared> Server::prepare(config::Settings settings, upstream::TlsStore known, Telemetry& telemetry,
                                         std::shared_ptr<upstream::Recorder> recorder) {
  Prepared prepared{.upstream_tls = std::move(known)};
  auto tls = load_certificates(settings);
  if (!tls) return fail(std::move(tls.error()));
  prepared.tls = std::move(*tls);
  auto admin_tls = load_admin_certificate(settings);
  if (!admin_tls) return fail(std::move(admin_tls.error()));
  prepared.admin_tls = std::move(*admin_tls);
  const telemetry::AccessDestination destination = access_destination(settings);
  auto snapshot = Snapshot::build(std::move(settings), prepared.upstream_tls, &telemetry.metrics, std::move(recorder));
  if (!snapshot) return fail(std::move(snapshot.error()));
  prepared.snapshot = std::move(*snapshot);
  // Last: opening may make a file.
  auto opened = telemetry::AccessLog::open(destination);
  if (!opened) return fail(std::move(opened.error()));
  prepared.access_log = std::move(*opened);
  return prepared;
}

Result<std::unique_ptr<Server>> Server::start(config::Settings settings, std::shared_ptr<upstream::Recorder> recorder) {
  auto telemetry = std::make_unique<Telemetry>();
  auto prepared = prepare(std::move(settings), {}, *telemetry, std::move(recorder));
  if (!prepared) return fail(std::move(prepared.error()));
  const config::Settings& used = prepared->snapshot->settings;
  auto listeners = net::Listeners::bind(addresses(used), thread_count(used));
  if (!listeners) return fail(std::move(listeners.error()));
  std::optional<net::Listeners> admin_listeners;
  if (used.admin) {
    auto bound = Office::bind_admin(*used.admin);
    if (!bound) return fail(std::move(bound.error()));
    admin_listeners = std::move(*bound);
  }
  std::unique_ptr<Server> server(new Server(std::move(telemetry), *prepared, std::move(*listeners)));
  const Result<void> accounts = server->accounts_.begin(used);
  if (!accounts) return fail(accounts.error());
  server->office_->use(store_door(server->accounts_));
  if (admin_listeners) {
    const bool loopback = used.admin->loopback();
    server->office_->open_admin(std::move(*admin_listeners), loopback ? Reach::ThisMachine : Reach::Network,
                                std::move(prepared->admin_tls));
  }
  for (unsigned thread = 0; thread < server->workers_.size(); ++thread) {
    server->accept(thread);
    server->workers_[thread]->start();
  }
  server->office_->start();
  return server;
}

Server::Server(std::unique_ptr<Telemetry> telemetry, Prepared& prepared, net::Listeners listeners)
    : telemetry_(std::move(telemetry)),
      admission_(limits_that_fit(prepared.snapshot->settings), net::fresh_seed()),
      accounts_(net::fresh_seed(), thread_count(prepared.snapshot->settings)),
      upstream_tls_(std::move(prepared.upstream_tls)),
      listeners_(std::move(listeners)),
      tls_(std::make_shared<const TlsList>(std::move(prepared.tls))) {
  telemetry_->access_log.use(std::move(prepared.access_log));
  prepared.snapshot->begin(nullptr, telemetry_->metrics);
  snapshot_ = prepared.snapshot;
  accounts_.use(snapshot_->settings);
  const unsigned threads = thread_count(snapshot_->settings);
  tls_of_worker_.assign(threads, tls_);
  for (unsigned thread = 0; thread < threads; ++thread) {
    const Worker::Shared shared{admission_,
                                telemetry_->metrics.add_thread(),
                                telemetry_->access_log.add_lane(),
                                telemetry_->decisions.add_thread(threads),
                                accounts_,
                                thread};
    workers_.push_back(std::make_unique<Worker>(shared, net::fresh_seed(), threads, snapshot_));
  }
  for (const auto& worker : workers_) worker->know(workers_);
  const Office::Subject subject{admission_, telemetry_->metrics, telemetry_->access_log, telemetry_->decisions,
                                accounts_};
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

Result<void> Server::reload(config::Settings settings) {
  if (!std::ranges::equal(settings.listen, snapshot_->settings.listen, same_listener)) {
    return fail(needs_restart("listen_changed", "listen"));
  }
  if (!same_admin(settings.admin, snapshot_->settings.admin)) return fail(needs_restart("admin_changed", "admin"));
  if (settings.accounts.store != snapshot_->settings.accounts.store ||
      settings.accounts.store_off != snapshot_->settings.accounts.store_off)
    return fail(needs_restart("store_changed", "store"));
  auto prepared = prepare(std::move(settings), upstream_tls_, *telemetry_, nullptr);
  if (!prepared) return fail(std::move(prepared.error()));
  const Result<void> all_listen = takes_orders();
  if (!all_listen) return fail(all_listen.error());
  if (thread_count(prepared->snapshot->settings) != workers_.size())
    telemetry::log(telemetry::Level::Warning, "'threads' stays what it was until drover is restarted");
  commit(std::move(*prepared));
  return {};
}

/// Whether everybody can be told of a change, before anybody is.
Result<void> Server::takes_orders() {
  const bool workers = std::ranges::all_of(workers_, [](const auto& worker) { return worker->loop().takes_order(); });
  if (workers && office_->takes_order()) return {};
  return fail({.kind = ErrorKind::LocalResource,
               .code = "thread_does_not_answer",
               .message = "A thread has not taken up what it was told before, and cannot be told more."});
}

void Server::commit(Prepared prepared) {
  if (const auto& recorder = snapshot_->fleet->recorder(); recorder != nullptr) recorder->end("reload");
  prepared.snapshot->begin(snapshot_.get(), telemetry_->metrics);
  upstream_tls_ = std::move(prepared.upstream_tls);
  snapshot_ = std::move(prepared.snapshot);
  tls_ = std::make_shared<const TlsList>(std::move(prepared.tls));
  telemetry_->access_log.use(std::move(prepared.access_log));
  admission_.set_limits(limits_that_fit(snapshot_->settings));
  accounts_.use(snapshot_->settings);
  for (unsigned thread = 0; thread < workers_.size(); ++thread) {
    // Each worker reads only its own entry of the certificates, and only on its own thread.
    order(thread, [this, thread, fresh = snapshot_, list = tls_] {
      tls_of_worker_[thread] = list;
      workers_[thread]->use(fresh);
    });
  }
  if (!office_->use(snapshot_, std::move(prepared.admin_tls)))
    telemetry::log(telemetry::Level::Error, "the back office does not answer and keeps the old configuration");
}

/// What a worker does not take is at least said: it has not taken anything for a long time.
void Server::order(unsigned thread, std::function<void()> task) {
  if (workers_[thread]->loop().order(std::move(task))) return;
  telemetry::log(telemetry::Level::Error, "worker thread " + std::to_string(thread + 1) +
                                              " does not answer: it was not told of a reload or of the end");
}

void Server::drain(Duration patience) {
  if (std::exchange(stopped_, true)) return;
  office_->say_draining();
  for (unsigned thread = 0; thread < workers_.size(); ++thread) {
    order(thread, [this, thread] { drain_worker(thread); });
  }
  {
    std::unique_lock lock(drained_mutex_);
    wait_for_workers(lock, patience);
    if (drained_ < workers_.size()) tell_workers(lock, &Worker::expire);
    if (drained_ < workers_.size()) tell_workers(lock, &Worker::cut);
  }
  for (const auto& worker : workers_) worker->stop();
  for (const auto& worker : workers_) worker->join();
  accounts_.stop();
  office_->stop();  // the last: status and readiness are wanted while the gateway drains, and the store answers it
}

/// On the worker's own thread.
void Server::drain_worker(unsigned thread) {
  listeners_.stop(thread);
  workers_[thread]->drain([this] { one_drained(); });
}

void Server::one_drained() {
  const std::lock_guard lock(drained_mutex_);
  ++drained_;
  drained_changed_.notify_all();
}

void Server::tell_workers(std::unique_lock<std::mutex>& lock, void (Worker::*tell)()) {
  lock.unlock();
  for (unsigned thread = 0; thread < workers_.size(); ++thread) {
    order(thread, [this, thread, tell] { (*workers_[thread].*tell)(); });
  }
  lock.lock();
  wait_for_workers(lock, kLastWords);
}

void Server::wait_for_workers(std::unique_lock<std::mutex>& lock, Duration patience) {
  drained_changed_.wait_for(lock, patience, [this] { return drained_ == workers_.size(); });
}

}  // namespace drover::gateway
