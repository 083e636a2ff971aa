#include "dialect/failure/quota_hints.h"

#include <charconv>
#include <limits>
#include <string_view>

#include "dialect/failure/retry_after.h"
#include "dialect/failure/timestamp.h"

namespace drover::dialect {
namespace {

constexpr std::string_view kCommon = "x-ratelimit-";
constexpr std::string_view kAnthropic = "anthropic-ratelimit-";

enum class Part : std::uint8_t { Limit, Remaining, Reset };

struct Named {
  QuotaDimension dimension;
  Part part;
};

bool starts_with(std::string_view name, std::string_view prefix) {
  return name.size() > prefix.size() && http::iequals(name.substr(0, prefix.size()), prefix);
}

std::optional<QuotaDimension> dimension_of(std::string_view word) {
  if (http::iequals(word, "requests")) return QuotaDimension::AllRequests;
  if (http::iequals(word, "tokens")) return QuotaDimension::AllTokens;
  if (http::iequals(word, "input-tokens")) return QuotaDimension::InputTokens;
  if (http::iequals(word, "output-tokens")) return QuotaDimension::OutputTokens;
  return std::nullopt;
}

std::optional<Part> part_of(std::string_view word) {
  if (http::iequals(word, "limit")) return Part::Limit;
  if (http::iequals(word, "remaining")) return Part::Remaining;
  if (http::iequals(word, "reset")) return Part::Reset;
  return std::nullopt;
}

std::optional<Named> named(std::optional<Part> part, std::string_view dimension) {
  const auto counted = dimension_of(dimension);
  if (!part || !counted) return std::nullopt;
  return Named{*counted, *part};
}

/// x-ratelimit-remaining-tokens, anthropic-ratelimit-tokens-remaining.
std::optional<Named> meaning_of(std::string_view name) {
  if (starts_with(name, kCommon)) {
    name.remove_prefix(kCommon.size());
    const std::size_t dash = name.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    return named(part_of(name.substr(0, dash)), name.substr(dash + 1));
  }
  if (starts_with(name, kAnthropic)) {
    name.remove_prefix(kAnthropic.size());
    const std::size_t dash = name.rfind('-');
    if (dash == std::string_view::npos) return std::nullopt;
    return named(part_of(name.substr(dash + 1)), name.substr(0, dash));
  }
  return std::nullopt;
}

std::string_view word_of(QuotaDimension dimension) {
  switch (dimension) {
    case QuotaDimension::AllRequests: return "requests";
    case QuotaDimension::AllTokens: return "tokens";
    case QuotaDimension::InputTokens: return "input-tokens";
    case QuotaDimension::OutputTokens: return "output-tokens";
  }
  return "";
}

/// "120ms", "45s", "6m0s": never sooner than it is.
std::string span_text(Duration span) {
  using namespace std::chrono;
  if (span < seconds(1)) return std::to_string(ceil<milliseconds>(span).count()) + "ms";
  const std::int64_t whole = ceil<seconds>(span).count();
  if (whole < 60) return std::to_string(whole) + "s";
  return std::to_string(whole / 60) + "m" + std::to_string(whole % 60) + "s";
}

/// "x-ratelimit-limit-requests: "
void append_name(QuotaWords words, std::string_view dimension, std::string_view part, std::string& out) {
  const bool common = words == QuotaWords::Common;
  out.append(common ? kCommon : kAnthropic);
  out.append(common ? part : dimension).append("-").append(common ? dimension : part).append(": ");
}

void append_hint(QuotaWords words, std::string_view dimension, const QuotaHint& hint, std::int64_t now_unix,
                 std::string& out) {
  if (hint.limit) {
    append_name(words, dimension, "limit", out);
    out.append(std::to_string(*hint.limit)).append("\r\n");
  }
  if (hint.remaining) {
    append_name(words, dimension, "remaining", out);
    out.append(std::to_string(*hint.remaining)).append("\r\n");
  }
  if (!hint.reset) return;
  append_name(words, dimension, "reset", out);
  if (words == QuotaWords::Common) {
    out.append(span_text(*hint.reset));
  } else {
    append_rfc3339(now_unix + std::chrono::ceil<std::chrono::seconds>(*hint.reset).count(), out);
  }
  out.append("\r\n");
}

std::optional<std::int64_t> whole_number(std::string_view value) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (end != value.data() + value.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    return value.front() == '-' ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
  }
  if (error != std::errc()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<QuotaHints> quota_hints(const http::Fields& fields, std::int64_t now_unix) {
  std::optional<QuotaHints> hints;
  for (const http::Field& field : fields) {
    const auto meaning = meaning_of(field.name);
    if (!meaning) continue;
    if (!hints) hints.emplace();
    QuotaHint& hint = hints->of(meaning->dimension);
    switch (meaning->part) {
      case Part::Limit: hint.limit = whole_number(field.value); break;
      case Part::Remaining: hint.remaining = whole_number(field.value); break;
      case Part::Reset: hint.reset = parse_reset(field.value, now_unix); break;
    }
  }
  return hints;
}

void append_quota_fields(const QuotaHints& hints, QuotaWords words, std::int64_t now_unix, std::string& out) {
  QuotaHint all_tokens = hints.of(QuotaDimension::AllTokens);
  keep_least(all_tokens, hints.of(QuotaDimension::InputTokens));
  keep_least(all_tokens, hints.of(QuotaDimension::OutputTokens));
  for (std::size_t at = 0; at < kQuotaDimensions; ++at) {
    const auto dimension = static_cast<QuotaDimension>(at);
    const QuotaHint& hint = dimension == QuotaDimension::AllTokens ? all_tokens : hints.of(dimension);
    const bool apart = dimension == QuotaDimension::InputTokens || dimension == QuotaDimension::OutputTokens;
    if (apart && words == QuotaWords::Common) continue;
    append_hint(words, word_of(dimension), hint, now_unix, out);
  }
}

}  // namespace drover::dialect
