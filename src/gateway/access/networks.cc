#include "gateway/access/networks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace drover::gateway {
namespace {

/// Above every IPv4 address; the network half of every IPv6 address that is routed is.
constexpr std::uint64_t kPastV4 = std::uint64_t{1} << 32;

std::optional<int> bits_of(std::string_view text, int most) {
  int bits = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (problem != std::errc() || end != text.data() + text.size() || bits < 0 || bits > most) return std::nullopt;
  return bits;
}

std::uint64_t number_of(std::span<const unsigned char> bytes) {
  std::uint64_t number = 0;
  for (const unsigned char byte : bytes) number = (number << 8U) | byte;
  return number;
}

/// The first `bits` of a number of `width` bits.
std::uint64_t head_of(std::uint64_t number, int width, int bits) {
  return bits == 0 ? 0 : number >> static_cast<unsigned>(width - bits);
}

}  // namespace

bool Network::has(std::uint64_t peer) const {
  if (v6 != (peer >= kPastV4)) return false;
  const int width = v6 ? 64 : 32;
  return head_of(peer, width, bits) == head_of(prefix, width, bits);
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  const bool v6 = address.find(':') != std::string::npos;
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) != 1) return std::nullopt;
  const int most = v6 ? 128 : 32;
  const auto bits = slash == text.npos ? std::optional(most) : bits_of(text.substr(slash + 1), most);
  if (!bits) return std::nullopt;
  const std::span<const unsigned char> counted(bytes.data(), v6 ? 8 : 4);
  return Network{.v6 = v6, .prefix = number_of(counted), .bits = v6 ? std::min(*bits, 64) : *bits};
}

bool comes_from(std::span<const std::string> networks, std::uint64_t peer) {
  return std::ranges::any_of(networks, [&](const std::string& text) {
    const auto network = parse_network(text);
    return network && network->has(peer);
  });
}

}  // namespace drover::gateway
