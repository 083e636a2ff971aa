// The limits of one key as a provider enforces them: buckets for requests and tokens, and a count of running requests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mock/provider/settings.h"
#include "mock/provider/token_bucket.h"

namespace drover::mock {

/// One header field of an answer.
struct FieldLine {
  std::string name;
  std::string value;
};

/// Which limit said no.
enum class Limit : std::uint8_t { None, Requests, Tokens, Concurrent };

class RateLimits {
 public:
  RateLimits() = default;
  explicit RateLimits(const KeySettings& settings);

  struct Verdict {
    Limit limit = Limit::None;
    Duration retry_after = Duration::zero();
  };
  /// Takes one request and `tokens` from every limit, or nothing from any. A request larger than the whole token limit
  /// is let through when the bucket is full: refusing it for ever would help nobody.
  [[nodiscard]] Verdict admit(double tokens, Instant now);
  /// A request that was admitted has ended.
  void finished();

  /// The x-ratelimit-* fields for an answer given now; none when the key has no limits.
  [[nodiscard]] std::vector<FieldLine> fields(Instant now);
  /// The same as anthropic-ratelimit-*, whose reset is a date.
  [[nodiscard]] std::vector<FieldLine> anthropic_fields(Instant now, std::int64_t unix_seconds);

 private:
  struct Shown {
    std::string what;
    std::string limit;
    std::string remaining;
    Duration reset;
  };
  [[nodiscard]] std::vector<Shown> shown(Instant now);

  std::optional<TokenBucket> per_second_;
  std::optional<TokenBucket> per_minute_;
  std::optional<TokenBucket> tokens_;
  std::optional<std::uint64_t> most_running_;
  std::uint64_t running_ = 0;
};

/// "1h2m3.5s", "120ms": the durations of x-ratelimit-reset-*.
[[nodiscard]] std::string reset_text(Duration span);

}  // namespace drover::mock
