#include "telemetry/log/timestamp.h"

#include <algorithm>
#include <chrono>

namespace drover::telemetry {
namespace {

/// 9999-12-31T23:59:59.999Z
constexpr std::int64_t kLatest = 253402300799999;

void digits(char* out, std::uint32_t value, int count) {
  for (int at = count - 1; at >= 0; --at, value /= 10) out[at] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::array<char, kTimestampBytes> timestamp(std::int64_t unix_milliseconds) {
  using namespace std::chrono;
  const sys_time<milliseconds> at(milliseconds(std::clamp(unix_milliseconds, std::int64_t{0}, kLatest)));
  const sys_days day = floor<days>(at);
  const year_month_day date(day);
  const auto rest = static_cast<std::uint32_t>((at - day).count());
  std::array<char, kTimestampBytes> text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
                                         '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
  digits(&text[0], static_cast<std::uint32_t>(static_cast<int>(date.year())), 4);
  digits(&text[5], static_cast<unsigned>(date.month()), 2);
  digits(&text[8], static_cast<unsigned>(date.day()), 2);
  digits(&text[11], rest / 3600000, 2);
  digits(&text[14], rest / 60000 % 60, 2);
  digits(&text[17], rest / 1000 % 60, 2);
  digits(&text[20], rest % 1000, 3);
  return text;
}

}  // namespace drover::telemetry
