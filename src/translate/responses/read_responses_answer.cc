#include "translate/responses/read_responses_answer.h"

#include <algorithm>

#include "translate/model/limits.h"
#include "translate/read/json_walk.h"

namespace drover::translate {
namespace {

bool is_call(BlockKind kind) {
  return kind == BlockKind::Call || kind == BlockKind::CustomCall;
}

}  // namespace

void ResponsesAnswerReader::event(std::string_view name, std::string_view data) {
  if (name == "[DONE]") return;
  std::string_view response, item, index, delta, text, arguments, input, refusal;
  std::string_view type = name;
  for_members(data, [&](std::string_view key, std::string_view value) {
    if (key == "type") type = text_of(value).escaped;
    if (key == "response") response = value;
    if (key == "item") item = value;
    if (key == "output_index") index = value;
    if (key == "delta") delta = value;
    if (key == "text") text = value;
    if (key == "arguments") arguments = value;
    if (key == "input") input = value;
    if (key == "refusal") refusal = value;
  });
  const std::int64_t at = dialect::raw_integer(index).value_or(-1);
  if (type.ends_with(".delta")) return item_delta(at, type, text_of(delta));
  if (type == "response.output_item.added") return item_added(at, item);
  if (type == "response.output_item.done") return item_done(at, item);
  if (type == "response.created" || type == "response.in_progress" || type == "response.queued") return begin(response);
  if (type == "response.completed" || type == "response.incomplete") return terminal(type, response);
  if (type == "response.failed" || type == "error" || type == "response.cancelled") {
    const std::string_view told = dialect::raw_member(response, "error");
    return fail_as_told(is_absent(told) ? data : told);
  }
  for (const std::string_view whole : {text, arguments, input, refusal}) {
    if (is_string(whole)) return item_text_done(at, type, text_of(whole));
  }
}

void ResponsesAnswerReader::begin(std::string_view response) {
  start(text_of(dialect::raw_member(response, "id")), text_of(dialect::raw_member(response, "model")));
}

ResponsesAnswerReader::Item* ResponsesAnswerReader::find(std::int64_t index) {
  const auto found = items_.find(index);
  return found == items_.end() || !found->second.told ? nullptr : &found->second;
}

void ResponsesAnswerReader::item_added(std::int64_t index, std::string_view raw) {
  if (!started()) start({}, {});
  if (items_.size() == kMaxBlocks) return fail_unsound("The upstream's answer has more items than are accepted.");
  const std::string_view type = word_in(raw, "type");
  Item item{.told = true};
  if (type == "message") {
    item.kind = word_in(raw, "phase") == "commentary" ? BlockKind::Commentary : BlockKind::Text;
  } else if (type == "reasoning") {
    item.kind = BlockKind::Thinking;
  } else if (type == "function_call" || type == "custom_tool_call") {
    item.kind = type == "function_call" ? BlockKind::Call : BlockKind::CustomCall;
    item.call_id = text_of(dialect::raw_member(raw, "call_id")).escaped;
    item.name = text_of(dialect::raw_member(raw, "name")).escaped;
  } else {
    item.told = false;
  }
  items_[index] = std::move(item);
}

void ResponsesAnswerReader::say(Item& item, BlockKind kind, Text text) {
  if (item.open && item.refusal != (kind == BlockKind::Refusal)) end_block(item);
  if (!item.open) {
    item.block = is_call(kind) ? open(kind, {item.call_id}, {item.name}) : open(kind);
    item.open = item.any = true;
    item.said = 0;
    item.refusal = kind == BlockKind::Refusal;
    if (item.refusal) refused_ = true;
  }
  item.said += plain_size(text);
  add(item.block, kind, text);
}

/// What the deltas have not told of a text that is now there whole.
void ResponsesAnswerReader::say_rest(Item& item, BlockKind kind, Text whole) {
  if (!item.open || item.said == 0) return say(item, kind, whole);
  if (plain_size(whole) <= item.said) return;
  // The two may be escaped in different ways, so what is left is found in the text itself, between two characters.
  const std::string text = translate::plain(whole);
  std::size_t from = item.said;
  while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xc0U) == 0x80U) ++from;
  std::string rest;
  append_escaped(std::string_view(text).substr(from), rest);
  say(item, kind, {rest});
}

void ResponsesAnswerReader::end_block(Item& item) {
  if (!item.open) return;
  close(item.block, item.refusal ? BlockKind::Refusal : item.kind);
  item.open = false;
}

void ResponsesAnswerReader::item_delta(std::int64_t index, std::string_view type, Text text) {
  Item* const item = find(index);
  if (item == nullptr || item->name == "parallel") return;
  if (type == "response.refusal.delta") return say(*item, BlockKind::Refusal, text);
  const bool words = item->kind == BlockKind::Text || item->kind == BlockKind::Commentary;
  const bool fits = (words && type == "response.output_text.delta") ||
                    (is_call(item->kind) && (type == "response.function_call_arguments.delta" ||
                                             type == "response.custom_tool_call_input.delta")) ||
                    (item->kind == BlockKind::Thinking && type.starts_with("response.reasoning_"));
  if (fits) say(*item, item->kind, text);
}

void ResponsesAnswerReader::item_text_done(std::int64_t index, std::string_view type, Text whole) {
  Item* const item = find(index);
  if (item == nullptr || item->name == "parallel") return;
  if (type == "response.refusal.done") {
    say_rest(*item, BlockKind::Refusal, whole);
  } else if (type == "response.output_text.done" || type == "response.function_call_arguments.done" ||
             type == "response.custom_tool_call_input.done" || type.starts_with("response.reasoning_")) {
    if (!whole.empty() || is_call(item->kind)) say_rest(*item, item->kind, whole);
  } else {
    return;
  }
  if (!is_call(item->kind) && item->kind != BlockKind::Thinking) end_block(*item);
  // Several summaries of one thought are one text; the next one begins anew.
  if (item->kind == BlockKind::Thinking) item->said = 0;
}

void ResponsesAnswerReader::item_done(std::int64_t index, std::string_view raw) {
  if (!items_.contains(index)) item_added(index, raw);
  Item* const item = find(index);
  if (item == nullptr) return;
  read_whole(*item, raw);
  item->told = false;  // whatever follows for it was told
}

/// An item that is whole: what was not told of it, and its end.
void ResponsesAnswerReader::read_whole(Item& item, std::string_view raw) {
  if (item.kind == BlockKind::Thinking) return read_whole_reasoning(item, raw);
  if (!is_call(item.kind)) {
    if (!item.any) read_whole_message(item, raw);
    return end_block(item);
  }
  const bool custom = item.kind == BlockKind::CustomCall;
  const Text arguments = text_of(dialect::raw_member(raw, custom ? "input" : "arguments"));
  if (item.name.empty()) item.name = text_of(dialect::raw_member(raw, "name")).escaped;
  if (item.name == "parallel" && !custom) return expand_parallel(arguments);
  say_rest(item, item.kind, arguments.empty() && !custom && item.said == 0 ? Text{"{}"} : arguments);
  end_block(item);
}

void ResponsesAnswerReader::read_whole_message(Item& item, std::string_view raw) {
  for_elements(dialect::raw_member(raw, "content"), [&](std::string_view part) {
    const bool refusal = word_in(part, "type") == "refusal";
    const Text text = text_of(dialect::raw_member(part, refusal ? "refusal" : "text"));
    if (text.empty()) return;
    say(item, refusal ? BlockKind::Refusal : item.kind, text);
    end_block(item);
  });
}

void ResponsesAnswerReader::read_whole_reasoning(Item& item, std::string_view raw) {
  const auto tell = [&](std::string_view entry) {
    const Text text = text_of(dialect::raw_member(entry, "text"));
    if (!text.empty()) say(item, BlockKind::Thinking, text);
  };
  if (!item.any) for_elements(dialect::raw_member(raw, "content"), tell);
  if (!item.any) for_elements(dialect::raw_member(raw, "summary"), tell);
  const Text seal = text_of(dialect::raw_member(raw, "encrypted_content"));
  if (!seal.empty()) {
    if (!item.open) {
      item.block = open(BlockKind::Sealed);
      item.kind = BlockKind::Sealed;
      item.open = true;
    }
    sign(item.block, item.kind, seal, text_of(dialect::raw_member(raw, "id")), Maker::OpenAi);
  }
  end_block(item);
}

/// Several calls in the wrapper that some models put them in, though nobody has declared such a tool.
void ResponsesAnswerReader::expand_parallel(Text arguments) {
  const std::string whole = translate::plain(arguments);
  if (!is_json_object(whole)) return;
  std::size_t count = 0;
  for_elements(dialect::raw_member(whole, "tool_uses"), [&](std::string_view use) {
    std::string_view name = word_in(use, "recipient_name");
    if (name.starts_with("functions.")) name.remove_prefix(10);
    const std::string id = "call_parallel_" + std::to_string(count++);
    std::string text;
    append_as_text({Arguments::Written::AsJson, dialect::raw_member(use, "parameters")}, text);
    const std::uint32_t block = open(BlockKind::Call, {id}, {name});
    add(block, BlockKind::Call, {text});
    close(block, BlockKind::Call);
  });
}

void ResponsesAnswerReader::terminal(std::string_view type, std::string_view response) {
  begin(response);
  if (word_in(response, "status") == "failed") return fail_as_told(dialect::raw_member(response, "error"));
  std::int64_t index = 0;
  // What no event has told: some servers send only the last one.
  for_elements(dialect::raw_member(response, "output"), [&](std::string_view item) {
    if (!items_.contains(index)) item_added(index, item);
    item_done(index++, item);
  });
  for (auto& [at, item] : items_) {
    if (item.told) end_block(item);
  }
  read_usage(dialect::raw_member(response, "usage"));
  const std::string_view why = word_in(dialect::raw_member(response, "incomplete_details"), "reason");
  if (type == "response.incomplete" || !why.empty()) {
    stop(why == "content_filter" ? StopReason::Refused : StopReason::MaxTokens);
  } else {
    stop(refused_ && !calls_seen() ? StopReason::Refused : StopReason::End);
  }
  end();
}

void ResponsesAnswerReader::plain(std::string_view body) {
  const std::string_view status = text_of(dialect::raw_member(body, "status")).escaped;
  const std::string_view error = dialect::raw_member(body, "error");
  if (dialect::raw_truthy(error)) return fail_as_told(body);
  if (status == "failed" || status == "cancelled") return fail_unsound("The upstream has not completed its answer.");
  if (!is_array(dialect::raw_member(body, "output"))) return;
  terminal(status == "incomplete" ? "response.incomplete" : "response.completed", body);
}

void ResponsesAnswerReader::read_usage(std::string_view raw) {
  AnswerUsage seen;
  std::int64_t input = -1;
  for_members(raw, [&](std::string_view key, std::string_view value) {
    if (key == "input_tokens") input = tokens(value);
    if (key == "output_tokens") seen.output = tokens(value);
    if (key == "input_tokens_details") {
      seen.cache_read = tokens(dialect::raw_member(value, "cached_tokens"));
      seen.cache_write = tokens(dialect::raw_member(value, "cache_write_tokens"));
    }
    if (key == "output_tokens_details") seen.reasoning = tokens(dialect::raw_member(value, "reasoning_tokens"));
  });
  if (input < 0 && seen.output < 0) return;
  const std::int64_t cached = std::max<std::int64_t>(seen.cache_read, 0) + std::max<std::int64_t>(seen.cache_write, 0);
  if (input >= 0) seen.uncached = std::max<std::int64_t>(input - cached, 0);
  usage(seen);
}

}  // namespace drover::translate
