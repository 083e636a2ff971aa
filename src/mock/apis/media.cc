#include "mock/apis/media.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "mock/answers/json_object.h"
#include "mock/answers/reply.h"
#include "mock/apis/openai_other.h"

namespace drover::mock {
namespace {

namespace json = boost::json;

/// A PNG of one transparent dot.
constexpr std::string_view kDot =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
constexpr std::size_t kMostDocuments = 1000;

void append_number(std::string& bytes, std::uint32_t value, int count) {
  for (int at = 0; at < count; ++at) bytes.push_back(static_cast<char>(value >> (8 * at) & 0xffU));
}

constexpr std::uint32_t kRate = 24'000;  // samples a second
constexpr std::uint32_t kSamples = kRate / 10;

std::string wav() {
  const std::uint32_t size = kSamples * 2;
  std::string bytes = "RIFF";
  append_number(bytes, 36 + size, 4);
  bytes += "WAVEfmt ";
  append_number(bytes, 16, 4);
  append_number(bytes, 1, 2);  // samples as they are
  append_number(bytes, 1, 2);  // one channel
  append_number(bytes, kRate, 4);
  append_number(bytes, kRate * 2, 4);
  append_number(bytes, 2, 2);
  append_number(bytes, 16, 2);
  bytes += "data";
  append_number(bytes, size, 4);
  return bytes + std::string(size, '\0');
}

/// Four frames of MPEG-1 layer III, 128 kbit/s at 44.1 kHz, whose side information means silence.
std::string mp3() {
  constexpr std::size_t kFrame = 417;
  std::string bytes;
  for (int frame = 0; frame < 4; ++frame) {
    std::string one = "\xff\xfb\x90\xc4";
    one.resize(kFrame, '\0');
    bytes += one;
  }
  return bytes;
}

std::vector<std::string> sorted_words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const char c = at < text.size() ? text[at] : ' ';
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool part = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') || (lower & '\x80') != 0;
    if (part) {
      word.push_back(lower);
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  std::ranges::sort(words);
  return words;
}

std::string document_text(const json::value& document) {
  if (document.is_string()) return std::string(document.get_string());
  return document.is_object() ? std::string(text_in(document.get_object(), "text")) : std::string();
}

}  // namespace

Answer images_answer(const Ask& ask, std::string_view body) {
  const bool url = text_in(parsed_object(body), "response_format") == "url";
  json::array pictures;
  for (std::uint64_t at = 0; at < ask.choices; ++at) {
    json::object picture;
    if (url) {
      picture["url"] = "data:image/png;base64," + std::string(kDot);
    } else {
      picture["b64_json"] = kDot;
    }
    if (!ask.said.empty()) picture["revised_prompt"] = ask.said;
    pictures.emplace_back(std::move(picture));
  }
  const json::object usage{
      {"input_tokens", ask.input_tokens},
      {"output_tokens", ask.choices},
      {"total_tokens", ask.input_tokens + static_cast<std::int64_t>(ask.choices)},
      {"input_tokens_details", json::object{{"text_tokens", ask.input_tokens}, {"image_tokens", 0}}}};
  return plain_answer(
      Call::Images,
      json::serialize(json::object{
          {"created", kCreated}, {"data", std::move(pictures)}, {"output_format", "png"}, {"usage", usage}}));
}

Answer speech_answer(std::string_view body) {
  const std::string format(text_in(parsed_object(body), "response_format", "mp3"));
  Answer answer = plain_answer(Call::Speech, format == "wav"   ? wav()
                                             : format == "pcm" ? std::string(kSamples * 2, '\0')
                                                               : mp3());
  answer.content_type = format == "wav" ? "audio/wav" : format == "pcm" ? "audio/pcm" : "audio/mpeg";
  return answer;
}

Answer rerank_answer(const Ask& ask, std::string_view body) {
  const json::object asked = parsed_object(body);
  const std::vector<std::string> query = sorted_words_of(text_in(asked, "query"));
  const json::value* documents = asked.if_contains("documents");
  if (documents == nullptr || !documents->is_array() || documents->get_array().size() > kMostDocuments) {
    return error_answer(Call::Rerank, {400, "invalid_request_error", "invalid_value",
                                       "'documents' must be a list of at most 1000 documents."});
  }
  std::vector<std::pair<double, std::size_t>> order;  // negative scores, so that the best come first
  for (std::size_t at = 0; at < documents->get_array().size(); ++at) {
    const std::vector<std::string> words = sorted_words_of(document_text(documents->get_array()[at]));
    const auto common =
        std::ranges::count_if(query, [&](const std::string& word) { return std::ranges::binary_search(words, word); });
    order.emplace_back(-static_cast<double>(common) / static_cast<double>(std::max<std::size_t>(query.size(), 1)), at);
  }
  std::ranges::sort(order);
  const json::value* top = asked.if_contains("top_n");
  if (top != nullptr && top->is_int64() && top->get_int64() >= 0) {
    order.resize(std::min(order.size(), static_cast<std::size_t>(top->get_int64())));
  }
  const json::value* wanted = asked.if_contains("return_documents");
  const bool with_documents = wanted != nullptr && wanted->is_bool() && wanted->get_bool();
  json::array results;
  for (const auto& [score, at] : order) {
    json::object result{{"index", at}, {"relevance_score", score == 0 ? 0.0 : -score}};
    if (with_documents) result["document"] = json::object{{"text", document_text(documents->get_array()[at])}};
    results.emplace_back(std::move(result));
  }
  return plain_answer(Call::Rerank, json::serialize(json::object{
                                        {"id", "rerank-mock"},
                                        {"model", ask.model},
                                        {"results", std::move(results)},
                                        {"meta", json::object{{"billed_units", json::object{{"search_units", 1}}}}},
                                        {"usage", json::object{{"total_tokens", ask.input_tokens}}}}));
}

}  // namespace drover::mock
