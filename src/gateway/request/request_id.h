// The name of one request, in logs and in x-request-id.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"

namespace drover::gateway {

/// Longest request id taken from a client.
inline constexpr std::size_t kMaxRequestIdBytes = 128;

/// The client's own id when it is safe to repeat (1 to 128 of A-Z a-z 0-9 . _ - : / + =), else a new one: "req_" and
/// 24 hex digits.
[[nodiscard]] std::string request_id(std::string_view offered, Random& random);
/// The same, into a string that keeps its memory.
void set_request_id(std::string_view offered, Random& random, std::string& id);

}  // namespace drover::gateway
