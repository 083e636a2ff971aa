#include "mock/faults/wire_faults.h"

#include <algorithm>

#include "mock/faults/answer_faults.h"

namespace drover::mock {
namespace {

// Slowest pace of a factor: a day between tokens.
constexpr double kSlowest = 86'400e9;

Duration scaled(Duration span, double factor) {
  return Duration(static_cast<Duration::rep>(std::min(static_cast<double>(span.count()) * factor, kSlowest)));
}

// Number of steps before the one that is cut: the head and the pieces that pass.
std::size_t steps_before(const Script& script, const Answer& answer, std::uint64_t tokens) {
  if (!answer.stream) return std::min<std::size_t>(1, script.steps.size());
  return std::min(1 + piece_after(answer.pieces, tokens), script.steps.size());
}

// Keeps the steps before `at`, and half of step `at`. The body keeps the bytes that a reader could have decoded.
void keep_until_middle(Script& script, std::size_t at) {
  if (at >= script.steps.size()) return;
  Step half = script.steps[at];
  const std::size_t sent = at == 0 ? 0 : script.steps[at - 1].body;
  half.bytes.resize((half.bytes.size() + 1) / 2);
  half.body = sent;
  script.steps.resize(at);
  script.steps.push_back(std::move(half));
}

void cut(Script& script, const Answer& answer, const Fault& fault) {
  const std::size_t at = steps_before(script, answer, fault.after);
  if (fault.how == CutHow::Clean) {
    if (!answer.stream) return;
    script.steps.resize(at);
    const std::size_t body = script.steps.back().body;
    if (script.ending == Ending::KeepAlive) script.steps.push_back(Step{.bytes = "0\r\n\r\n", .body = body});
    return;
  }
  keep_until_middle(script, at);
  script.ending = fault.how == CutHow::Reset ? Ending::Reset : Ending::Close;
}

void stall(Script& script, std::size_t steps) {
  script.steps.resize(std::min(steps, script.steps.size()));
  script.ending = Ending::Hang;
}

void drip(Script& script, Duration every) {
  std::vector<Step> drops;
  for (const Step& step : script.steps) {
    for (std::size_t at = 0; at < step.bytes.size(); ++at) {
      drops.push_back(Step{.wait = at == 0 ? step.wait + every : every,
                           .bytes = std::string(1, step.bytes[at]),
                           .body = at + 1 == step.bytes.size() ? step.body : (drops.empty() ? 0 : drops.back().body)});
    }
  }
  script.steps = std::move(drops);
}

void replace_line(std::string& head, std::string_view name, const std::string& line) {
  const std::size_t at = head.find(name);
  if (at == std::string::npos) return;
  head.replace(at, head.find("\r\n", at) - at, line);
}

// Sends the body unchanged, with a wrong length.
void lie_about_length(Script& script, std::int64_t by) {
  if (script.steps.empty()) return;
  const auto announced = std::max<std::int64_t>(0, static_cast<std::int64_t>(script.body.size()) + by);
  std::string& head = script.steps.front().bytes;
  const std::string line = "Content-Length: " + std::to_string(announced);
  replace_line(head, "Transfer-Encoding: chunked", line);
  replace_line(head, "Content-Length: ", line);
  std::size_t sent = 0;
  for (Step& step : script.steps) {
    if (&step != &script.steps.front()) step.bytes = script.body.substr(sent, step.body - sent);
    sent = step.body;
  }
  script.ending = Ending::Close;
}

void break_head(Script& script, const std::string& form) {
  if (script.steps.empty()) return;
  std::string& head = script.steps.front().bytes;
  const std::size_t line_end = head.find("\r\n");
  if (form == "two-lengths") {
    head.insert(line_end, "\r\nContent-Length: 5\r\nContent-Length: 6");
  } else if (form == "te-and-length") {
    head.insert(line_end, "\r\nTransfer-Encoding: chunked\r\nContent-Length: 5");
  } else if (form == "huge") {
    head.insert(line_end, "\r\nX-Huge: " + std::string(128 * 1024, 'h'));
  } else if (form == "nul") {
    head.insert(line_end, std::string("\r\nX-Nul: a\0b", 12));
  } else {
    head.replace(0, line_end, "HTTP/1.1 abc");
  }
  script.ending = Ending::Close;
}

std::string interim(std::int64_t count) {
  std::string heads;
  for (std::int64_t at = 0; at < count; ++at) {
    heads +=
        at % 2 == 0 ? "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" : "HTTP/1.1 102 Processing\r\n\r\n";
  }
  return heads;
}

}  // namespace

void slow_down(Pace& pace, const Fault& fault) {
  if (fault.kind != FaultKind::Slow) return;
  pace.first_token = scaled(pace.first_token, fault.factor);
  pace.each_token = scaled(pace.each_token, fault.factor);
}

void disturb(Script& script, const Answer& answer, const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::HangAfterHead: stall(script, 1); break;
    case FaultKind::Stall: stall(script, steps_before(script, answer, fault.after)); break;
    case FaultKind::Cut: cut(script, answer, fault); break;
    case FaultKind::Drip: drip(script, fault.every); break;
    case FaultKind::WrongLength: lie_about_length(script, fault.by); break;
    case FaultKind::BadHead: break_head(script, fault.code); break;
    case FaultKind::Interim:
      if (!script.steps.empty()) script.steps.front().bytes.insert(0, interim(fault.by));
      break;
    case FaultKind::Unsolicited:
      script.steps.push_back(
          Step{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nworse", .body = script.body.size()});
      break;
    case FaultKind::CloseAfter: script.ending = Ending::Close; break;
    default: break;
  }
}

}  // namespace drover::mock
