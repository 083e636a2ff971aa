// The settings and tools of a Gemini request; its contents are in write_gemini_request.cc.
#include <array>
#include <utility>

#include "dialect/json/json_reader.h"
#include "translate/gemini/write_gemini_request.h"

namespace drover::translate {
namespace {

/// Google takes this many.
constexpr std::size_t kMaxStopsOfGemini = 5;
constexpr std::string_view kGeminiJsonTool = "json";
/// With fewer tokens for all of the output there is nothing left to say after a thought.
constexpr std::int64_t kLeastOutputToThink = 1'024;

std::int64_t thinking_tokens(Effort effort) {
  switch (effort) {
    case Effort::Unset:
    case Effort::None: return 0;
    case Effort::Minimal:
    case Effort::Low: return 1'024;
    case Effort::Medium: return 8'192;
    case Effort::High: return 24'576;
    case Effort::ExtraHigh:
    case Effort::Max: return 32'768;
  }
  return 0;
}

std::string_view level_word(Effort effort) {
  switch (effort) {
    case Effort::Minimal: return "MINIMAL";
    case Effort::Low: return "LOW";
    case Effort::Medium: return "MEDIUM";
    default: return "HIGH";
  }
}

}  // namespace

void GeminiRequestWriter::write_tier() {
  const std::string_view tier = settings().tier.escaped;
  if (tier.empty() || tier == "auto") return;
  if (tier == "default") {
    json_.key("serviceTier").word("standard");
  } else if (tier == "flex" || tier == "priority") {
    json_.key("serviceTier").word(tier);
  } else {
    losses_.dropped("service_tier");
  }
}

/// A form for the output beside tools: models that do not take both are given the form as a tool.
bool GeminiRequestWriter::forces_json_tool() const {
  const bool form = settings().format.kind == OutputFormat::Kind::JsonSchema;
  return form && (!can_.schema_output || (!in_.tools.empty() && !can_.schema_with_tools));
}

bool GeminiRequestWriter::asks_json_in_words() const {
  const bool json = settings().format.kind == OutputFormat::Kind::JsonObject;
  return json && (!can_.schema_output || (!in_.tools.empty() && !can_.schema_with_tools));
}

void GeminiRequestWriter::write_tools() {
  const bool json_tool = forces_json_tool();
  if (in_.tools.empty() && !json_tool) return;
  // Where one of several must be called, all stay and the others are not allowed: the prompt stays the same.
  const bool filters = in_.choice.kind != ToolChoice::Kind::Required;
  json_.key("tools").open('[').open('{').key("functionDeclarations").open('[');
  for (const Tool& tool : in_.tools) {
    if (!filters || is_allowed(tool)) write_tool(tool);
  }
  if (json_tool) {
    written_.json_tool = kGeminiJsonTool;
    json_.open('{').key("name").word(kGeminiJsonTool).key("description").word("Respond with a JSON object.");
    json_.key("parametersJsonSchema").raw(settings().format.schema).close('}');
  }
  json_.close(']').close('}').close(']');
  write_choice();
  if (settings().parallel_calls == false) losses_.dropped("parallel_tool_calls");
}

void GeminiRequestWriter::write_tool(const Tool& tool) {
  if (tool.custom) return losses_.refused("tools.custom");
  if (tool.strict == true) losses_.dropped("tools.strict");
  tell_marks(tool.mark);
  json_.open('{').key("name").text(name_of(tool.name));
  if (!tool.description.empty()) json_.key("description").text(tool.description);
  const bool empty = !dialect::raw_truthy(tool.schema);
  json_.key("parametersJsonSchema").raw(empty ? kEmptySchema : tool.schema).close('}');
}

void GeminiRequestWriter::write_choice() {
  ToolChoice::Kind kind = in_.choice.kind;
  if (forces_json_tool()) kind = ToolChoice::Kind::Required;
  if (kind == ToolChoice::Kind::Unset) return;
  json_.key("toolConfig").open('{').key("functionCallingConfig").open('{').key("mode");
  switch (kind) {
    case ToolChoice::Kind::None: json_.word("NONE"); break;
    case ToolChoice::Kind::Required:
    case ToolChoice::Kind::Named: json_.word("ANY"); break;
    default: json_.word("AUTO");
  }
  write_allowed_names();
  json_.close('}').close('}');
}

void GeminiRequestWriter::write_allowed_names() {
  const ToolChoice& choice = in_.choice;
  const bool named = choice.kind == ToolChoice::Kind::Named;
  const bool some = choice.kind == ToolChoice::Kind::Required && !choice.allowed.empty();
  if (!named && !some) return;
  json_.key("allowedFunctionNames").open('[');
  if (named) json_.text(name_of(choice.name));
  if (some) {
    for (const Tool& tool : in_.tools) {
      if (is_allowed(tool)) json_.text(name_of(tool.name));
    }
  }
  if (forces_json_tool()) json_.word(kGeminiJsonTool);
  json_.close(']');
}

void GeminiRequestWriter::write_generation() {
  const std::size_t before = written_.body.size();
  json_.key("generationConfig").open('{');
  const std::size_t empty = written_.body.size();
  if (settings().max_tokens.has_value()) json_.key("maxOutputTokens").number(*settings().max_tokens);
  write_gemini_sampling();
  write_stops();
  write_passed_fields();
  write_format();
  write_thinking();
  tell_lost_settings();
  if (written_.body.size() == empty) {
    written_.body.resize(before);
  } else {
    json_.close('}');
  }
}

void GeminiRequestWriter::write_gemini_sampling() {
  const auto write = [&](std::string_view name, std::string_view number) {
    if (!number.empty()) json_.key(name).raw(number);
  };
  write("temperature", settings().temperature);
  write("topP", settings().top_p);
  if (can_.top_k) {
    write("topK", settings().top_k);
  } else if (!settings().top_k.empty()) {
    losses_.dropped("top_k");
  }
}

void GeminiRequestWriter::write_stops() {
  std::vector<Text> stops;
  for (const Text stop : settings().stop) {
    if (stop.empty() || stops.size() == kMaxStopsOfGemini) {
      losses_.dropped("stop");
    } else {
      stops.push_back(stop);
    }
  }
  if (stops.empty()) return;
  json_.key("stopSequences").open('[');
  for (const Text stop : stops) json_.text(stop);
  json_.close(']');
}

void GeminiRequestWriter::write_format() {
  const OutputFormat& format = settings().format;
  if (format.kind == OutputFormat::Kind::Text || forces_json_tool() || asks_json_in_words()) return;
  json_.key("responseMimeType").word("application/json");
  if (format.kind == OutputFormat::Kind::JsonSchema) json_.key("responseJsonSchema").raw(format.schema);
}

void GeminiRequestWriter::write_thinking() {
  const Effort effort = wanted_effort();
  const bool adaptive = settings().thinking == ThinkingMode::Adaptive;
  if (effort == Effort::Unset && !adaptive && !settings().wants_summary) return;
  if (can_.thinking == ThinkingControl::None) {
    // A model that does not think has been told not to.
    if (effort != Effort::None) losses_.dropped("reasoning_effort");
    return;
  }
  const std::size_t before = written_.body.size();
  json_.key("thinkingConfig").open('{');
  const std::size_t empty = written_.body.size();
  if (settings().wants_summary && effort != Effort::None) json_.key("includeThoughts").boolean(true);
  if (can_.thinking == ThinkingControl::Effort) {
    write_level(effort);
  } else {
    write_budget(effort);
  }
  written_.body.size() == empty ? written_.body.resize(before) : void(json_.close('}'));
}

void GeminiRequestWriter::write_level(Effort effort) {
  if (effort == Effort::Unset) return;  // it thinks as much as it finds right
  Effort level = effort;
  if (level == Effort::None) level = Effort::Minimal;  // these models cannot be told not to think
  if (level == Effort::Minimal && !can_.effort_minimal) level = Effort::Low;
  if (level == Effort::Medium && !can_.effort_medium) level = Effort::High;
  if (level > Effort::High) level = Effort::High;
  if (level != effort) losses_.adapted("reasoning_effort");
  json_.key("thinkingLevel").word(level_word(level));
}

void GeminiRequestWriter::write_budget(Effort effort) {
  if (effort == Effort::Unset) {
    if (settings().thinking == ThinkingMode::Adaptive) json_.key("thinkingBudget").number(-1);
    return;
  }
  if (effort == Effort::None) {
    if (!can_.effort_off) losses_.adapted("reasoning_effort");
    json_.key("thinkingBudget").number(can_.effort_off ? 0 : can_.least_thinking);
    return;
  }
  const std::int64_t room = settings().max_tokens.value_or(can_.max_output_tokens);
  if (room <= kLeastOutputToThink) return losses_.dropped("reasoning_effort");
  const bool exact = settings().thinking == ThinkingMode::Budget;
  const std::int64_t wanted = exact ? settings().thinking_budget : thinking_tokens(effort);
  const std::int64_t least = std::max<std::int64_t>(can_.least_thinking, 1);
  const std::int64_t budget = std::clamp(wanted, least, std::max(least, std::min(can_.most_thinking, room - 1)));
  if (budget != wanted) losses_.adapted("reasoning_effort");
  json_.key("thinkingBudget").number(budget);
}

/// What this API has no words for.
void GeminiRequestWriter::tell_lost_settings() {
  if (!settings().verbosity.empty()) losses_.dropped("verbosity");
  if (settings().store == true) losses_.dropped("store");
}

}  // namespace drover::translate
