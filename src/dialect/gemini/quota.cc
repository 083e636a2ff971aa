#include "dialect/gemini/quota.h"

#include <chrono>

#include "dialect/gemini/chunk.h"
#include "dialect/json/json_reader.h"

namespace drover::dialect::gemini_detail {
namespace {

/// Longest lists walked; Google sends up to about five of each.
constexpr int kMostEntries = 16;

template <class Visit>
void for_entries(std::string_view list, Visit visit) {
  JsonReader reader(list);
  if (reader.kind() != JsonReader::Kind::Array || !reader.enter()) return;
  for (int count = 0; count < kMostEntries && reader.next_element(); ++count) visit(reader.take());
}

using Seconds = std::chrono::sys_seconds;

/// Hours that California's clocks are behind: daylight saving time is from the second Sunday of March, 10:00 UTC, to
/// the first Sunday of November, 09:00 UTC.
std::chrono::hours behind_utc(Seconds when) {
  using namespace std::chrono;
  const year_month_day day(floor<days>(when));
  const sys_days begin(day.year() / March / Sunday[2]);
  const sys_days end(day.year() / November / Sunday[1]);
  return when >= begin + hours{10} && when < end + hours{9} ? hours{7} : hours{8};
}

}  // namespace

bool names_daily_quota(std::string_view body) {
  bool daily = false;
  const std::string_view error = raw_member(out_of_list(body), "error");
  for_entries(raw_member(error, "details"), [&](std::string_view detail) {
    for_entries(raw_member(detail, "violations"), [&](std::string_view violation) {
      const std::string_view quota = raw_string(raw_member(violation, "quotaId")).value_or("");
      daily = daily || quota.find("PerDay") != quota.npos;
    });
  });
  return daily;
}

Duration until_quota_day(std::int64_t now_unix) {
  using namespace std::chrono;
  const Seconds now{seconds{now_unix}};
  const auto here = now - behind_utc(now);
  const auto midnight = floor<days>(here) + days{1};
  // The clocks may change in between.
  const Seconds then = midnight + behind_utc(midnight + behind_utc(now));
  return then - now;
}

}  // namespace drover::dialect::gemini_detail
