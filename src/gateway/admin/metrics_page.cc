// GET /metrics: the counters, and what is looked at when it is asked for.
#include <utility>
#include <vector>

#include "gateway/admin/admin_view.h"
#include "gateway/process/version.h"
#include "telemetry/log/log.h"

namespace drover::gateway {

void for_each_target(const AdminView& view, const std::function<bool(const core::TargetView&)>& see) {
  const auto count = static_cast<std::uint32_t>(view.snapshot->plan->targets.size());
  std::vector<core::TargetView> some;
  some.reserve(kViewsAtOnce);
  for (std::uint32_t at = 0; at < count;) {
    some.clear();
    view.snapshot->fleet->with([&](const core::Fleet& fleet) {
      for (; at < count && some.size() < kViewsAtOnce; ++at) some.push_back(fleet.view(core::TargetId{at}, view.now));
    });
    for (const core::TargetView& target : some) {
      if (!see(target)) return;
    }
  }
}

std::string metrics_page(const AdminView& view) {
  telemetry::Gauges gauges;
  gauges.version = version();
  gauges.started = static_cast<double>(view.started) / 1000;
  gauges.config_loaded = static_cast<double>(view.snapshot->loaded_at) / 1000;
  gauges.in_flight = view.admission->in_flight.used();
  gauges.waiting = view.snapshot->fleet->with([](const core::Fleet& fleet) { return fleet.waiting(); });
  gauges.connections = view.admission->connections.used();
  gauges.replay_bytes = view.admission->replay_memory.used();
  gauges.log_lines_dropped = telemetry::dropped_log_lines();
  gauges.access_lines_dropped = view.access_log->dropped();
  if (view.ledger != nullptr) {
    const store::LedgerStats stats = view.ledger->stats();
    gauges.ledger = {.up = stats.up, .written = stats.written, .lost = stats.lost, .waiting = stats.backlog};
  }
  for_each_target(view, [&](const core::TargetView& target) {
    telemetry::Gauges::Target& gauge = gauges.targets[view.snapshot->target_slots[target.target.index()]];
    gauge.in_flight += target.in_flight;
    gauge.usable += usable(target.condition) ? 1 : 0;
    return true;
  });
  if (view.retirements != nullptr) {
    for (upstream::Retirement& retirement : view.retirements->all()) {
      if (gauges.shutdowns.size() == telemetry::kMaxModelLabels) break;
      gauges.shutdowns.push_back(
          {std::move(retirement.provider), std::move(retirement.model), static_cast<double>(retirement.shutdown)});
    }
  }
  return view.metrics->render(gauges);
}

}  // namespace drover::gateway
