#include "upstream/attempt/upstream_id.h"

#include <algorithm>
#include <array>

namespace drover::upstream {
namespace {

/// OpenAI and most others; Anthropic; Azure's front; AWS; Google; Cloudflare, which is in front of many.
constexpr auto kNames =
    std::to_array<std::string_view>({"x-request-id", "request-id", "apim-request-id", "x-amzn-requestid",
                                     "x-amzn-request-id", "x-goog-request-id", "x-correlation-id", "cf-ray"});

bool may_stand(char c) {
  return c > 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>';
}

}  // namespace

UpstreamId upstream_id(const http::Fields& fields) {
  for (const std::string_view name : kNames) {
    const std::string_view value = http::find(fields, name).value_or("");
    if (!value.empty() && value.size() <= kMaxUpstreamId && std::ranges::all_of(value, may_stand)) {
      return UpstreamId(value);
    }
  }
  return {};
}

}  // namespace drover::upstream
