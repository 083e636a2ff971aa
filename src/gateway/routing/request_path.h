// What a request's target asks for. Base URLs are typed with a slash too many, without their /v1 or with two of them,
// and Azure's clients have paths of their own: here every spelling becomes the one path that is routed, authorised and
// sent on. A path that is not known keeps the bytes it came with.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace drover::gateway {

struct AskedPath {
  std::string path{};   ///< canonical: "/v1/chat/completions"; "/" is the gateway itself
  std::string query{};  ///< without '?'; without the api-version of a client that speaks to Azure
  /// The deployment in an Azure path, the model in one of Google's, or what is looked up below /v1/models; unescaped,
  /// and good for a log. May be empty.
  std::string name{};
};

/// Reads `target`, as sent, into `asked`, whose strings keep their memory.
/// Errors: 400 for what http::parse_target refuses, an empty segment where it may stand for an empty id included; 404
/// where nothing is served.
[[nodiscard]] Result<void> read_path(std::string_view method, std::string_view target, AskedPath& asked);

/// Whether a segment of an unescaped name is "." or "..", also with parameters behind it ("..;x").
[[nodiscard]] bool has_dot_segment(std::string_view name);

/// The methods that the path has, for an Allow field; empty: it is not known, and may have any.
[[nodiscard]] std::string_view methods_of(std::string_view canonical_path);
/// Whether `method` is in an Allow field's value.
[[nodiscard]] bool allows(std::string_view allow, std::string_view method);

}  // namespace drover::gateway
