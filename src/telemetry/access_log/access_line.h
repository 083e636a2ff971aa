// One request as one line of the access log. No prompt and no key; texts from the client (its request id, the model it
// asked for) are escaped and cut.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/instant.h"

namespace drover::telemetry {

/// Longest line: 32 attempts with the longest names, and all other fields. A longer line is dropped and counted.
inline constexpr std::size_t kMaxAccessLine = 16 * 1024;

struct AccessAttempt {
  std::string_view target{};
  std::string_view outcome{};      ///< "ok" or the name of what failed: "rate_limited"
  int status = 0;                  ///< the upstream's; 0: none came
  std::string_view upstream_id{};  ///< the upstream's id of the request; empty: it sent none
  std::string_view form{};         ///< the form it was translated into; empty: it was not
  Duration took{};
  bool reused = false;  ///< on a connection that had served a request before
};

struct AccessTokens {
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t cached = 0;
  bool estimated = false;  ///< no answer reported the tokens
};

/// All texts are borrowed until the line is written.
struct AccessRecord {
  std::int64_t unix_milliseconds = 0;  ///< of the end
  std::string_view id{};
  std::string_view client{};  ///< the configured client's name; empty: no clients are configured, or it is unknown
  std::string_view method{};  ///< empty: the request could not be read
  std::string_view api{};     ///< what kind of path: "chat"
  std::string_view path{};    ///< without its query; shown at a terminal only (terminal_line.h), never in a file
  std::string_view model{};   ///< as the client named it; empty: none
  std::string_view route{};   ///< the configured name of the route; empty: none
  bool streamed = false;
  int status = 0;            ///< sent to the client; 0: nothing was sent
  std::string_view error{};  ///< our code or kind; empty: no error
  std::span<const AccessAttempt> attempts{};
  AccessTokens tokens{};
  bool has_tokens = false;
  std::int64_t cost_nano_usd = -1;    ///< of the answer; below 0: there was none, or its price is not known
  std::uint64_t bytes_up = 0;         ///< of the request's body
  std::uint64_t bytes_down = 0;       ///< of the answer's body
  Duration first_content = kNoLimit;  ///< arrival → first content of a stream; kNoLimit: there was none
  Duration duration{};
};

/// Writes the line with its end into `memory`. Empty when it does not fit.
[[nodiscard]] std::string_view access_line(const AccessRecord& record, std::span<char> memory);

}  // namespace drover::telemetry
