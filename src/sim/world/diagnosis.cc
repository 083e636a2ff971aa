#include "sim/world/diagnosis.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/dispatch/dispatch.h"
#include "core/fleet/fleet.h"
#include "sim/world/agenda.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

constexpr Instant kPoolBeginning{1h};
constexpr std::uint32_t kEarly = 20;

struct PoolEvent {
  std::uint32_t request = 0;
  core::Event event;
};

class PoolWorld {
 public:
  explicit PoolWorld(const DiagnosisWorld& world)
      : world_(world), plan_(plan_of(world.topology, world.balance)), random_(world.seed) {
    for (std::uint32_t client = 0; client < world.clients; ++client) {
      plan_.principals.push_back({.name = "c" + std::to_string(client)});
    }
    plan_.finish();
    fleet_.emplace(plan_, world.seed);
  }

  DiagnosisReport run() {
    for (std::uint32_t number = 0; number < world_.requests; ++number) {
      agenda_.add(kPoolBeginning + number * world_.every, {number, core::RequestReady{}});
    }
    while (!agenda_.empty()) {
      auto [now, happening] = agenda_.next();
      now_ = now;
      if (std::holds_alternative<core::RequestReady>(happening.event)) begin(happening.request);
      step(requests_[happening.request], happening.event);
    }
    for (std::uint32_t target = 0; target < plan_.targets.size(); ++target) {
      if (target >= world_.sick_targets) report_.charged_well += fleet_->view(core::TargetId{target}, now_).failures;
    }
    return report_;
  }

 private:
  struct Request final : core::Bell {
    PoolWorld* world = nullptr;
    std::uint32_t number = 0;
    bool wrong = false;
    bool first_started = false;
    std::optional<core::Dispatch> dispatch;
    void ring() override { world->agenda_.add(world->now_ + 1ms, {number, core::CapacityGranted{}}); }
  };

  [[nodiscard]] bool late(const Request& request) const { return request.number >= kEarly; }

  void begin(std::uint32_t number) {
    Request& request = requests_.emplace_back();
    request.world = this;
    request.number = number;
    request.wrong = random_.unit() < world_.wrong;
    core::DispatchRequest facts{.plan = &plan_,
                                .route = &plan_.routes.front(),
                                .body = world_.one_body ? 1U : number + 1U,
                                .arrived = now_,
                                .bell = &request};
    if (world_.clients > 0) facts.asker.principal = request.wrong ? 0 : number % world_.clients;
    if (plan_.pools.front().balance == core::Balance::Sticky) facts.affinity = 1 + random_.below(50);
    if (late(request) && !request.wrong) ++report_.late_requests;
    request.dispatch.emplace(facts, *fleet_, random_);
  }

  void step(Request& request, const core::Event& event) {
    for (const core::Command& command : request.dispatch->on(event, now_)) {
      if (const auto* start = std::get_if<core::StartAttempt>(&command)) {
        started(request, *start);
      } else if (const auto* timer = std::get_if<core::ArmTimer>(&command)) {
        if (timer->at != kNever) agenda_.add(timer->at, {request.number, core::TimerFired{timer->timer}});
      } else if (std::holds_alternative<core::EndWithError>(command) && !request.wrong) {
        ++(late(request) ? report_.late_failures : report_.early_failures);
      }
    }
  }

  void started(Request& request, const core::StartAttempt& start) {
    ++report_.attempts;
    const bool sick = start.target.value < world_.sick_targets;
    if (!std::exchange(request.first_started, true)) {
      ++report_.first_attempts[start.target.value];
      if (sick && late(request) && !request.wrong) ++report_.late_first_at_sick;
    }
    const auto add = [&](Duration after, core::Event event) {
      agenda_.add(now_ + after, {request.number, std::move(event)});
    };
    add({}, core::AttemptConnected{start.attempt});
    add({}, core::RequestSent{start.attempt});
    const bool ill = sick && random_.unit() < world_.sickness.share;
    if (ill || request.wrong) {
      const Error error = ill ? world_.sickness.error : world_.wrong_answer;
      return add(world_.failure, core::AttemptFailed{.attempt = start.attempt,
                                                     .error = error,
                                                     .stage = ill ? world_.sickness.stage : core::Stage::Refused,
                                                     .has_answer = error.status != 0,
                                                     .upstream_status = error.status});
    }
    const auto more = static_cast<Duration::rep>(static_cast<double>(world_.answer_varies.count()) * random_.unit());
    const Duration answer = world_.answer + Duration(more);
    add(answer, core::HeadArrived{start.attempt});
    add(answer, core::AttemptEnded{start.attempt, {.output_tokens = {10}}});
  }

  DiagnosisWorld world_;
  core::Plan plan_;
  Random random_;
  std::optional<core::Fleet> fleet_;
  Agenda<PoolEvent> agenda_;
  std::deque<Request> requests_;
  DiagnosisReport report_;
  Instant now_ = kPoolBeginning;
};

}  // namespace

std::string_view to_string(Topology topology) {
  switch (topology) {
    case Topology::KeysOfOneServer: return "several keys at one server";
    case Topology::ServersOfOneKey: return "one key at several servers";
    case Topology::ProvidersAbreast: return "several providers";
    case Topology::Fallbacks: return "fallbacks";
  }
  return "";
}

core::Plan plan_of(Topology topology, core::Balance balance) {
  core::Plan plan;
  plan.pools.push_back({.model = "m", .balance = balance});
  plan.routes.push_back({.name = "m", .pools = {core::PoolId{0}}});
  const bool one_provider = topology == Topology::KeysOfOneServer || topology == Topology::ServersOfOneKey;
  for (std::uint32_t at = 0; at < 3; ++at) {
    const std::uint32_t provider = one_provider ? 0 : at;
    const std::uint32_t server = topology == Topology::KeysOfOneServer ? 0 : at;
    const std::uint32_t key = topology == Topology::ServersOfOneKey ? 0 : at;
    const std::string name(1, static_cast<char>('a' + at));
    if (provider == plan.providers.size()) plan.providers.push_back({.name = "p" + name});
    if (server == plan.servers.size()) plan.servers.push_back({.provider = {provider}, .base_url = "https://" + name});
    if (key == plan.keys.size())
      plan.keys.push_back({.provider = {provider}, .name = name, .fingerprint = "fp-" + name});
    plan.targets.push_back({.provider = {provider},
                            .server = {server},
                            .key = {key},
                            .model = "m",
                            .priority = topology == Topology::Fallbacks ? at : 0,
                            .name = name});
    plan.pools.front().targets.push_back(core::TargetId{at});
  }
  plan.finish();
  return plan;
}

DiagnosisReport run(const DiagnosisWorld& world) {
  return PoolWorld(world).run();
}

}  // namespace drover::sim
