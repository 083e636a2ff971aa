// What the fields of a complete head mean together: how the body ends, which host is meant, whether the connection
// stays open. The verdicts are those of RFC 9112 sections 3.2 and 6, taken strictly.
#pragma once

#include <string_view>

#include "http/bytes.h"
#include "http/head/head_reader.h"
#include "http/head/head_syntax.h"

namespace drover::http {

/// Most options the Connection fields of one head may list together; each costs a comparison per field later on.
inline constexpr std::size_t kMaxConnectionOptions = 32;

/// Sets host, framing, keep_alive and expect_continue from the lines already in `head`.
[[nodiscard]] Verdict judge_request(RequestHead& head);

/// Sets framing and keep_alive.
[[nodiscard]] Verdict judge_response(ResponseHeadReader::Asked asked, ResponseHead& head);

/// Calls `take` with each option of a Connection value ("close, x-name"), trimmed, without empty ones.
template <class Take>
void for_each_option(std::string_view value, Take&& take) {
  while (!value.empty()) {
    const std::size_t comma = value.find(',');
    const std::string_view option = trim(value.substr(0, comma));
    if (!option.empty()) take(option);
    if (comma == value.npos) return;
    value.remove_prefix(comma + 1);
  }
}

}  // namespace drover::http
