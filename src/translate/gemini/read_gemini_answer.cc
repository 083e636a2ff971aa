#include "translate/gemini/read_gemini_answer.h"

#include <algorithm>
#include <array>

#include "translate/model/reasoning.h"
#include "translate/read/json_walk.h"

namespace drover::translate {
namespace {

/// Longest part of the upstream's id that goes into the ids of calls.
constexpr std::size_t kMostOfAnswerId = 48;

/// A filter has ended the answer.
constexpr auto kFiltered = std::to_array<std::string_view>(
    {"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
     "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "IMAGE_OTHER", "NO_IMAGE", "MODEL_ARMOR", "JAILBREAK"});
/// The model wrote what is no answer; where words came before, they are one.
constexpr auto kMalformed =
    std::to_array<std::string_view>({"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
                                     "MALFORMED_RESPONSE", "MISSING_THOUGHT_SIGNATURE"});

template <std::size_t N>
bool is_among(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

constexpr bool is_id_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::string letters_of_id(std::string_view id) {
  std::string letters(id.substr(0, kMostOfAnswerId));
  std::ranges::replace_if(letters, [](char c) { return !is_id_letter(c); }, '_');
  return letters;
}

}  // namespace

void GeminiAnswerReader::event(std::string_view name, std::string_view data) {
  if (name != "[DONE]") return read_chunks(data);  // Google sends none; servers do that speak its dialect too
  if (finished_) end();
}

void GeminiAnswerReader::plain(std::string_view body) {
  const bool in_chunks = is_array(body);  // a stream that was not asked for as events
  read_chunks(body);
  if (ended() || !started() || (in_chunks && !finished_)) return;
  end_call();
  end_words();
  usage(latest_);
  end();
}

/// Google's servers put errors into a list of one, and a stream that is no stream of events into one list.
void GeminiAnswerReader::read_chunks(std::string_view data) {
  if (is_object(data)) return read_chunk(data);
  for_elements(data, [this](std::string_view chunk) { read_chunk(chunk); });
}

void GeminiAnswerReader::read_chunk(std::string_view chunk) {
  std::string_view candidates, feedback, usage_of, id, model, error;
  for_members(chunk, [&](std::string_view key, std::string_view value) {
    if (key == "candidates") candidates = value;
    if (key == "promptFeedback") feedback = value;
    if (key == "usageMetadata") usage_of = value;
    if (key == "responseId") id = value;
    if (key == "modelVersion") model = value;
    if (key == "error") error = value;
  });
  if (ended()) return;
  if (dialect::raw_truthy(error)) return fail_as_told(chunk);
  const bool blocked = !is_absent(dialect::raw_member(feedback, "blockReason"));
  if ((is_array(candidates) && dialect::raw_truthy(candidates)) || blocked) {
    if (answer_id_.empty()) answer_id_ = letters_of_id(text_of(id).escaped);
    start(text_of(id), text_of(model));
  }
  for_elements(candidates, [this](std::string_view candidate) { read_candidate(candidate); });
  if (blocked) block_prompt();
  if (!is_absent(usage_of)) read_usage(usage_of);
}

void GeminiAnswerReader::read_candidate(std::string_view candidate) {
  if (finished_) return;  // nothing is said behind the end
  std::string_view content, reason, index;
  for_members(candidate, [&](std::string_view key, std::string_view value) {
    if (key == "content") content = value;
    if (key == "finishReason") reason = value;
    if (key == "index") index = value;
  });
  if (dialect::raw_integer(index).value_or(0) != 0) return;  // one was asked for
  for_elements(dialect::raw_member(content, "parts"), [this](std::string_view part) { read_part(part); });
  if (is_string(reason)) finish(text_of(reason).escaped);
}

void GeminiAnswerReader::read_part(std::string_view part) {
  std::string_view text, call, blob, signature;
  bool thought = false;
  for_members(part, [&](std::string_view key, std::string_view value) {
    if (key == "text") text = value;
    if (key == "thought") thought = value == "true";
    if (key == "functionCall") call = value;
    if (key == "inlineData") blob = value;
    if (key == "thoughtSignature") signature = value;
  });
  if (is_object(call)) return read_call(call, text_of(signature));
  if (is_object(blob) && !thought) return read_blob(blob);
  read_text(text, thought, text_of(signature));
}

void GeminiAnswerReader::read_text(std::string_view text, bool thought, Text signature) {
  const Text said = text_of(text);
  if (thought) {
    // What carries another maker's signature of the thought before it says nothing itself.
    if (signature.empty() || !is_blank(said)) say(BlockKind::Thinking, said);
    return sign_thought(signature);
  }
  if (!signature.empty()) seal(signature, {});
  say(BlockKind::Text, said);
}

/// No other form has a place for a picture in an answer: it stands in the text, as Markdown, and nothing is lost.
void GeminiAnswerReader::read_blob(std::string_view blob) {
  const std::string_view type = word_in(blob, "mimeType");
  const Text data = text_of(dialect::raw_member(blob, "data"));
  if (data.empty()) return;
  const bool image = type.starts_with("image/");
  scratch_ = image ? "![image](data:" : "[data](data:";
  scratch_.append(type).append(";base64,").append(data.escaped).append(")");
  say(BlockKind::Text, {scratch_});
}

void GeminiAnswerReader::say(BlockKind kind, Text text) {
  if (text.empty()) return;
  end_call();
  if (!words_.has_value() || words_kind_ != kind) {
    end_words();
    words_ = open(kind);
    words_kind_ = kind;
  }
  said_ = said_ || kind == BlockKind::Text;
  add(*words_, kind, text);
}

void GeminiAnswerReader::end_words() {
  if (words_.has_value()) close(*words_, words_kind_);
  words_.reset();
}

void GeminiAnswerReader::seal(Text signature, Text call) {
  end_call();
  end_words();
  const auto carried = read_carried_bytes(signature.escaped, carried_);
  const std::uint32_t block = open(BlockKind::Sealed);
  const Text own = carried.has_value() ? Text{carried_} : signature;  // sign() takes the mark off
  sign(block, BlockKind::Sealed, own, call, Maker::Google);
  close(block, BlockKind::Sealed);
}

/// The signature of a thought: another maker's signs the words before it, Google's is a seal of its own.
void GeminiAnswerReader::sign_thought(Text signature) {
  if (signature.empty()) return;
  const auto carried = read_carried_bytes(signature.escaped, carried_);
  if (!carried.has_value() || carried->sealed) return seal(signature, {});
  if (!words_.has_value() || words_kind_ != BlockKind::Thinking) {
    end_call();
    end_words();
    words_ = open(BlockKind::Thinking);
    words_kind_ = BlockKind::Thinking;
  }
  sign(*words_, BlockKind::Thinking, {carried_}, {}, Maker::Nobody);
  end_words();
}

std::string GeminiAnswerReader::made_id() {
  return "call_" + (answer_id_.empty() ? letters_of_id(request_id_) : answer_id_) + "_" + std::to_string(ids_++);
}

void GeminiAnswerReader::read_call(std::string_view raw, Text signature) {
  std::string_view id, name, arguments, pieces;
  bool goes_on = false;
  for_members(raw, [&](std::string_view key, std::string_view value) {
    if (key == "id") id = value;
    if (key == "name") name = value;
    if (key == "args") arguments = value;
    if (key == "partialArgs") pieces = value;
    if (key == "willContinue") goes_on = value == "true";
  });
  if (!text_of(name).empty()) begin_call(text_of(id), text_of(name), signature);
  if (!call_.has_value() || ended()) return;  // the end of one that has ended already
  if (dialect::raw_truthy(arguments)) {
    scratch_.clear();
    append_escaped(arguments, scratch_);
    add(call_->block, BlockKind::Call, {scratch_});
    call_->in_pieces = false;
    return end_call();
  }
  bool sound = true;
  for_elements(pieces, [&](std::string_view piece) { sound = sound && pieces_.add(piece); });
  if (!sound) return fail_unsound("The arguments of a call in the upstream's stream cannot be put together.");
  if (!goes_on) end_call();
}

void GeminiAnswerReader::begin_call(Text id, Text name, Text signature) {
  end_call();
  end_words();
  const std::string own = id.empty() ? made_id() : std::string(id.escaped);
  if (!signature.empty()) seal(signature, {own});
  said_ = true;
  call_ = Call{.block = open(BlockKind::Call, {own}, name), .in_pieces = true};
  pieces_.clear();
}

void GeminiAnswerReader::end_call() {
  if (!call_.has_value()) return;
  if (call_->in_pieces) {
    std::string whole;
    pieces_.write(whole);
    scratch_.clear();
    append_escaped(whole, scratch_);
    add(call_->block, BlockKind::Call, {scratch_});
  }
  close(call_->block, BlockKind::Call);
  call_.reset();
}

void GeminiAnswerReader::finish(std::string_view reason) {
  end_call();
  end_words();
  finished_ = true;
  if (ended()) return;
  if (is_among(reason, kMalformed) && !said_) {
    return fail({.kind = ErrorKind::ServerError,
                 .scope = ErrorScope::Server,
                 .retry = RetryClass::OtherProvider,
                 .status = 502,
                 .code = "upstream_invalid",
                 .message = "The upstream's model wrote something that is no answer."});
  }
  StopReason why = StopReason::End;
  if (reason == "MAX_TOKENS") why = StopReason::MaxTokens;
  if (is_among(reason, kFiltered)) why = StopReason::Refused;
  stop(why);
}

void GeminiAnswerReader::block_prompt() {
  if (finished_) return;
  end_call();
  end_words();
  finished_ = true;
  stop(StopReason::Refused);
}

void GeminiAnswerReader::read_usage(std::string_view raw) {
  AnswerUsage seen;
  std::int64_t prompt = -1;
  std::int64_t tools = 0;
  std::int64_t candidates = -1;
  for_members(raw, [&](std::string_view key, std::string_view value) {
    if (key == "promptTokenCount") prompt = tokens(value);
    if (key == "toolUsePromptTokenCount") tools = std::max<std::int64_t>(tokens(value), 0);
    if (key == "cachedContentTokenCount") seen.cache_read = tokens(value);
    if (key == "candidatesTokenCount") candidates = tokens(value);
    if (key == "thoughtsTokenCount") seen.reasoning = tokens(value);
  });
  if (prompt < 0 && candidates < 0 && seen.reasoning < 0) return;
  if (prompt >= 0) {
    seen.uncached = std::max<std::int64_t>(prompt + tools - std::max<std::int64_t>(seen.cache_read, 0), 0);
  }
  // Thoughts are not among the tokens of the candidates, and are billed as output.
  if (candidates >= 0 || seen.reasoning >= 0) {
    seen.output = std::max<std::int64_t>(candidates, 0) + std::max<std::int64_t>(seen.reasoning, 0);
  }
  latest_ = seen;
  if (finished_) usage(latest_);
}

}  // namespace drover::translate
