// The counters of one thread's requests. Fixed size; only that thread writes, without locks, and metrics.h sums the
// threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "core/dispatch/dispatch.h"
#include "core/fleet/waiter.h"
#include "telemetry/metrics/counter.h"
#include "telemetry/metrics/labels.h"
#include "telemetry/metrics/translation_tally.h"

namespace drover::telemetry {

/// Models and targets with a label of their own; all others count as "other". A target has up to 40 series.
inline constexpr std::size_t kMaxModelLabels = 100;
inline constexpr std::size_t kMaxTargetLabels = 200;

inline constexpr std::size_t kErrorKinds = static_cast<std::size_t>(ErrorKind::Internal) + 1;

/// How a request ended for the client.
enum class StatusClass : std::uint8_t {
  Success,      ///< 2xx and 3xx, and the answer came to its end
  ClientError,  ///< 4xx
  ServerError,  ///< 5xx
  Broken,       ///< 2xx was sent, and then the answer failed: an error event or a visible cut
  ClientGone,   ///< the client left before the end
};
inline constexpr std::size_t kStatusClasses = 5;
[[nodiscard]] constexpr const char* to_string(StatusClass status) {
  switch (status) {
    case StatusClass::Success: return "2xx";
    case StatusClass::ClientError: return "4xx";
    case StatusClass::ServerError: return "5xx";
    case StatusClass::Broken: return "broken";
    case StatusClass::ClientGone: return "client_gone";
  }
  return "5xx";
}

enum class Mode : std::uint8_t { Plain, Streamed };
inline constexpr std::size_t kModes = 2;

struct ModelTally {
  std::array<std::array<Counter, kStatusClasses>, kModes> requests;
  std::array<Histogram, kModes> duration;  ///< arrival → end
  Histogram first_content;                 ///< arrival → first content of a stream
  Counter request_bytes;
  Counter answer_bytes;
};

/// The end of an attempt that began beside another one.
enum class Race : std::uint8_t { Won, Lost, Failed };
inline constexpr std::size_t kRaces = 3;
/// The class of an attempt that was cancelled because another attempt answered first.
inline constexpr std::string_view kLostRace = "lost_race";

struct TargetTally {
  std::array<Counter, kErrorKinds + 2> attempts;  ///< by ErrorKind; then two more: answered, lost a race
  Histogram first_content;                        ///< attempt begun → first content (plain: whole answer)
  Counter input_tokens;
  Counter output_tokens;
  Counter cached_tokens;
  Counter estimated_tokens;  ///< the tokens of these two that no answer reported
  Counter cost_nano_usd;
  Counter unpriced;  ///< answers whose price is not known
  Counter fresh_connections;
  Counter reused_connections;

  Counter& answered() { return attempts[kErrorKinds]; }
  Counter& lost() { return attempts[kErrorKinds + 1]; }
  Counter& failed(ErrorKind kind) { return attempts[static_cast<std::size_t>(kind)]; }
};

struct alignas(64) Tally {
  std::array<ModelTally, kMaxModelLabels + 1> models;
  std::array<TargetTally, kMaxTargetLabels + 1> targets;
  std::array<Counter, kErrorKinds> failovers;  ///< by the failure of the attempt before: went on to another target
  std::array<Counter, kErrorKinds> retries;    ///< the same, but to the same target again
  std::array<std::array<Counter, kRaces>, core::kBesides - 1> seconds;  ///< attempts beside others, by core::Beside
  Counter connections;                                                  ///< accepted from clients
  Histogram waited;                                                     ///< for capacity, by requests that had to wait
  std::array<Counter, core::kWaitRefusals>
      wait_refusals;  ///< requests that might not wait (longer), by core::WaitRefusal
  TranslationTally translations;

  Counter& second(core::Beside beside, Race race) {
    return seconds[static_cast<std::size_t>(beside) - 1][static_cast<std::size_t>(race)];
  }
};

}  // namespace drover::telemetry
