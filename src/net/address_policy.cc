#include "net/address_policy.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace drover::net {
namespace {

bool refused(asio::ip::address address) {
  if (address.is_v6()) {
    const asio::ip::address_v6 v6 = address.to_v6();
    if (v6.is_v4_mapped()) {
      address = asio::ip::make_address_v4(asio::ip::v4_mapped, v6);
    } else {
      return v6.is_link_local() || v6.is_unspecified() || v6.is_multicast();
    }
  }
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
  std::vector<asio::ip::address> left;
  std::ranges::copy_if(found, std::back_inserter(left), [](const asio::ip::address& one) { return !refused(one); });
  return left;
}

}  // namespace drover::net
