// Any bytes as a stream or a plain answer of any form, for a client of any other: no crash, sound events, an end that
// is one.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/body/sse.h"
#include "translate/read/json_walk.h"
#include "translate/translate.h"

namespace {

using namespace drover;
using namespace drover::translate;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_events(std::string_view out) {
  http::SseScanner scanner;
  http::SseEvent event;
  while (scanner.next(out, event)) {
    require(event.is_comment() || event.data == "[DONE]" || is_json_object(event.data));
    out.remove_prefix(event.bytes.size());
    scanner.reset();
  }
  require(out.empty());
}

AnswerContext context(Form front, Form back) {
  return {
      .front = front, .back = back, .model = "m", .request_id = "req_1", .include_usage = true, .json_tool = "json"};
}

void check(Form front, Form back, std::string_view text) {
  Answer streamed(context(front, back));
  std::string out;
  streamed.feed(text.substr(0, text.size() / 2), out);
  streamed.feed(text.substr(text.size() / 2), out);
  streamed.end_of_body(out);
  require(streamed.ended());
  const bool failed = streamed.error() != nullptr;
  require(!failed || !out.ends_with("data: [DONE]\n\n"));
  check_events(out);
  Answer whole(context(front, back));
  const auto plain = whole.plain(text);
  if (plain.has_value()) require(is_json_object(*plain));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  constexpr Form kEach[] = {Form::Chat, Form::Messages, Form::Responses, Form::Gemini};
  for (const Form front : kEach) {
    for (const Form back : kEach) {
      if (front != back) check(front, back, text);
    }
  }
  (void)told_error(500, text);
  return 0;
}
