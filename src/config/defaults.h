// Every default and bound of the configuration that is not already beside its field in core/plan/plan.h (timeouts,
// retry, health, connection pools), each with its unit and its reason.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/instant.h"

namespace drover::config::defaults {

// ---- defaults ----

/// Loopback only: other machines can use the keys only when the file says so.
inline constexpr std::string_view kListenHost = "127.0.0.1";
inline constexpr std::uint16_t kListenPort = 8080;
inline constexpr std::uint16_t kAdminPort = 8081;
/// Most bytes of one request body. Images and audio in JSON reach tens of MiB; providers refuse more than about this.
inline constexpr std::uint64_t kBodyBytes = std::uint64_t{64} << 20;
/// Most requests at once. 2,000 is a busy day; ten times that still needs only a few GiB.
inline constexpr std::uint64_t kInFlight = 20'000;
/// Most bytes of bodies kept for replay, for all requests together: eight of the largest, or 20,000 of 25 KiB.
inline constexpr std::uint64_t kReplayMemoryBytes = std::uint64_t{512} << 20;
/// Most connections from clients. With TLS each takes at most 17 KiB, so less than 1 GiB in all.
inline constexpr std::uint64_t kConnections = 50'000;
/// How long running requests may go on after SIGTERM: the default of `timeouts.total`.
inline constexpr Duration kDrain = std::chrono::minutes(10);
/// Off, because a file that grows must be wanted.
inline constexpr std::string_view kAccessLog = "off";

// ---- bounds ----

/// Most bytes of a file. People write it, and the largest useful ones have tens of KiB.
inline constexpr std::size_t kFileBytes = std::size_t{1} << 20;
/// Deepest nesting. Our own settings are 6 deep; the parser recurses once for each level.
inline constexpr int kDepth = 32;
/// Most nodes of one file: more than 1 MiB of useful text has. It bounds the memory of the tree.
inline constexpr std::size_t kNodes = 200'000;
/// Most bytes of one secret. Long-lived tokens (JWT) reach about 3 KiB; request heads end at 64 KiB.
inline constexpr std::size_t kSecretBytes = 8192;
/// Most targets of the whole plan: about 20 MB of memory, and some seconds to probe.
inline constexpr std::size_t kTargets = 100'000;
/// Most keys of all providers together.
inline constexpr std::size_t kKeys = 20'000;
/// Most pools in the fallback chain of one route.
inline constexpr std::size_t kChain = 16;
/// Largest weight of a key or a target.
inline constexpr std::uint64_t kWeight = 1000;
/// Most mistakes that are reported at once; a file with more is probably not a configuration of drover.
inline constexpr std::size_t kProblems = 100;
/// Longest name of a provider, key, quota or client; and the longest model name.
inline constexpr std::size_t kNameBytes = 64;
inline constexpr std::size_t kModelBytes = 256;

}  // namespace drover::config::defaults
