#include "telemetry/metrics/metrics.h"

#include "telemetry/metrics/exposition.h"

namespace drover::telemetry {
namespace {

std::string_view word(core::StateChange::What what) {
  switch (what) {
    case core::StateChange::What::Ejected: return "ejected";
    case core::StateChange::What::CoolingDown: return "cooldown";
    case core::StateChange::What::Resting: return "rest";
    case core::StateChange::What::OnTrial: return "trial";
    case core::StateChange::What::NotBelieved: return "not_believed";
    case core::StateChange::What::Suspected: return "suspected";
    case core::StateChange::What::LacksApi: return "lacks_api";
    case core::StateChange::What::Recovered: return "recovered";
  }
  return "recovered";
}

std::string_view kind_name(std::size_t kind) {
  if (kind == kErrorKinds + 1) return kLostRace;
  return kind == kErrorKinds ? std::string_view("ok") : to_string(static_cast<ErrorKind>(kind));
}

using Tallies = std::vector<const Tally*>;

/// Sums a counter over all threads; `pick` chooses it.
template <class Pick>
std::uint64_t sum(const Tallies& tallies, Pick pick) {
  std::uint64_t total = 0;
  for (const Tally* tally : tallies) total += pick(*tally).value();
  return total;
}

template <class Pick>
HistogramSum sum_histogram(const Tallies& tallies, Pick pick) {
  HistogramSum total;
  for (const Tally* tally : tallies) {
    const Histogram& one = pick(*tally);
    for (std::size_t bucket = 0; bucket < total.buckets.size(); ++bucket)
      total.buckets[bucket] += one.in_bucket(bucket);
    total.seconds += static_cast<double>(one.microseconds()) / 1e6;
  }
  return total;
}

constexpr std::array<const char*, kModes> kModeNames = {"plain", "streamed"};

void requests(Exposition& out, const Tallies& tallies, const std::vector<std::string>& models) {
  out.counter("drover_requests_total",
              "Requests that have ended, by model, by how the client saw it end, and by mode (plain or streamed).");
  for (std::size_t slot = 0; slot < models.size(); ++slot) {
    for (std::size_t mode = 0; mode < kModes; ++mode) {
      for (std::size_t status = 0; status < kStatusClasses; ++status) {
        const auto total = sum(tallies, [&](const Tally& t) -> auto& { return t.models[slot].requests[mode][status]; });
        if (total == 0) continue;
        out.value({{"model", models[slot]},
                   {"mode", kModeNames[mode]},
                   {"status", to_string(static_cast<StatusClass>(status))}},
                  static_cast<double>(total));
      }
    }
  }
  out.histogram("drover_request_duration_seconds", "From the arrival of a request to its end.");
  for (std::size_t slot = 0; slot < models.size(); ++slot) {
    for (std::size_t mode = 0; mode < kModes; ++mode) {
      out.value({{"model", models[slot]}, {"mode", kModeNames[mode]}},
                sum_histogram(tallies, [&](const Tally& t) -> auto& { return t.models[slot].duration[mode]; }));
    }
  }
  out.histogram("drover_request_first_content_seconds",
                "From the arrival of a streamed request to the first content sent to its client.");
  for (std::size_t slot = 0; slot < models.size(); ++slot) {
    out.value({{"model", models[slot]}},
              sum_histogram(tallies, [&](const Tally& t) -> auto& { return t.models[slot].first_content; }));
  }
  out.counter("drover_request_body_bytes_total", "Bytes of request bodies received from clients.");
  for (std::size_t slot = 0; slot < models.size(); ++slot) {
    const auto total = sum(tallies, [&](const Tally& t) -> auto& { return t.models[slot].request_bytes; });
    if (total > 0) out.value({{"model", models[slot]}}, static_cast<double>(total));
  }
  out.counter("drover_answer_body_bytes_total", "Bytes of answer bodies passed on to clients.");
  for (std::size_t slot = 0; slot < models.size(); ++slot) {
    const auto total = sum(tallies, [&](const Tally& t) -> auto& { return t.models[slot].answer_bytes; });
    if (total > 0) out.value({{"model", models[slot]}}, static_cast<double>(total));
  }
}

void attempts(Exposition& out, const Tallies& tallies, const std::vector<std::string>& targets) {
  out.counter("drover_attempts_total", "Attempts at targets that have ended, by what they came to.");
  for (std::size_t slot = 0; slot < targets.size(); ++slot) {
    for (std::size_t kind = 0; kind <= kErrorKinds + 1; ++kind) {
      const auto total = sum(tallies, [&](const Tally& t) -> auto& { return t.targets[slot].attempts[kind]; });
      if (total > 0) out.value({{"target", targets[slot]}, {"class", kind_name(kind)}}, static_cast<double>(total));
    }
  }
  out.histogram("drover_attempt_first_content_seconds",
                "From the beginning of an attempt to its first content (plain answers: to the whole answer).");
  for (std::size_t slot = 0; slot < targets.size(); ++slot) {
    out.value({{"target", targets[slot]}},
              sum_histogram(tallies, [&](const Tally& t) -> auto& { return t.targets[slot].first_content; }));
  }
  struct Tokens {
    const char* kind;
    Counter TargetTally::* counter;
  };
  constexpr std::array<Tokens, 4> kTokens = {{{"input", &TargetTally::input_tokens},
                                              {"output", &TargetTally::output_tokens},
                                              {"cached", &TargetTally::cached_tokens},
                                              {"estimated", &TargetTally::estimated_tokens}}};
  out.counter("drover_tokens_total",
              "Tokens used: input and output, of the input those the provider had cached, and of both those that no "
              "answer reported and are estimates.");
  for (std::size_t slot = 0; slot < targets.size(); ++slot) {
    for (const Tokens& tokens : kTokens) {
      const auto total = sum(tallies, [&](const Tally& t) -> auto& { return t.targets[slot].*tokens.counter; });
      if (total > 0) out.value({{"target", targets[slot]}, {"kind", tokens.kind}}, static_cast<double>(total));
    }
  }
  out.counter("drover_cost_usd_total", "US dollars that answers cost, as far as their prices are known.");
  for (std::size_t slot = 0; slot < targets.size(); ++slot) {
    const auto nano = sum(tallies, [&](const Tally& t) -> auto& { return t.targets[slot].cost_nano_usd; });
    if (nano > 0) out.value({{"target", targets[slot]}}, static_cast<double>(nano) / 1e9);
  }
  out.counter("drover_unpriced_requests_total", "Answers whose cost is not known, because their model has no price.");
  for (std::size_t slot = 0; slot < targets.size(); ++slot) {
    const auto count = sum(tallies, [&](const Tally& t) -> auto& { return t.targets[slot].unpriced; });
    if (count > 0) out.value({{"target", targets[slot]}}, static_cast<double>(count));
  }
  out.counter("drover_attempt_connections_total", "Connections that attempts were made on: new ones and reused ones.");
  for (std::size_t slot = 0; slot < targets.size(); ++slot) {
    const auto fresh = sum(tallies, [&](const Tally& t) -> auto& { return t.targets[slot].fresh_connections; });
    const auto reused = sum(tallies, [&](const Tally& t) -> auto& { return t.targets[slot].reused_connections; });
    if (fresh > 0) out.value({{"target", targets[slot]}, {"reused", "false"}}, static_cast<double>(fresh));
    if (reused > 0) out.value({{"target", targets[slot]}, {"reused", "true"}}, static_cast<double>(reused));
  }
}

constexpr std::array<const char*, core::kWaitRefusals> kRefusalNames = {"", "too_long", "room_full", "client_full",
                                                                        "timed_out"};

void waiting(Exposition& out, const Tallies& tallies) {
  out.histogram("drover_waited_seconds", "How long requests waited for capacity, of those that had to.");
  out.value({}, sum_histogram(tallies, [](const Tally& t) -> auto& { return t.waited; }));
  out.counter(
      "drover_wait_refusals_total",
      "Requests that were not let wait for capacity, or not longer: too_long (their turn would come after their "
      "deadline), room_full, client_full (too many wait, of this client), timed_out (timeouts.queue).");
  for (std::size_t reason = 1; reason < core::kWaitRefusals; ++reason) {
    const auto total = sum(tallies, [&](const Tally& t) -> auto& { return t.wait_refusals[reason]; });
    out.value({{"reason", kRefusalNames[reason]}}, static_cast<double>(total));
  }
}

void failovers(Exposition& out, const Tallies& tallies) {
  out.counter("drover_failovers_total", "Requests taken to another target, by what failed before.");
  for (std::size_t kind = 0; kind < kErrorKinds; ++kind) {
    const auto total = sum(tallies, [&](const Tally& t) -> auto& { return t.failovers[kind]; });
    if (total > 0) out.value({{"class", kind_name(kind)}}, static_cast<double>(total));
  }
  out.counter("drover_retries_total", "Further attempts at the same target, by what failed before.");
  for (std::size_t kind = 0; kind < kErrorKinds; ++kind) {
    const auto total = sum(tallies, [&](const Tally& t) -> auto& { return t.retries[kind]; });
    if (total > 0) out.value({{"class", kind_name(kind)}}, static_cast<double>(total));
  }
}

void hedges(Exposition& out, const Tallies& tallies) {
  constexpr std::array<const char*, core::kBesides - 1> kBeside = {"late", "trial", "silent"};
  constexpr std::array<const char*, kRaces> kResult = {"won", "lost", "failed"};
  out.counter(
      "drover_hedges_total",
      "Second attempts beside one that was late (retry.hedge), a trial, or one at a silent target, by what came "
      "of them: won (answered first), lost, failed.");
  for (std::size_t beside = 0; beside < kBeside.size(); ++beside) {
    for (std::size_t race = 0; race < kRaces; ++race) {
      const auto total = sum(tallies, [&](const Tally& t) -> auto& { return t.seconds[beside][race]; });
      out.value({{"beside", kBeside[beside]}, {"result", kResult[race]}}, static_cast<double>(total));
    }
  }
}

void translations(Exposition& out, const Tallies& tallies) {
  TranslationTally::Counts counts;
  for (const Tally* tally : tallies) tally->translations.add_to(counts);
  const auto is_request = [](const TranslationTally::Series& series) { return series.field.empty(); };
  out.counter("drover_translated_requests_total",
              "Requests that were answered in another form than their client's, by both forms.");
  for (const auto& [series, count] : counts) {
    if (is_request(series)) out.value({{"from", series.from}, {"to", series.to}}, static_cast<double>(count));
  }
  out.counter("drover_translation_dropped_total", "What translated requests could not carry, by field and forms.");
  for (const auto& [series, count] : counts) {
    if (is_request(series)) continue;
    out.value({{"field", series.field}, {"from", series.from}, {"to", series.to}}, static_cast<double>(count));
  }
}

void process(Exposition& out, const Tallies& tallies, const Gauges& gauges) {
  out.gauge("drover_build_info", "1, with the version as a label.");
  out.value({{"version", gauges.version}}, 1);
  out.gauge("drover_start_time_seconds", "When the process started, in seconds since 1970.");
  out.value({}, gauges.started);
  out.gauge("drover_config_load_time_seconds", "When the configuration in force was loaded, in seconds since 1970.");
  out.value({}, gauges.config_loaded);
  out.gauge("drover_requests_in_flight", "Requests being served.");
  out.value({}, static_cast<double>(gauges.in_flight));
  out.gauge("drover_requests_waiting", "Requests that wait for capacity.");
  out.value({}, static_cast<double>(gauges.waiting));
  out.gauge("drover_client_connections", "Open connections from clients.");
  out.value({}, static_cast<double>(gauges.connections));
  out.counter("drover_client_connections_total", "Connections accepted from clients.");
  out.value({}, static_cast<double>(sum(tallies, [](const Tally& t) -> auto& { return t.connections; })));
  out.gauge("drover_replay_memory_bytes", "Memory held by request bodies that may have to be sent again.");
  out.value({}, static_cast<double>(gauges.replay_bytes));
  out.counter("drover_access_log_dropped_lines_total", "Lines of the access log that could not be written in time.");
  out.value({}, static_cast<double>(gauges.access_lines_dropped));
  out.counter("drover_log_dropped_lines_total", "Lines of the program's own log that could not be written in time.");
  out.value({}, static_cast<double>(gauges.log_lines_dropped));
}

}  // namespace

Metrics::Metrics() = default;

Tally& Metrics::add_thread() {
  const std::lock_guard lock(mutex_);
  return *tallies_.emplace_back(std::make_unique<Tally>());
}

void Metrics::state_changed(core::StateChange::What what, std::string_view label) {
  const Slot slot = nodes_.slot(label);
  const std::lock_guard lock(mutex_);
  ++changes_[{slot, what}];
}

std::string Metrics::render(const Gauges& gauges) const {
  Tallies tallies;
  std::map<std::pair<Slot, core::StateChange::What>, std::uint64_t> changes;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& tally : tallies_) tallies.push_back(tally.get());
    changes = changes_;
  }
  const std::vector<std::string> targets = targets_.names();
  Exposition out;
  requests(out, tallies, models_.names());
  attempts(out, tallies, targets);
  waiting(out, tallies);
  failovers(out, tallies);
  hedges(out, tallies);
  translations(out, tallies);

  const std::vector<std::string> nodes = nodes_.names();
  out.counter("drover_state_changes_total", "Changes of state of keys, servers, targets and the like, by name.");
  for (const auto& [which, count] : changes) {
    out.value({{"node", nodes[which.first]}, {"change", word(which.second)}}, static_cast<double>(count));
  }
  if (gauges.ledger) {
    out.gauge("drover_store_up", "Whether the last call of the store of keys and of the ledger succeeded.");
    out.value({}, gauges.ledger->up ? 1 : 0);
    out.gauge("drover_ledger_rows_waiting", "Rows of the ledger that are not in the store yet.");
    out.value({}, static_cast<double>(gauges.ledger->waiting));
    out.counter("drover_ledger_rows_total", "Finished requests that are in the store, or were lost on the way.");
    out.value({{"end", "written"}}, static_cast<double>(gauges.ledger->written));
    out.value({{"end", "lost"}}, static_cast<double>(gauges.ledger->lost));
  }
  out.gauge("drover_target_in_flight", "Requests a target is serving.");
  for (const auto& [slot, target] : gauges.targets) {
    out.value({{"target", targets[slot]}}, static_cast<double>(target.in_flight));
  }
  out.gauge("drover_target_usable", "Whether a target may be picked (of several with one name: how many).");
  for (const auto& [slot, target] : gauges.targets) {
    out.value({{"target", targets[slot]}}, static_cast<double>(target.usable));
  }
  out.gauge("drover_model_shutdown_time_seconds",
            "When a provider shuts a model down that is in use, as its list of models says, in seconds since 1970.");
  for (const Gauges::Shutdown& shutdown : gauges.shutdowns) {
    out.value({{"provider", shutdown.provider}, {"model", shutdown.model}}, shutdown.at);
  }
  process(out, tallies, gauges);
  return out.text();
}

}  // namespace drover::telemetry
