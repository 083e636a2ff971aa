#include "mock/apis/openai_other.h"

#include <algorithm>
#include <bit>
#include <boost/json.hpp>

#include "base/random.h"
#include "mock/answers/reply.h"

namespace drover::mock {
namespace {

namespace json = boost::json;

json::object model_object(std::string_view name) {
  return {{"id", name}, {"object", "model"}, {"created", kCreated}, {"owned_by", "drover-mock"}};
}

// Little-endian float32, on any machine.
std::string bytes_of(const std::vector<float>& values) {
  std::string bytes;
  for (const float value : values) {
    const auto word = std::bit_cast<std::uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(word >> shift & 0xffU));
  }
  return bytes;
}

}  // namespace

std::vector<float> embedding_of(std::uint64_t seed, std::size_t dimensions) {
  Random random(seed);
  std::vector<float> values(dimensions);
  for (float& value : values) value = static_cast<float>(random.unit() * 2 - 1);
  return values;
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    for (std::size_t offset = 0; offset < 3; ++offset) {
      group = group << 8 | (offset < count ? static_cast<unsigned char>(bytes[at + offset]) : 0U);
    }
    for (std::size_t letter = 0; letter < 4; ++letter) {
      text.push_back(letter <= count ? kLetters[group >> (18 - 6 * letter) & 63U] : '=');
    }
  }
  return text;
}

bool serves(const Settings& settings, std::string_view model) {
  return std::any_of(settings.models.begin(), settings.models.end(),
                     [model](const std::string& pattern) { return matches(pattern, model); });
}

Answer embeddings_answer(const Ask& ask, const Settings& settings) {
  json::array items;
  for (std::size_t index = 0; index < ask.inputs; ++index) {
    const std::vector<float> values = embedding_of(settings.seed ^ ask.fingerprint ^ index << 32, ask.dimensions);
    json::object item{{"object", "embedding"}, {"index", index}};
    if (ask.base64)
      item["embedding"] = base64(bytes_of(values));
    else
      item["embedding"] = json::array(values.begin(), values.end());
    items.emplace_back(std::move(item));
  }
  const json::object body{
      {"object", "list"},
      {"data", std::move(items)},
      {"model", ask.model},
      {"usage", json::object{{"prompt_tokens", ask.input_tokens}, {"total_tokens", ask.input_tokens}}}};
  return plain_answer(ask.call, json::serialize(body));
}

Answer moderations_answer(const Ask& ask) {
  json::array results;
  for (std::size_t index = 0; index < ask.inputs; ++index) {
    results.emplace_back(json::object{{"flagged", false},
                                      {"categories", json::object{{"hate", false}, {"violence", false}}},
                                      {"category_scores", json::object{{"hate", 0.0001}, {"violence", 0.0002}}}});
  }
  const json::object body{{"id", "modr-mock"}, {"model", ask.model}, {"results", std::move(results)}};
  return plain_answer(ask.call, json::serialize(body));
}

Answer transcription_answer(const Ask& ask) {
  const json::object body{{"text", "transcribed by " + ask.model},
                          {"model", ask.model},
                          {"usage", json::object{{"type", "duration"}, {"seconds", 1.5}}}};
  return plain_answer(ask.call, json::serialize(body));
}

Answer models_answer(const Settings& settings) {
  json::array items;
  for (const std::string& model : settings.models) {
    if (!model.ends_with('*')) items.emplace_back(model_object(model));
  }
  return plain_answer(Call::Models, json::serialize(json::object{{"object", "list"}, {"data", std::move(items)}}));
}

Answer model_answer(const Settings& settings, std::string_view name) {
  if (!serves(settings, name)) return error_answer(Call::Model, usual_error(404, {}));
  return plain_answer(Call::Model, json::serialize(model_object(name)));
}

}  // namespace drover::mock
