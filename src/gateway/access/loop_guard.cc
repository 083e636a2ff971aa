#include "gateway/access/loop_guard.h"

#include <algorithm>
#include <random>
#include <string_view>

#include "gateway/answers/request_error.h"
#include "http/bytes.h"

namespace drover::gateway {
namespace {

constexpr std::string_view kField = "x-drover-via";
constexpr std::size_t kMarkDigits = 16;

bool is_mark(std::string_view text) {
  return text.size() == kMarkDigits && std::ranges::all_of(text, [](char c) { return http::is(c, http::kHex); });
}

Error looped() {
  return request_error(508, ErrorKind::BadRequest, "loop_detected",
                       "This request has been through this gateway before: a provider's base_url leads back here.");
}

}  // namespace

LoopGuard::LoopGuard() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device device;
  for (std::size_t at = 0; at < kMarkDigits; ++at) mark_.push_back(kDigits[device() % kDigits.size()]);
}

Result<void> LoopGuard::pass(const http::Fields& fields, std::string& upstream_fields) const {
  std::string_view list = http::find(fields, kField).value_or("");
  upstream_fields.append(kField).append(": ");
  for (std::size_t gateways = 0; !list.empty(); ++gateways) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view mark = http::trim(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (!is_mark(mark)) break;
    if (mark == mark_ || gateways + 1 >= kMaxGateways) return fail(looped());
    upstream_fields.append(mark).append(", ");
  }
  upstream_fields.append(mark_).append("\r\n");
  return {};
}

}  // namespace drover::gateway
