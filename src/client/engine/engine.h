// What a Client is made of: settings at work, worker threads, and the one place where calls enter. The client shares it
// with what outlives it (streams, pending calls). close() ends it, not the last reference.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/engine/call.h"
#include "client/engine/delivery.h"
#include "client/engine/process_mark.h"
#include "client/engine/worker.h"
#include "config/settings.h"
#include "drover/explanation.h"
#include "drover/options.h"
#include "drover/result.h"
#include "drover/status.h"
#include "telemetry/decisions/decision_log.h"
#include "upstream/catalog/api_fence.h"
#include "upstream/catalog/catalog.h"
#include "upstream/memory/gauge.h"
#include "upstream/memory/memory_budget.h"
#include "upstream/run/shared_fleet.h"

namespace drover::client {

class Engine : public std::enable_shared_from_this<Engine> {
 public:
  /// Errors: BadConfig (a CA file that cannot be read), LocalResource (no threads).
  [[nodiscard]] static v0::Result<std::shared_ptr<Engine>> start(config::Settings settings, const std::string& model,
                                                                 v0::Hooks hooks);
  ~Engine();

  /// A caller's request before it is read.
  struct Asking {
    std::string_view path;  ///< "/v1/chat/completions"
    std::string_view body;
    Call::Kind kind = Call::Kind::Whole;
    std::chrono::milliseconds timeout{0};
  };
  /// Any thread: reads the request and finds its route. Errors: BadRequest, TooLarge, NotFound, Shed, Cancelled.
  [[nodiscard]] v0::Result<std::shared_ptr<Call>> prepare(const Asking& asking);
  /// Any thread: gives the call to a worker. From now on `ended` is called exactly once, perhaps before this returns.
  void submit(const std::shared_ptr<Call>& call);

  /// Ends all calls; later calls fail with "client_closed". Waits for the threads.
  void close();
  /// Whether this is a child of the process that made it; then nothing may be touched.
  [[nodiscard]] bool foreign() const { return process_.foreign(); }

  [[nodiscard]] v0::Status status();
  [[nodiscard]] v0::Result<v0::Explanation> explain(std::string_view request_id) const;
  [[nodiscard]] const std::string& model() const { return model_; }
  [[nodiscard]] Delivery& delivery() { return delivery_; }

  // For calls.
  [[nodiscard]] const core::Plan& plan() const { return catalog_->plan(); }
  [[nodiscard]] const upstream::Catalog& catalog() const { return *catalog_; }
  [[nodiscard]] upstream::SharedFleet& fleet() { return *fleet_; }
  [[nodiscard]] bool wants_records() const { return static_cast<bool>(hooks_->call); }
  void record(v0::CallRecord record);
  /// For the log hook.
  void say(v0::LogLine line);

 private:
  Engine(config::Settings settings, v0::Hooks hooks);
  [[nodiscard]] Result<void> add_worker(unsigned threads);

  const ProcessMark process_;
  const config::Settings settings_;
  std::string model_;
  upstream::RouteFences fences_{};          ///< of OpenAI's dialect, which the library speaks
  std::shared_ptr<const v0::Hooks> hooks_;  // shared with the delivery's tasks
  Delivery delivery_;
  std::shared_ptr<const upstream::Catalog> catalog_;
  std::shared_ptr<upstream::SharedFleet> fleet_;
  upstream::Gauge in_flight_;
  upstream::MemoryBudget replay_memory_;
  telemetry::DecisionLog decisions_{telemetry::kLibraryDecisions};
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<std::uint32_t> next_worker_{0};
  std::atomic<bool> closed_{false};
};

/// The error for an unknown model, which lists the known ones.
[[nodiscard]] v0::Error no_such_model(const core::Plan& plan, std::string_view model);

/// The state of every target of a fleet.
[[nodiscard]] std::vector<v0::TargetStatus> targets_of(upstream::SharedFleet& fleet, Instant now);

}  // namespace drover::client
