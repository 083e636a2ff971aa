// The fields of LiteLLM's calls for keys, as what drover has: max_budget is a limit in usd, rpm_limit one in requests,
// and so on. A field that would restrict a key and has no counterpart is refused, never ignored.
#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string_view>

#include "directory/records.h"
#include "gateway/admin/api/values.h"

namespace drover::gateway::admin {

/// Sets what the body names; the rest of the key stays. Null clears. "key" and "grace_period" are not looked at.
void apply_litellm(const boost::json::object& body, Reading& reading, directory::Key& key);

/// The key as LiteLLM's answers show it, without its secret.
[[nodiscard]] boost::json::object litellm_json(const directory::Key& key);

/// Every field that is read.
[[nodiscard]] std::span<const std::string_view> litellm_field_names();

/// Reads "30s", "30m", "24h", "30d", "1w", "1mo" (30 days). Nothing: it is none.
[[nodiscard]] std::optional<std::chrono::seconds> litellm_span(std::string_view text);

}  // namespace drover::gateway::admin
