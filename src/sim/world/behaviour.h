// The behaviour of a simulated target: a fault, and the script of events that an attempt meets. The world's settings
// say when a target has which fault.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/random.h"
#include "core/dispatch/dispatch.h"

namespace drover::sim {

enum class Fault : std::uint8_t {
  None,
  Refuse,            ///< A1
  BlackHole,         ///< A2: never connects
  BrokenBeforeSend,  ///< S1
  StaleReused,       ///< S2 on a reused connection, well on a fresh one
  Reset,             ///< S3: the request is written, then the connection breaks
  Hang,              ///< A3: accepts, never speaks
  HangAfterHead,
  StallSend,           ///< accepts, takes a part of the request and no more
  KeyRejected,         ///< C5
  QuotaExhausted,      ///< C4
  RateLimited,         ///< C1: with Retry-After
  RateLimitedSilent,   ///< 429 without Retry-After
  Overloaded,          ///< 503 with Retry-After or 529
  ServerError,         ///< C8
  ErrorInside,         ///< C9: 200 with an error inside
  LifecycleThenError,  ///< C11
  CutStream,           ///< C13: ends in the middle, after content
  StallStream,         ///< silence after content
  ModelMissing,        ///< C7
  Forbidden,           ///< 403 that does not name the key
  Slow,                ///< C20: right, but ten times slower
  TooSlow,             ///< right, but after every timeout
  TellsLimit,          ///< right, and says that little is left of its limit
  Lies,                ///< right, with impossible values about its limit
};
inline constexpr std::size_t kFaults = static_cast<std::size_t>(Fault::Lies) + 1;
[[nodiscard]] std::string_view to_string(Fault fault);

/// One event of an attempt, so long after the previous one.
struct Beat {
  Duration after{};
  core::Event event;
};

struct AttemptFacts {
  core::AttemptId id;
  bool stream = false;
  bool fresh = false;      ///< a new connection was asked for
  bool poisonous = false;  ///< every target answers the request with a 500 (J15)
  bool wrong = false;      ///< the client's own mistake: 400 everywhere
};

/// All events of an attempt that is not cancelled. A script without an end hangs.
[[nodiscard]] std::vector<Beat> script_of(Fault fault, const AttemptFacts& facts, Random& random);

}  // namespace drover::sim
