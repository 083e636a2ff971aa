// An error: what went wrong, whose fault it is, and what may be tried next. It is made with all three.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace drover {

/// What went wrong. One list for the whole program, so that a class of failure has one name in logs, metrics and code.
enum class ErrorKind : std::uint8_t {
  // before anything was sent upstream
  Resolve,         ///< the host name has no usable address
  Connect,         ///< refused, unreachable
  ConnectTimeout,  ///< no connection (or TLS handshake) in time
  Tls,             ///< certificate or handshake
  LocalResource,   ///< our own shortage: descriptors, ports, memory, connection limit. Blames no upstream
  // on the wire
  StaleConnection,  ///< a reused connection closed before the first byte of an answer
  ConnectionLost,   ///< reset or end of file before an answer was complete
  HeadTimeout,      ///< no answer head in time
  FirstContentTimeout,
  IdleTimeout,       ///< no content for too long in mid-answer
  TotalTimeout,      ///< the request's own deadline
  BadResponse,       ///< not HTTP, or framed in a way that may not be believed
  Truncated,         ///< ended before it was complete
  WrongContentType,  ///< a page where JSON or a stream was due
  // what the provider said
  RateLimited,
  QuotaExhausted,  ///< billing or a spent allowance: waiting seconds does not help
  KeyRejected,     ///< 401, or 403 that names the key
  Forbidden,       ///< 403 that does not name the key
  ModelMissing,
  ContextTooLong,
  ContentPolicy,
  UserError,  ///< the request is wrong; it would be wrong everywhere
  Overloaded,
  ServerError,
  // what we say ourselves
  BadRequest,  ///< the client's bytes cannot be accepted
  TooLarge,
  Unsupported,
  Unauthorized,  ///< the client's key is missing or unknown to us
  NotFound,
  NoUpstream,  ///< nothing can serve this request now
  Shed,        ///< over one of our own limits
  ClientGone,
  Cancelled,
  BadConfig,
  Internal,
};

/// The part of the system that an error is about.
enum class ErrorScope : std::uint8_t { Request, Target, Key, Quota, Server, Provider, Gateway };

/// What may be tried after an error.
enum class RetryClass : std::uint8_t { Never, SameTarget, OtherKey, OtherProvider };

struct Error {
  ErrorKind kind = ErrorKind::Internal;
  ErrorScope scope = ErrorScope::Gateway;
  RetryClass retry = RetryClass::Never;
  /// The upstream's HTTP status, or the status for the client; 0: there is none.
  int status = 0;
  /// How long the upstream asked us to stay away.
  std::optional<Duration> retry_after = std::nullopt;
  /// A short stable identifier such as "tls_cert_expired" or the provider's own code. Never holds client text.
  std::string code = {};
  /// One sentence for a person. Never holds a key or prompt.
  std::string message = {};
};

/// The kind as it appears in logs, metrics and error bodies: "rate_limited".
[[nodiscard]] std::string_view to_string(ErrorKind kind);
[[nodiscard]] std::string_view to_string(ErrorScope scope);
[[nodiscard]] std::string_view to_string(RetryClass retry);

}  // namespace drover
