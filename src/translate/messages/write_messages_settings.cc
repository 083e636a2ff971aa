// The settings and tools of a Messages request; its messages are in write_messages_request.cc.
#include <cstdlib>

#include "dialect/json/json_reader.h"
#include "translate/messages/schema.h"
#include "translate/messages/write_messages_request.h"
#include "translate/read/json_walk.h"

namespace drover::translate {
namespace {

/// Anthropic's least budget of thinking.
constexpr std::int64_t kLeastBudget = 1'024;
/// Where nothing is known of the model and the client gave no limit.
constexpr std::int64_t kUnknownLimit = 8'192;
constexpr std::string_view kJsonTool = "json";

std::int64_t budget_of(Effort effort) {
  switch (effort) {
    case Effort::Minimal:
    case Effort::Low: return kLeastBudget;
    case Effort::Unset:
    case Effort::None:
    case Effort::Medium: return 4'096;
    case Effort::High: return 16'384;
    case Effort::ExtraHigh: return 24'576;
    case Effort::Max: return 32'768;
  }
  return kLeastBudget;
}

std::string_view claude_effort(Effort effort, bool above_high) {
  switch (effort) {
    case Effort::Minimal:
    case Effort::Low: return "low";
    case Effort::Medium: return "medium";
    case Effort::ExtraHigh: return above_high ? "xhigh" : "high";
    case Effort::Max: return above_high ? "max" : "high";
    default: return "high";
  }
}

/// A schema of a tool must say that it is one of an object.
void append_input_schema(std::string_view schema, std::string& out) {
  if (!dialect::raw_truthy(schema)) {
    out += kEmptySchema;
  } else if (dialect::raw_member(schema, "type").empty()) {
    out.append(R"({"type":"object",)").append(schema.substr(1));
  } else {
    out += schema;
  }
}

}  // namespace

/// How much the model may write and think, so that the one leaves room for the other.
void MessagesRequestWriter::choose_limits() {
  max_tokens_ = settings().max_tokens.value_or(can_.max_output_tokens > 0 ? can_.max_output_tokens : kUnknownLimit);
  effort_ = wanted_effort();
  if (effort_ == Effort::Unset) return;
  if (can_.thinking == ThinkingControl::None) {
    if (effort_ != Effort::None) losses_.dropped("reasoning_effort");
    effort_ = Effort::Unset;
    return;
  }
  if (effort_ == Effort::None) {
    thinking_ = ThinkingMode::Off;
    return;
  }
  if (in_.choice.kind == ToolChoice::Kind::Required || in_.choice.kind == ToolChoice::Kind::Named ||
      forces_json_tool()) {
    losses_.dropped("reasoning_effort");  // a model that thinks cannot be made to call a tool
    effort_ = Effort::Unset;
    return;
  }
  if (can_.thinking == ThinkingControl::Adaptive) {
    if (effort_ > Effort::High && !can_.effort_above_high) losses_.adapted("reasoning_effort");
    thinking_ = ThinkingMode::Adaptive;
    return;
  }
  budget_ = std::min(budget_of(effort_), max_tokens_ - 1);
  if (budget_ < kLeastBudget || thinks_while_calling()) {
    losses_.dropped("reasoning_effort");
    effort_ = Effort::Unset;
    return;
  }
  thinking_ = ThinkingMode::Budget;
}

/// Whether the model is in the middle of a turn with calls whose thoughts are not there: with a budget it then refuses
/// to go on thinking.
bool MessagesRequestWriter::thinks_while_calling() const {
  for (auto message = in_.messages.rbegin(); message != in_.messages.rend(); ++message) {
    if (message->role == Role::Assistant) {
      const auto is_signed = [this](const Part& part) {
        return (part.kind == PartKind::Thinking || part.kind == PartKind::Sealed) && is_written(part);
      };
      const auto is_call = [](const Part& part) { return part.kind == PartKind::Call; };
      return std::ranges::any_of(message->parts, is_call) && std::ranges::none_of(message->parts, is_signed);
    }
    const auto is_said = [](const Part& part) { return part.kind != PartKind::Result; };
    if (message->role == Role::User && std::ranges::any_of(message->parts, is_said)) return false;
  }
  return false;
}

void MessagesRequestWriter::write_settings() {
  json_.key("max_tokens").number(max_tokens_);
  write_claude_sampling();
  std::vector<Text> stops;
  for (const Text stop : settings().stop) {
    is_blank(stop) ? losses_.dropped("stop") : stops.push_back(stop);
  }
  if (!stops.empty()) {
    json_.key("stop_sequences").open('[');
    for (const Text stop : stops) json_.text(stop);
    json_.close(']');
  }
  write_thinking();
  write_output_config();
  if (!settings().user.empty()) json_.key("metadata").open('{').key("user_id").text(settings().user).close('}');
  const std::string_view tier = settings().tier.escaped;
  if (tier == "auto") json_.key("service_tier").word("auto");
  if (tier == "default") json_.key("service_tier").word("standard_only");
  if (!tier.empty() && tier != "auto" && tier != "default") losses_.dropped("service_tier");
  if (!settings().verbosity.empty()) losses_.dropped("verbosity");
  if (settings().store == true) losses_.dropped("store");
  if (settings().stream) json_.key("stream").boolean(true);
}

void MessagesRequestWriter::write_claude_sampling() {
  const bool thinks = thinking_ == ThinkingMode::Budget || thinking_ == ThinkingMode::Adaptive;
  const bool taken = can_.sampling && !thinks;
  const std::string_view temperature = settings().temperature;
  if (!temperature.empty() && !taken) losses_.dropped("temperature");
  if (!temperature.empty() && taken) {
    const bool too_high = std::strtod(std::string(temperature).c_str(), nullptr) > 1.0;
    if (too_high) losses_.dropped("temperature>1");
    json_.key("temperature").raw(too_high ? std::string_view("1") : temperature);
  }
  if (!settings().top_p.empty()) {
    const bool alone = can_.temperature_with_top_p || temperature.empty();
    taken&& alone ? void(json_.key("top_p").raw(settings().top_p)) : losses_.dropped("top_p");
  }
  if (!settings().top_k.empty()) {
    taken&& can_.top_k ? void(json_.key("top_k").raw(settings().top_k)) : losses_.dropped("top_k");
  }
}

void MessagesRequestWriter::write_thinking() {
  switch (thinking_) {
    case ThinkingMode::Unset: return;
    case ThinkingMode::Off: json_.key("thinking").open('{').key("type").word("disabled").close('}'); return;
    case ThinkingMode::Adaptive:
      json_.key("thinking").open('{').key("type").word("adaptive");
      // The newest models show their thoughts only on request, and are slower then.
      if (can_.effort_above_high && settings().wants_summary) json_.key("display").word("summarized");
      json_.close('}');
      return;
    case ThinkingMode::Budget:
      json_.key("thinking").open('{').key("type").word("enabled").key("budget_tokens").number(budget_).close('}');
  }
}

bool MessagesRequestWriter::forces_json_tool() const {
  return settings().format.kind == OutputFormat::Kind::JsonSchema && !can_.schema_output;
}

void MessagesRequestWriter::write_output_config() {
  const OutputFormat& format = settings().format;
  const bool schema = format.kind == OutputFormat::Kind::JsonSchema && can_.schema_output;
  const bool effort = thinking_ == ThinkingMode::Adaptive;
  if (!schema && !effort) return;
  json_.key("output_config").open('{');
  if (effort) json_.key("effort").word(claude_effort(effort_, can_.effort_above_high));
  if (schema) {
    std::string& out = json_.key("format").open('{').key("type").word("json_schema").key("schema").value();
    const SchemaFit fit = append_claude_schema(format.schema, out);
    if (fit == SchemaFit::TooDeep) losses_.refused("response_format.schema");
    if (fit == SchemaFit::Weakened) losses_.adapted("response_format.schema");
    json_.close('}');
  }
  json_.close('}');
}

void MessagesRequestWriter::write_tools() {
  const bool json_tool = forces_json_tool();
  if (in_.tools.empty() && !json_tool) return write_placeholder();
  json_.key("tools").open('[');
  for (const Tool& tool : in_.tools) {
    if (is_allowed(tool)) write_tool(tool);
  }
  if (json_tool) {
    written_.json_tool = kJsonTool;
    json_.open('{').key("name").word(kJsonTool).key("description").word("Respond with a JSON object.");
    append_input_schema(settings().format.schema, json_.key("input_schema").value());
    json_.close('}');
  }
  json_.close(']');
  write_choice();
}

/// A conversation that has calls must have tools too; one that is not to be called stands for those that are not there
/// any more.
void MessagesRequestWriter::write_placeholder() {
  const auto is_call = [](const Part& part) { return part.kind == PartKind::Call; };
  const auto has_call = [&](const Message& message) { return std::ranges::any_of(message.parts, is_call); };
  if (std::ranges::none_of(in_.messages, has_call)) return;
  losses_.adapted("tools.placeholder");
  json_.key("tools").open('[').open('{').key("name").word("unavailable").key("description").word("Cannot be called.");
  json_.key("input_schema").raw(kEmptySchema).close('}').close(']');
  json_.key("tool_choice").open('{').key("type").word("none").close('}');
}

void MessagesRequestWriter::write_tool(const Tool& tool) {
  if (tool.custom) return losses_.refused("tools.custom");
  json_.open('{').key("name").text(name_of(tool.name));
  if (!tool.description.empty()) json_.key("description").text(tool.description);
  append_input_schema(tool.schema, json_.key("input_schema").value());
  if (tool.strict == true && can_.schema_output) json_.key("strict").boolean(true);
  write_mark(tool.mark);
  json_.close('}');
}

void MessagesRequestWriter::write_choice() {
  const bool one_call = settings().parallel_calls == false || forces_json_tool();
  ToolChoice choice = in_.choice;
  if (forces_json_tool()) choice.kind = in_.tools.empty() ? ToolChoice::Kind::Named : ToolChoice::Kind::Required;
  if (choice.kind == ToolChoice::Kind::Unset) {
    if (!one_call) return;
    choice.kind = ToolChoice::Kind::Auto;
  }
  json_.key("tool_choice").open('{').key("type");
  switch (choice.kind) {
    case ToolChoice::Kind::None: json_.word("none").close('}'); return;  // where the other member is not legal
    case ToolChoice::Kind::Required: json_.word("any"); break;
    case ToolChoice::Kind::Named:
      json_.word("tool").key("name").text(forces_json_tool() ? Text{kJsonTool} : name_of(choice.name));
      break;
    default: json_.word("auto");
  }
  if (one_call) json_.key("disable_parallel_tool_use").boolean(true);
  json_.close('}');
}

}  // namespace drover::translate
