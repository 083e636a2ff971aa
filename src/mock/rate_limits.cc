#include "mock/rate_limits.h"

#include <algorithm>
#include <cmath>

namespace drover::mock {
namespace {

// A running request ends when it ends; a short wait is the best advice.
constexpr Duration kConcurrencyAdvice = std::chrono::seconds(1);

std::optional<TokenBucket> bucket(const std::optional<double>& capacity, Duration period) {
  if (!capacity) return std::nullopt;
  return TokenBucket(*capacity, period);
}

void append(std::vector<FieldLine>& fields, const std::string& what, TokenBucket& bucket, Instant now) {
  const auto whole = [](double value) {
    return std::to_string(static_cast<std::int64_t>(std::floor(std::max(value, 0.0))));
  };
  fields.push_back({"x-ratelimit-limit-" + what, whole(bucket.capacity())});
  fields.push_back({"x-ratelimit-remaining-" + what, whole(bucket.level_at(now))});
  fields.push_back({"x-ratelimit-reset-" + what, reset_text(bucket.until_full(now))});
}

}  // namespace

RateLimits::RateLimits(const KeySettings& settings)
    : per_second_(bucket(settings.requests_per_second, std::chrono::seconds(1))),
      per_minute_(bucket(settings.requests_per_minute, std::chrono::minutes(1))),
      tokens_(bucket(settings.tokens_per_minute, std::chrono::minutes(1))),
      most_running_(settings.concurrent) {}

RateLimits::Verdict RateLimits::admit(double tokens, Instant now) {
  if (most_running_ && running_ >= *most_running_) return {Limit::Concurrent, kConcurrencyAdvice};
  for (std::optional<TokenBucket>* requests : {&per_second_, &per_minute_}) {
    // A limit below one request per period still lets one through when it is full.
    if (!*requests) continue;
    const double one = std::min(1.0, (*requests)->capacity());
    if (!(*requests)->holds(one, now)) return {Limit::Requests, (*requests)->until(one, now)};
  }
  const double asked = tokens_ ? std::min(tokens, tokens_->capacity()) : 0;
  if (tokens_ && !tokens_->holds(asked, now)) return {Limit::Tokens, tokens_->until(asked, now)};
  if (per_second_) per_second_->take(1, now);
  if (per_minute_) per_minute_->take(1, now);
  if (tokens_) tokens_->take(tokens, now);
  ++running_;
  return {};
}

void RateLimits::finished() {
  if (running_ > 0) --running_;
}

std::vector<FieldLine> RateLimits::fields(Instant now) {
  std::vector<FieldLine> fields;
  if (per_minute_)
    append(fields, "requests", *per_minute_, now);
  else if (per_second_)
    append(fields, "requests", *per_second_, now);
  if (tokens_) append(fields, "tokens", *tokens_, now);
  return fields;
}

std::string reset_text(Duration span) {
  const std::int64_t total = std::chrono::ceil<std::chrono::milliseconds>(span).count();
  if (total < 1000) return std::to_string(total) + "ms";
  std::string text;
  const std::int64_t hours = total / 3'600'000;
  const std::int64_t minutes = total / 60'000 % 60;
  const std::int64_t thousandths = total % 60'000;
  if (hours > 0) text += std::to_string(hours) + "h";
  if (hours > 0 || minutes > 0) text += std::to_string(minutes) + "m";
  text += std::to_string(thousandths / 1000);
  if (thousandths % 1000 != 0) {
    std::string fraction = std::to_string(1000 + thousandths % 1000).substr(1);
    while (fraction.ends_with('0')) fraction.pop_back();
    text += "." + fraction;
  }
  return text + "s";
}

}  // namespace drover::mock
