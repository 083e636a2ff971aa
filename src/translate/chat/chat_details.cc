#include "translate/chat/chat_details.h"

#include "translate/model/reasoning.h"

namespace drover::translate {
namespace {

std::string_view details_of(Maker maker) {
  switch (maker) {
    case Maker::OpenAi: return kResponsesDetails;
    case Maker::Google: return kGeminiDetails;
    case Maker::Anthropic:
    case Maker::Nobody: return kClaudeDetails;
  }
  return kClaudeDetails;
}

}  // namespace

void write_detail(const SignedThought& thought, std::size_t index, JsonOut& json) {
  // Only Anthropic signs a text; what the others give is sealed whole.
  json.open('{');
  if (thought.sealed || thought.maker != Maker::Anthropic) {
    json.key("type").word("reasoning.encrypted").key("data").text(thought.seal);
    if (!thought.id.empty()) json.key("id").text(thought.id);
  } else {
    json.key("type").word("reasoning.text").key("text").text(thought.text).key("signature").text(thought.seal);
  }
  json.key("format").word(details_of(thought.maker));
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
