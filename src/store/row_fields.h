// The fields of a ledger row, once: the columns of the database, and the records of the spool file, are these in this order.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "store/ledger_row.h"

namespace drover::store {

/// Calls `visit(name, field)` for each field; `Row` is LedgerRow or const LedgerRow.
template <class Row, class Visit>
void each_field(Row& row, Visit&& visit) {
  visit("id", row.id);
  visit("started", row.started);
  visit("first_content", row.first_content);
  visit("completed", row.completed);
  visit("principal", row.principal);
  visit("end_user", row.end_user);
  visit("tags", row.tags);
  visit("api", row.api);
  visit("dialect", row.dialect);
  visit("model_asked", row.model_asked);
  visit("model_answered", row.model_answered);
  visit("target", row.target);
  visit("provider", row.provider);
  visit("status", row.status);
  visit("outcome", row.outcome);
  visit("attempts", row.attempts);
  visit("stream", row.stream);
  visit("input_uncached", row.tokens.input_uncached);
  visit("cache_read", row.tokens.cache_read);
  visit("cache_write_5m", row.tokens.cache_write_5m);
  visit("cache_write_1h", row.tokens.cache_write_1h);
  visit("output", row.tokens.output);
  visit("reasoning", row.tokens.reasoning);
  visit("audio_in", row.tokens.audio_in);
  visit("audio_out", row.tokens.audio_out);
  visit("cost", row.cost);
  visit("cost_source", row.cost_source);
  visit("price_version", row.price_version);
  visit("trace_id", row.trace_id);
  visit("user_agent", row.user_agent);
}

/// "provider", "priced", "estimated", "unpriced".
[[nodiscard]] std::string_view to_string(CostSource source);

// What one row may hold at most. Names come from clients and providers; counts from providers. Nothing real is near: sums
// of nine million rows still fit 64 bits.
inline constexpr std::size_t kMaxRowText = 256;
inline constexpr std::size_t kMaxRowTag = 64;
inline constexpr std::size_t kMaxRowTags = 16;
inline constexpr std::int64_t kMaxRowTokens = 1'000'000'000'000;
inline constexpr std::int64_t kMaxRowCost = 1'000'000'000'000;  // nano-USD: 1,000 dollars for one request

/// Brings a row within these bounds: texts are cut and made valid UTF-8, tags are sorted and each there once, counts and
/// costs are from 0 on, times are between 1970 and 2200. A row within them stays as it is.
void bring_in_bounds(LedgerRow& row);

/// The tags as the database keeps them: a JSON array of strings.
[[nodiscard]] std::string tags_text(const std::vector<std::string>& tags);

/// The quarter of an hour that a row is summed up in: every calendar window of every time zone begins with one (offsets
/// from UTC are multiples of it).
inline constexpr std::chrono::microseconds kSlot = std::chrono::minutes(15);
[[nodiscard]] constexpr WallTime slot_of(WallTime time) { return time - (time.time_since_epoch() % kSlot + kSlot) % kSlot; }

}  // namespace drover::store
