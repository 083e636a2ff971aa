#include "upstream/connections/prober.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <unordered_map>
#include <utility>

#include "dialect/failure/redact.h"
#include "net/loop/loop.h"
#include "telemetry/log/log.h"

namespace drover::upstream {
namespace {

constexpr Duration kBetweenStarts = Duration(std::chrono::seconds(1)) / kMaxProbesPerSecond;
/// Starts that were due while nothing could be begun may follow each other at once, up to this much of them.
constexpr Duration kBurst = std::chrono::milliseconds(100);

/// A web page instead of an interface: a proxy's, a login's or a shop window's.
bool is_web_page(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return first != std::string_view::npos && body[first] == '<';
}

/// Nothing may end the gateway from here; what cannot happen is at least said.
struct ProbeEnded {
  void operator()(const std::exception_ptr& problem) const {
    if (problem) telemetry::log(telemetry::Level::Error, "a probe ended with an exception (please report it)");
  }
};

}  // namespace

Prober::Prober(LoopTools tools, Say say)
    : tools_(tools), say_(std::move(say)), deadline_(tools.loop->ticker(), &Prober::due, this) {}

void Prober::say(const std::string& line) const {
  if (say_) return say_(line);
  telemetry::log(telemetry::Level::Warning, line);
}

std::string Prober::name_of(const core::CheckPoint& point) const {
  const core::Plan& plan = catalog_->plan();
  return plan.keys[point.key.index()].fingerprint + " at " + plan.servers[point.server.index()].base_url;
}

bool Prober::watches(const core::CheckPoint& point) const {
  const core::Plan& plan = catalog_->plan();
  const core::Provider& provider = plan.providers[plan.keys[point.key.index()].provider.index()];
  return !off_.contains(provider.name + " " + plan.health.probe);
}

void Prober::use(std::shared_ptr<const Catalog> catalog, std::shared_ptr<SharedFleet> fleet) {
  const Instant now = tools_.loop->now();
  std::unordered_map<std::string, Instant> known;
  for (const Slot& slot : slots_) known.emplace(name_of(slot.point), slot.running ? now : slot.due);
  catalog_ = std::move(catalog);
  fleet_ = std::move(fleet);
  ++round_;
  slots_.clear();
  turns_.clear();
  read_again_at_.clear();  // other models may be in use now
  retirements_.keep_only(catalog_->plan());
  if (catalog_->plan().health.probe.empty()) return wake();

  // The fleet's list never changes, so it needs no lock; with() is how it is reached.
  const std::vector<core::CheckPoint>& points =
      fleet_->with([](core::Fleet& all) -> const std::vector<core::CheckPoint>& { return all.check_points(); });
  for (const core::CheckPoint& point : points) {
    if (watches(point)) slots_.push_back({.point = {.key = point.key, .server = point.server, .target = point.target}});
  }
  const Duration needed = kBetweenStarts * static_cast<std::int64_t>(slots_.size());
  const Duration interval = catalog_->plan().health.interval;
  const Duration first = std::min(std::max(kFirstProbesWithin, needed), std::max(interval, needed));
  for (std::uint32_t at = 0; at < slots_.size(); ++at) {
    const auto before = known.find(name_of(slots_[at].point));
    const auto part = static_cast<Duration::rep>(static_cast<double>(first.count()) * tools_.loop->random().unit());
    schedule(at, before != known.end() ? std::min(before->second, now + interval) : now + Duration(part));
  }
  if (needed > interval) {
    say(std::to_string(slots_.size()) +
        " keys and servers are more than can be probed in one interval: each is looked at every " +
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(needed).count()) + " s");
  }
  wake();
}

void Prober::schedule(std::uint32_t slot, Instant at) {
  slots_[slot].due = at;
  slots_[slot].running = false;
  turns_.push_back({at, slot});
  std::push_heap(turns_.begin(), turns_.end());
}

void Prober::wake() {
  const bool wait = turns_.empty() || in_flight_ >= kMaxProbesInFlight;  // an answer wakes us
  deadline_.arm(wait ? kNever : std::max(turns_.front().due, next_start_));
}

void Prober::begin_due() {
  const Instant now = tools_.loop->now();
  while (!turns_.empty() && turns_.front().due <= now && next_start_ <= now && in_flight_ < kMaxProbesInFlight) {
    const std::uint32_t slot = turns_.front().slot;
    std::pop_heap(turns_.begin(), turns_.end());
    turns_.pop_back();
    next_start_ = std::max(next_start_, now - kBurst) + kBetweenStarts;
    if (watches(slots_[slot].point)) begin(slot);
  }
  wake();
}

Prober::Place::Place(Prober& prober, std::uint32_t slot) : prober_(prober), round_(prober.round_), slot_(slot) {
  prober.slots_[slot].running = true;
  ++prober.in_flight_;
}

Prober::Place::~Place() {
  --prober_.in_flight_;
  // After a reload the turns are new: the answer went to the fleet that asked.
  if (round_ == prober_.round_) prober_.schedule(slot_, prober_.tools_.loop->now() + prober_.next_interval());
  prober_.wake();
}

void Prober::begin(std::uint32_t slot) {
  const core::Plan& plan = catalog_->plan();
  std::unique_ptr<Job> job(new Job{.place = {*this, slot},
                                   .catalog = catalog_,
                                   .fleet = fleet_,
                                   .point = slots_[slot].point,
                                   .path = plan.health.probe,
                                   .timeout = plan.health.timeout});
  net::asio::co_spawn(tools_.loop->executor(), probe(this, std::move(job)), ProbeEnded{});
}

net::Awaitable<> Prober::probe(Prober* self, std::unique_ptr<Job> job) {
  const Instant began = self->tools_.loop->now_exact();
  const Endpoint& endpoint = job->catalog->endpoint(job->point.target);
  const auto fetched = co_await fetch(self->tools_, *endpoint.server, *endpoint.fields, job->path, job->timeout);
  self->answered(*job, fetched, self->tools_.loop->now_exact() - began);
}

Duration Prober::next_interval() {
  const double interval = static_cast<double>(catalog_->plan().health.interval.count());
  return Duration(
      static_cast<Duration::rep>(interval * (1 - kProbeJitter + 2 * kProbeJitter * tools_.loop->random().unit())));
}

void Prober::answered(const Job& job, const Result<Fetched>& fetched, Duration taken) {
  Error error;
  const Verdict verdict = judge(job, fetched, error);
  if (verdict != Verdict::NoSuchPath) {
    job.fleet->on_probe({.key = job.point.key,
                         .server = job.point.server,
                         .error = verdict == Verdict::Healthy ? nullptr : &error,
                         .latency = verdict == Verdict::Healthy ? std::optional(taken) : std::nullopt},
                        tools_.loop->now());
  }
}

Prober::Verdict Prober::judge(const Job& job, const Result<Fetched>& fetched, Error& error) {
  const Endpoint& endpoint = job.catalog->endpoint(job.point.target);
  const std::string& url = job.catalog->plan().servers[job.point.server.index()].base_url;
  if (!fetched) {
    error = fetched.error();
    error.status = 0;  // of our own verdict on what came; nothing was answered that has one
    return Verdict::Sick;
  }
  const int status = fetched->status;
  if (status == 404 || status == 405 || status == 501) {
    turn_off(job, "status " + std::to_string(status));
    return Verdict::NoSuchPath;
  }
  if (status == 200 && is_web_page(fetched->body)) {
    if (!proven_.contains(url)) {
      turn_off(job, "a web page");
      return Verdict::NoSuchPath;
    }
    error = {.kind = ErrorKind::WrongContentType,
             .scope = ErrorScope::Server,
             .status = status,
             .code = "unexpected_content_type",
             .message = "The probe was answered with a web page."};
    return Verdict::Sick;
  }
  if (status == 200) {
    endpoint.server->path_doubt->settle();
    proven_.insert(url);
    read_list(job, fetched->body);
    return Verdict::Healthy;
  }
  error = endpoint.dialect->read_failure(status, {}, fetched->body, tools_.loop->unix_seconds(), endpoint.rules);
  error.status = status;
  error.code = dialect::redact(error.code, endpoint.key->reveal());  // it may be shown
  return Verdict::Sick;
}

void Prober::read_list(const Job& job, std::string_view body) {
  const core::Plan& plan = job.catalog->plan();
  const core::ProviderId provider = plan.targets[job.point.target.index()].provider;
  Instant& again_at = read_again_at_[plan.providers[provider.index()].name];
  const Instant now = tools_.loop->now();
  if (now < again_at || !job.catalog->endpoint(job.point.target).search->clean(body)) return;
  again_at = now + kReadListEvery;
  const std::int64_t unix_now = tools_.loop->unix_seconds();
  for (const Retirement& retirement : retirements_.take(plan, provider, body)) {
    if (is_near(retirement, unix_now)) say(retirement_text(retirement, unix_now));
  }
}

void Prober::turn_off(const Job& job, const std::string& why) {
  const core::Plan& plan = job.catalog->plan();
  const core::Provider& provider = *job.catalog->endpoint(job.point.target).provider;
  if (!off_.insert(provider.name + " " + plan.health.probe).second) return;  // said once
  const std::string& url = plan.servers[job.point.server.index()].base_url;
  say("provider " + provider.name + " is not probed any more: GET " + url + plan.health.probe + " was answered with " +
      why + "; its health comes from requests (health.probe sets the path)");
  if (job.catalog->endpoint(job.point.target).server->path_doubt->arises()) say(doubt_text(provider.name, url));
}

}  // namespace drover::upstream
