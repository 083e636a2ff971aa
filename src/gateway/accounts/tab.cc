#include "gateway/accounts/tab.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "directory/limit_text.h"
#include "directory/scope_ref.h"
#include "gateway/accounts/accounts.h"
#include "gateway/answers/request_error.h"

namespace drover::gateway {
namespace {

/// A client that would have to wait longer is told not to repeat the request by itself.
constexpr auto kWorthWaiting = std::chrono::seconds(60);
/// When a running request will end is not known.
constexpr Duration kSoon = std::chrono::seconds(1);

/// How long until a limit has room again; nothing: waiting does not help.
std::optional<Duration> wait_of(const directory::Refusal& refusal, WallTime now) {
  if (refusal.held_by_running) return kSoon;
  if (refusal.retry_at == kNeverExpires) return std::nullopt;
  return std::max<Duration>(refusal.retry_at - now, std::chrono::milliseconds(1));
}

/// Money that is gone comes back with the month; what was counted by the minute comes back at once.
Error refused(const directory::Refusal& refusal, WallTime now) {
  const bool money = refusal.unit == directory::Unit::Usd;
  const std::string scope = refusal.scope.empty() ? "all clients" : "'" + refusal.scope + "'";
  Error error =
      request_error(429, ErrorKind::RateLimited, money ? "budget_exhausted" : "client_limit_reached",
                    "The limit of " + scope + ", " +
                        directory::limit_text(refusal.unit, refusal.amount, refusal.window) + ", is used up.");
  if (refusal.why == directory::Refusal::Why::TooManyLimits) {
    error.code = "too_many_limits";
    error.message = "More limits count this request than the gateway can hold.";
    return error;
  }
  error.retry_after = wait_of(refusal, now);
  return error;
}

void append_limit_fields(const Error& error, std::string& fields) {
  if (!error.retry_after || *error.retry_after > kWorthWaiting) fields.append("x-should-retry: false\r\n");
}

/// Who limits money wants to know what is spent.
bool limits_money(directory::AskerBook& book, const directory::Asking& asking, const directory::Moment& now) {
  return book.left(asking, now)[static_cast<std::size_t>(directory::Unit::Usd)].has_value();
}

struct Told {
  directory::Unit unit;
  QuotaDimension dimension;
};
constexpr std::array<Told, 4> kTold = {{{directory::Unit::Requests, QuotaDimension::AllRequests},
                                        {directory::Unit::Tokens, QuotaDimension::AllTokens},
                                        {directory::Unit::TokensIn, QuotaDimension::InputTokens},
                                        {directory::Unit::TokensOut, QuotaDimension::OutputTokens}}};

}  // namespace

directory::Spend Tab::estimated(const Amount& amount) const {
  return {.amount = amount,
          .cost = request_.pricing != nullptr ? request_.pricing->estimate(amount) : money::NanoUsd{}};
}

directory::Asking Tab::asking() const {
  return {.principal = request_.principal, .tags = tags_, .end_user = {}, .model = request_.model};
}

Result<void> Tab::begin(directory::AskerBook& book, const Request& request, const Policy& policy, Instant now,
                        std::string& fields) {
  request_ = request;
  tags_.assign(request.tags.begin(), request.tags.end());
  reserved_ = Amount{};
  reserved_.input_tokens = Tokens{request.input_tokens};
  const std::int64_t output = request.output_tokens > 0 ? request.output_tokens : kUsualOutput;
  reserved_.output_tokens = Tokens{output * std::max<std::int64_t>(request.choices, 1)};
  const directory::Moment at = moment(now);
  if (request.pricing == nullptr && policy.unpriced == config::Unpriced::Reject && limits_money(book, asking(), at)) {
    return fail(request_error(403, ErrorKind::Unsupported, "model_unpriced",
                              "This client has a budget, and the price of this model is not known ('prices')."));
  }
  const bool strict = policy.overdraft == config::Overdraft::Strict;
  directory::Reservation reservation = book.reserve(asking(), estimated(reserved_), at,
                                                    strict ? directory::Overdraft::Strict : directory::Overdraft::One);
  if (!reservation) {
    Error error = refused(reservation.error(), at.wall);
    append_limit_fields(error, fields);
    return fail(std::move(error));
  }
  book_ = &book;
  lease_ = std::move(*reservation);
  return {};
}

/// When the stream has said what was reserved, a little more is: what it may say beyond a limit is no more than that.
std::optional<Error> Tab::streamed(const Amount& so_far, Instant now) {
  if (!lease_.open() || so_far.output_tokens <= reserved_.output_tokens) return std::nullopt;
  Amount more;
  more.requests = {};
  const std::int64_t beyond = so_far.output_tokens.value - reserved_.output_tokens.value;
  more.output_tokens = Tokens{beyond + std::max(kFurtherOutput, so_far.output_tokens.value / 16)};
  const directory::Moment at = moment(now);
  if (const auto refusal = lease_.extend(estimated(more), at)) return refused(*refusal, at.wall);
  reserved_.output_tokens = reserved_.output_tokens + more.output_tokens;
  return std::nullopt;
}

void Tab::lower(QuotaHints& left, Instant now) const {
  if (!lease_.open()) return;
  const directory::Moment at = moment(now);
  const auto all = book_->left(asking(), at);
  for (const Told& told : kTold) {
    const auto& own = all[static_cast<std::size_t>(told.unit)];
    if (!own) continue;
    QuotaHint hint{.limit = own->amount, .remaining = own->remaining};
    if (own->whole_at != kNeverExpires) hint.reset = std::max<Duration>(own->whole_at - at.wall, Duration::zero());
    keep_least(left.of(told.dimension), hint);
  }
}

void Tab::settle(const directory::Spend& used) {
  (void)lease_.settle(used);
}

void Tab::reset() {
  lease_ = {};
  request_ = {};
  tags_.clear();
  book_ = nullptr;
}

}  // namespace drover::gateway
