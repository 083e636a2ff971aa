// The result of a run as text for people and as JSON for programs.
#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "demo/account/result.h"
#include "demo/load/load_client.h"

namespace drover::demo {
namespace {

namespace json = boost::json;

/// Most differences that are shown; the others are counted.
constexpr std::size_t kShownDifferences = 20;

double seconds(Duration span) {
  return std::chrono::duration<double>(span).count();
}

template <class... Values>
std::string line(const char* form, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, form, values...);
  return text;
}

std::string row(const char* what, const Times& times) {
  return line("  %-28s %8.3f s %8.3f s %8.3f s\n", what, seconds(times.half), seconds(times.p99), seconds(times.most));
}

std::string listed(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + name;
  return text.empty() ? "none" : text;
}

std::string phases_text(const Run& run) {
  const std::string sick = key_name(run.course.sick());
  std::string text = sick + "                from       to   its traffic\n";
  for (const Stretch& stretch : run.stretches) {
    text += line("  %-18s %6.1f s %6.1f s   ", to_string(stretch.ill), seconds(stretch.from), seconds(stretch.to));
    if (stretch.left_after)
      text += line("had left after %.2f s", seconds(*stretch.left_after));
    else if (stretch.back_after)
      text += line("was back after %.1f s", seconds(*stretch.back_after));
    else
      text += stretch.ill == Ill::No ? "" : "did not leave";
    text += "\n";
  }
  return text;
}

std::string ledger_text(const Run& run, const Summary& summary) {
  const Reconciliation& ledger = summary.ledger;
  const auto count = [](std::uint64_t number) { return static_cast<unsigned long long>(number); };
  std::string text = "ledger, by request id\n";
  text += line("  clients    %8llu requests sent, %llu answered whole, %llu failed\n", count(run.books.client.size()),
               count(run.books.client.size() - summary.failed), count(summary.failed));
  text +=
      line("  gateway    %8llu requests, %llu attempts: %llu heard by a key, %llu not connected, %llu lost unheard\n",
           count(run.books.gateway.size()), count(ledger.gateway_attempts), count(ledger.reached),
           count(ledger.not_connected), count(ledger.unheard));
  text += line("  upstreams  %8llu requests heard; scripted faults among them: %s\n", count(ledger.upstream_requests),
               listed(summary.faults).c_str());
  text +=
      line("  reconciled %8llu lines, %llu differences\n", count(ledger.requests), count(ledger.differences.size()));
  for (std::size_t at = 0; at < std::min(kShownDifferences, ledger.differences.size()); ++at)
    text += "    " + request_id(ledger.differences[at].request) + " " + ledger.differences[at].what + "\n";
  return text;
}

json::object to_json(const Times& times) {
  return {
      {"p50_seconds", seconds(times.half)}, {"p99_seconds", seconds(times.p99)}, {"max_seconds", seconds(times.most)}};
}

json::object to_json(const std::map<std::string, std::uint64_t>& counts) {
  json::object object;
  for (const auto& [name, count] : counts) object[name] = count;
  return object;
}

json::array to_json(const std::vector<Stretch>& stretches) {
  json::array array;
  for (const Stretch& stretch : stretches) {
    json::object object{{"phase", to_string(stretch.ill)},
                        {"from_seconds", seconds(stretch.from)},
                        {"to_seconds", seconds(stretch.to)}};
    if (stretch.left_after) object["traffic_left_after_seconds"] = seconds(*stretch.left_after);
    if (stretch.back_after) object["traffic_back_after_seconds"] = seconds(*stretch.back_after);
    array.emplace_back(std::move(object));
  }
  return array;
}

}  // namespace

std::string summary_text(const Run& run, const Summary& summary) {
  std::string text = "\n" + phases_text(run) + "\n" + ledger_text(run, summary) + "\n";
  text += "failovers    " + listed(summary.failovers) + "; " + std::to_string(summary.failed_over) +
          " requests needed more than one attempt, at most " + std::to_string(summary.most_attempts) + "\n";
  text += "translated   " + std::to_string(summary.translated) +
          " answers came from Claude, whose dialect the clients do not speak\n\n";
  text += line("  %-28s %10s %10s %10s\n", "since the request was due", "p50", "p99", "most");
  text += row("plain answer, whole", summary.plain) + row("stream, first content", summary.first_content) +
          row("stream, whole", summary.streamed) + row("sent", summary.lag) + "\n";
  text += line("load         %llu requests in %.1f s, %.1f/s sent in time, at most %llu in flight\n",
               static_cast<unsigned long long>(summary.due), seconds(run.lasted), summary.sent_rate,
               static_cast<unsigned long long>(run.most_in_flight));
  text += line("processor    gateway %.2f, mock %.2f, clients %.2f of one core while requests were sent\n",
               run.shares.gateway, run.shares.mock, run.shares.clients);
  double busy = 0;
  if (::getloadavg(&busy, 1) == 1)
    text += line("machine      %u processors, load average %.1f\n", std::thread::hardware_concurrency(), busy);
  text += "\n";
  for (const std::string& complaint : summary.complaints) text += "FAILED: " + complaint + "\n";
  if (summary.complaints.empty()) text += "passed: every illness was met, and no client saw a failure\n";
  return text;
}

std::string summary_json(const Run& run, const Summary& summary) {
  const Reconciliation& ledger = summary.ledger;
  json::array differences;
  for (const Difference& difference : ledger.differences)
    differences.emplace_back(json::object{{"id", request_id(difference.request)}, {"what", difference.what}});
  json::object object{
      {"passed", summary.complaints.empty()},
      {"complaints", json::array(summary.complaints.begin(), summary.complaints.end())},
      {"rate", run.course.options.rate},
      {"seconds", seconds(run.lasted)},
      {"requests", summary.due},
      {"sent_in_time", summary.sent_in_time},
      {"sent_per_second", summary.sent_rate},
      {"most_in_flight", run.most_in_flight},
      {"client_failures", summary.failed},
      {"failed_over", summary.failed_over},
      {"most_attempts", summary.most_attempts},
      {"failovers", to_json(summary.failovers)},
      {"upstream_faults", to_json(summary.faults)},
      {"phases", to_json(run.stretches)},
      {"latency", json::object{{"plain", to_json(summary.plain)},
                               {"stream_first_content", to_json(summary.first_content)},
                               {"stream", to_json(summary.streamed)},
                               {"sent", to_json(summary.lag)}}},
      {"processor",
       json::object{{"gateway", run.shares.gateway}, {"mock", run.shares.mock}, {"clients", run.shares.clients}}},
      {"ledger", json::object{{"requests", ledger.requests},
                              {"gateway_attempts", ledger.gateway_attempts},
                              {"reached", ledger.reached},
                              {"not_connected", ledger.not_connected},
                              {"unheard", ledger.unheard},
                              {"upstream_requests", ledger.upstream_requests},
                              {"differences", std::move(differences)}}},
  };
  return json::serialize(object) + "\n";
}

}  // namespace drover::demo
