// The back office: one thread with a loop of its own for everything that is not a client's request - the admin
// listener, metrics, health probes - so that none of it takes time from one. It serves no data port.
#pragma once

#include <cstdint>
#include <memory>
#include <thread>

#include "gateway/snapshot.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "upstream/connection_pools.h"
#include "upstream/prober.h"
#include "upstream/run.h"

namespace drover::gateway {

class Office {
 public:
  Office(std::uint64_t seed, std::shared_ptr<const Snapshot> snapshot);
  ~Office();
  Office(const Office&) = delete;
  Office& operator=(const Office&) = delete;

  // Control: from the thread that owns the server.

  /// Starts the thread; its first act is take_up() for the snapshot it was made with.
  void start();
  /// From now on this configuration: take_up() runs for it soon, on the office's thread.
  void use(std::shared_ptr<const Snapshot> snapshot);
  /// Ends the thread and waits for that. What still waits on the loop goes with it.
  void stop();

 private:
  // On the office's thread.

  /// Begins (or goes on with) all standing work for snapshot_: at the start and after every reload.
  void take_up();
  [[nodiscard]] upstream::LoopTools tools() { return {&loop_, &resolver_, &pools_}; }

  net::Loop loop_;
  net::Resolver resolver_;
  upstream::ConnectionPools pools_;
  upstream::Prober prober_{tools()};
  std::shared_ptr<const Snapshot> snapshot_;  ///< the office's thread only, once it runs
  std::thread thread_;
};

}  // namespace drover::gateway
