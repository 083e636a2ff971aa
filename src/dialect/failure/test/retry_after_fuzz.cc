// Any bytes as a time to wait: no crash, and never less than nothing or more than the cap.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "dialect/failure/retry_after.h"
#include "dialect/failure/timestamp.h"

namespace {

using namespace drover;
using namespace drover::dialect;

void check(const std::optional<Duration>& wait) {
  if (wait.has_value() && (*wait < Duration::zero() || *wait > kMaxRetryAfter)) std::abort();
}

void check_head(std::string_view text, std::int64_t now) {
  for (const std::string_view name :
       {"retry-after", "retry-after-ms", "x-ratelimit-reset-tokens", "anthropic-ratelimit-x-reset"}) {
    http::Fields fields;
    (void)fields.push_back({name, text});
    (void)fields.push_back({"x-ratelimit-remaining-tokens", "0"});
    (void)fields.push_back({"anthropic-ratelimit-x-remaining", "0"});
    check(retry_after(fields, now));
  }
  http::Fields fields;
  (void)fields.push_back({text, text});
  check(retry_after(fields, now));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  std::int64_t odd = 0;
  std::memcpy(&odd, bytes, size < sizeof odd ? size : sizeof odd);
  for (const std::int64_t now : {std::int64_t{1'755'780'000}, std::int64_t{0}, odd}) {
    check(parse_retry_after(text, now));
    check(parse_reset(text, now));
    check_head(text, now);
    (void)parse_http_date(text, now);
  }
  (void)parse_rfc3339(text);
  check(retry_hint(text));
  return 0;
}
