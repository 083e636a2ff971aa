#include "translate/chat/read_chat_answer.h"

#include <algorithm>
#include <array>

#include "translate/model/reasoning.h"
#include "translate/read/json_walk.h"

namespace drover::translate {
namespace {

struct Reason {
  std::string_view word;
  StopReason reason;
};
/// Other words count as the end; what was said stays.
constexpr auto kReasons = std::to_array<Reason>({{"stop", StopReason::End},
                                                 {"eos", StopReason::End},
                                                 {"length", StopReason::MaxTokens},
                                                 {"model_length", StopReason::ContextFull},
                                                 {"tool_calls", StopReason::Calls},
                                                 {"function_call", StopReason::Calls},
                                                 {"content_filter", StopReason::Refused}});

StopReason reason_of(std::string_view word) {
  for (const Reason& reason : kReasons) {
    if (reason.word == word) return reason.reason;
  }
  return StopReason::End;
}

/// Whether an entry is signed: then it holds its text too.
bool has_signature(std::string_view details) {
  bool found = false;
  for_elements(details, [&](std::string_view entry) {
    found = found || dialect::raw_truthy(dialect::raw_member(entry, "signature"));
  });
  return found;
}

}  // namespace

ChatAnswerReader::Top ChatAnswerReader::read_top(std::string_view data) {
  Top top;
  for_members(data, [&](std::string_view key, std::string_view value) {
    if (key == "id") top.id = value;
    if (key == "model") top.model = value;
    if (key == "choices") top.choices = value;
    if (key == "usage") top.usage = value;
    if (key == "x_groq") top.groq = value;
    if (key == "error") top.error = value;
  });
  return top;
}

void ChatAnswerReader::event(std::string_view name, std::string_view data) {
  if (name == "[DONE]") {
    end_blocks();
    return finished_ || started() ? end() : fail_unsound("The upstream's answer ended before it began.");
  }
  const Top top = read_top(data);
  if (name == "error" || dialect::raw_truthy(top.error)) return fail_as_told(data);
  // Usage may stand in the chunk that ends the words: it is read after them, so that nothing follows the end.
  for_elements(top.choices, [&](std::string_view choice) {
    start(text_of(top.id), text_of(top.model));
    read_choice(choice);
  });
  if (!is_absent(top.usage)) {
    read_usage(top.usage);
  } else if (!is_absent(top.groq)) {
    read_usage(dialect::raw_member(top.groq, "usage"));
  }
}

void ChatAnswerReader::plain(std::string_view body) {
  const Top top = read_top(body);
  if (dialect::raw_truthy(top.error)) return fail_as_told(body);
  if (!is_array(top.choices) || !dialect::raw_truthy(top.choices)) return;
  start(text_of(top.id), text_of(top.model));
  for_elements(top.choices, [this](std::string_view choice) { read_choice(choice); });
  read_usage(top.usage);
  end_blocks();
  end();
}

void ChatAnswerReader::read_choice(std::string_view choice) {
  if (finished_) return;  // nothing is said behind the end
  std::string_view delta, reason, index;
  for_members(choice, [&](std::string_view key, std::string_view value) {
    if (key == "delta" || key == "message") delta = value;
    if (key == "finish_reason") reason = value;
    if (key == "index") index = value;
  });
  if (dialect::raw_integer(index).value_or(0) != 0) return;  // one was asked for
  read_delta(delta);
  if (is_string(reason)) finish(text_of(reason).escaped);
}

void ChatAnswerReader::read_delta(std::string_view delta) {
  std::string_view content, refusal, reasoning, details, calls, old_call;
  for_members(delta, [&](std::string_view key, std::string_view value) {
    if (is_absent(value)) return;
    if (key == "content") content = value;
    if (key == "refusal") refusal = value;
    if (key == "reasoning_content") reasoning = value;
    if (key == "reasoning" && reasoning.empty()) reasoning = value;    // vLLM and Groq call it so
    if (key == "thinking_blocks" && details.empty()) details = value;  // LiteLLM
    if (key == "reasoning_details") details = value;
    if (key == "tool_calls") calls = value;
    if (key == "function_call") old_call = value;
  });
  // Entries that are signed say the whole of each thought, which the other field may hold a second time.
  const bool thoughts_first = !thoughts_said_ && has_signature(details);
  if (is_string(reasoning) && reasoning.size() > 2 && !thoughts_first) {
    thoughts_said_ = true;
    say(BlockKind::Thinking, text_of(reasoning));
  }
  if (!details.empty()) read_details(details);
  if (!content.empty()) read_content(content);
  if (is_string(refusal) && refusal.size() > 2) {
    refused_ = true;
    say(BlockKind::Refusal, text_of(refusal));
  }
  if (!calls.empty()) read_calls(calls);
  if (is_object(old_call)) {
    scratch_.assign(R"({"index":0,"function":)").append(old_call).append("}");
    const std::string whole = scratch_;
    read_call(whole);
  }
}

/// A string, or a list of parts (Mistral).
void ChatAnswerReader::read_content(std::string_view content) {
  if (is_string(content)) return say(BlockKind::Text, text_of(content));
  for_elements(content, [this](std::string_view part) {
    const std::string_view thought = dialect::raw_member(part, "thinking");
    if (is_string(thought)) say(BlockKind::Thinking, text_of(thought));
    for_elements(thought, [this](std::string_view piece) {
      say(BlockKind::Thinking, text_of(dialect::raw_member(piece, "text")));
    });
    say(BlockKind::Text, text_of(dialect::raw_member(part, "text")));
  });
}

/// OpenRouter's entries, or LiteLLM's: the text of the thoughts where no other field has told it, and what their maker
/// needs to go on with them.
void ChatAnswerReader::read_details(std::string_view details) {
  for_elements(details, [this](std::string_view entry) { read_detail(entry); });
}

void ChatAnswerReader::read_detail(std::string_view entry) {
  std::string_view text, signature, data, format, id;
  bool is_block = false;  // as Anthropic has them
  for_members(entry, [&](std::string_view key, std::string_view value) {
    if (key == "type") is_block = value == "\"thinking\"" || value == "\"redacted_thinking\"";
    if (key == "text" || key == "summary" || key == "thinking") text = value;
    if (key == "signature") signature = value;
    if (key == "data") data = value;
    if (key == "format") format = text_of(value).escaped;
    if (key == "id") id = value;
  });
  const Maker maker = is_block ? Maker::Anthropic : maker_of_details(format);
  if (!thoughts_said_) say(BlockKind::Thinking, text_of(text));
  const bool thinks = words_.has_value() && words_kind_ == BlockKind::Thinking;
  // What is sealed without a text of its own is a block of its own; a signature needs the thought that it signs.
  if (!text_of(data).empty() && maker != Maker::Nobody) {
    if (!thinks || maker != Maker::OpenAi) {
      begin_words(BlockKind::Sealed);
    }
    seal_words(text_of(data), text_of(id), maker);
  } else if (!text_of(signature).empty() && maker != Maker::Nobody && (thinks || !thoughts_said_)) {
    if (!thinks) {  // a thought that is not shown is signed all the same
      begin_words(BlockKind::Thinking);
    }
    seal_words(text_of(signature), text_of(id), maker);
  }
}

/// Seals the block that is open, and ends it.
void ChatAnswerReader::seal_words(Text seal, Text id, Maker maker) {
  sign(*words_, words_kind_, seal, id, maker);
  end_words();
}

void ChatAnswerReader::say(BlockKind kind, Text text) {
  if (text.empty()) return;
  if (!words_.has_value() || words_kind_ != kind) begin_words(kind);
  add(*words_, kind, text);
}

void ChatAnswerReader::begin_words(BlockKind kind) {
  end_words();
  words_ = open(kind);
  words_kind_ = kind;
}

void ChatAnswerReader::end_words() {
  if (words_.has_value()) close(*words_, words_kind_);
  words_.reset();
}

void ChatAnswerReader::end_blocks() {
  end_words();
  for (Call& call : calls_) {
    if (call.empty && call.kind == BlockKind::Call) add(call.block, call.kind, {"{}"});
    close(call.block, call.kind);
  }
  calls_.clear();
}

void ChatAnswerReader::read_calls(std::string_view calls) {
  for_elements(calls, [this](std::string_view call) { read_call(call); });
}

/// The call that a piece belongs to: by its index, and where servers give all the same index or none, by its id.
ChatAnswerReader::Call* ChatAnswerReader::find_call(std::optional<std::int64_t> index, Text id) {
  const auto same_id = [&](const Call& call) { return call.id == id.escaped; };
  if (!id.empty()) {
    const auto found = std::ranges::find_if(calls_, same_id);
    if (found != calls_.end()) return &*found;
  }
  const auto found =
      std::find_if(calls_.rbegin(), calls_.rend(), [&](const Call& call) { return call.index == index; });
  const bool fits = found != calls_.rend() && (id.empty() || found->id.empty());
  if (fits) return &*found;
  return index.has_value() || !id.empty() || calls_.empty() ? nullptr : &calls_.back();
}

void ChatAnswerReader::read_call(std::string_view raw) {
  std::string_view function, id, index;
  bool custom = false;
  for_members(raw, [&](std::string_view key, std::string_view value) {
    if (key == "function" || key == "custom") function = value;
    if (key == "custom") custom = true;
    if (key == "id") id = value;
    if (key == "index") index = value;
  });
  const std::string_view arguments = dialect::raw_member(function, custom ? "input" : "arguments");
  Call* call = find_call(dialect::raw_integer(index), text_of(id));
  if (call == nullptr) {
    end_words();
    const BlockKind kind = custom ? BlockKind::CustomCall : BlockKind::Call;
    Call made{.index = dialect::raw_integer(index).value_or(-1), .id = std::string(text_of(id).escaped), .kind = kind};
    made.block = open(kind, text_of(id), text_of(dialect::raw_member(function, "name")));
    if (ended()) return;
    calls_.push_back(std::move(made));
    call = &calls_.back();
  }
  add_arguments(*call, arguments);
}

void ChatAnswerReader::add_arguments(Call& call, std::string_view arguments) {
  if (is_object(arguments)) {  // some servers send them as an object
    std::string text;
    append_escaped(arguments, text);
    call.empty = false;
    return add(call.block, call.kind, {text});
  }
  const Text text = text_of(arguments);
  if (text.empty()) return;
  call.empty = false;
  add(call.block, call.kind, text);
}

void ChatAnswerReader::finish(std::string_view reason) {
  if (reason == "error" || reason == "insufficient_system_resource") {
    return fail_unsound("The upstream has broken its answer off.");
  }
  end_blocks();
  finished_ = true;
  const StopReason why = reason_of(reason);
  stop(refused_ && why == StopReason::End && !calls_seen() ? StopReason::Refused : why);
}

void ChatAnswerReader::read_usage(std::string_view raw) {
  AnswerUsage seen;
  std::int64_t prompt = -1;
  std::int64_t total = -1;
  for_members(raw, [&](std::string_view key, std::string_view value) {
    if (key == "prompt_tokens") prompt = tokens(value);
    if (key == "completion_tokens") seen.output = tokens(value);
    if (key == "total_tokens") total = tokens(value);
    if (key == "prompt_tokens_details") {
      seen.cache_read = tokens(dialect::raw_member(value, "cached_tokens"));
      seen.cache_write = tokens(dialect::raw_member(value, "cache_write_tokens"));
    }
    if (key == "prompt_cache_hit_tokens" && seen.cache_read < 0) seen.cache_read = tokens(value);  // DeepSeek
    if (key == "completion_tokens_details") seen.reasoning = tokens(dialect::raw_member(value, "reasoning_tokens"));
  });
  if (prompt < 0 && seen.output < 0) return;
  // Some servers (xAI) leave reasoning out of the completion's count, though it is billed; the total gives it away.
  if (seen.reasoning > 0 && total == prompt + seen.output + seen.reasoning) seen.output += seen.reasoning;
  if (prompt >= 0) {
    const std::int64_t cached =
        std::max<std::int64_t>(seen.cache_read, 0) + std::max<std::int64_t>(seen.cache_write, 0);
    seen.uncached = std::max<std::int64_t>(prompt - cached, 0);
  }
  usage(seen);
}

}  // namespace drover::translate
