#include "telemetry/log/state_lines.h"

#include "telemetry/log/log.h"
#include "telemetry/log/status_words.h"

namespace drover::telemetry {
namespace {

std::string how_long(const core::StateChange& change) {
  if (change.until == kNever || change.until <= change.at) return {};
  return " for " + span_text(change.until - change.at);
}

}  // namespace

std::string state_line(const core::StateChange& change, std::string_view label) {
  std::string line(label);
  switch (change.what) {
    case core::StateChange::What::Ejected:
      return line + " is taken out" + how_long(change) + ": " + cause_text(change.cause);
    case core::StateChange::What::CoolingDown:
      return line + " cools down" + how_long(change) + ": " + cause_text(change.cause);
    case core::StateChange::What::Resting: return line + " rests" + how_long(change) + ": " + cause_text(change.cause);
    case core::StateChange::What::OnTrial: return line + " is on trial with one request";
    case core::StateChange::What::Suspected:
      return line + " is suspected to hang: several requests wait for it and nothing comes; it gets no more for now";
    case core::StateChange::What::LacksApi:
      return line + " does not offer an API that its siblings offer, and is not asked for it" + how_long(change) +
             ": " + reason(change.cause.kind, change.cause.status, change.cause.code.view());
    case core::StateChange::What::NotBelieved:
      return line + " reports limits that cannot be true (negative, or more left than there is); they are ignored";
    case core::StateChange::What::Recovered: return line + " is well again";
  }
  return line;
}

bool is_trouble(const core::StateChange& change) {
  return change.what != core::StateChange::What::Recovered && change.what != core::StateChange::What::OnTrial;
}

void log_state_change(const core::StateChange& change, std::string_view label) {
  log(is_trouble(change) ? Level::Warning : Level::Info, state_line(change, label));
}

}  // namespace drover::telemetry
