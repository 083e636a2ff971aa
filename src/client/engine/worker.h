// One thread of a client: its loop, resolver and connections, and the calls that run on it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "net/dns/resolver.h"
#include "net/loop/loop.h"
#include "net/loop/ticker.h"
#include "telemetry/decisions/decision_log.h"
#include "upstream/connections/connection_pools.h"
#include "upstream/connections/prober.h"
#include "upstream/run/run.h"

namespace drover::client {

class Call;

/// How long calls may take to notice that their client closes; then they are abandoned.
inline constexpr Duration kLastWords = std::chrono::seconds(2);

class Worker {
 public:
  struct Order {
    enum What : std::uint8_t { Start, Cancel, Resume };
    std::shared_ptr<Call> call;
    What what = Start;
  };

  /// `decisions` is this thread's own and outlives the worker.
  Worker(std::uint64_t seed, unsigned threads, telemetry::DecisionStore& decisions);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Starts the thread. Errors: LocalResource.
  [[nodiscard]] Result<void> start();
  /// Call it once, after start(): this thread probes these keys from now on. `say` gets lines for the log.
  void probe(std::shared_ptr<const upstream::Catalog> catalog, std::shared_ptr<upstream::SharedFleet> fleet,
             upstream::Prober::Say say);
  /// Any thread. False: the worker is closing, and the order was dropped.
  bool post(Order order);
  /// From another thread: ends every call with "client_closed", then the thread.
  void close();

  // For its own thread.
  [[nodiscard]] net::Loop& loop() { return loop_; }
  [[nodiscard]] upstream::LoopTools tools() { return {&loop_, &resolver_, &pools_}; }
  [[nodiscard]] telemetry::DecisionStore& decisions() { return decisions_; }
  /// A call has ended.
  void left(Call& call);

 private:
  void take_orders();
  void carry_out(Order& order);
  void end_all();
  static void last_words_over(void* self) { static_cast<Worker*>(self)->loop_.stop(); }

  telemetry::DecisionStore& decisions_;
  net::Loop loop_;
  net::Resolver resolver_;
  upstream::ConnectionPools pools_;
  std::optional<upstream::Prober> prober_;
  net::Deadline last_words_;
  std::vector<std::shared_ptr<Call>> running_;
  std::vector<Order> taken_;  ///< keeps its memory between deliveries
  bool ending_ = false;
  std::mutex mutex_;  // guards the two below
  std::vector<Order> orders_;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace drover::client
