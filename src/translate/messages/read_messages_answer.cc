#include "translate/messages/read_messages_answer.h"

#include <array>

#include "translate/model/limits.h"
#include "translate/read/json_walk.h"

namespace drover::translate {
namespace {

struct Reason {
  std::string_view word;
  StopReason reason;
};
/// What comes next year counts as the end; what was said stays.
constexpr auto kReasons = std::to_array<Reason>({{"end_turn", StopReason::End},
                                                 {"max_tokens", StopReason::MaxTokens},
                                                 {"model_context_window_exceeded", StopReason::ContextFull},
                                                 {"stop_sequence", StopReason::StopSequence},
                                                 {"tool_use", StopReason::Calls},
                                                 {"pause_turn", StopReason::Paused},
                                                 {"refusal", StopReason::Refused}});

StopReason reason_of(std::string_view word) {
  for (const Reason& reason : kReasons) {
    if (reason.word == word) return reason.reason;
  }
  return StopReason::End;
}

}  // namespace

void MessagesAnswerReader::event(std::string_view name, std::string_view data) {
  if (name == "[DONE]") return;  // servers add it that speak both dialects
  std::string_view message, block, delta, usage_of, index, error;
  std::string_view type = name;
  for_members(data, [&](std::string_view key, std::string_view value) {
    if (key == "type") type = text_of(value).escaped;
    if (key == "message") message = value;
    if (key == "content_block") block = value;
    if (key == "delta") delta = value;
    if (key == "usage") usage_of = value;
    if (key == "index") index = value;
    if (key == "error") error = value;
  });
  const std::int64_t at = dialect::raw_integer(index).value_or(-1);
  if (type == "content_block_delta") return block_delta(at, delta);
  if (type == "content_block_start") return block_start(at, block);
  if (type == "content_block_stop") return block_stop(at);
  if (type == "message_start") return message_start(message);
  if (type == "message_delta") {
    read_usage(usage_of);
    return message_delta(delta);
  }
  if (type == "message_stop") return end();
  if (type == "message" && !started()) return plain(data);  // a server that streams nothing
  if (type == "error" || dialect::raw_truthy(error)) return fail_as_told(data);
}

void MessagesAnswerReader::message_start(std::string_view message) {
  if (started()) {  // a gateway in front of it has begun anew: what was open is not gone on with
    close_all();
    emit({.kind = AnswerEvent::Kind::Restart});
  }
  start(text_of(dialect::raw_member(message, "id")), text_of(dialect::raw_member(message, "model")));
  read_usage(dialect::raw_member(message, "usage"));
}

MessagesAnswerReader::Block* MessagesAnswerReader::find(std::int64_t index) {
  const auto found = blocks_.find(index);
  return found == blocks_.end() || !found->second.told ? nullptr : &found->second;
}

void MessagesAnswerReader::block_start(std::int64_t index, std::string_view block) {
  if (!started()) start({}, {});
  block_stop(index);  // one that never ended
  if (blocks_.size() == kMaxBlocks) return fail_unsound("The upstream's answer has more blocks than are accepted.");
  const std::string_view type = word_in(block, "type");
  Block made{.told = true};
  if (type == "text") {
    made.kind = BlockKind::Text;
  } else if (type == "thinking") {
    made.kind = BlockKind::Thinking;
  } else if (type == "redacted_thinking") {
    made.kind = BlockKind::Sealed;
  } else if (type == "tool_use") {
    made.kind = BlockKind::Call;
  } else {
    blocks_[index] = {};  // a tool that runs at the provider: no call of the client's
    return;
  }
  made.block = open(made.kind, text_of(dialect::raw_member(block, "id")), text_of(dialect::raw_member(block, "name")));
  Block& kept = blocks_[index] = made;
  if (type == "text") add(kept.block, kept.kind, text_of(dialect::raw_member(block, "text")));
  if (type == "thinking") {
    add(kept.block, kept.kind, text_of(dialect::raw_member(block, "thinking")));
    sign(kept.block, kept.kind, text_of(dialect::raw_member(block, "signature")), {}, Maker::Anthropic);
  }
  if (type == "redacted_thinking") {
    sign(kept.block, kept.kind, text_of(dialect::raw_member(block, "data")), {}, Maker::Anthropic);
  }
  if (type == "tool_use") add_input(kept, dialect::raw_member(block, "input"));
}

/// A whole input stands in the first event only where nothing follows; an empty one says nothing yet.
void MessagesAnswerReader::add_input(Block& block, std::string_view input) {
  if (!dialect::raw_truthy(input)) return;
  scratch_.clear();
  if (is_string(input)) {  // some servers send it as a text
    scratch_ = text_of(input).escaped;
  } else {
    append_escaped(input, scratch_);
  }
  block.empty = false;
  add(block.block, block.kind, {scratch_});
}

void MessagesAnswerReader::block_delta(std::int64_t index, std::string_view delta) {
  Block* const block = find(index);
  if (block == nullptr) return;
  for_members(delta, [&](std::string_view key, std::string_view value) {
    const bool fits = (key == "text" && block->kind == BlockKind::Text) ||
                      (key == "thinking" && block->kind == BlockKind::Thinking) ||
                      (key == "partial_json" && block->kind == BlockKind::Call);
    if (fits && value.size() > 2) {
      block->empty = false;
      add(block->block, block->kind, text_of(value));
    }
    if (key == "signature" && block->kind == BlockKind::Thinking) {
      sign(block->block, block->kind, text_of(value), {}, Maker::Anthropic);
    }
  });
}

void MessagesAnswerReader::end_block(Block& block) {
  if (!block.told) return;
  if (block.kind == BlockKind::Call && block.empty) add(block.block, block.kind, {"{}"});
  close(block.block, block.kind);
}

void MessagesAnswerReader::block_stop(std::int64_t index) {
  const auto found = blocks_.find(index);
  if (found == blocks_.end()) return;
  end_block(found->second);
  blocks_.erase(found);
}

void MessagesAnswerReader::close_all() {
  for (auto& [index, block] : blocks_) end_block(block);
  blocks_.clear();
}

void MessagesAnswerReader::message_delta(std::string_view delta) {
  const std::string_view reason = dialect::raw_member(delta, "stop_reason");
  if (!is_string(reason)) return;
  close_all();
  stop(reason_of(text_of(reason).escaped), text_of(dialect::raw_member(delta, "stop_sequence")));
}

void MessagesAnswerReader::read_usage(std::string_view raw) {
  AnswerUsage seen;
  for_members(raw, [&](std::string_view key, std::string_view value) {
    if (key == "input_tokens") seen.uncached = tokens(value);
    if (key == "cache_read_input_tokens") seen.cache_read = tokens(value);
    if (key == "cache_creation_input_tokens") seen.cache_write = tokens(value);
    if (key == "cache_creation")
      seen.cache_write_hour = tokens(dialect::raw_member(value, "ephemeral_1h_input_tokens"));
    if (key == "output_tokens") seen.output = tokens(value);
    if (key == "output_tokens_details") seen.reasoning = tokens(dialect::raw_member(value, "thinking_tokens"));
  });
  if (seen != AnswerUsage{}) usage(seen);
}

void MessagesAnswerReader::plain(std::string_view body) {
  if (word_in(body, "type") == "error" || dialect::raw_truthy(dialect::raw_member(body, "error"))) {
    return fail_as_told(body);
  }
  const std::string_view content = dialect::raw_member(body, "content");
  if (!is_array(content)) return;
  message_start(body);
  std::int64_t index = 0;
  for_elements(content, [&](std::string_view block) {
    block_start(index, block);
    block_stop(index++);
  });
  message_delta(body);
  end();
}

}  // namespace drover::translate
