// What can go wrong with a call, and everything that is known of it. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drover/version.h"

DROVER_BEGIN

/// What went wrong: the gateway's own list, with the same names in its logs and error bodies.
enum class ErrorKind : std::uint8_t {
  // before anything was sent to a provider
  Resolve,         ///< the host name has no usable address
  Connect,         ///< refused, unreachable
  ConnectTimeout,  ///< no connection (or TLS handshake) in time
  Tls,             ///< certificate or handshake
  LocalResource,   ///< a shortage on this machine: descriptors, ports, memory, the connection limit
  // on the wire
  StaleConnection,  ///< a reused connection closed before the first byte of an answer
  ConnectionLost,   ///< reset or end of file before an answer was complete
  HeadTimeout,      ///< no answer head in time
  FirstContentTimeout,
  IdleTimeout,   ///< no content for too long in mid-answer
  TotalTimeout,  ///< the request's own deadline
  BadResponse,   ///< not HTTP, or an answer that cannot be read
  Truncated,     ///< ended before it was complete
  WrongContentType,
  // what the provider said
  RateLimited,
  QuotaExhausted,  ///< billing or a spent allowance: waiting seconds does not help
  KeyRejected,
  Forbidden,
  ModelMissing,
  ContextTooLong,
  ContentPolicy,
  UserError,  ///< the request is wrong; it would be wrong everywhere
  Overloaded,
  ServerError,
  // what drover says itself
  BadRequest,  ///< the request cannot be sent as it is: invalid JSON, no model, no messages
  TooLarge,
  Unsupported,
  Unauthorized,
  NotFound,    ///< no such model is configured
  NoUpstream,  ///< nothing can serve this request now
  Shed,        ///< over one of the limits in `limits`
  ClientGone,
  Cancelled,  ///< given up by the caller: cancelled, its Client destroyed, or made in another process (fork)
  BadConfig,
  Internal,
};

/// The kind as logs write it: "rate_limited".
[[nodiscard]] DROVER_API const char* to_string(ErrorKind kind) noexcept;

/// One header field of an answer, or one that is added to a request.
struct Field {
  std::string name;
  std::string value;
};

/// Why there is no reply, with everything the server said. Holds no key: where a provider repeats one, it is blanked.
struct Error {
  ErrorKind kind = ErrorKind::Internal;
  /// The HTTP status that tells it best: the provider's own, else what the gateway would answer; 0 without any (a
  /// configuration that cannot be used, a call that was cancelled).
  int status = 0;
  /// A short stable identifier: the provider's own ("context_length_exceeded") or drover's ("model_not_found").
  std::string code;
  /// One sentence for a person.
  std::string message;
  /// How long to wait before the same request could succeed, when somebody said so.
  std::optional<std::chrono::milliseconds> retry_after;
  /// The provider's answer: status (0: there was none), header fields and body (at most 64 KiB) of the last one that
  /// failed.
  int provider_status = 0;
  std::vector<Field> fields;
  std::string body;
  /// The last target that was tried ("openai/spare"; empty: none) and how many attempts there were.
  std::string target;
  int attempts = 0;
  /// drover's name of the call, for Client::explain(); empty when it never began.
  std::string request_id;

  /// "rate_limited (429, slow_down): The provider's rate limit is reached. [2 attempts, last at openai/spare]"
  [[nodiscard]] DROVER_API std::string to_string() const;
};

DROVER_END
