// Decides which client a request belongs to, by its key. Without configured clients, every program on loopback may ask,
// but no web page.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"
#include "http/head/head.h"

namespace drover::gateway {

/// The configured client whose key the request carries ("Authorization: Bearer", "x-api-key", "api-key",
/// "x-goog-api-key", or `in_query`: of a program that speaks Gemini, else empty); null when no clients are configured.
/// Compares digests, all of them, in constant time. Errors: Unauthorized (401).
[[nodiscard]] Result<const config::ClientKey*> authenticate(const config::Settings& settings,
                                                            const http::RequestHead& head,
                                                            std::string_view in_query = {});

/// Whether a request comes from a page whose origin the configuration lists.
enum class Page : std::uint8_t { Other, Listed };

/// For a gateway without client keys: a web page in the user's browser must not spend the user's keys.
/// Errors (403): a Host that is not loopback (DNS rebinding); of pages that are not listed, a foreign Origin and
/// Sec-Fetch-Site: cross-site.
[[nodiscard]] Result<void> guard_against_pages(const http::RequestHead& head, Page page = Page::Other);

/// Whether a Host or origin authority ("127.0.0.1:8080", "localhost", "[::1]:80") names this machine.
[[nodiscard]] bool is_loopback_authority(std::string_view authority);

}  // namespace drover::gateway
