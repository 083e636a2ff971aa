#include "sim/replay.h"

#include <algorithm>
#include <utility>

namespace drover::sim {
namespace {

/// The recording says when waiting requests were rung.
struct SilentBell final : core::Bell {
  void ring() override {}
};

}  // namespace

struct Replay::Request {
  std::string id;
  Random random;
  SilentBell bell{};
  std::optional<core::ProviderSet> providers{};
  std::optional<core::Dispatch> dispatch{};
};

Replay::Replay(std::shared_ptr<const core::Plan> plan, std::string plan_mark)
    : plan_(std::move(plan)), plan_mark_(std::move(plan_mark)) {}

Replay::~Replay() = default;

std::optional<std::string> Replay::play(std::string_view line) {
  ++line_;
  if (difference_) return std::nullopt;
  const auto read = core::read_recorded(line);
  if (!read) return read.error();
  if (!fleet_ && !std::holds_alternative<core::RecordingHead>(*read)) return "a recording begins with its head";
  if (!std::holds_alternative<core::RecordedCommand>(*read)) nothing_more_was_recorded();
  if (difference_) return std::nullopt;
  if (std::holds_alternative<core::RecordedEvent>(*read)) event_line_ = line;
  return std::visit([this](const auto& what) { return act(what); }, *read);
}

void Replay::finish() {
  // A recording that was cut off may lack the commands of its last event.
  if (!closed_.empty() && !difference_) nothing_more_was_recorded();
}

std::optional<std::string> Replay::act(const core::RecordingHead& line) {
  if (fleet_) return "a second head";
  if (line.plan != plan_mark_) return "it was recorded with another configuration than this one";
  fleet_ = std::make_unique<core::Fleet>(plan_, line.fleet_seed);
  return std::nullopt;
}

std::optional<std::string> Replay::act(const core::RecordedRequest& line) {
  const core::Asker& asker = line.facts.asker;
  if (line.route >= plan_->routes.size()) return "a route that the configuration does not have";
  if (asker.principal != core::kNobody && asker.principal >= plan_->principals.size()) {
    return "a client that the configuration does not have";
  }
  if (asker.model != core::kUnlimitedModel && asker.model >= plan_->limited_models.size()) {
    return "a limited model that the configuration does not have";
  }
  auto request = std::make_unique<Request>(Request{.id = line.id, .random = Random(line.seed)});
  core::DispatchRequest facts = line.facts;
  if (line.providers != core::kAllProviders) {
    request->providers = core::providers_of(line, *plan_);
    if (!request->providers) return "a provider that the configuration does not have";
    facts.fence.within = &*request->providers;
  }
  facts.id = request->id;
  facts.plan = plan_.get();
  facts.route = &plan_->routes[line.route];
  facts.bell = &request->bell;
  request->dispatch.emplace(facts, *fleet_, request->random);
  if (!open_.emplace(line.number, std::move(request)).second) return "a request that has begun already";
  ++requests_;
  return std::nullopt;
}

std::optional<std::string> Replay::act(const core::RecordedEvent& line) {
  const auto found = open_.find(line.number);
  if (found == open_.end()) return "an event of a request that has not begun";
  first_ = std::min(first_, line.now);
  last_ = std::max(last_, line.now);
  ++events_;
  const core::Commands commands = found->second->dispatch->on(line.event, line.now);
  for (const core::Command& command : commands) expected_.push_back(core::command_text(command));
  commands_ += expected_.size();
  event_request_ = found->second->id;
  return std::nullopt;
}

std::optional<std::string> Replay::act(const core::RecordedProbe& line) {
  if (line.key.index() >= plan_->keys.size() || line.server.index() >= plan_->servers.size()) {
    return "a key or a server that the configuration does not have";
  }
  ++probes_;
  fleet_->on_probe(
      {.key = line.key, .server = line.server, .error = line.error ? &*line.error : nullptr, .latency = line.latency},
      line.now);
  return std::nullopt;
}

std::optional<std::string> Replay::act(const core::RecordedLook& line) {
  const auto found = open_.find(line.number);
  if (found == open_.end()) return "a look for a request that has not begun";
  (void)found->second->dispatch->candidates(line.now);
  return std::nullopt;
}

std::optional<std::string> Replay::act(const core::RecordedEnd& line) {
  if (open_.erase(line.number) == 0) return "the end of a request that has not begun";
  return std::nullopt;
}

std::optional<std::string> Replay::act(const core::RecordedCommand& line) {
  if (seen_ == expected_.size()) {
    differ(line.text, {});
  } else if (line.text != expected_[seen_]) {
    differ(line.text, expected_[seen_]);
  } else {
    ++seen_;
  }
  return std::nullopt;
}

std::optional<std::string> Replay::act(const core::RecordingClosed& line) {
  closed_ = line.why;
  return std::nullopt;
}

void Replay::nothing_more_was_recorded() {
  if (seen_ < expected_.size()) differ({}, expected_[seen_]);
  expected_.clear();
  seen_ = 0;
}

void Replay::differ(std::string_view recorded, std::string_view played) {
  difference_ = Difference{.line = line_,
                           .request = event_request_,
                           .event = event_line_,
                           .recorded = std::string(recorded),
                           .played = std::string(played)};
}

}  // namespace drover::sim
