#include "gateway/request/client_deadline.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>

#include "gateway/request/request_state.h"

namespace drover::gateway {
namespace {

constexpr double kLongestSeconds = 24.0 * 60 * 60;
constexpr double kShortestSeconds = 0.001;

Duration seconds_in(std::string_view text) {
  double seconds = 0;
  const auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (problem != std::errc() || end != text.data() + text.size()) return kNoLimit;
  if (!(seconds >= kShortestSeconds && seconds <= kLongestSeconds)) return kNoLimit;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

Duration client_timeout(const http::Fields& fields) {
  Duration shortest = kNoLimit;
  for (const std::string_view name : {"x-drover-timeout", "x-stainless-timeout", "x-stainless-read-timeout"}) {
    if (const auto value = http::find(fields, name)) shortest = std::min(shortest, seconds_in(*value));
  }
  return shortest;
}

Duration client_deadline(const RequestState& state) {
  if (state.routing.route == nullptr) return kNoLimit;
  const core::Plan& plan = *state.snapshot->plan;
  const Duration configured = plan.pools[state.routing.route->pools.front().index()].timeouts.total;
  return state.client_timeout < configured ? state.client_timeout : kNoLimit;
}

bool ended_by_client_deadline(const RequestState& state) {
  if (!state.run || !state.run->error()) return false;
  const Error& error = state.run->error()->error;
  const bool own = error.kind == ErrorKind::TotalTimeout && error.scope == ErrorScope::Request;
  return own && client_deadline(state) != kNoLimit;
}

}  // namespace drover::gateway
