#include "translate/write/plain_writer.h"

#include <algorithm>

#include "translate/answer/answer_words.h"
#include "translate/chat/chat_details.h"
#include "translate/gemini/write_gemini_stream.h"
#include "translate/messages/write_messages_stream.h"
#include "translate/responses/responses_object.h"
#include "translate/write/json_out.h"

namespace drover::translate {
namespace {

bool is_call(const FoldedBlock& block) {
  return block.kind == BlockKind::Call || block.kind == BlockKind::CustomCall;
}
bool is_signed(const FoldedBlock& block) {
  const bool thought = block.kind == BlockKind::Thinking || block.kind == BlockKind::Sealed;
  return thought && !block.seal.empty() && block.maker != Maker::Nobody;
}
bool is_claudes(const FoldedBlock& block) {
  return is_signed(block) && block.maker == Maker::Anthropic;
}

void write_model(const AnswerContext& context, JsonOut& json) {
  std::string& out = json.key("model").value();
  out += '"';
  append_escaped(context.model, out);
  out += '"';
}

class ChatPlain {
 public:
  ChatPlain(const FoldedAnswer& answer, const AnswerContext& context, std::string& out)
      : answer_(answer), context_(context), json_(out) {}

  void write() {
    std::string& id = json_.open('{').key("id").value();
    id += '"';
    append_front_id(Form::Chat, {answer_.id}, context_.request_id, id);
    id += '"';
    json_.key("object").word("chat.completion").key("created").number(context_.created);
    write_model(context_, json_);
    json_.key("choices").open('[').open('{').key("index").number(0).key("message");
    write_message();
    json_.key("logprobs").raw("null").key("finish_reason").word(chat_finish(answer_.stop)).close('}').close(']');
    json_.key("usage");
    write_chat_usage(answer_.usage, json_);
    json_.close('}');
  }

 private:
  /// The texts of all blocks of a kind, one behind the other; nothing when there is none.
  bool join(std::string_view field, auto wanted) {
    if (std::ranges::none_of(answer_.blocks, wanted)) return false;
    std::string& out = json_.key(field).value();
    out += '"';
    for (const FoldedBlock& block : answer_.blocks) {
      if (wanted(block)) out += block.text;
    }
    out += '"';
    return true;
  }

  void write_message() {
    json_.open('{').key("role").word("assistant");
    const bool said = join("content", [](const FoldedBlock& block) { return block.kind == BlockKind::Text; });
    if (!said) json_.key("content").raw("null");
    const bool refused = join("refusal", [](const FoldedBlock& block) { return block.kind == BlockKind::Refusal; });
    if (!refused) {
      json_.key("refusal");
      answer_.stop == StopReason::Refused && !said ? json_.word(kDeclined) : json_.raw("null");
    }
    join("reasoning_content", [](const FoldedBlock& block) {
      return (block.kind == BlockKind::Thinking && !block.text.empty()) || block.kind == BlockKind::Commentary;
    });
    write_thoughts();
    write_calls();
    json_.close('}');
  }

  void write_thoughts() {
    if (std::ranges::none_of(answer_.blocks, is_signed)) return;
    std::size_t index = 0;
    json_.key("reasoning_details").open('[');
    for (const FoldedBlock& block : answer_.blocks) {
      if (is_signed(block)) write_detail(thought_of(block), index++, json_);
    }
    json_.close(']');
    if (std::ranges::none_of(answer_.blocks, is_claudes)) return;
    json_.key("thinking_blocks").open('[');
    for (const FoldedBlock& block : answer_.blocks) {
      if (is_claudes(block)) write_thinking_block(thought_of(block), json_);
    }
    json_.close(']');
  }

  static SignedThought thought_of(const FoldedBlock& block) {
    return {{block.text}, {block.seal}, {block.thought_id}, block.maker, block.kind == BlockKind::Sealed};
  }

  void write_calls() {
    if (std::ranges::none_of(answer_.blocks, is_call)) return;
    json_.key("tool_calls").open('[');
    for (const FoldedBlock& block : answer_.blocks) {
      if (!is_call(block)) continue;
      const bool custom = block.kind == BlockKind::CustomCall;
      const std::string_view type = custom ? "custom" : "function";
      json_.open('{').key("id").text({block.id}).key("type").word(type).key(type).open('{');
      json_.key("name").text({block.name}).key(custom ? "input" : "arguments").text({block.text}).close('}').close('}');
    }
    json_.close(']');
  }

  const FoldedAnswer& answer_;
  const AnswerContext& context_;
  JsonOut json_;
};

/// The arguments as an object. What is none was paid for all the same: the client gets its text, under a name that says
/// what it is.
void write_input(const FoldedBlock& block, JsonOut& json) {
  std::string& out = json.key("input").value();
  if (append_as_object({Arguments::Written::AsText, block.text}, out)) return;
  out.append(R"({"invalid_json":")").append(block.text).append("\"}");
}

void write_messages_block(const FoldedBlock& block, JsonOut& json) {
  const AnswerEvent seal{.text = {block.seal}, .id = {block.thought_id}, .maker = block.maker};
  json.open('{').key("type");
  switch (block.kind) {
    case BlockKind::Thinking: {
      std::string& out = json.word("thinking").key("thinking").text({block.text}).key("signature").value();
      out += '"';
      append_client_seal(seal, out);
      out += '"';
      break;
    }
    case BlockKind::Sealed: {
      std::string& out = json.word("redacted_thinking").key("data").value();
      out += '"';
      append_client_seal(seal, out);
      out += '"';
      break;
    }
    case BlockKind::Call:
    case BlockKind::CustomCall:
      json.word("tool_use").key("id").text({block.id}).key("name").text({block.name});
      write_input(block, json);
      break;
    default: json.word("text").key("text").text({block.text});
  }
  json.close('}');
}

void write_messages(const FoldedAnswer& answer, const AnswerContext& context, JsonOut& json) {
  std::string& id = json.open('{').key("id").value();
  id += '"';
  append_front_id(Form::Messages, {answer.id}, context.request_id, id);
  id += '"';
  json.key("type").word("message").key("role").word("assistant");
  write_model(context, json);
  json.key("content").open('[');
  for (const FoldedBlock& block : answer.blocks) {
    if (block.kind != BlockKind::Sealed || !block.seal.empty()) write_messages_block(block, json);
  }
  json.close(']').key("stop_reason").word(messages_stop(answer.stop)).key("stop_sequence");
  answer.stop_sequence.empty() ? json.raw("null") : json.text({answer.stop_sequence});
  json.key("usage");
  write_messages_usage(answer.usage, json);
  json.close('}');
}

void write_responses(const FoldedAnswer& answer, const AnswerContext& context, JsonOut& json) {
  std::string id;
  append_front_id(Form::Responses, {answer.id}, context.request_id, id);
  id.erase(0, std::string_view("resp_").size());
  std::string output;
  JsonOut items(output);
  std::size_t index = 0;
  for (const FoldedBlock& block : answer.blocks) {
    std::string seal;
    if (!block.seal.empty()) {
      append_encrypted_content(block.kind, block.maker, {block.seal}, {block.thought_id}, seal);
    }
    const std::string item_id = std::string(item_prefix(block.kind)) + id + "_" + std::to_string(index++);
    write_output_item({.kind = block.kind,
                       .id = item_id,
                       .text = {block.text},
                       .call_id = {block.id},
                       .name = {block.name},
                       .seal = seal},
                      items);
  }
  const bool refuses =
      std::ranges::any_of(answer.blocks, [](const FoldedBlock& each) { return each.kind == BlockKind::Refusal; });
  const std::string_view incomplete = responses_incomplete(answer.stop, refuses);
  write_response({.id = id,
                  .status = incomplete.empty() ? "completed" : "incomplete",
                  .output = output,
                  .incomplete = incomplete,
                  .usage = &answer.usage},
                 context, json);
}

}  // namespace

std::string write_plain(const FoldedAnswer& answer, const AnswerContext& context) {
  std::string out;
  JsonOut json(out);
  switch (context.front) {
    case Form::Chat: ChatPlain(answer, context, out).write(); break;
    case Form::Messages: write_messages(answer, context, json); break;
    case Form::Responses: write_responses(answer, context, json); break;
    case Form::Gemini: write_gemini(answer, context, json); break;
  }
  return out;
}

}  // namespace drover::translate
