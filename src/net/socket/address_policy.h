// Which addresses a name may lead to. Looked at on each connect, behind resolution, so that a name cannot be pointed
// somewhere else after it was checked (DNS rebinding).
#pragma once

#include <string_view>
#include <vector>

#include "net/asio.h"

namespace drover::net {

/// What is left of `found` for this host. A literal address is the word of whoever configured it and passes. A name
/// must not lead to link-local addresses (cloud metadata lives there), to "any", to multicast or to broadcast, nor to
/// this machine unless it says so itself: it has no dot, or ends in what is never public (localhost, local, internal,
/// lan, home.arpa, test). Any name may lead to private networks: that is where companies' own models run.
[[nodiscard]] std::vector<asio::ip::address> admitted(std::string_view host,
                                                      const std::vector<asio::ip::address>& found);

}  // namespace drover::net
