// Which addresses a name may lead to. It is checked after resolution at each connect, so that a name cannot be pointed
// to another address after the check (DNS rebinding).
#pragma once

#include <string_view>
#include <vector>

#include "net/asio.h"

namespace drover::net {

/// The addresses in `found` that `host` may lead to. A literal address passes: the operator has configured it. A name
/// must not lead to link-local addresses (cloud metadata is there), to "any", multicast or broadcast, nor to this
/// machine unless the name says so: it has no dot, or ends in a suffix that is never public (localhost, local,
/// internal, lan, home.arpa, test). Any name may lead to private networks, where companies run their own models.
[[nodiscard]] std::vector<asio::ip::address> admitted(std::string_view host,
                                                      const std::vector<asio::ip::address>& found);

}  // namespace drover::net
