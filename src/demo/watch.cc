#include "demo/watch.h"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <ostream>
#include <string>

#include "net/loop/clock.h"

namespace drover::demo {
namespace {

constexpr Duration kSampleEvery = std::chrono::milliseconds(50);
constexpr Duration kRowEvery = std::chrono::seconds(1);

/// No thread notifies: it is the clock of a thread that has nothing else to wait for.
void wait_until(Instant at) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  const std::chrono::steady_clock::time_point time(at.time_since_epoch());
  while (std::chrono::steady_clock::now() < time) never.wait_until(lock, time);
}

const char* mark(core::TargetCondition condition) {
  switch (condition) {
    case core::TargetCondition::Ok: return "";
    case core::TargetCondition::Suspect: return "?";
    case core::TargetCondition::HalfOpen: return "trial";
    case core::TargetCondition::Ejected: return "out";
    case core::TargetCondition::Cooling: return "cools";
    case core::TargetCondition::Resting: return "rests";
  }
  return "";
}

}  // namespace

Watch::Watch(const Course& course, gateway::Server& server, const LoadClient& client, Instant begin, std::ostream& out)
    : course_(course),
      server_(server),
      client_(client),
      begin_(begin),
      out_(out),
      next_sample_(begin),
      next_row_(begin + kRowEvery),
      picks_before_(course.options.keys + 1) {
  out_ << "\nRequests that the gateway gave to each key in each second, and the key's state:\n"
          "  time    sent/s  in flight  failed";
  for (std::size_t key = 0; key < course.options.keys; ++key) out_ << (key == 0 ? "   " : "         ") << key_name(key);
  out_ << "         " << kClaudeName << "\n";
}

void Watch::announce(Ill ill) {
  ill_ = ill;
  if (ill == Ill::AllRefuse) {
    out_ << "-- every key refuses; " << kClaudeName << " answers, and each answer is translated --\n" << std::flush;
    return;
  }
  out_ << "-- " << key_name(course_.sick()) << " " << to_string(ill) << " --\n" << std::flush;
}

void Watch::until(Instant at) {
  while (samples_.empty() || samples_.back().at < at) tick();
}

bool Watch::until_back(Instant latest) {
  const Watched watched{.key = course_.sick(), .fair = course_.fair()};
  for (;;) {
    tick();
    if (is_back(samples_, watched, course_.back_share)) return true;
    if (samples_.back().at >= latest) return false;
  }
}

bool Watch::until_all_ended(Instant latest) {
  for (;;) {
    tick();
    if (client_.stopped() && client_.in_flight() == 0) return true;
    if (samples_.back().at >= latest) return false;
  }
}

void Watch::tick() {
  wait_until(next_sample_);
  const Instant now = net::monotonic_now();
  next_sample_ = std::max(next_sample_ + kSampleEvery, now);
  const std::vector<core::TargetView> views =
      server_.snapshot()->fleet->with([now](const core::Fleet& fleet) { return fleet.views(now); });
  Sample sample{.at = now};
  for (std::size_t key = 0; key < course_.options.keys; ++key) sample.picks.push_back(views[key].requests);
  samples_.push_back(std::move(sample));
  most_in_flight_ = std::max(most_in_flight_, client_.in_flight());
  if (now >= next_row_) print_row(now, views);
}

void Watch::print_row(Instant now, const std::vector<core::TargetView>& views) {
  next_row_ += kRowEvery;
  const std::uint64_t sent = client_.sent();
  char text[128];
  std::snprintf(text, sizeof text, "%5.0f s %8llu %10llu %7llu ", std::chrono::duration<double>(now - begin_).count(),
                static_cast<unsigned long long>(sent - sent_before_),
                static_cast<unsigned long long>(client_.in_flight()),
                static_cast<unsigned long long>(client_.failed()));
  std::string row = text;
  for (std::size_t key = 0; key < picks_before_.size(); ++key) {
    std::snprintf(text, sizeof text, " %6llu %-6s",
                  static_cast<unsigned long long>(views[key].requests - picks_before_[key]),
                  mark(views[key].condition));
    row += text;
    picks_before_[key] = views[key].requests;
  }
  row.erase(row.find_last_not_of(' ') + 1);
  out_ << row << "\n" << std::flush;
  sent_before_ = sent;
}

}  // namespace drover::demo
