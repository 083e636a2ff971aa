// What is written down about a finished request.
#include <string>

#include "gateway/phases.h"
#include "telemetry/log.h"

namespace drover::gateway {

void record(RequestState& state) {
  const auto& ended = state.run->error();
  if (!ended || state.run->client_left()) return;
  // The client's own mistakes are its business; what we could not save is ours.
  if (ended->error.scope == ErrorScope::Request && !ended->in_band) return;
  std::string line =
      "request " + state.id + " failed after " + std::to_string(state.run->record().attempts.size()) + " attempts: ";
  line.append(to_string(ended->error.kind));
  for (const upstream::AttemptRecord& attempt : state.run->record().attempts) {
    line.append("; ").append(state.snapshot->plan->targets[attempt.target.index()].name).append(" ");
    line.append(attempt.failure ? to_string(*attempt.failure) : std::string_view("answered"));
    if (attempt.status != 0) line.append(" ").append(std::to_string(attempt.status));
  }
  telemetry::log(telemetry::Level::Warning, line);
}

}  // namespace drover::gateway
