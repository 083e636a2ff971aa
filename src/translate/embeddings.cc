#include "translate/embeddings.h"

#include <bit>
#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

#include "dialect/gemini/paths.h"
#include "dialect/json/json_text.h"
#include "translate/model/base64.h"
#include "translate/read/json_walk.h"

namespace drover::translate {
namespace {

/// Most texts of one request; OpenAI takes no more.
constexpr std::size_t kMostTexts = 2048;

/// The raw texts of `input`, one or a list. Nothing: something else stands there.
std::optional<std::vector<std::string_view>> texts_of(std::string_view input) {
  if (dialect::raw_string(input)) return std::vector<std::string_view>{input};
  std::vector<std::string_view> texts;
  bool sound = true;
  const bool is_list = for_elements(input, [&](std::string_view element) {
    sound = sound && dialect::raw_string(element).has_value() && texts.size() < kMostTexts;
    if (sound) texts.push_back(element);
  });
  return is_list && sound && !texts.empty() ? std::optional(std::move(texts)) : std::nullopt;
}

void append_request(std::string_view text, std::string_view model, std::string_view size, std::string& out) {
  out.append(R"({"model":)").append(model).append(R"(,"content":{"parts":[{"text":)").append(text).append("}]}");
  if (!size.empty()) out.append(R"(,"outputDimensionality":)").append(size);
  out += '}';
}

/// The numbers of a raw list as 32-bit floats, the lowest byte first. Nothing: one of them is none.
std::optional<std::string> bytes_of(std::string_view values) {
  std::string bytes;
  bool sound = true;
  for_elements(values, [&](std::string_view raw) {
    float number = 0;
    const auto read = std::from_chars(raw.data(), raw.data() + raw.size(), number);
    sound = sound && read.ptr == raw.data() + raw.size() && read.ec == std::errc();
    const auto word = std::bit_cast<std::uint32_t>(number);
    for (unsigned shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(word >> shift & 0xffU));
  });
  return sound ? std::optional(std::move(bytes)) : std::nullopt;
}

bool append_embedding(std::string_view values, bool as_bytes, std::string& out) {
  bool numbers = true;
  const bool is_list = for_elements(values, [&](std::string_view raw) { numbers = numbers && is_number(raw); });
  if (!is_list || !numbers) return false;
  if (!as_bytes) {
    out.append(values);
    return true;
  }
  const auto bytes = bytes_of(values);
  if (!bytes) return false;
  out += '"';
  append_base64(*bytes, out);
  out += '"';
  return true;
}

}  // namespace

Result<EmbeddingsRequest> embeddings_request(std::string_view body, std::string_view model, Policy policy) {
  if (policy == Policy::Off) return fail(unsupported("translation"));
  const auto texts = texts_of(dialect::raw_member(body, "input"));
  if (!texts) return fail(unsupported("input"));
  EmbeddingsRequest made{.losses = Losses(policy)};
  if (dialect::raw_truthy(dialect::raw_member(body, "user"))) made.losses.dropped("user");
  if (auto refusal = made.losses.refusal()) return fail(std::move(*refusal));
  made.context.as_bytes = dialect::raw_string(dialect::raw_member(body, "encoding_format")) == "base64";
  const auto size = dialect::raw_integer(dialect::raw_member(body, "dimensions"));
  const std::string name = dialect::json_string("models/" + std::string(dialect::bare_model(model)));
  made.body = R"({"requests":[)";
  for (const std::string_view text : *texts) {
    if (!made.body.ends_with('[')) made.body += ',';
    append_request(text, name, size ? std::to_string(*size) : std::string(), made.body);
  }
  made.body += "]}";
  return made;
}

Result<std::string> embeddings_answer(std::string_view body, const EmbeddingsContext& context) {
  std::string out = R"({"object":"list","data":[)";
  std::size_t index = 0;
  bool sound = true;
  for_elements(dialect::raw_member(body, "embeddings"), [&](std::string_view each) {
    out.append(index == 0 ? "" : ",").append(R"({"object":"embedding","index":)").append(std::to_string(index));
    out.append(R"(,"embedding":)");
    ++index;
    sound = sound && append_embedding(dialect::raw_member(each, "values"), context.as_bytes, out);
    out += '}';
  });
  if (!sound || index == 0) {
    return fail({.kind = ErrorKind::BadResponse,
                 .scope = ErrorScope::Target,
                 .retry = RetryClass::OtherProvider,
                 .status = 502,
                 .code = "bad_answer",
                 .message = "The provider's answer holds no embeddings."});
  }
  const std::string tokens = std::to_string(context.input_tokens);
  out.append(R"(],"model":)").append(dialect::json_string(context.model));
  out.append(R"(,"usage":{"prompt_tokens":)").append(tokens).append(R"(,"total_tokens":)").append(tokens);
  return out.append("}}");
}

}  // namespace drover::translate
