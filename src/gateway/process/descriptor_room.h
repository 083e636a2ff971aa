// How many client connections the process's descriptors leave room for: each may need one upstream too, and the admin
// pages, the resolver and the logs must never be without.
#pragma once

#include <cstdint>

#include "config/settings.h"

namespace drover::gateway {

/// Descriptors that are neither a client's connection nor an upstream's: loops, listeners, logs, the admin pages,
/// probes and name look-ups, and the connections that newcomers get past the limit.
inline constexpr std::uint64_t kDescriptorReserve = 192;

struct DescriptorRoom {
  std::uint64_t wanted = 0;       ///< descriptors that the settings could need
  std::uint64_t connections = 0;  ///< client connections that fit; at most those of the settings
};

/// `descriptors`: the process's limit.
[[nodiscard]] DescriptorRoom descriptor_room(const config::Settings& settings, std::uint64_t descriptors);

/// The settings' limits, with client connections cut to what fits; the log says so.
[[nodiscard]] config::Limits limits_that_fit(const config::Settings& settings);

}  // namespace drover::gateway
