#include "demo/demo.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <ostream>
#include <utility>

#include "config/settings.h"
#include "demo/account/gateway_book.h"
#include "demo/descriptors.h"
#include "demo/load/load_client.h"
#include "demo/load/mock_keys.h"
#include "demo/processor_time.h"
#include "demo/scratch_file.h"
#include "demo/watch.h"
#include "gateway/process/server.h"
#include "net/loop/clock.h"

namespace drover::demo {
namespace {

/// The time between the start of all parts and the first request.
constexpr Duration kRunUp = std::chrono::milliseconds(200);
/// How long the last requests may take to end.
constexpr Duration kTail = std::chrono::seconds(90);
/// A slow key can hold the requests of so many seconds at once; each holds four descriptors.
constexpr std::uint64_t kSecondsHeld = 4;
constexpr std::uint64_t kDescriptorsEach = 4;
constexpr std::uint64_t kOtherDescriptors = 500;

Error failed(ErrorKind kind, std::string message) {
  return {.kind = kind, .code = "demo", .message = std::move(message)};
}

Result<std::unique_ptr<gateway::Server>> start_gateway(const std::string& yaml) {
  const config::Environment environment{
      .variable = [](std::string_view name) -> std::optional<std::string> {
        if (!name.starts_with("DEMO_")) return std::nullopt;
        return key_value(std::stoul(std::string(name.substr(5))) - 1);
      },
      .read_file = [](const std::string&, std::size_t) -> std::expected<config::FileContent, std::string> {
        return std::unexpected("is not read here");
      },
  };
  auto settings = config::load_text(yaml, "demo", environment);
  if (!settings) return fail(failed(ErrorKind::BadConfig, settings.error().front().to_string()));
  return gateway::Server::start(*std::move(settings));
}

void print_start(const Course& course, const std::string& yaml, std::ostream& out) {
  out << course.options.keys << " mock keys answer in " << span_text(course.answer_least()) << " to "
      << span_text(course.answer_most()) << ", every second answer is a stream; " << course.options.rate
      << " requests/s are sent on schedule, whatever becomes of them.\nThe gateway's configuration:\n\n"
      << yaml << std::flush;
}

/// Plays the phases of the sick key. `watch` has begun.
Result<void> play(const Course& course, Instant begin, MockKeys& keys, Watch& watch, std::vector<Stretch>& stretches) {
  for (const Phase& phase : course.phases) {
    const Result<void> ill = keys.fall_ill(course, phase.ill);
    if (!ill) return ill;
    watch.announce(phase.ill);
    const Instant from = stretches.empty() ? begin : net::monotonic_now();
    watch.until(from + phase.lasts);
    Stretch stretch{.ill = phase.ill, .from = from - begin};
    const bool waits = phase.waits_for_back > Duration::zero();
    if (waits && watch.until_back(from + phase.lasts + phase.waits_for_back))
      stretch.back_after = net::monotonic_now() - from;
    stretch.to = net::monotonic_now() - begin;
    stretches.push_back(stretch);
  }
  for (Stretch& stretch : stretches) {
    if (stretch.ill == Ill::No) continue;
    stretch.left_after = left_after(watch.samples(), {.key = course.sick(), .fair = course.fair()},
                                    begin + stretch.from, begin + stretch.to);
  }
  return {};
}

Shares shares(Duration clients, Duration mock, Duration all, Duration lasted) {
  const auto part = [lasted](Duration used) {
    return static_cast<double>(used.count()) / static_cast<double>(std::max<Duration::rep>(lasted.count(), 1));
  };
  return {.clients = part(clients), .mock = part(mock), .gateway = part(all - clients - mock)};
}

Result<void> write_json(const std::string& path, const std::string& text) {
  if (path.empty()) return {};
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) return fail(failed(ErrorKind::LocalResource, path + " cannot be written"));
  return {};
}

}  // namespace

Result<Summary> run(const Options& options, std::ostream& out) {
  const Result<Course> course = make_course(options);
  if (!course) return fail(course.error());
  const Result<void> room = raise_descriptor_limit(kSecondsHeld * kDescriptorsEach * options.rate + kOtherDescriptors);
  if (!room) return fail(room.error());
  auto keys = MockKeys::start(*course);
  if (!keys) return fail(keys.error());
  const auto book = ScratchFile::make();
  if (!book) return fail(book.error());
  const std::string yaml = gateway_yaml(*course, (*keys)->base_urls(), book->path());
  auto server = start_gateway(yaml);
  if (!server) return fail(server.error());
  print_start(*course, yaml, out);

  Run run{.course = *course};
  const Instant begin = net::monotonic_now() + kRunUp;
  LoadClient client((*server)->ports().front(), {.begin = begin, .rate = options.rate});
  const Duration used_before = processor_time();
  const Duration mock_before = processor_time((*keys)->thread());
  client.start();
  Watch watch(*course, **server, client, begin, out);
  const Result<void> played = play(*course, begin, **keys, watch, run.stretches);
  if (!played) return fail(played.error());
  run.lasted = net::monotonic_now() - begin;
  run.shares = shares(processor_time(client.thread()), processor_time((*keys)->thread()) - mock_before,
                      processor_time() - used_before, run.lasted);
  client.stop_sending();
  out << "-- no more requests; the last ones end --\n";
  // A request that has not ended then is a failure in the clients' book.
  (void)watch.until_all_ended(net::monotonic_now() + kTail);
  client.join();
  (*server)->drain(std::chrono::seconds(1));
  server->reset();  // writes the last lines of its access log
  run.most_in_flight = watch.most_in_flight();
  run.books.client = client.lines();
  run.books.upstream = (*keys)->lines();
  auto written_down = read_access_log(book->read());
  if (!written_down) return fail(written_down.error());
  run.books.gateway = *std::move(written_down);

  Summary summary = summarize(run);
  out << summary_text(run, summary) << std::flush;
  const Result<void> written = write_json(options.json, summary_json(run, summary));
  if (!written) return fail(written.error());
  return summary;
}

}  // namespace drover::demo
