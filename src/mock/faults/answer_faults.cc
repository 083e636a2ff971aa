#include "mock/faults/answer_faults.h"

#include <algorithm>

#include "mock/apis/anthropic_messages.h"
#include "mock/apis/gemini.h"
#include "mock/faults/gzip.h"
#include "mock/faults/http_date.h"
#include "mock/provider/duration_text.h"

namespace drover::mock {
namespace {

std::string date_in(Duration span, std::int64_t unix_seconds, std::string (*spelling)(std::int64_t)) {
  return spelling(unix_seconds + std::chrono::ceil<std::chrono::seconds>(span).count());
}

// Anthropic sends a date. A text that is no time span is sent unchanged.
void append_reset(Call call, const std::string& reset, std::int64_t unix_seconds, std::vector<FieldLine>& fields) {
  if (!speaks_anthropic(call)) {
    fields.push_back({"x-ratelimit-limit-requests", "100"});
    fields.push_back({"x-ratelimit-remaining-requests", "0"});
    fields.push_back({"x-ratelimit-reset-requests", reset});
    return;
  }
  const Result<Duration> span = parse_span(reset);
  fields.push_back({"anthropic-ratelimit-requests-limit", "100"});
  fields.push_back({"anthropic-ratelimit-requests-remaining", "0"});
  fields.push_back({"anthropic-ratelimit-requests-reset", span ? date_in(*span, unix_seconds, rfc3339) : reset});
}

void append_come_back(Call call, const ComeBack& form, std::int64_t unix_seconds, std::vector<FieldLine>& fields) {
  if (!form.retry_after.empty()) fields.push_back({"Retry-After", form.retry_after});
  if (form.imf_date) fields.push_back({"Retry-After", date_in(*form.imf_date, unix_seconds, imf_date)});
  if (form.rfc850_date) fields.push_back({"Retry-After", date_in(*form.rfc850_date, unix_seconds, rfc850_date)});
  if (form.asctime_date) fields.push_back({"Retry-After", date_in(*form.asctime_date, unix_seconds, asctime_date)});
  if (!form.milliseconds.empty()) fields.push_back({"retry-after-ms", form.milliseconds});
  if (!form.reset.empty()) append_reset(call, form.reset, unix_seconds, fields);
}

Answer page(Call call, int status) {
  Answer answer = plain_answer(call, web_page(status));
  answer.status = status;
  answer.content_type = "text/html; charset=utf-8";
  return answer;
}

Answer status_answer(Call call, const Fault& fault, std::int64_t unix_seconds) {
  Answer answer = fault.body == ErrorBody::Html ? page(call, fault.status)
                                                : error_answer(call, usual_error(fault.status, fault.code));
  if (fault.body == ErrorBody::Empty) answer.pieces.clear();
  append_come_back(call, fault.come_back, unix_seconds, answer.fields);
  return answer;
}

Answer empty_answer(Call call, bool stream) {
  if (call == Call::Messages) return empty_message(stream);
  if (speaks_gemini(call)) return empty_candidate(call, stream);
  if (!stream) {
    return plain_answer(
        call, R"({"id":"chatcmpl-empty","object":"chat.completion","created":1767225600,"model":"mock","choices":[]})");
  }
  Answer answer;
  answer.call = call;
  answer.stream = true;
  answer.content_type = "text/event-stream; charset=utf-8";
  answer.pieces.push_back(
      {Role::Opening,
       event(
           {},
           R"({"id":"chatcmpl-empty","object":"chat.completion.chunk","created":1767225600,"model":"mock","choices":[]})")});
  answer.pieces.push_back({Role::Terminator, event({}, "[DONE]")});
  return answer;
}

ProviderError error_in_band(const Fault& fault) {
  return usual_error(fault.code.empty() ? 529 : 500, fault.code);
}

void end_with_error(Answer& answer, std::size_t at, const Fault& fault) {
  answer.pieces.resize(std::min(at, answer.pieces.size()));
  const bool first = answer.pieces.empty();
  answer.pieces.push_back({Role::Closing, error_event(answer.call, error_in_band(fault), first)});
}

std::size_t first_content(const std::vector<Piece>& pieces) {
  const auto found =
      std::find_if(pieces.begin(), pieces.end(), [](const Piece& piece) { return piece.role != Role::Opening; });
  return static_cast<std::size_t>(found - pieces.begin());
}

void drop(Answer& answer, Role role) {
  std::erase_if(answer.pieces, [role](const Piece& piece) { return piece.role == role; });
}

void insert_malformed(Answer& answer, std::uint64_t after) {
  Piece broken;
  broken.bytes = "data: {\"id\":\"chatcmpl-broken\",\"choices\":[{\"index\":0,\"del\nno colon here\n\n";
  const auto at = answer.pieces.begin() + static_cast<std::ptrdiff_t>(piece_after(answer.pieces, after));
  answer.pieces.insert(at, std::move(broken));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// Every line end that the standard allows, a comment, a missing space: the meaning stays the same.
void make_odd(Answer& answer) {
  std::size_t index = 0;
  for (Piece& piece : answer.pieces) {
    if (index % 3 == 1) piece.bytes = replaced(std::move(piece.bytes), "\n", "\r\n");
    if (index % 3 == 2) piece.bytes = replaced(std::move(piece.bytes), "data: ", "data:");
    if (index % 4 == 3) piece.bytes = ": thinking\n\n" + piece.bytes;
    ++index;
  }
}

void compress(Answer& answer) {
  Gzip gzip;
  for (Piece& piece : answer.pieces) piece.bytes = gzip.piece(piece.bytes);
  if (answer.pieces.empty()) answer.pieces.push_back({});
  answer.pieces.back().bytes += gzip.finish();
  answer.fields.push_back({"Content-Encoding", "gzip"});
}

void add_junk(Answer& answer) {
  answer.fields.push_back({"Set-Cookie", "__cf_bm=mock-cookie; path=/; HttpOnly"});
  answer.fields.push_back({"set-cookie", "_cfuvid=mock-cookie-2; path=/"});
  answer.fields.push_back({"Alt-Svc", "h3=\":443\"; ma=86400"});
  answer.fields.push_back({"openai-organization", "org-mock-account"});
  answer.fields.push_back({"openai-project", "proj_mock"});
  answer.fields.push_back({"openai-processing-ms", "12"});
  answer.fields.push_back({"Strict-Transport-Security", "max-age=31536000"});
  answer.fields.push_back({"CF-RAY", "8f00-BKK"});
  answer.fields.push_back({"X-Long", std::string(8000, 'x')});
  answer.fields.push_back({"X-Empty", ""});
  answer.fields.push_back({"x-RateLimit-Remaining-Tokens", "-1"});
}

}  // namespace

std::size_t piece_after(const std::vector<Piece>& pieces, std::uint64_t tokens) {
  std::size_t at = first_content(pieces);
  while (at < pieces.size() && tokens > 0) {
    if (pieces[at].role == Role::Content) --tokens;
    ++at;
  }
  return at;
}

std::optional<Answer> replacement(Call call, bool stream, const Fault& fault, std::int64_t unix_seconds) {
  switch (fault.kind) {
    case FaultKind::Status: return status_answer(call, fault, unix_seconds);
    case FaultKind::EarlyTooLarge: return error_answer(call, usual_error(413, {}));
    case FaultKind::Html: return page(call, 200);
    case FaultKind::EmptyChoices: return empty_answer(call, stream);
    case FaultKind::ErrorIn200: {
      Answer answer = error_answer(call, error_in_band(fault));
      answer.status = 200;
      return answer;
    }
    default: return std::nullopt;
  }
}

void spoil(Answer& answer, const Fault& fault) {
  if (fault.kind == FaultKind::Gzip) compress(answer);
  if (fault.kind == FaultKind::JunkHeaders) add_junk(answer);
  if (!answer.stream) {
    // A plain answer has no pieces to end after: a clean cut is half of its text with the right length.
    const bool halved = fault.kind == FaultKind::Cut && fault.how == CutHow::Clean && !answer.pieces.empty();
    if (halved) answer.pieces.back().bytes.resize(answer.pieces.back().bytes.size() / 2);
    return;
  }
  switch (fault.kind) {
    case FaultKind::ErrorFirst: end_with_error(answer, 0, fault); break;
    case FaultKind::ErrorAfterLifecycle: end_with_error(answer, first_content(answer.pieces), fault); break;
    case FaultKind::ErrorMid: end_with_error(answer, piece_after(answer.pieces, fault.after), fault); break;
    case FaultKind::Malformed: insert_malformed(answer, fault.after); break;
    case FaultKind::NoDone: drop(answer, Role::Terminator); break;
    case FaultKind::Incomplete:
      drop(answer, Role::Closing);
      drop(answer, Role::Terminator);
      break;
    case FaultKind::Quirks: make_odd(answer); break;
    default: break;
  }
}

}  // namespace drover::mock
