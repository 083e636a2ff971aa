#include "gateway/accounts/ledger_entry.h"

#include <algorithm>
#include <chrono>

#include "dialect/api_name.h"
#include "gateway/accounts/accounts.h"
#include "upstream/run/run.h"

namespace drover::gateway {
namespace {

constexpr std::size_t kMostProduct = 40;

WallTime wall_of(Instant at, const directory::Moment& now) {
  return now.wall - std::chrono::duration_cast<std::chrono::microseconds>(now.instant - at);
}

void describe_answer(const RequestState& state, const upstream::AttemptRecord& answer, const directory::Moment& now,
                     store::LedgerRow& row) {
  const core::Plan& plan = *state.snapshot->plan;
  const core::Target& target = plan.targets[answer.target.index()];
  const upstream::RunRecord& run = state.run->record();
  row.model_answered = target.model_for(state.request.inspection.model);
  row.target = target.name;
  row.provider = plan.providers[target.provider.index()].name;
  row.first_content = wall_of(run.first_content, now);
  const Prices::Bill bill = state.snapshot->prices->bill(state.request.inspection.model, run);
  row.tokens = counts_of(bill.used, run.usage);
  row.cost = bill.charge.cost;
  row.cost_source = bill.charge.source;
  row.price_version = bill.charge.version;
}

}  // namespace

std::string_view first_product(std::string_view user_agent) {
  const auto plain = [](char c) { return c > ' ' && c < '\x7f' && c != '/'; };
  const auto end = std::ranges::find_if_not(user_agent, plain);
  return user_agent.substr(0, std::min<std::size_t>(static_cast<std::size_t>(end - user_agent.begin()), kMostProduct));
}

store::LedgerRow ledger_row(const RequestState& state, int status, std::string_view outcome, Instant now) {
  const directory::Moment at = moment(now);
  store::LedgerRow row;
  row.id = state.id;
  row.started = wall_of(state.arrived, at);
  row.completed = at.wall;
  if (state.client != nullptr) {
    row.principal = state.client->path;
    row.tags = state.client->tags;
  }
  row.api = dialect::api_name(state.request.api);
  row.dialect = to_string(state.dialect);
  row.model_asked = state.request.inspection.model;
  row.status = status;
  row.outcome = outcome;
  row.stream = state.request.inspection.stream;
  row.user_agent = state.user_agent;
  row.cost = money::NanoUsd{};  // what nobody answered costs nothing
  row.cost_source = store::CostSource::Priced;
  if (!state.run) return row;
  row.attempts = static_cast<int>(state.run->record().attempts.size());
  if (const upstream::AttemptRecord* const answer = state.run->record().answer()) {
    describe_answer(state, *answer, at, row);
  }
  return row;
}

}  // namespace drover::gateway
