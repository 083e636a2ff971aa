#include "gateway/answers/own_answer.h"

#include <string>

#include "gateway/access/cors.h"
#include "gateway/answers/replies.h"
#include "gateway/answers/request_error.h"
#include "translate/translate.h"

namespace drover::gateway {
namespace {

constexpr std::string_view kGreeting =
    "This is drover, a gateway for LLM APIs. It is up. Set the base URL to this address with /v1 behind it (without it "
    "for Anthropic's own SDKs); GET /v1/models lists the models.\n";

Error foreign_origin() {
  return request_error(403, ErrorKind::Unauthorized, "foreign_origin",
                       "Pages of this origin may not use this gateway in a browser; whoever runs it can list the "
                       "origin under 'origins'.");
}

}  // namespace

Result<void> answer_itself(RequestState& state) {
  const http::RequestHead& head = state.exchange->head();
  if (head.method != "OPTIONS") {
    send_reply(state, {.status = 200,
                       .fields = "Content-Type: text/plain; charset=utf-8\r\n" + state.own_fields,
                       .body = std::string(kGreeting)});
    return {};
  }
  std::string lines = state.own_fields;
  if (is_preflight(head.fields)) {
    if (listed_origin(state.snapshot->settings, head.fields).empty()) return fail(foreign_origin());
    append_preflight(head.fields, lines);
  } else {
    lines.append(state.more_fields);
  }
  send_reply(state, {.status = 204, .fields = std::move(lines), .body = {}});
  return {};
}

Reply counted_tokens(const RequestState& state) {
  const std::int64_t tokens = state.request.inspection.input_tokens_estimate;
  const bool gemini = state.dialect == core::DialectKind::Gemini;
  return {.status = 200,
          .fields = "Content-Type: application/json\r\nx-drover-dropped: count_tokens=estimated\r\n" + state.own_fields,
          .body = gemini ? "{\"totalTokens\":" + std::to_string(tokens) + "}" : translate::count_answer(tokens)};
}

}  // namespace drover::gateway
