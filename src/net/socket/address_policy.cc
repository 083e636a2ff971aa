#include "net/socket/address_policy.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

namespace drover::net {
namespace {

/// Whether public DNS has no answer for such a name (RFC 6761, 6762, 8375, and ICANN's "internal").
bool is_local_name(std::string_view host) {
  constexpr auto kNeverPublic =
      std::to_array<std::string_view>({".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test"});
  std::string name(host);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  if (name.ends_with('.')) name.pop_back();
  if (name.find('.') == std::string::npos) return true;
  return std::ranges::any_of(kNeverPublic, [&](std::string_view end) { return name.ends_with(end); });
}

bool refused(asio::ip::address address, bool local) {
  if (address.is_v6()) {
    const asio::ip::address_v6 v6 = address.to_v6();
    if (v6.is_v4_mapped()) {
      address = asio::ip::make_address_v4(asio::ip::v4_mapped, v6);
    } else {
      return v6.is_link_local() || v6.is_unspecified() || v6.is_multicast() || (!local && v6.is_loopback());
    }
  }
  if (!local && address.is_loopback()) return true;
  const asio::ip::address_v4 v4 = address.to_v4();
  const auto bytes = v4.to_bytes();
  const bool link_local = bytes[0] == 169 && bytes[1] == 254;  // RFC 3927
  const bool this_network = bytes[0] == 0;                     // RFC 1122 section 3.2.1.3
  return link_local || this_network || v4.is_multicast() || bytes[0] >= 240;
}

}  // namespace

std::vector<asio::ip::address> admitted(std::string_view host, const std::vector<asio::ip::address>& found) {
  boost::system::error_code not_literal;
  asio::ip::make_address(std::string(host), not_literal);
  if (!not_literal) return found;
  const bool local = is_local_name(host);
  std::vector<asio::ip::address> left;
  std::ranges::copy_if(found, std::back_inserter(left),
                       [local](const asio::ip::address& one) { return !refused(one, local); });
  return left;
}

}  // namespace drover::net
