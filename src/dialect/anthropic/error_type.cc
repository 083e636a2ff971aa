#include "dialect/anthropic/error_type.h"

#include <algorithm>
#include <array>

#include "dialect/failure/failures.h"

namespace drover::dialect::anthropic_detail {
namespace {

struct Row {
  int status;
  std::string_view type;
};

/// https://docs.anthropic.com/en/api/errors; the last two rows are for statuses that drover has and Anthropic has not.
/// Of two rows with one type the first gives the status.
constexpr auto kTypes = std::to_array<Row>({
    {400, "invalid_request_error"},
    {401, "authentication_error"},
    {402, "billing_error"},
    {403, "permission_error"},
    {404, "not_found_error"},
    {409, "conflict_error"},
    {413, "request_too_large"},
    {429, "rate_limit_error"},
    {500, "api_error"},
    {504, "timeout_error"},
    {529, "overloaded_error"},
    {503, "overloaded_error"},
    {408, "timeout_error"},
});

}  // namespace

std::string_view error_type(int status) {
  const auto* row = std::ranges::find(kTypes, status, &Row::status);
  if (row != kTypes.end()) return row->type;
  return status >= 400 && status < 500 ? "invalid_request_error" : "api_error";
}

Error classify_inside(const ErrorFacts& facts, const FailureRules* rules) {
  const auto* row = std::ranges::find(kTypes, facts.type, &Row::type);
  ErrorFacts known = facts;
  if (row != kTypes.end()) known.number = row->status;
  return classify(0, known, rules);
}

}  // namespace drover::dialect::anthropic_detail
