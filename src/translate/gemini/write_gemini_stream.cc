#include "translate/gemini/write_gemini_stream.h"

#include "translate/answer/answer_words.h"
#include "translate/answer/told_error.h"
#include "translate/model/limits.h"

namespace drover::translate {
namespace {

constexpr std::string_view kGeminiChunk = R"(data: {"candidates":[{"content":{"role":"model","parts":[)";

bool is_call_block(BlockKind kind) {
  return kind == BlockKind::Call || kind == BlockKind::CustomCall;
}

}  // namespace

template <class Write>
void GeminiStreamWriter::chunk(Write write) {
  std::string& to = out();
  to += kGeminiChunk;
  const std::size_t empty = to.size();
  JsonOut json(to);
  write(json);
  if (to.size() == empty) {  // nothing is to be told yet
    to.resize(empty - kGeminiChunk.size());
    return;
  }
  to.append(R"(]},"index":0}])").append(behind_).append("}\n\n");
}

void GeminiStreamWriter::start(const AnswerEvent& event) {
  behind_ = R"(,"modelVersion":)";
  write_model(behind_);
  behind_ += R"(,"responseId":")";
  append_front_id(Form::Gemini, event.id, context().request_id, behind_);
  behind_ += '"';
}

void GeminiStreamWriter::ping() {
  chunk([](JsonOut& json) { json.open('{').key("text").word("").close('}'); });
}

void GeminiStreamWriter::open(const AnswerEvent& event) {
  if (!is_call_block(event.block_kind)) return;
  id_ = event.id.escaped;
  name_ = event.name.escaped;
  arguments_.clear();
}

void GeminiStreamWriter::add(const AnswerEvent& event) {
  if (is_call_block(event.block_kind)) {
    if (arguments_.size() + event.text.escaped.size() <= kMaxPlainBytes) arguments_ += event.text.escaped;
    return;
  }
  chunk([&](JsonOut& json) { parts_.write_text(event.block_kind, event.text, json); });
}

void GeminiStreamWriter::sign(const AnswerEvent& event) {
  chunk([&](JsonOut& json) { parts_.keep(event.block_kind, event, json); });
}

void GeminiStreamWriter::close(const AnswerEvent& event) {
  if (!is_call_block(event.block_kind)) return;
  chunk([&](JsonOut& json) { parts_.write_call({id_}, {name_}, {arguments_}, json); });
}

void GeminiStreamWriter::end() {
  chunk([&](JsonOut& json) { parts_.flush(json); });
  std::string& to = out();
  to.append(kGeminiChunk).append(R"({"text":""}]},"finishReason":")").append(gemini_finish(stop_));
  to.append(R"(","index":0}],"usageMetadata":)");
  JsonOut json(to);
  write_gemini_usage(usage_, json);
  to.append(behind_).append("}\n\n");
}

void GeminiStreamWriter::failed(const Error& error) {
  out() += error_event(Form::Gemini, error, context().request_id);
}

void write_gemini(const FoldedAnswer& answer, const AnswerContext& context, JsonOut& json) {
  GeminiParts parts;
  json.open('{').key("candidates").open('[').open('{').key("content").open('{').key("role").word("model");
  json.key("parts").open('[');
  for (const FoldedBlock& block : answer.blocks) {
    if (is_call_block(block.kind)) {
      parts.write_call({block.id}, {block.name}, {block.text}, json);
    } else if (!block.text.empty()) {
      parts.write_text(block.kind, {block.text}, json);
    }
    if (block.seal.empty()) continue;
    parts.keep(block.kind, {.text = {block.seal}, .id = {block.thought_id}, .maker = block.maker}, json);
  }
  parts.flush(json);
  json.close(']').close('}').key("finishReason").word(gemini_finish(answer.stop)).key("index").number(0);
  json.close('}').close(']').key("usageMetadata");
  write_gemini_usage(answer.usage, json);
  std::string& model = json.key("modelVersion").value();
  model += '"';
  append_escaped(context.model, model);
  model += '"';
  std::string& id = json.key("responseId").value();
  id += '"';
  append_front_id(Form::Gemini, {answer.id}, context.request_id, id);
  id += '"';
  json.close('}');
}

}  // namespace drover::translate
