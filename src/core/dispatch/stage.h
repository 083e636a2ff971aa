// How far an attempt got before it failed, and what kind of request it was: together they decide what may be retried.
#pragma once

#include <cstdint>

namespace drover::core {

/// The stage table (docs/failover.md): S0 to S6.
enum class Stage : std::uint8_t {
  NotConnected,    ///< S0: no connection, or refused by a local limit. Nothing was sent
  Unsent,          ///< S1: the connection broke before one byte of the request was written
  ReusedNoAnswer,  ///< S2: written, no answer byte, on a reused connection: the keep-alive race
  FreshNoAnswer,   ///< S3: written, no answer byte, on a fresh connection: may have been executed
  Refused,  ///< S4: a complete answer that says "not executed" (429, 503 with Retry-After, 529, our key's 401/403, 408)
  FailedAnswer,  ///< S5: an answer that failed before its first content (500, 502, 504, 200 with an error inside)
  Committed,     ///< S6: content has been sent to the client
};

/// What a repetition of this request could do.
enum class Replay : std::uint8_t {
  Free,         ///< stateless: executing it twice costs money at most (chat, completions, embeddings, messages, ...)
  NotExecuted,  ///< only when it certainly was not executed: S0, S1, S4 (store: true, background, conversations, files)
  Never,        ///< never: the body was not kept, or the path is pinned
};

}  // namespace drover::core
