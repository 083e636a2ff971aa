#include "http/head/head_reader.h"

#include <utility>

#include "http/bytes.h"
#include "http/head/head_framing.h"
#include "http/head/head_syntax.h"

namespace drover::http {
namespace {

[[gnu::cold, gnu::noinline]] std::unexpected<HeadFault> refuse(HeadFault fault) {
  return std::unexpected(fault);
}

/// The two kinds of first line, for walk().
struct RequestLine {
  RequestHead& head;
  static constexpr bool kMayBeLedByBlank = true;  // RFC 9112 section 2.2
  Verdict parse(std::string_view line) { return parse_request_line(line, head); }
  static Verdict check_start(std::string_view partial) { return check_request_line_start(partial); }
};

struct StatusLine {
  ResponseHead& head;
  static constexpr bool kMayBeLedByBlank = false;
  Verdict parse(std::string_view line) { return parse_status_line(line, head); }
  static Verdict check_start(std::string_view partial) { return check_status_line_start(partial); }
};

/// Takes the field line at progress.line if it is good and complete: the usual case, in one pass. Returns false when it
/// is not; the caller then looks for its end and finds the fault.
inline bool take_good_field(std::string_view window, HeadProgress& progress, Fields& fields) {
  const std::size_t begin = progress.line;
  if (progress.searched != begin) return false;  // the line came in pieces: its bytes are not read twice
  std::size_t at = begin;
  while (at < window.size() && is(window[at], kToken)) ++at;
  if (at == begin || at == window.size() || window[at] != ':' || progress.lines > kMaxFields) return false;
  const std::size_t end = skip_value(window, at + 1);
  if (end + 1 >= window.size() || window[end] != '\r' || window[end + 1] != '\n') return false;
  const Field field{.name = window.substr(begin, at - begin), .value = trim(window.substr(at + 1, end - at - 1))};
  if (!fields.push_back(field)) return false;
  ++progress.lines;
  progress.line = progress.searched = end + 2;
  return true;
}

Verdict take_field(std::string_view line, const HeadProgress& progress, Fields& fields) {
  if (progress.lines > kMaxFields) return refuse(HeadFault::TooManyFields);
  const auto field = parse_field_line(line);
  if (!field) return refuse(field.error());
  if (!fields.push_back(*field)) return refuse(HeadFault::TooManyFields);
  return {};
}

/// Judges an unfinished line: a first line that cannot become valid (binary, TLS, a target without end), or a full
/// window.
template <class FirstLine>
std::expected<HeadState, HeadFault> unfinished(std::string_view window, const HeadProgress& progress) {
  const std::string_view partial = window.substr(progress.line);
  const bool may_be_blank = FirstLine::kMayBeLedByBlank && !progress.led_by_blank && partial == "\r";
  if (progress.lines == 0 && !may_be_blank) {
    if (const Verdict start = FirstLine::check_start(partial); !start) return refuse(start.error());
  }
  if (window.size() == kMaxHeadBytes) return refuse(HeadFault::HeadTooLarge);
  return HeadState::NeedMore;
}

/// Takes every finished line that is not taken yet. Complete: progress.line is the size of the head.
template <class FirstLine>
std::expected<HeadState, HeadFault> walk(std::string_view received, HeadProgress& progress, FirstLine first) {
  const std::string_view window = received.substr(0, kMaxHeadBytes);
  while (true) {
    while (progress.lines > 0 && take_good_field(window, progress, first.head.fields)) {
    }
    const std::size_t end = window.find('\n', progress.searched);
    if (end == window.npos) {
      progress.searched = window.size();
      return unfinished<FirstLine>(window, progress);
    }
    const std::string_view line = window.substr(progress.line, end - progress.line);
    const bool blank = line == "\r";
    if (blank && progress.lines == 0 && FirstLine::kMayBeLedByBlank && !progress.led_by_blank) {
      progress.led_by_blank = true;
    } else if (!blank || progress.lines == 0) {
      const Verdict taken = progress.lines == 0 ? first.parse(line) : take_field(line, progress, first.head.fields);
      if (!taken) return refuse(taken.error());
      ++progress.lines;
    }
    progress.line = progress.searched = end + 1;
    if (blank && progress.lines > 0) return HeadState::Complete;
  }
}

/// Reads on. When the lines came in several pieces, their views are made anew from the complete head.
template <class FirstLine>
std::expected<HeadState, HeadFault> collect(std::string_view received, HeadProgress& progress, FirstLine first) {
  const bool from_the_start = progress.line == 0;
  first.head.fields.clear();
  auto state = walk(received, progress, first);
  if (!state || *state == HeadState::NeedMore || from_the_start) return state;
  HeadProgress again;
  first.head.fields.clear();
  return walk(received, again, first);
}

}  // namespace

Result<HeadState> RequestHeadReader::read(std::string_view received, RequestHead& head) {
  const auto state = collect(received, progress_, RequestLine{head});
  if (state && *state == HeadState::NeedMore) return *state;
  head.size = std::exchange(progress_, {}).line;  // the same bytes would get the same verdict again
  if (!state) return fail(request_error(state.error()));
  if (const Verdict verdict = judge_request(head); !verdict) return fail(request_error(verdict.error()));
  return HeadState::Complete;
}

Result<HeadState> ResponseHeadReader::read(std::string_view received, Asked asked, ResponseHead& head) {
  const auto state = collect(received, progress_, StatusLine{head});
  if (state && *state == HeadState::NeedMore) return *state;
  head.size = std::exchange(progress_, {}).line;
  if (!state) return fail(response_error(state.error()));
  if (const Verdict verdict = judge_response(asked, head); !verdict) return fail(response_error(verdict.error()));
  return HeadState::Complete;
}

}  // namespace drover::http
