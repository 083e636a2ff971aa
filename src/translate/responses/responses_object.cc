#include "translate/responses/responses_object.h"

#include "translate/answer/answer_words.h"
#include "translate/model/reasoning.h"

namespace drover::translate {

std::string_view item_prefix(BlockKind kind) {
  switch (kind) {
    case BlockKind::Thinking:
    case BlockKind::Sealed: return "rs_";
    case BlockKind::Call: return "fc_";
    case BlockKind::CustomCall: return "ctc_";
    default: return "msg_";
  }
}

void append_encrypted_content(BlockKind kind, Maker maker, Text seal, Text id, std::string& out) {
  if (maker != Maker::Anthropic && maker != Maker::Google) {
    out += seal.escaped;
  } else {
    const bool sealed = kind == BlockKind::Sealed || maker == Maker::Google;
    append_carried({maker, sealed, id.escaped, seal.escaped}, out);
  }
}

void write_output_part(BlockKind kind, Text text, JsonOut& json) {
  json.open('{');
  if (kind == BlockKind::Refusal) {
    json.key("type").word("refusal").key("refusal").text(text).close('}');
    return;
  }
  json.key("type").word("output_text").key("annotations").open('[').close(']').key("logprobs").open('[').close(']');
  json.key("text").text(text).close('}');
}

void write_output_item(const ItemParts& item, JsonOut& json) {
  const std::string_view status = item.whole ? "completed" : "in_progress";
  json.open('{').key("id").text({item.id}).key("type");
  switch (item.kind) {
    case BlockKind::Thinking:
    case BlockKind::Sealed:
      json.word("reasoning").key("summary").open('[');
      if (item.whole && !item.text.empty()) {
        json.open('{').key("type").word("summary_text").key("text").text(item.text).close('}');
      }
      json.close(']');
      if (!item.seal.empty()) json.key("encrypted_content").text({item.seal});
      json.close('}');
      return;
    case BlockKind::Call:
    case BlockKind::CustomCall: {
      const bool custom = item.kind == BlockKind::CustomCall;
      json.word(custom ? "custom_tool_call" : "function_call").key("status").word(status);
      json.key(custom ? "input" : "arguments").text(item.whole ? item.text : Text{});
      json.key("call_id").text(item.call_id).key("name").text(item.name).close('}');
      return;
    }
    default: break;
  }
  json.word("message").key("status").word(status).key("content").open('[');
  if (item.whole) write_output_part(item.kind, item.text, json);
  json.close(']');
  if (item.kind == BlockKind::Commentary) json.key("phase").word("commentary");
  json.key("role").word("assistant").close('}');
}

void write_response(const ResponseParts& parts, const AnswerContext& context, JsonOut& json) {
  std::string& id = json.open('{').key("id").value();
  id.append("\"resp_").append(parts.id).append("\"");
  json.key("object").word("response").key("created_at").number(context.created).key("status").word(parts.status);
  json.key("error");
  if (parts.error == nullptr) {
    json.raw("null");
  } else {
    const bool limited = parts.error->kind == ErrorKind::RateLimited;
    json.open('{').key("code").word(limited ? "rate_limit_exceeded" : "server_error");
    std::string& message = json.key("message").value();
    message += '"';
    append_escaped(parts.error->message, message);
    message += '"';
    json.close('}');
  }
  json.key("incomplete_details");
  if (parts.incomplete.empty()) {
    json.raw("null");
  } else {
    json.open('{').key("reason").word(parts.incomplete).close('}');
  }
  std::string& model = json.key("instructions").raw("null").key("metadata").open('{').close('}').key("model").value();
  model += '"';
  append_escaped(context.model, model);
  model += '"';
  json.key("output").open('[');
  if (!parts.output.empty()) json.raw(parts.output);
  json.close(']').key("parallel_tool_calls").boolean(true).key("previous_response_id").raw("null");
  json.key("temperature").raw("null").key("tool_choice").word("auto").key("tools").open('[').close(']');
  json.key("top_p").raw("null").key("usage");
  if (parts.usage == nullptr) {
    json.raw("null");
  } else {
    write_responses_usage(*parts.usage, json);
  }
  json.close('}');
}

}  // namespace drover::translate
