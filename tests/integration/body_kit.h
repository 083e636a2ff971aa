// For tests of the memory for bodies: waits until the gateway holds the bytes that a client has sent.
#pragma once

#include <string>
#include <string_view>

#include "integration/gateway_fixture.h"

namespace drover::test {

/// Bytes of bodies that the gateway holds, from its admin pages (with_admin).
inline long long bytes_held(const Gateway& gateway) {
  constexpr std::string_view kName = "\"replay_memory_bytes\":";
  const std::string page = gateway.admin("/status").body;
  const std::size_t at = page.find(kName);
  return at == std::string::npos ? -1 : std::stoll(page.substr(at + kName.size()));
}

/// False: not within kPatience. Memory is charged only when bytes arrive: until then another body may take it.
inline bool holds(const Gateway& gateway, long long bytes) {
  for (const auto limit = Clock::now() + kPatience; Clock::now() < limit;) {
    if (bytes_held(gateway) >= bytes) return true;
  }
  return false;
}

}  // namespace drover::test
