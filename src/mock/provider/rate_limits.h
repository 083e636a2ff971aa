// The limits of one key as a provider enforces them: buckets for requests and for tokens, and a count of running
// requests.
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

/// The limit that refused.
enum class Limit : std::uint8_t { None, Requests, Tokens, Concurrent };

class RateLimits {
 public:
  RateLimits() = default;
  explicit RateLimits(const KeySettings& settings);

  struct Verdict {
    Limit limit = Limit::None;
    Duration retry_after = Duration::zero();
  };
  /// Takes one request and `tokens` from every limit, or nothing from any. A request that is larger than the whole
  /// token limit is admitted when the bucket is full: it could never be admitted otherwise.
  [[nodiscard]] Verdict admit(double tokens, Instant now);
  /// An admitted request has ended.
  void finished();

  /// The x-ratelimit-* fields of an answer at this time; none when the key has no limits.
  [[nodiscard]] std::vector<FieldLine> fields(Instant now);
  /// The same as anthropic-ratelimit-* fields, whose reset is a date.
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

/// "1h2m3.5s", "120ms": the times of x-ratelimit-reset-*.
[[nodiscard]] std::string reset_text(Duration span);

}  // namespace drover::mock
