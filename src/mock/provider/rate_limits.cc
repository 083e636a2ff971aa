#include "mock/provider/rate_limits.h"

#include <algorithm>
#include <cmath>

#include "mock/faults/http_date.h"

namespace drover::mock {
namespace {

// Nobody knows when a running request ends, so a short wait is the best advice.
constexpr Duration kConcurrencyAdvice = std::chrono::seconds(1);

std::optional<TokenBucket> bucket(const std::optional<double>& capacity, Duration period) {
  if (!capacity) return std::nullopt;
  return TokenBucket(*capacity, period);
}

std::string whole(double value) {
  return std::to_string(static_cast<std::int64_t>(std::floor(std::max(value, 0.0))));
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
    // A limit below one request per period still admits one when it is full.
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

std::vector<RateLimits::Shown> RateLimits::shown(Instant now) {
  std::vector<Shown> all;
  const auto add = [&](const char* what, TokenBucket& bucket) {
    all.push_back({what, whole(bucket.capacity()), whole(bucket.level_at(now)), bucket.until_full(now)});
  };
  if (per_minute_)
    add("requests", *per_minute_);
  else if (per_second_)
    add("requests", *per_second_);
  if (tokens_) add("tokens", *tokens_);
  return all;
}

std::vector<FieldLine> RateLimits::fields(Instant now) {
  std::vector<FieldLine> fields;
  for (const Shown& limit : shown(now)) {
    fields.push_back({"x-ratelimit-limit-" + limit.what, limit.limit});
    fields.push_back({"x-ratelimit-remaining-" + limit.what, limit.remaining});
    fields.push_back({"x-ratelimit-reset-" + limit.what, reset_text(limit.reset)});
  }
  return fields;
}

std::vector<FieldLine> RateLimits::anthropic_fields(Instant now, std::int64_t unix_seconds) {
  std::vector<FieldLine> fields;
  for (const Shown& limit : shown(now)) {
    const std::string front = "anthropic-ratelimit-" + limit.what;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(limit.reset).count();
    fields.push_back({front + "-limit", limit.limit});
    fields.push_back({front + "-remaining", limit.remaining});
    fields.push_back({front + "-reset", rfc3339(unix_seconds + seconds)});
  }
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
