// Requests of programs that speak Gemini: which paths are Google's, their one spelling, and what stands in the query.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/head/head.h"

namespace drover::gateway {

struct GeminiAsked {
  std::string path;   ///< canonical: "/v1beta/models/gemini-3-pro:generateContent"
  std::string model;  ///< what it names: for a call, or to be looked up; empty: nothing
};

/// Reads the path of a target as Google's. Nothing: it is another API's. Base URLs may end in a "/v1" that Google's
/// SDKs do not know of, names may be escaped whole ("models%2Fgemini-3-pro"), and so may the colon. Errors (400): a
/// name that is none, or has a dot segment.
[[nodiscard]] std::optional<Result<GeminiAsked>> read_gemini(std::string_view method, std::string_view path);

/// Whether the canonical path is one of Google's API alone.
[[nodiscard]] bool is_geminis_own(std::string_view path);

/// Whether a path that Google's and other APIs have (a list of models) is asked for by a program of Google's.
[[nodiscard]] bool sends_as_gemini(std::string_view path, const http::Fields& fields);

/// Takes the credentials out of a query ("key=…") and returns the last one: nobody else must see them.
[[nodiscard]] std::string take_query_key(std::string& query);

}  // namespace drover::gateway
