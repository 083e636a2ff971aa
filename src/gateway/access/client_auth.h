// Decides which client a request belongs to, by its key. Without configured clients, every program on loopback may ask,
// but no web page.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"
#include "directory/key_book.h"
#include "http/head/head.h"

namespace drover::gateway {

/// What the keys of the store are good for.
struct StoredKeys {
  const directory::KeyBook* book = nullptr;
  bool required = false;  ///< nobody comes in without a key: the store is configured, or there have been keys
  bool complete = true;   ///< false: the store has not told all its keys yet, and is away
};

/// Who asks.
struct Caller {
  const config::ClientKey* configured = nullptr;  ///< a client of the configuration
  directory::FoundKey stored{};                   ///< else, when its verdict is Known: a key of the store
};

/// Whose key the request carries ("Authorization: Bearer", "x-api-key", "api-key", "x-goog-api-key", or `in_query`: of
/// a program that speaks Gemini, else empty): a client's of the configuration or a key of the store; nobody's when
/// there are neither. Digests of the configuration's clients are compared in constant time, all of them. `peer`:
/// net::ServerConnection::peer. Errors: 401 no key, unknown (a typing mistake is told), expired or blocked; 403 not
/// from this network; 503 the store is away, and the key is not one that it had told of.
[[nodiscard]] Result<Caller> authenticate(const config::Settings& settings, const StoredKeys& keys,
                                          const http::RequestHead& head, std::string_view in_query, WallTime now,
                                          std::uint64_t peer);

/// Whether a request comes from a page whose origin the configuration lists.
enum class Page : std::uint8_t { Other, Listed };

/// For a gateway without client keys: a web page in the user's browser must not spend the user's keys.
/// Errors (403): a Host that is not loopback (DNS rebinding); of pages that are not listed, a foreign Origin and
/// Sec-Fetch-Site: cross-site.
[[nodiscard]] Result<void> guard_against_pages(const http::RequestHead& head, Page page = Page::Other);

/// Whether a Host or origin authority ("127.0.0.1:8080", "localhost", "[::1]:80") names this machine.
[[nodiscard]] bool is_loopback_authority(std::string_view authority);

}  // namespace drover::gateway
