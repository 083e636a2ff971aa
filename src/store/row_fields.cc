#include "store/row_fields.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <type_traits>

#include "store/clean_text.h"

namespace drover::store {

namespace {

constexpr WallTime kLastTime = std::chrono::sys_days(std::chrono::year{2200} / 1 / 1);

void bound_time(WallTime& time) { time = std::clamp(time, WallTime{}, kLastTime); }

void bound_tags(std::vector<std::string>& tags) {
  for (std::string& tag : tags) clean_and_cut(tag, kMaxRowTag);
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  std::erase(tags, std::string{});
  if (tags.size() > kMaxRowTags) tags.resize(kMaxRowTags);
}

struct BoundField {
  void operator()(std::string_view, std::string& text) const { clean_and_cut(text, kMaxRowText); }
  void operator()(std::string_view, std::vector<std::string>& tags) const { bound_tags(tags); }
  void operator()(std::string_view, WallTime& time) const { bound_time(time); }
  void operator()(std::string_view, std::optional<WallTime>& time) const {
    if (time) bound_time(*time);
  }
  void operator()(std::string_view, std::int64_t& count) const { count = std::clamp<std::int64_t>(count, 0, kMaxRowTokens); }
  void operator()(std::string_view, int& number) const { number = std::max(number, 0); }
  void operator()(std::string_view, std::optional<money::NanoUsd>& cost) const {
    if (cost) cost->value = std::clamp<std::int64_t>(cost->value, 0, kMaxRowCost);
  }
  void operator()(std::string_view, bool) const {}
  void operator()(std::string_view, CostSource& source) const {
    if (source > CostSource::Unpriced) source = CostSource::Unpriced;
  }
};

}  // namespace

std::string_view to_string(CostSource source) {
  switch (source) {
    case CostSource::Provider: return "provider";
    case CostSource::Priced: return "priced";
    case CostSource::Estimated: return "estimated";
    case CostSource::Unpriced: break;
  }
  return "unpriced";
}

void bring_in_bounds(LedgerRow& row) { each_field(row, BoundField{}); }

std::string tags_text(const std::vector<std::string>& tags) {
  if (tags.empty()) return "[]";
  boost::json::array list;
  for (const std::string& tag : tags) list.emplace_back(tag);
  return boost::json::serialize(list);
}

}  // namespace drover::store
