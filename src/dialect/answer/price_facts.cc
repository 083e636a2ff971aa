#include "dialect/answer/price_facts.h"

#include <charconv>
#include <cmath>

#include "dialect/json/json_reader.h"

namespace drover::dialect {
namespace {

constexpr double kNanoPerUsd = 1e9;
/// An answer that costs more is a fault.
constexpr double kMostUsd = 1e6;

}  // namespace

ServiceTier service_tier(std::string_view raw) {
  const std::string_view word = raw_string(raw).value_or("");
  if (word == "flex" || word == "ON_DEMAND_FLEX") return ServiceTier::Flex;
  if (word == "priority" || word == "ON_DEMAND_PRIORITY") return ServiceTier::Priority;
  if (word == "batch") return ServiceTier::Batch;
  return ServiceTier::Standard;
}

std::int64_t nano_usd(std::string_view raw) {
  if (kind_of(raw) != JsonReader::Kind::Number) return -1;
  double usd = 0;
  const auto [end, problem] = std::from_chars(raw.data(), raw.data() + raw.size(), usd);
  if (problem != std::errc() || end != raw.data() + raw.size() || !(usd >= 0) || usd > kMostUsd) return -1;
  return std::llround(usd * kNanoPerUsd);
}

}  // namespace drover::dialect
