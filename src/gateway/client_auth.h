// Who may ask: client keys where there are any, else anybody on loopback who is not a web page.
#pragma once

#include <string_view>

#include "base/result.h"
#include "config/settings.h"
#include "http/head.h"

namespace drover::gateway {

/// The configured client whose key the request carries ("Authorization: Bearer" or "x-api-key"); null when no clients
/// are configured. Compares digests, all of them, in constant time.
/// Errors: Unauthorized (401).
[[nodiscard]] Result<const config::ClientKey*> authenticate(const config::Settings& settings,
                                                            const http::RequestHead& head);

/// For a gateway without client keys: a web page in the user's browser must not spend the user's keys.
/// Errors (403): a foreign Origin, Sec-Fetch-Site: cross-site, a Host that is not loopback (DNS rebinding).
[[nodiscard]] Result<void> guard_against_pages(const http::RequestHead& head);

/// Whether a Host or origin authority ("127.0.0.1:8080", "localhost", "[::1]:80") names this machine.
[[nodiscard]] bool is_loopback_authority(std::string_view authority);

}  // namespace drover::gateway
