// Which pages in a browser may read answers (the Fetch standard's CORS protocol): those of the origins that the
// configuration lists.
#pragma once

#include <string>
#include <string_view>

#include "config/settings.h"
#include "http/head/head.h"

namespace drover::gateway {

/// Longest list of field names that a preflight is given back. What browsers ask for is a few dozen bytes.
inline constexpr std::size_t kMaxAskedFields = 1024;

/// The origin that the request names, when the configuration lists it; empty otherwise, and of two origins.
[[nodiscard]] std::string_view listed_origin(const config::Settings& settings, const http::Fields& fields);

/// Adds the CORS lines of every answer, errors too: the answer differs by origin (Vary), and a listed origin may read
/// it.
void append_cors(const config::Settings& settings, const http::Fields& fields, std::string& lines);

/// Whether an OPTIONS request is a browser's question before the real request.
[[nodiscard]] bool is_preflight(const http::Fields& fields);
/// Adds the lines of the answer to a preflight from a listed origin: everything it asked for is allowed, and may be
/// cached.
void append_preflight(const http::Fields& fields, std::string& lines);

}  // namespace drover::gateway
