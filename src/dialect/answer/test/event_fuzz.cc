// Any bytes as an event, a plain answer or an error body: no crash, believable usage, and no text of the provider's in
// our own messages.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "dialect/dialect.h"
#include "dialect/failure/redact.h"

namespace {

using namespace drover;
using namespace drover::dialect;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_usage(const Usage& usage) {
  constexpr std::int64_t kMost = 2'000'000'000;
  for (const std::int64_t tokens :
       {usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.cache_write_tokens}) {
    require(tokens >= 0 && tokens <= kMost);
  }
}

void check_error(const Error& error) {
  require(error.status >= 300 && error.status <= 599);
  require(!error.code.empty() && error.code.size() <= 64 && error.message.size() < 100);
}

void check_event(const Dialect& dialect, Api api, std::string_view name, std::string_view data, std::uint16_t lines) {
  AnswerState state;
  Error failure;
  const http::SseEvent event{
      .bytes = data, .name = name, .data = lines == 1 ? data : std::string_view(), .data_lines = lines};
  for (int times = 0; times < 2; ++times) {
    const EventKind kind = dialect.read_event(api, event, state, failure);
    if (kind == EventKind::Error) check_error(failure);
    require(kind != EventKind::Content || state.content_seen);
  }
  check_usage(state.usage);
  (void)dialect.stream_complete(api, state);
}

void check_api(const Dialect& dialect, Api api, std::string_view text) {
  for (const std::string_view name : {"", "error", "response.completed", "response.failed", "message_start",
                                      "content_block_start", "content_block_delta", "message_delta", "message_stop"}) {
    check_event(dialect, api, name, text, 1);
  }
  check_event(dialect, api, "", text, 2);
  check_event(dialect, api, text, text, 1);
  AnswerState state;
  const auto failure = dialect.read_plain(api, text, state);
  if (failure.has_value()) check_error(*failure);
  check_usage(state.usage);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const Api api : {Api::Chat, Api::Completions, Api::Responses, Api::Audio, Api::OtherModel})
    check_api(openai(), api, text);
  for (const Api api : {Api::Messages, Api::CountTokens, Api::OtherModel}) check_api(anthropic(), api, text);
  for (const Api api : {Api::Generate, Api::CountTokens, Api::Embeddings}) check_api(gemini(), api, text);
  check_error(gemini().read_failure(429, {}, text, 0, nullptr));
  for (const int status : {302, 400, 401, 403, 404, 429, 500, 503, 529})
    check_error(anthropic().read_failure(status, {}, text, 0, nullptr));
  const std::string redacted = redact(text, "hidden-secret");
  require(redacted.find("hidden-secret") == std::string::npos);
  require(redact(redacted, "hidden-secret") == redacted);
  return 0;
}
