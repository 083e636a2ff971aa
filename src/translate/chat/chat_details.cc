#include "translate/chat/chat_details.h"

#include "translate/model/reasoning.h"

namespace drover::translate {

void write_detail(const SignedThought& thought, std::size_t index, JsonOut& json) {
  const bool openai = thought.maker == Maker::OpenAi;
  json.open('{');
  if (thought.sealed || openai) {
    json.key("type").word("reasoning.encrypted").key("data").text(thought.seal);
    if (!thought.id.empty()) json.key("id").text(thought.id);
  } else {
    json.key("type").word("reasoning.text").key("text").text(thought.text).key("signature").text(thought.seal);
  }
  json.key("format").word(openai ? kResponsesDetails : kClaudeDetails);
  json.key("index").number(static_cast<std::int64_t>(index)).close('}');
}

void write_thinking_block(const SignedThought& thought, JsonOut& json) {
  json.open('{').key("type");
  if (thought.sealed) {
    json.word("redacted_thinking").key("data").text(thought.seal);
  } else {
    json.word("thinking").key("thinking").text(thought.text).key("signature").text(thought.seal);
  }
  json.close('}');
}

}  // namespace drover::translate
