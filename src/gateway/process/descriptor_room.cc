#include "gateway/process/descriptor_room.h"

#include <algorithm>
#include <string>

#include "net/socket/descriptor_limit.h"
#include "telemetry/log/log.h"

namespace drover::gateway {
namespace {

/// As many as the providers' `connections.max` allow at all their servers.
std::uint64_t upstream_connections(const core::Plan& plan) {
  std::uint64_t sum = 0;
  for (const core::Server& server : plan.servers) sum += plan.providers[server.provider.index()].connections.max;
  return sum;
}

}  // namespace

DescriptorRoom descriptor_room(const config::Settings& settings, std::uint64_t descriptors) {
  const std::uint64_t clients = settings.limits.connections;
  const std::uint64_t most_upstream = upstream_connections(*settings.plan);
  const std::uint64_t reserve = std::min(kDescriptorReserve, descriptors / 2);
  const std::uint64_t left = descriptors - reserve;
  // A client's connection waits for one upstream at a time (a hedge's second one is bounded by its own share).
  const std::uint64_t fit = std::max(left / 2, left - std::min(left, most_upstream));
  return {.wanted = clients + std::min(clients, most_upstream) + kDescriptorReserve,
          .connections = std::max<std::uint64_t>(1, std::min(clients, fit))};
}

config::Limits limits_that_fit(const config::Settings& settings) {
  config::Limits limits = settings.limits;
  const std::uint64_t descriptors = net::descriptor_limit();
  const DescriptorRoom room = descriptor_room(settings, descriptors);
  if (room.connections == limits.connections) return limits;
  telemetry::log(telemetry::Level::Warning,
                 "this process may have " + std::to_string(descriptors) +
                     " files open and 'limits.connections' with its upstream connections needs " +
                     std::to_string(room.wanted) + ": at most " + std::to_string(room.connections) +
                     " client connections are served; raise the limit (ulimit -Hn, LimitNOFILE=)");
  limits.connections = room.connections;
  return limits;
}

}  // namespace drover::gateway
