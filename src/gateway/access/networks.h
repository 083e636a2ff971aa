// Which networks a request may come from.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace drover::gateway {

/// A block of addresses as "10.0.0.0/8", "2001:db8::/32" or one IPv4 address.
struct Network {
  bool v6 = false;
  std::uint64_t prefix = 0;  ///< an IPv4 address, or the network half of an IPv6 address
  int bits = 0;              ///< of it that count; IPv6: at most 64

  [[nodiscard]] bool has(std::uint64_t peer) const;
};

/// Of an IPv6 block longer than /64 the network half counts: hosts of it are not told apart. Nothing: it is none.
[[nodiscard]] std::optional<Network> parse_network(std::string_view text);

/// Whether the peer (net::ServerConnection::peer) is in one of the blocks. A text that is no block has nobody in it.
[[nodiscard]] bool comes_from(std::span<const std::string> networks, std::uint64_t peer);

}  // namespace drover::gateway
