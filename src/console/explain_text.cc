#include "console/explain_text.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <cmath>
#include <utility>
#include <vector>

#include "console/display_width.h"
#include "console/page_values.h"

namespace drover::console {
namespace {

namespace json = boost::json;

struct Phrase {
  std::string_view word;
  std::string_view sentence;
};
/// The reasons why nothing more was tried, as a person reads them.
constexpr Phrase kEnds[] = {
    {"answered", "the answer came to its end"},
    {"refused", "it was refused before any target was looked for"},
    {"client_left", "the client left"},
    {"draining", "drover was stopping"},
    {"same_everywhere", "the failure would be the same at every target"},
    {"refused_twice", "two targets refused the same request"},
    {"failed_twice_alike", "two targets failed of this request, so a third was not asked"},
    {"may_have_been_executed",
     "it may have been executed, so it was not sent again (the stage table in docs/failover.md)"},
    {"never_repeated", "requests of this kind are never sent twice"},
    {"content_was_sent", "content had gone to the client, so nothing could be repeated"},
    {"walk", "as many different targets were tried as 'retry.walk' allows"},
    {"most_attempts", "the most attempts that one request may make were made"},
    {"retry_budget", "the retry budget was spent ('retry.budget')"},
    {"nothing_left", "no further target could be used"},
    {"waiting_room_full", "too many requests waited for capacity already"},
    {"too_many_waiting", "too many requests of its client waited for capacity already"},
    {"limit_of_client_or_model", "the configured limit of its client or model had no room in time"},
    {"too_late", "what could have been used comes back later than 'timeouts.queue' or 'timeouts.total' allows"},
    {"deadline", "the request's own deadline passed"},
    {"stream_max", "the stream was longer than 'timeouts.stream_max'"},
};
/// The bars of targets.
constexpr Phrase kBars[] = {
    {"usable", "could be used"},
    {"tried", "was tried"},
    {"not_for_this_client_or_api", "is not for this client or API"},
    {"not_the_owner", "does not hold what the request goes on with"},
    {"weight_0", "has weight 0"},
    {"cooling", "was cooling down"},
    {"resting", "was resting"},
    {"ejected", "was out"},
    {"on_trial", "was on trial with another request"},
    {"silent", "kept several requests waiting in silence"},
    {"lacks_api", "does not offer this API, as it said itself and others do"},
    {"doubted", "refused request after request, and another target was being asked about the last one"},
    {"returning", "had just come back, and was to answer others first"},
    {"limit", "had no room in its configured limits"},
    {"provider_limit", "had no room in the provider's limit"},
};

template <std::size_t N>
std::string phrase(const Phrase (&list)[N], const json::value& word) {
  const std::string text = text_of(word);
  for (const Phrase& each : list) {
    if (each.word == text) return std::string(each.sentence);
  }
  return text;
}

std::string count_of(const json::value& value) {
  return std::to_string(static_cast<std::int64_t>(number_of(value)));
}

/// "0.4 ms", "12 ms", "1.5 s", "30 s".
std::string span(const json::value& value) {
  if (!value.is_number()) return "-";
  const double ms = number_of(value);
  if (ms >= 9950) return std::to_string(std::llround(ms / 1000)) + " s";
  if (ms >= 999.5) {
    const auto tenths = std::llround(ms / 100);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
  }
  if (ms >= 9.95) return std::to_string(std::llround(ms)) + " ms";
  const auto tenths = std::llround(ms * 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
}

/// Rows below each other, with two spaces between the columns.
class Columns {
 public:
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& row : rows_) {
      std::string line = " ";
      for (std::size_t at = 0; at < row.size(); ++at) line += " " + padded(row[at], width(at)) + " ";
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + "\n";
    }
    return out;
  }

 private:
  [[nodiscard]] std::size_t width(std::size_t column) const {
    std::size_t widest = 0;
    for (const auto& row : rows_) {
      if (column < row.size()) widest = std::max(widest, display_width(row[column]));
    }
    return widest;
  }
  std::vector<std::vector<std::string>> rows_;
};

const json::array& list(const json::value& object, std::string_view name) {
  static const json::array kNone;
  const json::value& found = member(object, name);
  return found.is_array() ? found.get_array() : kNone;
}

std::string result_of(const json::value& attempt) {
  const std::string kind = text_of(member(attempt, "class"));
  const std::string code = text_of(member(attempt, "code"));
  std::string text = kind == "ok" ? "answered" : kind == "lost_race" ? "cancelled: another answered first" : kind;
  if (!code.empty() && code != kind) text += " (" + code + ")";
  const json::value& retry_after = member(attempt, "retry_after_seconds");
  if (retry_after.is_number()) {
    text += ", retry-after " + span(json::value(number_of(retry_after) * 1000));
  }
  const std::string beside = text_of(member(attempt, "beside"));
  if (beside == "a_trial") text += "; a hedge beside a trial";
  if (beside == "a_late_attempt") text += "; a hedge beside one that was late";
  const std::string form = text_of(member(attempt, "translated_to"));
  if (!form.empty()) text += "; translated to " + form;
  const std::string id = text_of(member(attempt, "upstream_request_id"));
  if (!id.empty()) text += "; there it is " + id;
  const json::value& last_resort = member(attempt, "last_resort");
  if (last_resort.is_bool() && last_resort.get_bool()) text += "; a last resort: it was out, and all others too";
  return text;
}

std::string attempts(const json::value& request) {
  const json::array& all = list(request, "attempts");
  if (all.empty()) return {};
  Columns table;
  table.row({"attempt", "target", "at", "head", "took", "connection", "status", "result"});
  for (const json::value& attempt : all) {
    const std::string connection = text_of(member(attempt, "connection"));
    const json::value& status = member(attempt, "status");
    table.row({count_of(member(attempt, "number")), text_of(member(attempt, "target")), span(member(attempt, "at_ms")),
               span(member(attempt, "head_ms")), span(member(attempt, "ms")), connection.empty() ? "none" : connection,
               status.is_null() ? "-" : count_of(status), result_of(attempt)});
  }
  return "\n" + table.text();
}

std::string bar_line(const json::value& skip) {
  std::string line = "  " + text_of(member(skip, "target")) + " " + phrase(kBars, member(skip, "bar"));
  const std::string until = text_of(member(skip, "until"));
  if (!until.empty()) line += " until " + until;
  const std::string kind = text_of(member(skip, "class"));
  const json::value& status = member(skip, "status");
  if (!kind.empty()) line += ": " + (status.is_null() ? std::string() : count_of(status) + " ") + kind;
  return line;
}

std::string skips(const json::value& request) {
  const auto made = static_cast<double>(list(request, "attempts").size());
  std::string text;
  for (const json::value& skip : list(request, "skipped")) {
    const double before = number_of(member(skip, "before_attempt"));
    text += bar_line(skip) + (made > 0 && before > made ? " (after attempt " + std::to_string(std::llround(made))
                                                        : " (choosing attempt " + std::to_string(std::llround(before)));
    text += ")\n";
  }
  const double more = number_of(member(request, "skipped_more"));
  if (more > 0) text += "  and more, " + count_of(member(request, "skipped_more")) + " times\n";
  return text.empty() ? text : "\nPassed over:\n" + text;
}

std::string waits(const json::value& request) {
  std::string text;
  for (const json::value& wait : list(request, "waits")) {
    const bool backoff = text_of(member(wait, "for")) == "backoff";
    text += "  " + span(member(wait, "ms")) + (backoff ? " to back off" : " for a target to have room") +
            ", before attempt " + count_of(member(wait, "before_attempt")) + "\n";
  }
  return text.empty() ? text : "\nWaited:\n" + text;
}

std::string candidates(const json::value& request) {
  std::string text;
  for (const json::value& skip : list(request, "candidates")) text += bar_line(skip) + "\n";
  if (number_of(member(request, "candidates_left_out")) > 0) {
    text += "  and " + count_of(member(request, "candidates_left_out")) + " more\n";
  }
  return text.empty() ? text : "\nAll targets at its end:\n" + text;
}

std::string of_request(const json::value& request) {
  const std::string client = text_of(member(request, "client"));
  const std::string model = text_of(member(request, "model"));
  const json::value& status = member(request, "status");
  std::string text = "request " + text_of(member(request, "id")) + "\n";
  text += "at " + text_of(member(request, "at"));
  if (!model.empty()) text += ", model " + model;
  const json::value& streamed = member(request, "stream");
  if (streamed.is_bool() && streamed.get_bool()) text += ", streamed";
  if (!client.empty()) text += ", client " + client;
  text += "\n" + (status.is_null() ? std::string("nothing was sent") : "status " + count_of(status)) + " after " +
          span(member(request, "ms"));
  if (!member(request, "first_content_ms").is_null())
    text += ", first content after " + span(member(request, "first_content_ms"));
  const std::string error = text_of(member(request, "error"));
  if (!error.empty()) text += ": " + error;
  text += "\nended: " + phrase(kEnds, member(request, "ended_by"));
  const json::value& given = member(request, "client_deadline_ms");
  if (text_of(member(request, "ended_by")) == "deadline" && !given.is_null())
    text += ": the " + span(given) + " that its client gave it";
  text += "\n";
  return text + attempts(request) + skips(request) + waits(request) + candidates(request);
}

std::string of_target(const json::value& target) {
  const json::value& key = member(target, "key");
  const std::string why = text_of(member(target, "why"));
  std::string text = "target " + text_of(member(target, "name"));
  if (key.is_object())
    text += " (key " + text_of(member(key, "name")) + ", " + text_of(member(key, "fingerprint")) + ")";
  const json::value& routes = member(target, "routes");
  if (routes.is_array() && !routes.get_array().empty()) {
    std::string names;
    for (const json::value& name : routes.get_array()) names += (names.empty() ? "" : ", ") + text_of(name);
    text += "\n  for " + names;
  } else if (member(target, "pin").is_bool() && member(target, "pin").get_bool()) {
    text += "\n  for paths that name no model";
  }
  text += "\n  " + (why.empty() ? text_of(member(target, "state")) : why) + "\n";
  text += "  requests " + count_of(member(target, "requests")) + ", failed " + count_of(member(target, "failures")) +
          ", in flight " + count_of(member(target, "in_flight")) + "\n";
  const json::value& cause = member(target, "cause");
  if (cause.is_object()) text += "  since " + text_of(member(cause, "at")) + "\n";
  return text;
}

}  // namespace

Result<std::string> explain_text(std::string_view text) {
  boost::system::error_code problem;
  const json::value page = json::parse(json::string_view(text.data(), text.size()), problem, {}, {.max_depth = 16});
  const json::array& requests = list(page, "requests");
  const json::array& targets = list(page, "targets");
  if (problem || (requests.empty() && targets.empty())) {
    return fail({.kind = ErrorKind::BadResponse,
                 .code = "no_explanation",
                 .message = "what came is no explanation of drover's; is this the address of 'admin'?"});
  }
  std::string out;
  for (const json::value& request : requests) out += (out.empty() ? "" : "\n") + of_request(request);
  for (const json::value& target : targets) out += (out.empty() ? "" : "\n") + of_target(target);
  return out;
}

}  // namespace drover::console
