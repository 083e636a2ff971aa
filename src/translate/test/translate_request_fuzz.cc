// Any bytes as a request of any form, for an upstream of any other: no crash, and what comes out is sound and read
// back.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "translate/read/request_reader.h"
#include "translate/translate.h"

namespace {

using namespace drover;
using namespace drover::translate;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(Form front, Form back, std::string_view model, std::string_view body) {
  const auto made = translate_request(body, {.front = front, .back = back, .model = model});
  if (!made.has_value()) {
    require(made.error().status == 400 && !made.error().code.empty());
    return;
  }
  require(is_json_object(made->body));
  Losses losses;
  require(read_request(back, made->body, losses).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const Form front : {Form::Chat, Form::Messages, Form::Responses, Form::Gemini}) {
    if (front != Form::Messages) {
      for (const std::string_view model : {"claude-sonnet-4-0", "claude-sonnet-4-5", "claude-opus-5", "other"})
        check(front, Form::Messages, model, text);
    }
    if (front != Form::Gemini) {
      for (const std::string_view model : {"gemini-3-pro", "gemini-2.5-flash", "gemma-3-27b-it", "other"})
        check(front, Form::Gemini, model, text);
    }
    for (const Form back : {Form::Chat, Form::Responses}) {
      if (back == front) continue;
      for (const std::string_view model : {"gpt-4o", "gpt-5", "gpt-5.6", "deepseek-chat", "other"})
        check(front, back, model, text);
    }
  }
  return 0;
}
