#include "translate/preview.h"

#include <algorithm>
#include <span>
#include <string>

#include "translate/read/request_reader.h"
#include "translate/translate.h"
#include "translate/write/request_writer.h"

namespace drover::translate {
namespace {

/// Members behind a small request of their form, each one feature.
constexpr std::string_view kChat[] = {
    R"("n":2)",
    R"("seed":7)",
    R"("logprobs":true,"top_logprobs":2)",
    R"("logit_bias":{"50256":-100})",
    R"("frequency_penalty":0.5)",
    R"("presence_penalty":0.5)",
    R"("temperature":0.5)",
    R"("top_p":0.5)",
    R"("stop":["END"])",
    R"("modalities":["text","audio"],"audio":{"voice":"alloy","format":"wav"})",
    R"("prediction":{"type":"content","content":"x"})",
    R"("response_format":{"type":"json_object"})",
    R"("response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object"}}})",
    R"("reasoning_effort":"high")",
    R"("verbosity":"low")",
    R"("service_tier":"flex")",
    R"("web_search_options":{})",
    R"("store":true)",
    R"("metadata":{"a":"b"})",
    R"("user":"u")",
    R"("prompt_cache_key":"k")",
    R"("tools":[{"type":"custom","custom":{"name":"f"}}])",
};
constexpr std::string_view kMessages[] = {
    R"("temperature":0.5)",
    R"("top_k":5)",
    R"("stop_sequences":["END"])",
    R"("thinking":{"type":"enabled","budget_tokens":1024})",
    R"("system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}])",
    R"("service_tier":"auto")",
    R"("metadata":{"user_id":"u"})",
    R"("container":"c")",
    R"("mcp_servers":[{"type":"url","url":"https://m","name":"m"}])",
    R"("tools":[{"type":"web_search_20250305","name":"web_search"}])",
    R"("tools":[{"type":"bash_20250124","name":"bash"}])",
    R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}})",
};
constexpr std::string_view kResponses[] = {
    R"("temperature":0.5)",
    R"("top_p":0.5)",
    R"("previous_response_id":"resp_1")",
    R"("conversation":"conv_1")",
    R"("background":true)",
    R"("prompt":{"id":"p"})",
    R"("include":["message.output_text.logprobs"],"top_logprobs":2)",
    R"("truncation":"auto")",
    R"("max_tool_calls":3)",
    R"("reasoning":{"effort":"high"})",
    R"("text":{"verbosity":"low"})",
    R"("text":{"format":{"type":"json_schema","name":"s","schema":{"type":"object"}}})",
    R"("tools":[{"type":"web_search"}])",
    R"("tools":[{"type":"custom","name":"f"}])",
    R"("service_tier":"flex")",
    R"("metadata":{"a":"b"})",
    R"("safety_identifier":"u")",
    R"("prompt_cache_key":"k")",
};

constexpr std::string_view kGenerate[] = {
    R"("generationConfig":{"temperature":0.5})",
    R"("generationConfig":{"topP":0.5})",
    R"("generationConfig":{"topK":5})",
    R"("generationConfig":{"seed":7})",
    R"("generationConfig":{"candidateCount":2})",
    R"("generationConfig":{"stopSequences":["END"]})",
    R"("generationConfig":{"frequencyPenalty":0.5})",
    R"("generationConfig":{"presencePenalty":0.5})",
    R"("generationConfig":{"responseLogprobs":true,"logprobs":2})",
    R"("generationConfig":{"responseModalities":["TEXT","IMAGE"]})",
    R"("generationConfig":{"thinkingConfig":{"thinkingLevel":"HIGH"}})",
    R"("generationConfig":{"responseMimeType":"application/json"})",
    R"("generationConfig":{"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}})",
    R"("safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}])",
    R"("cachedContent":"cachedContents/c")",
    R"("labels":{"a":"b"})",
    R"("tools":[{"googleSearch":{}}])",
    R"("tools":[{"codeExecution":{}}])",
};

std::span<const std::string_view> features_of(Form front) {
  switch (front) {
    case Form::Chat: return kChat;
    case Form::Messages: return kMessages;
    case Form::Responses: return kResponses;
    case Form::Gemini: return kGenerate;
  }
  return {};
}

std::string request_with(Form front, std::string_view feature) {
  const std::string_view turn = front == Form::Responses ? R"("store":false,"input":"x")"
                                : front == Form::Gemini  ? R"("contents":[{"role":"user","parts":[{"text":"x"}]}])"
                                                         : R"("messages":[{"role":"user","content":"x"}])";
  std::string body = R"({"model":"m",)";
  body.append(turn);
  if (front == Form::Messages) body.append(R"(,"max_tokens":4096)");
  return body.append(",").append(feature).append("}");
}

void note(std::vector<std::string_view>& list, std::string_view field) {
  if (std::ranges::find(list, field) == list.end()) list.push_back(field);
}

}  // namespace

Preview preview(Form front, Form back, std::string_view model) {
  Preview all;
  const Capabilities& can = capabilities_of(back, model);
  for (const std::string_view feature : features_of(front)) {
    Losses losses;
    const std::string body = request_with(front, feature);  // the conversation is views of it
    auto conversation = read_request(front, body, losses);
    if (conversation) (void)write_request(back, *conversation, model, can, losses);
    for (const Loss& loss : losses.all()) {
      if (loss.severity == Severity::Dropped) note(all.dropped, loss.field);
      if (loss.severity == Severity::Refused) note(all.refused, loss.field);
    }
  }
  return all;
}

}  // namespace drover::translate
