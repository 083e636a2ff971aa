// Which addresses a name may lead to. Looked at on each connect, behind resolution, so that a name cannot be pointed
// somewhere else after it was checked (DNS rebinding).
#pragma once

#include <string_view>
#include <vector>

#include "net/asio.h"

namespace drover::net {

/// What is left of `found` for this host. A literal address is the word of whoever configured it and passes. A name
/// must not lead to link-local addresses (cloud metadata lives there), to "any", to multicast or to broadcast; loopback
/// and private networks are where self-hosted models run.
[[nodiscard]] std::vector<asio::ip::address> admitted(std::string_view host,
                                                      const std::vector<asio::ip::address>& found);

}  // namespace drover::net
