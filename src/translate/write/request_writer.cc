#include "translate/write/request_writer.h"

#include <memory>

#include "dialect/json/json_reader.h"
#include "translate/chat/write_chat_request.h"
#include "translate/gemini/write_gemini_request.h"
#include "translate/messages/write_messages_request.h"
#include "translate/model/fields.h"
#include "translate/responses/write_responses_request.h"

namespace drover::translate {
namespace {

std::unique_ptr<RequestWriter> writer_of(Form form, Conversation& conversation, const Capabilities& can,
                                         Losses& losses) {
  switch (form) {
    case Form::Chat: return std::make_unique<ChatRequestWriter>(conversation, can, losses);
    case Form::Messages: return std::make_unique<MessagesRequestWriter>(conversation, can, losses);
    case Form::Responses: return std::make_unique<ResponsesRequestWriter>(conversation, can, losses);
    case Form::Gemini: return std::make_unique<GeminiRequestWriter>(conversation, can, losses);
  }
  return nullptr;
}

std::string_view effort_word(Effort effort) {
  switch (effort) {
    case Effort::Unset: return "";
    case Effort::None: return "none";
    case Effort::Minimal: return "minimal";
    case Effort::Low: return "low";
    case Effort::Medium: return "medium";
    case Effort::High: return "high";
    case Effort::ExtraHigh: return "xhigh";
    case Effort::Max: return "max";
  }
  return "";
}

/// Budgets of thinking as efforts: the thresholds that other gateways use too.
Effort effort_of_budget(std::int64_t tokens) {
  if (tokens >= 16'384) return Effort::High;
  if (tokens >= 4'096) return Effort::Medium;
  return Effort::Low;
}

}  // namespace

Result<Written> write_request(Form form, Conversation& conversation, std::string_view model, const Capabilities& can,
                              Losses& losses) {
  return writer_of(form, conversation, can, losses)->write(model);
}

Result<Written> RequestWriter::write(std::string_view model) {
  check_choice();
  json_.open('{');
  write_head(model);
  write_body();
  json_.close('}');
  if (error_.has_value()) return drover::fail(std::move(*error_));
  return std::move(written_);
}

void RequestWriter::write_head(std::string_view model) {
  std::string& out = json_.key("model").value();
  out += '"';
  append_escaped(model, out);
  out += '"';
  write_passed_fields();
}

void RequestWriter::write_passed_fields() {
  // Another server that speaks chat completions may refuse a whole request for a field that it does not know.
  const bool known_server = form_ != Form::Chat || can_.new_names;
  for (const PassedField& field : settings().fields) {
    const FieldRow& row = field_row(field.row);
    const std::string_view name = row.names[static_cast<std::size_t>(form_)];
    if (name.empty() || !known_server) {
      losses_.add(field_name(field.row, in_.form), row.severity);
    } else {
      json_.key(name).raw(field.raw);
    }
  }
}

const Tool* RequestWriter::find_tool(Text name) const {
  const auto found = std::ranges::find(in_.tools, name, &Tool::name);
  return found == in_.tools.end() ? nullptr : &*found;
}

void RequestWriter::check_choice() {
  const ToolChoice& choice = in_.choice;
  if (choice.kind == ToolChoice::Kind::Named && find_tool(choice.name) == nullptr) losses_.refused("tool_choice");
  if (choice.kind == ToolChoice::Kind::Required && in_.tools.empty()) losses_.refused("tool_choice");
  const bool any = std::ranges::any_of(in_.tools, [this](const Tool& tool) { return is_allowed(tool); });
  if (!choice.allowed.empty() && !any) losses_.refused("tool_choice");
}

bool RequestWriter::write_choice_word() {
  std::string_view word;
  switch (in_.choice.kind) {
    case ToolChoice::Kind::Auto: word = "auto"; break;
    case ToolChoice::Kind::None: word = "none"; break;
    case ToolChoice::Kind::Required: word = "required"; break;
    case ToolChoice::Kind::Unset:
    case ToolChoice::Kind::Named: return false;
  }
  json_.key("tool_choice").word(word);
  return true;
}

void RequestWriter::write_output_schema(std::optional<bool> strict) {
  const OutputFormat& format = settings().format;
  json_.key("name").text(format.name.empty() ? Text{"output"} : format.name);
  if (!format.description.empty()) json_.key("description").text(format.description);
  json_.key("schema").raw(format.schema);
  if (strict.has_value()) json_.key("strict").boolean(*strict);
}

Effort RequestWriter::wanted_effort() const {
  if (settings().thinking == ThinkingMode::Off) return Effort::None;
  if (settings().effort != Effort::Unset) return settings().effort;
  if (settings().thinking == ThinkingMode::Budget) return effort_of_budget(settings().thinking_budget);
  return Effort::Unset;
}

void RequestWriter::write_openai_hints() {
  const bool known_server = form_ != Form::Chat || can_.new_names;
  const auto write = [&](std::string_view name, Text value) {
    if (value.empty()) return;
    known_server ? void(json_.key(name).text(value)) : losses_.dropped(name);
  };
  write("service_tier", settings().tier);
  if (form_ == Form::Chat) write("verbosity", settings().verbosity);  // Responses has it beside the output's form
  if (settings().store == true) losses_.dropped("store");
  if (!settings().user.empty()) {
    json_.key(can_.new_names ? "safety_identifier" : "user").text(sent_user(form_, settings().user, in_));
  }
}

std::string_view RequestWriter::openai_effort() {
  Effort effort = wanted_effort();
  // OpenAI's newer models think only when they are told to; what another server does unasked is not known.
  const bool left_to_the_model = effort == Effort::Unset && settings().thinking == ThinkingMode::Adaptive;
  if (left_to_the_model && can_.thinking == ThinkingControl::Effort && can_.new_names) effort = Effort::Medium;
  if (effort == Effort::Unset) return "";
  if (can_.thinking == ThinkingControl::None) {
    // A model that does not think has been told not to.
    if (effort != Effort::None) losses_.dropped("reasoning_effort");
    return "";
  }
  if (!can_.new_names) return effort_word(effort);  // another server: what it takes is not known
  const Effort wanted = effort;
  if (effort > Effort::High && !can_.effort_above_high) effort = Effort::High;
  if (effort == Effort::None && !can_.effort_off) effort = Effort::Low;
  if (effort == Effort::Minimal && can_.effort_off) effort = Effort::Low;  // the models that know "none" do not know it
  if (effort != wanted) losses_.adapted("reasoning_effort");
  return effort_word(effort);
}

void RequestWriter::write_sampling() {
  const auto write = [&](std::string_view name, std::string_view number, bool taken) {
    if (number.empty()) return;
    taken ? void(json_.key(name).raw(number)) : losses_.dropped(name);
  };
  write("temperature", settings().temperature, can_.sampling);
  write("top_p", settings().top_p, can_.sampling);
  write("top_k", settings().top_k, can_.sampling && can_.top_k && form_ == Form::Chat);
}

void RequestWriter::write_openai_tool(const Tool& tool) {
  json_.key("name").text(name_of(tool.name));
  if (!tool.description.empty()) json_.key("description").text(tool.description);
  if (tool.custom) {
    if (!can_.custom_tools) losses_.refused("tools.custom");
    if (!tool.format.empty()) json_.key("format").raw(tool.format);
  } else {
    json_.key("parameters").raw(tool.schema.empty() ? kEmptySchema : tool.schema);
  }
}

void RequestWriter::write_data_url(Text type, Text digits) {
  std::string& out = json_.value();
  out.append("\"data:").append(type.escaped).append(";base64,").append(digits.escaped).append("\"");
}

void RequestWriter::write_image_url(const Media& media) {
  media.source == Media::Source::Base64 ? write_data_url(media.type, media.data) : void(json_.text(media.data));
}

void RequestWriter::write_openai_file(const Media& media, std::string_view url_member) {
  if (media.source == Media::Source::Base64) {
    if (media.type.escaped != "application/pdf") losses_.refused("document.media_type");
    json_.key("filename").text(media.filename.empty() ? Text{"document.pdf"} : media.filename).key("file_data");
    write_data_url(media.type, media.data);
  } else if (media.source == Media::Source::Url && !url_member.empty()) {
    json_.key(url_member).text(media.data);
  } else {
    losses_.refused(media.source == Media::Source::FileId ? "file_id" : "document.url");
  }
}

void RequestWriter::tell_marks(CacheMark mark) {
  if (mark == CacheMark::None) return;
  if (!can_.cache_marks) losses_.dropped("cache_control");
  if (mark == CacheMark::Hour && form_ != Form::Messages) losses_.dropped("cache_control.ttl");
}

}  // namespace drover::translate
