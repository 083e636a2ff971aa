// Every default and bound of the configuration that is not already beside its field in core/plan/plan.h (timeouts,
// retry, health, connection pools), each with its unit and its reason.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/instant.h"

namespace drover::config::defaults {

// ---- what a file may leave out ----

/// Loopback only: nobody else can spend the keys until the file says so.
inline constexpr std::string_view kListenHost = "127.0.0.1";
inline constexpr std::uint16_t kListenPort = 8080;
inline constexpr std::uint16_t kAdminPort = 8081;
/// Bytes of one request body. Images and audio in JSON reach tens of MiB; providers refuse more than about this.
inline constexpr std::uint64_t kBodyBytes = std::uint64_t{64} << 20;
/// Requests at once. 2,000 is a busy day; ten times that is still within a few GiB.
inline constexpr std::uint64_t kInFlight = 20'000;
/// Bytes of bodies kept for replay, all requests together: eight of the largest, or 20,000 of 25 KiB.
inline constexpr std::uint64_t kReplayMemoryBytes = std::uint64_t{512} << 20;
/// Connections from clients. At most 17 KiB each with TLS, so under 1 GiB.
inline constexpr std::uint64_t kConnections = 50'000;
/// How long running requests may go on after SIGTERM: the default of `timeouts.total`.
inline constexpr Duration kDrain = std::chrono::minutes(10);
/// A file that grows is somebody's decision.
inline constexpr std::string_view kAccessLog = "off";

// ---- what a file may not exceed ----

/// A configuration is written by people; the largest sensible ones are tens of KiB.
inline constexpr std::size_t kFileBytes = std::size_t{1} << 20;
/// Our own shape is 6 deep; the parser recurses once per level.
inline constexpr int kDepth = 32;
/// Nodes in one file. More than 1 MiB can sensibly hold; bounds the memory of the tree.
inline constexpr std::size_t kNodes = 200'000;
/// One secret. Long-lived tokens (JWT) reach about 3 KiB; request heads stop at 64 KiB.
inline constexpr std::size_t kSecretBytes = 8192;
/// Targets of the whole plan: about 20 MB of memory and some seconds to probe.
inline constexpr std::size_t kTargets = 100'000;
/// Keys of all providers together.
inline constexpr std::size_t kKeys = 20'000;
/// Pools in one route's fallback chain.
inline constexpr std::size_t kChain = 16;
/// Weight of a key or a target.
inline constexpr std::uint64_t kWeight = 1000;
/// Mistakes reported at once; after that the file is probably not one of ours.
inline constexpr std::size_t kProblems = 100;
/// Longest name of a provider, key, quota or client; longest model name.
inline constexpr std::size_t kNameBytes = 64;
inline constexpr std::size_t kModelBytes = 256;

}  // namespace drover::config::defaults
