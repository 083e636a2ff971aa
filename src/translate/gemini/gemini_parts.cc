#include "translate/gemini/gemini_parts.h"

#include <algorithm>

#include "translate/model/reasoning.h"

namespace drover::translate {
namespace {

bool is_thought_block(BlockKind kind) {
  return kind == BlockKind::Thinking || kind == BlockKind::Commentary;
}

}  // namespace

void GeminiParts::write_signature(JsonOut& json) {
  if (signature_.empty()) return;
  json.key("thoughtSignature").text({signature_});
  signature_.clear();
}

void GeminiParts::write_text(BlockKind kind, Text text, JsonOut& json) {
  if (of_thought_) flush(json);
  json.open('{').key("text").text(text);
  if (is_thought_block(kind)) {
    json.key("thought").boolean(true);
  } else {
    write_signature(json);
  }
  json.close('}');
}

void GeminiParts::write_call(Text id, Text name, Text arguments, JsonOut& json) {
  if (of_thought_) flush(json);
  json.open('{').key("functionCall").open('{').key("id").text(id).key("name").text(name);
  std::string& out = json.key("args").value();
  if (!append_as_object({Arguments::Written::AsText, arguments.escaped}, out)) {
    out.append(R"({"invalid_json":")").append(arguments.escaped).append("\"}");
  }
  json.close('}');
  write_signature(json);
  json.close('}');
}

void GeminiParts::keep(BlockKind kind, const AnswerEvent& sign, JsonOut& json) {
  flush(json);
  const bool sealed = kind == BlockKind::Sealed || sign.maker != Maker::Anthropic;
  of_thought_ = !sealed;
  if (sign.maker == Maker::Google || sign.maker == Maker::Nobody) {
    signature_ = sign.text.escaped;
  } else {
    append_carried_bytes({sign.maker, sealed, sign.id.escaped, sign.text.escaped}, signature_);
  }
}

/// A blank text: programs throw turns away that hold an empty part.
void GeminiParts::flush(JsonOut& json) {
  if (!signature_.empty()) {
    json.open('{').key("text").word(" ").key("thought").boolean(true);
    write_signature(json);
    json.close('}');
  }
  of_thought_ = false;
}

std::string_view gemini_finish(StopReason reason) {
  switch (reason) {
    case StopReason::MaxTokens:
    case StopReason::ContextFull: return "MAX_TOKENS";
    case StopReason::Refused: return "SAFETY";
    case StopReason::End:
    case StopReason::StopSequence:
    case StopReason::Calls:
    case StopReason::Paused: return "STOP";
  }
  return "STOP";
}

void write_gemini_usage(const AnswerUsage& usage, JsonOut& json) {
  const std::int64_t output = std::max<std::int64_t>(usage.output, 0);
  const std::int64_t thoughts = std::clamp<std::int64_t>(usage.reasoning, 0, output);
  json.open('{').key("promptTokenCount").number(usage.input());
  json.key("candidatesTokenCount").number(output - thoughts);
  if (thoughts > 0) json.key("thoughtsTokenCount").number(thoughts);
  if (usage.cache_read > 0) json.key("cachedContentTokenCount").number(usage.cache_read);
  json.key("totalTokenCount").number(usage.input() + output).close('}');
}

}  // namespace drover::translate
