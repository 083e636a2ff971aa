#include "mock/apis/gemini.h"

#include <boost/json.hpp>

#include "mock/apis/openai_other.h"

namespace drover::mock {
namespace {

namespace json = boost::json;

constexpr std::string_view kGeminiEvents = "text/event-stream";

json::object usage_of(const Ask& ask, std::int64_t output_tokens, bool whole) {
  const auto thoughts = static_cast<std::int64_t>(ask.thinks ? kThoughtPieces.size() : 0);
  json::object usage{{"promptTokenCount", ask.input_tokens}, {"totalTokenCount", ask.input_tokens + output_tokens}};
  if (whole) usage["candidatesTokenCount"] = output_tokens - thoughts;
  if (whole && ask.thinks) usage["thoughtsTokenCount"] = thoughts;
  return usage;
}

/// Gemini 3 signs the first of its calls and what it thought before; older models only the latter.
bool is_signed(const Ask& ask) {
  return ask.thinks || (!ask.calls.empty() && ask.model.starts_with("gemini-3"));
}

json::object said_part(std::string_view text) {
  return {{"text", text}};
}

json::object thought_part(std::string_view text) {
  return {{"text", text}, {"thought", true}};
}

json::object call_part(const Ask& ask, std::size_t call) {
  const Tool& tool = ask.calls[call];
  json::object part{{"functionCall", json::object{{"name", tool.name}, {"args", json::parse(tool.arguments)}}}};
  if (call == 0 && is_signed(ask)) part["thoughtSignature"] = kThoughtSignature;
  return part;
}

std::string_view finish_reason(const Choice& choice) {
  return choice.cut_short ? "MAX_TOKENS" : "STOP";
}

json::object candidate(std::size_t index, json::array parts) {
  return {{"content", json::object{{"parts", std::move(parts)}, {"role", "model"}}}, {"index", index}};
}

json::object gemini_chunk(const Ask& ask, const Reply& reply, json::array candidates, json::object usage) {
  return {{"candidates", std::move(candidates)},
          {"usageMetadata", std::move(usage)},
          {"modelVersion", ask.model},
          {"responseId", reply.id}};
}

json::array whole_parts(const Ask& ask, const Choice& choice) {
  json::array parts;
  if (ask.thinks) parts.emplace_back(thought_part(kThought));
  for (std::size_t call = 0; call < ask.calls.size(); ++call) parts.emplace_back(call_part(ask, call));
  if (ask.calls.empty()) {
    json::object text = said_part(text_of(choice));
    if (is_signed(ask)) text["thoughtSignature"] = kThoughtSignature;
    parts.emplace_back(std::move(text));
  }
  return parts;
}

/// The chunks of a stream as they go over the wire: events with Google's line ends, or elements of one list.
class ChunkStream {
 public:
  explicit ChunkStream(const Ask& ask) : in_list_(ask.call == Call::GenerateList) {
    answer_.call = ask.call;
    answer_.stream = true;
    if (!in_list_) answer_.content_type = kGeminiEvents;
  }

  void add(Role role, const json::object& chunk) {
    const std::string data = json::serialize(chunk);
    const std::string_view before = answer_.pieces.empty() ? "[" : ",\r\n";
    answer_.pieces.push_back({role, in_list_ ? std::string(before) + data : "data: " + data + "\r\n\r\n"});
  }

  [[nodiscard]] Answer finish() {
    if (in_list_) answer_.pieces.push_back({Role::Terminator, "]"});
    return std::move(answer_);
  }

 private:
  bool in_list_;
  Answer answer_;
};

Answer generate_stream(const Ask& ask, const Reply& reply) {
  ChunkStream stream(ask);
  const json::object before = usage_of(ask, 0, /*whole=*/false);
  const auto part = [&](std::size_t index, json::object one) {
    stream.add(Role::Content, gemini_chunk(ask, reply, {candidate(index, {std::move(one)})}, before));
  };
  for (std::size_t index = 0; index < reply.choices.size(); ++index) {
    for (const std::string_view piece : kThoughtPieces) {
      if (ask.thinks) part(index, thought_part(piece));
    }
    for (std::size_t call = 0; call < ask.calls.size(); ++call) part(index, call_part(ask, call));
    for (const std::string& token : reply.choices[index].tokens) part(index, said_part(token));
  }
  for (std::size_t index = 0; index < reply.choices.size(); ++index) {
    json::object last = said_part("");
    if (is_signed(ask) && ask.calls.empty()) last["thoughtSignature"] = kThoughtSignature;
    json::object ended = candidate(index, {std::move(last)});
    ended["finishReason"] = finish_reason(reply.choices[index]);
    stream.add(Role::Closing,
               gemini_chunk(ask, reply, {std::move(ended)}, usage_of(ask, reply.output_tokens, /*whole=*/true)));
  }
  return stream.finish();
}

json::object gemini_model_object(std::string_view name) {
  return {{"name", "models/" + std::string(name)},
          {"version", "001"},
          {"displayName", name},
          {"inputTokenLimit", 1'048'576},
          {"outputTokenLimit", 65'536},
          {"supportedGenerationMethods", json::array{"generateContent", "countTokens", "embedContent"}}};
}

std::string_view word_for(int status) {
  switch (status) {
    case 401: return "UNAUTHENTICATED";
    case 403: return "PERMISSION_DENIED";
    case 404: return "NOT_FOUND";
    case 429: return "RESOURCE_EXHAUSTED";
    case 500: return "INTERNAL";
    case 503: return "UNAVAILABLE";
    case 504: return "DEADLINE_EXCEEDED";
    default: return status < 500 ? "INVALID_ARGUMENT" : "UNAVAILABLE";
  }
}

json::object error_info(std::string_view word) {
  return {{"@type", "type.googleapis.com/google.rpc.ErrorInfo"}, {"reason", word}, {"domain", "googleapis.com"}};
}

json::object daily_quota() {
  return {{"@type", "type.googleapis.com/google.rpc.QuotaFailure"},
          {"violations", json::array{json::object{{"quotaId", "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}}}}};
}

}  // namespace

Answer generate_answer(const Ask& ask, const Reply& reply) {
  if (ask.stream) return generate_stream(ask, reply);
  json::array candidates;
  for (std::size_t index = 0; index < reply.choices.size(); ++index) {
    json::object one = candidate(index, whole_parts(ask, reply.choices[index]));
    one["finishReason"] = finish_reason(reply.choices[index]);
    candidates.emplace_back(std::move(one));
  }
  Answer answer = plain_answer(ask.call, json::serialize(gemini_chunk(ask, reply, std::move(candidates),
                                                                      usage_of(ask, reply.output_tokens, true))));
  answer.tokens = static_cast<std::uint64_t>(reply.output_tokens);
  return answer;
}

Answer gemini_count_answer(const Ask& ask) {
  return plain_answer(ask.call, json::serialize(json::object{{"totalTokens", ask.input_tokens}}));
}

Answer gemini_embeddings_answer(const Ask& ask, const Settings& settings) {
  json::array all;
  for (std::size_t index = 0; index < ask.inputs; ++index) {
    const std::vector<float> values = embedding_of(settings.seed ^ ask.fingerprint ^ index << 32, ask.dimensions);
    all.emplace_back(json::object{{"values", json::array(values.begin(), values.end())}});
  }
  json::object body;
  if (ask.call == Call::GeminiBatchEmbed) {
    body["embeddings"] = std::move(all);
  } else {
    body["embedding"] = std::move(all.front());
  }
  return plain_answer(ask.call, json::serialize(body));
}

Answer gemini_models_answer(const Settings& settings) {
  json::array items;
  for (const std::string& model : settings.models) {
    if (!model.ends_with('*')) items.emplace_back(gemini_model_object(model));
  }
  return plain_answer(Call::GeminiModels, json::serialize(json::object{{"models", std::move(items)}}));
}

Answer gemini_model_answer(const Settings& settings, std::string_view path) {
  constexpr std::string_view kBefore = "/models/";
  const std::string_view name = path.substr(path.find(kBefore) + kBefore.size());
  if (!serves(settings, name)) return error_answer(Call::GeminiModel, usual_error(404, {}));
  return plain_answer(Call::GeminiModel, json::serialize(gemini_model_object(name)));
}

Answer empty_candidate(Call call, bool stream) {
  const json::object said{
      {"candidates",
       json::array{json::object{{"content", json::object{{"role", "model"}}}, {"finishReason", "STOP"}, {"index", 0}}}},
      {"usageMetadata", json::object{{"promptTokenCount", 1}, {"totalTokenCount", 1}}},
      {"modelVersion", "mock"}};
  if (!stream) return plain_answer(call, json::serialize(said));
  ChunkStream chunks(Ask{.call = call});
  chunks.add(Role::Closing, said);
  return chunks.finish();
}

Answer gemini_bad_key(Call call) {
  const json::object error{{"code", 400},
                           {"message", "API key not valid. Please pass a valid API key."},
                           {"status", "INVALID_ARGUMENT"},
                           {"details", json::array{error_info("API_KEY_INVALID")}}};
  Answer answer = plain_answer(call, json::serialize(json::object{{"error", error}}));
  answer.status = 400;
  return answer;
}

std::string gemini_error_json(const ProviderError& error) {
  json::object inner{{"code", error.status}, {"message", error.message}, {"status", word_for(error.status)}};
  const bool is_usual = error.code == usual_error(error.status, {}).code || error.code == word_for(error.status);
  if (error.code == "context_length_exceeded") {
    inner["message"] = "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).";
  } else if (error.code == "insufficient_quota") {
    inner["details"] = json::array{daily_quota()};
  } else if (!error.code.empty() && !is_usual) {
    inner["details"] = json::array{error_info(error.code)};
  }
  return json::serialize(json::object{{"error", std::move(inner)}});
}

std::string gemini_error_piece(Call call, const ProviderError& error, bool first) {
  const std::string text = gemini_error_json(error);
  if (call != Call::GenerateList) return "data: " + text + "\r\n\r\n";
  return (first ? "[" : ",\r\n") + text + "]";
}

}  // namespace drover::mock
