// Bounds of the whole process: requests in flight, connections, memory for bodies. Past them new work is shed with 503;
// what is running goes on.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "config/settings.h"
#include "gateway/access/loop_guard.h"
#include "gateway/process/client_shares.h"
#include "net/http1/byte_ledger.h"
#include "upstream/memory/gauge.h"
#include "upstream/memory/memory_budget.h"

namespace drover::gateway {

using upstream::Gauge;

/// Connections past `limits.connections` that newcomers get: in exchange for one that waits and is closed, or because
/// their address has only a few.
inline constexpr std::uint64_t kConnectionsBeyond = 64;
/// An address with fewer connections than this gets a new one even when all are taken.
inline constexpr std::uint32_t kFewConnections = 8;

/// Bytes of unfinished heads and of requests behind others, of all connections beyond their first 4 KiB each. An
/// ordinary head arrives in one read; this bounds clients that send theirs in small pieces.
inline constexpr std::uint64_t kUnparsedBytes = 64 * 1024 * 1024;

struct Admission {
  Admission(const config::Limits& limits, std::uint64_t seed)
      : in_flight(limits.in_flight),
        connections(limits.connections),
        replay_memory(limits.replay_memory, limits.body),
        shares(seed) {}

  void set_limits(const config::Limits& limits) {
    in_flight.set_limit(limits.in_flight);
    connections.set_limit(limits.connections);
    replay_memory.set_limit(limits.replay_memory, limits.body);
  }

  /// Says in the log that there is no memory for a body, at most once a minute.
  void say_memory_full(Instant now);
  /// The same of a WebSocket that was refused: its client shows the status at most, and nobody else sees that it asked.
  void say_websocket_refused(Instant now, std::string_view path);

  Gauge in_flight;
  Gauge connections;
  upstream::MemoryBudget replay_memory;
  net::ByteLedger unparsed{kUnparsedBytes};
  ClientShares shares;
  LoopGuard loop_guard;

 private:
  /// Whether a line is due that is written at most once a minute.
  class Seldom {
   public:
    [[nodiscard]] bool due(Instant now);

   private:
    std::atomic<Instant::rep> quiet_until_{0};
  };

  Seldom memory_line_;
  Seldom websocket_line_;
  std::atomic<std::uint64_t> websockets_refused_{0};
};

}  // namespace drover::gateway
