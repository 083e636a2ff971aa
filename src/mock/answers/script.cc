#include "mock/answers/script.h"

#include <algorithm>

#include "mock/faults/answer_faults.h"
#include "mock/faults/wire_faults.h"

namespace drover::mock {
namespace {

// Most bytes of steps that are written together because no wait is between them.
constexpr std::size_t kMaxJoined = 16 * 1024;
// Longest fragment when writes are cut at random.
constexpr std::uint64_t kMaxFragment = 48;

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 413: return "Content Too Large";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 529: return "Overloaded";
    default: return "";
  }
}

enum class Coding : std::uint8_t { Length, Chunked, UntilClose };

Coding coding_of(const Answer& answer, const Asked& asked) {
  if (!answer.stream) return Coding::Length;
  return asked.http10 ? Coding::UntilClose : Coding::Chunked;
}

std::string head_of(const Answer& answer, const Performance& how, Coding coding, std::size_t body_bytes) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " " + std::string(reason(answer.status)) + "\r\n";
  if (!answer.pieces.empty()) head += "Content-Type: " + answer.content_type + "\r\n";
  for (const FieldLine& field : answer.fields) head += field.name + ": " + field.value + "\r\n";
  if (coding == Coding::Chunked) head += "Transfer-Encoding: chunked\r\n";
  if (coding == Coding::Length) head += "Content-Length: " + std::to_string(body_bytes) + "\r\n";
  if (!how.asked.keep_alive || coding == Coding::UntilClose)
    head += "Connection: close\r\n";
  else if (how.asked.http10)
    head += "Connection: keep-alive\r\n";
  return head + "\r\n";
}

std::string chunk(std::string_view bytes) {
  char size[20];
  const int digits = std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return std::string(size, static_cast<std::size_t>(digits)).append(bytes).append("\r\n");
}

// The head, and the pieces before content, go out half-way to the first token. A plain answer goes out when it is
// ready.
Script lay_out(const Answer& answer, const Performance& how) {
  Script script;
  script.status = answer.status;
  const Coding coding = coding_of(answer, how.asked);
  std::size_t total = 0;
  for (const Piece& piece : answer.pieces) total += piece.bytes.size();
  const Pace& pace = how.pace;
  const Duration before_head = answer.stream
                                   ? pace.first_token / 2
                                   : pace.first_token + pace.each_token * static_cast<std::int64_t>(answer.tokens);
  script.steps.push_back(Step{.wait = before_head, .bytes = head_of(answer, how, coding, total)});
  if (how.asked.head_only) return script;

  bool content_seen = false;
  for (const Piece& piece : answer.pieces) {
    if (piece.bytes.empty()) continue;
    Step step;
    if (answer.stream && piece.role == Role::Content) {
      step.wait = content_seen ? pace.each_token : pace.first_token - before_head;
      content_seen = true;
    }
    step.bytes = coding == Coding::Chunked ? chunk(piece.bytes) : piece.bytes;
    script.body += piece.bytes;
    step.body = script.body.size();
    script.steps.push_back(std::move(step));
  }
  if (coding == Coding::Chunked) script.steps.push_back(Step{.bytes = "0\r\n\r\n", .body = script.body.size()});
  if (coding == Coding::UntilClose) script.ending = Ending::Close;
  return script;
}

void join(Script& script) {
  std::vector<Step> joined;
  for (Step& step : script.steps) {
    const bool fits = !joined.empty() && step.wait == Duration::zero() &&
                      joined.back().bytes.size() + step.bytes.size() <= kMaxJoined;
    if (!fits) {
      joined.push_back(std::move(step));
      continue;
    }
    joined.back().bytes += step.bytes;
    joined.back().body = step.body;
  }
  script.steps = std::move(joined);
}

// The fragments of a step keep its order. The body counts as sent with the last of them.
void cut_at_random(Script& script, Random& random) {
  std::vector<Step> fragments;
  std::size_t body = 0;
  for (const Step& step : script.steps) {
    for (std::size_t at = 0; at < step.bytes.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random.below(kMaxFragment), step.bytes.size() - at);
      const bool first = at == 0;
      const bool last = at + size == step.bytes.size();
      fragments.push_back(Step{.wait = first ? step.wait : Duration::zero(),
                               .bytes = step.bytes.substr(at, size),
                               .body = last ? step.body : body});
      at += size;
    }
    body = step.body;
  }
  script.steps = std::move(fragments);
}

}  // namespace

Script silent(Ending ending) {
  Script script;
  script.ending = ending;
  return script;
}

Script write_script(Answer answer, const Performance& how, const std::vector<Fault>& faults, Random& random) {
  for (const Fault& fault : faults) spoil(answer, fault);
  Performance played = how;
  for (const Fault& fault : faults) slow_down(played.pace, fault);
  Script script = lay_out(answer, played);
  if (!how.asked.keep_alive) script.ending = Ending::Close;

  const bool cut_finely = how.cuts == Cuts::Random || std::any_of(faults.begin(), faults.end(), [](const Fault& fault) {
                            return fault.kind == FaultKind::Drip;
                          });
  for (const Fault& fault : faults) disturb(script, answer, fault);
  if (!cut_finely) {
    join(script);
  } else if (how.cuts == Cuts::Random) {
    cut_at_random(script, random);
  }
  return script;
}

}  // namespace drover::mock
