#include "translate/read/request_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

#include "dialect/json/json_scan.h"
#include "translate/chat/read_chat_request.h"
#include "translate/gemini/read_gemini_request.h"
#include "translate/messages/read_messages_request.h"
#include "translate/model/fields.h"
#include "translate/model/links.h"
#include "translate/responses/read_responses_request.h"

namespace drover::translate {
namespace {

struct EffortWord {
  std::string_view word;
  Effort effort;
};
constexpr auto kEfforts = std::to_array<EffortWord>({{"none", Effort::None},
                                                     {"minimal", Effort::Minimal},
                                                     {"low", Effort::Low},
                                                     {"medium", Effort::Medium},
                                                     {"high", Effort::High},
                                                     {"xhigh", Effort::ExtraHigh},
                                                     {"max", Effort::Max}});

std::unique_ptr<RequestReader> reader_of(Form form, Losses& losses) {
  switch (form) {
    case Form::Chat: return std::make_unique<ChatRequestReader>(losses);
    case Form::Messages: return std::make_unique<MessagesRequestReader>(losses);
    case Form::Responses: return std::make_unique<ResponsesRequestReader>(losses);
    case Form::Gemini: return std::make_unique<GeminiRequestReader>(losses);
  }
  return nullptr;
}

/// Top-level fields that would be read twice, and that some servers read by another spelling.
constexpr auto kOnce =
    std::to_array<std::string_view>({"model", "messages", "input", "system", "instructions", "tools", "tool_choice",
                                     "stream", "contents", "systemInstruction", "generationConfig", "toolConfig"});

}  // namespace

Result<Conversation> read_request(Form form, std::string_view body, Losses& losses) {
  dialect::JsonScan scan(body, kOnce);
  const auto judged = scan.step(std::numeric_limits<std::size_t>::max());
  if (!judged.has_value()) return fail(judged.error());
  if (!scan.is_object()) return drover::fail(invalid("invalid_type", "The body must be a JSON object."));
  const auto reader = reader_of(form, losses);
  for_members(body, [&](std::string_view name, std::string_view raw) {
    if (!is_absent(raw) && !reader->field(name, raw)) reader->pass_on(name, raw);
  });
  reader->end();
  if (reader->error().has_value()) return drover::fail(*reader->error());
  Conversation read = reader->take();
  if (auto wrong = check_places(read)) return drover::fail(std::move(*wrong));
  if (auto wrong = link_calls(read)) return drover::fail(std::move(*wrong));
  return read;
}

void RequestReader::pass_on(std::string_view name, std::string_view raw) {
  const auto row = find_field(out_.form, name);
  if (!row.has_value()) return losses_.dropped("unknown_fields");
  if (!says_nothing(*row, raw)) out_.settings.fields.push_back({*row, raw});
}

bool RequestReader::count_part() {
  if (parts_ == kMaxParts) {
    fail("too_many_parts", "The messages have more parts than are accepted.");
    return false;
  }
  ++parts_;
  return true;
}

void RequestReader::add(Part part, Message& message) {
  if (count_part()) message.parts.push_back(std::move(part));
}

bool RequestReader::read_common(std::string_view name, std::string_view raw) {
  Settings& settings = out_.settings;
  if (name == "model") {
    settings.model = text_of(raw);
  } else if (name == "stream") {
    settings.stream = raw == "true";
  } else if (name == "temperature") {
    read_number(raw, settings.temperature);
  } else if (name == "top_p") {
    read_number(raw, settings.top_p);
  } else if (name == "top_k") {
    read_number(raw, settings.top_k);
  } else {
    return false;
  }
  return true;
}

bool RequestReader::read_openai_common(std::string_view name, std::string_view raw) {
  Settings& settings = out_.settings;
  if (name == "parallel_tool_calls") {
    settings.parallel_calls = bool_of(raw);
  } else if (name == "safety_identifier" || (name == "user" && settings.user.empty())) {
    settings.user = text_of(raw);
  } else if (name == "user") {  // the newer name counts
  } else if (name == "service_tier") {
    settings.tier = text_of(raw);
  } else if (name == "store") {
    settings.store = bool_of(raw);
  } else {
    return read_common(name, raw);
  }
  return true;
}

void RequestReader::read_output_schema(std::string_view raw) {
  OutputFormat& format = out_.settings.format;
  format.kind = OutputFormat::Kind::JsonSchema;
  for_members(raw, [&](std::string_view key, std::string_view value) {
    if (key == "name") format.name = text_of(value);
    if (key == "description") format.description = text_of(value);
    if (key == "schema") format.schema = schema_of(value);
    if (key == "strict") format.strict = bool_of(value);
  });
  if (format.schema.empty()) fail("invalid_response_format", "The format of the output must hold a schema.");
}

void RequestReader::read_allowed(std::string_view mode, std::string_view tools) {
  ToolChoice& choice = out_.choice;
  choice.kind = mode == "required" ? ToolChoice::Kind::Required : ToolChoice::Kind::Auto;
  for_elements(tools, [&](std::string_view tool) {
    const std::string_view function = dialect::raw_member(tool, "function");
    const Text name = text_of(dialect::raw_member(function.empty() ? tool : function, "name"));
    if (!name.empty() && choice.allowed.size() < kMaxTools) choice.allowed.push_back(name);
  });
}

bool RequestReader::read_openai_part(std::string_view type, std::string_view raw, Part& part) {
  if (type == "text" || type == "input_text" || type == "output_text") {
    part.text = text_of(dialect::raw_member(raw, "text"));
  } else if (type == "refusal") {
    part.kind = PartKind::Refusal;
    part.text = text_of(dialect::raw_member(raw, "refusal"));
  } else if (type == "input_audio") {
    part.kind = PartKind::Audio;
    const std::string_view audio = dialect::raw_member(raw, "input_audio");
    part.media = {.source = Media::Source::Base64,
                  .type = text_of(dialect::raw_member(audio, "format")),
                  .data = text_of(dialect::raw_member(audio, "data"))};
  } else {
    return false;
  }
  return true;
}

void RequestReader::read_stop(std::string_view raw) {
  if (is_string(raw)) {
    out_.settings.stop.push_back(text_of(raw));
    return;
  }
  const bool is_list = for_elements(raw, [this](std::string_view stop) {
    if (!is_string(stop)) return wrong_type("A stop sequence must be a string.");
    if (out_.settings.stop.size() == kMaxStops) return fail("too_many_stops", "More stop sequences than are accepted.");
    out_.settings.stop.push_back(text_of(stop));
  });
  if (!is_list) wrong_type("Stop sequences must be a string or a list of strings.");
}

void RequestReader::read_number(std::string_view raw, std::string_view& number) {
  if (!is_number(raw)) return wrong_type("temperature, top_p and top_k must be numbers.");
  number = raw;
}

void RequestReader::read_max_tokens(std::string_view raw) {
  const auto number = dialect::raw_integer(raw);
  if (!number.has_value() || *number < 1) return wrong_type("The limit of output tokens must be a number above 0.");
  out_.settings.max_tokens = *number;
}

void RequestReader::read_effort(std::string_view raw) {
  const auto* const found = std::ranges::find(kEfforts, text_of(raw).escaped, &EffortWord::word);
  if (found == kEfforts.end()) return fail("invalid_value", "The reasoning effort is not one that is known.");
  out_.settings.effort = found->effort;
}

CacheMark RequestReader::read_mark(std::string_view cache_control) {
  if (!is_object(cache_control)) return CacheMark::None;
  return word_in(cache_control, "ttl") == "1h" ? CacheMark::Hour : CacheMark::Short;
}

std::string_view RequestReader::schema_of(std::string_view raw) {
  if (is_absent(raw)) return {};
  if (!is_object(raw)) wrong_type("A schema must be an object.");
  return raw;
}

bool is_base64(std::string_view text) {
  const auto is_digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
           c == '=' || c == '-' || c == '_';
  };
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

bool is_media_type(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && std::ranges::all_of(text.substr(0, slash), is_letter) &&
         std::ranges::all_of(text.substr(slash + 1), is_letter);
}

std::optional<DataUrl> read_data_url(std::string_view url) {
  if (!url.starts_with("data:")) return std::nullopt;
  url.remove_prefix(5);
  const std::size_t comma = url.find(',');
  if (comma == std::string_view::npos) return DataUrl{};
  const std::string_view head = url.substr(0, comma);
  DataUrl found{.type = head.substr(0, head.find(';')), .digits = url.substr(comma + 1)};
  found.sound = head.ends_with(";base64") && is_media_type(found.type) && is_base64(found.digits);
  return found;
}

Media RequestReader::image_of(Text url, Text detail) {
  // A solidus may be escaped in JSON, and some clients do so.
  const bool escaped = url.escaped.find('\\') != std::string_view::npos;
  const std::string_view text = escaped ? out_.keep(plain(url)) : url.escaped;
  const auto data = read_data_url(text);
  if (!data.has_value()) {
    if (!text.starts_with("https://") && !text.starts_with("http://")) {
      fail("invalid_image_url", "An image's URL must begin with https://, http:// or data:.");
    }
    return {.source = Media::Source::Url, .data = url, .detail = detail};
  }
  if (!data->sound || !data->type.starts_with("image/")) {
    fail("invalid_image", "An image in a data: URL must have an image's media type and base64 data.");
  }
  // "image/jpg" is a common mistake for it.
  const std::string_view type = data->type == "image/jpg" ? std::string_view("image/jpeg") : data->type;
  return {.source = Media::Source::Base64, .type = {type}, .data = {data->digits}, .detail = detail};
}

Part RequestReader::document_of(std::string_view raw) {
  Part part{.kind = PartKind::Document};
  for_members(raw, [&](std::string_view name, std::string_view value) {
    if (name == "filename") part.media.filename = text_of(value);
    if (is_absent(value)) return;
    if (name == "file_id") {
      part.media.source = Media::Source::FileId;
      part.media.data = text_of(value);
    } else if (name == "file_url") {
      part.media.source = Media::Source::Url;
      part.media.data = text_of(value);
    } else if (name == "file_data") {
      const Text url = text_of(value);
      const bool escaped = url.escaped.find('\\') != std::string_view::npos;
      const std::string_view text = escaped ? out_.keep(plain(url)) : url.escaped;
      const auto data = read_data_url(text);
      const std::string_view digits = data.has_value() ? data->digits : text;  // some clients leave the head out
      if (data.has_value() ? !data->sound : !is_base64(digits)) fail("invalid_file", "file_data must be base64 data.");
      part.media.source = Media::Source::Base64;
      part.media.type = {data.has_value() ? data->type : "application/pdf"};
      part.media.data = {digits};
    }
  });
  if (part.media.source == Media::Source::None || part.media.data.empty()) {
    fail("invalid_file", "A file must have file_data, file_url or file_id.");
  }
  return part;
}

}  // namespace drover::translate
