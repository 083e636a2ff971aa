// Bounds of the whole process: requests in flight, connections, memory for bodies. Past them new work is shed with 503;
// what is running goes on.
#pragma once

#include "config/settings.h"
#include "gateway/loop_guard.h"
#include "upstream/gauge.h"
#include "upstream/memory_budget.h"

namespace drover::gateway {

using upstream::Gauge;

struct Admission {
  explicit Admission(const config::Limits& limits)
      : in_flight(limits.in_flight), connections(limits.connections), replay_memory(limits.replay_memory) {}

  void set_limits(const config::Limits& limits) {
    in_flight.set_limit(limits.in_flight);
    connections.set_limit(limits.connections);
    replay_memory.set_limit(limits.replay_memory);
  }

  Gauge in_flight;
  Gauge connections;
  upstream::MemoryBudget replay_memory;
  LoopGuard loop_guard;
};

}  // namespace drover::gateway
