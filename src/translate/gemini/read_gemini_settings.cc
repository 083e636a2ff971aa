// The settings and tools of a Gemini request; its contents are in read_gemini_request.cc.
#include <algorithm>
#include <array>

#include "translate/gemini/google_schema.h"
#include "translate/gemini/read_gemini_request.h"

namespace drover::translate {
namespace {

struct LevelWord {
  std::string_view word;
  Effort effort;
};
constexpr auto kLevels = std::to_array<LevelWord>(
    {{"MINIMAL", Effort::Minimal}, {"LOW", Effort::Low}, {"MEDIUM", Effort::Medium}, {"HIGH", Effort::High}});

std::string in_capitals(std::string_view word) {
  std::string made(word.substr(0, 64));
  for (char& c : made) c = c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
  return made;
}

}  // namespace

void GeminiRequestReader::read_tools(std::string_view raw) {
  if (is_object(raw)) return read_tool(raw);
  if (!for_elements(raw, [this](std::string_view tool) { read_tool(tool); })) wrong_type("tools must be a list.");
}

/// An entry holds declarations, or a tool that runs at Google.
void GeminiRequestReader::read_tool(std::string_view raw) {
  const bool is_one = for_named(raw, [this](std::string_view key, std::string_view value) {
    if (key != "functionDeclarations") return losses_.dropped("tools.hosted");
    if (!for_elements(value, [this](std::string_view each) { read_declaration(each); })) {
      wrong_type("functionDeclarations must be a list.");
    }
  });
  if (!is_one) wrong_type("A tool must be an object.");
}

void GeminiRequestReader::read_declaration(std::string_view raw) {
  Tool tool;
  std::string_view parameters;
  const bool is_one = for_named(raw, [&](std::string_view key, std::string_view value) {
    if (key == "name") tool.name = text_of(value);
    if (key == "description") tool.description = text_of(value);
    if (key == "parametersJsonSchema") tool.schema = schema_of(value);
    if (key == "parameters") parameters = value;
  });
  if (!is_one) return wrong_type("A tool must be an object.");
  if (tool.name.empty()) return fail("invalid_tool", "A tool must have a name.");
  if (out_.tools.size() == kMaxTools) return fail("too_many_tools", "More tools than are accepted.");
  if (tool.schema.empty() && !parameters.empty()) tool.schema = schema_of_google(parameters);
  out_.tools.push_back(tool);
}

std::string_view GeminiRequestReader::schema_of_google(std::string_view raw) {
  if (schema_of(raw).empty() || !is_object(raw)) return {};
  std::string made;
  if (!append_json_schema(raw, made)) {
    fail("invalid_schema", "A schema is nested deeper than is accepted.");
    return {};
  }
  return out_.keep(std::move(made));
}

void GeminiRequestReader::read_choice(std::string_view raw) {
  const bool is_one = for_named(raw, [this](std::string_view key, std::string_view value) {
    if (key == "functionCallingConfig") return read_calling(value);
    losses_.dropped("toolConfig");
  });
  if (!is_one) wrong_type("toolConfig must be an object.");
}

void GeminiRequestReader::read_calling(std::string_view raw) {
  ToolChoice& choice = out_.choice;
  std::string mode;
  std::string_view names;
  for_named(raw, [&](std::string_view key, std::string_view value) {
    if (key == "mode") mode = in_capitals(text_of(value).escaped);
    if (key == "allowedFunctionNames") names = value;
  });
  for_elements(names, [&](std::string_view name) {
    if (!text_of(name).empty() && choice.allowed.size() < kMaxTools) choice.allowed.push_back(text_of(name));
  });
  if (mode == "AUTO" || mode == "VALIDATED") {
    choice.kind = ToolChoice::Kind::Auto;
  } else if (mode == "NONE") {
    choice.kind = ToolChoice::Kind::None;
    choice.allowed.clear();
  } else if (mode == "ANY") {
    choice.kind = ToolChoice::Kind::Required;
    if (choice.allowed.size() == 1) {
      choice.kind = ToolChoice::Kind::Named;
      choice.name = choice.allowed.front();
      choice.allowed.clear();
    }
  } else if (!mode.empty() && mode != "MODE_UNSPECIFIED") {
    fail("invalid_tool_choice", "The mode of functionCallingConfig must be AUTO, ANY, NONE or VALIDATED.");
  }
}

void GeminiRequestReader::read_generation(std::string_view raw) {
  const bool is_one = for_named(raw, [this](std::string_view key, std::string_view value) {
    if (key == "responseMimeType") {
      mime_type_ = text_of(value).escaped;
    } else if (key == "responseJsonSchema" || key == "_responseJsonSchema") {
      schema_ = schema_of(value);
    } else if (key == "responseSchema") {
      const std::string_view schema = schema_of_google(value);
      if (schema_.empty()) schema_ = schema;
    } else if (!read_output(key, value)) {
      pass_on(key, value);
    }
  });
  if (!is_one) wrong_type("generationConfig must be an object.");
}

bool GeminiRequestReader::read_output(std::string_view key, std::string_view raw) {
  Settings& settings = out_.settings;
  if (key == "maxOutputTokens") {
    read_max_tokens(raw);
  } else if (key == "temperature") {
    read_number(raw, settings.temperature);
  } else if (key == "topP") {
    read_number(raw, settings.top_p);
  } else if (key == "topK") {
    read_number(raw, settings.top_k);
  } else if (key == "stopSequences") {
    read_stop(raw);
  } else if (key == "candidateCount") {
    if (dialect::raw_integer(raw) != 1) losses_.refused("candidateCount");
  } else if (key == "thinkingConfig") {
    read_thinking(raw);
  } else if (key == "responseModalities") {
    read_modalities(raw);
  } else {
    return false;
  }
  return true;
}

void GeminiRequestReader::read_modalities(std::string_view raw) {
  for_elements(raw, [this](std::string_view kind) {
    if (in_capitals(text_of(kind).escaped) != "TEXT") losses_.refused("responseModalities");
  });
}

void GeminiRequestReader::read_thinking(std::string_view raw) {
  Settings& settings = out_.settings;
  const bool is_one = for_named(raw, [&](std::string_view key, std::string_view value) {
    if (key == "includeThoughts") settings.wants_summary = value == "true";
    if (key == "thinkingLevel") read_level(value);
    if (key != "thinkingBudget") return;
    const auto budget = dialect::raw_integer(value);
    if (!budget.has_value()) return wrong_type("thinkingBudget must be a number.");
    settings.thinking_budget = std::max<std::int64_t>(*budget, 0);
    settings.thinking = *budget < 0 ? ThinkingMode::Adaptive : *budget == 0 ? ThinkingMode::Off : ThinkingMode::Budget;
  });
  if (!is_one) wrong_type("thinkingConfig must be an object.");
}

void GeminiRequestReader::read_level(std::string_view raw) {
  const std::string word = in_capitals(text_of(raw).escaped);
  if (word == "THINKING_LEVEL_UNSPECIFIED") return;
  const auto* const found = std::ranges::find(kLevels, word, &LevelWord::word);
  if (found == kLevels.end()) return fail("invalid_value", "thinkingLevel is not one that is known.");
  out_.settings.effort = found->effort;
}

/// The type of the output and its schema may stand in any order.
void GeminiRequestReader::end_format() {
  OutputFormat& format = out_.settings.format;
  if (!schema_.empty()) {
    format = {.kind = OutputFormat::Kind::JsonSchema, .name = {"output"}, .schema = schema_};
  } else if (mime_type_ == "application/json") {
    format.kind = OutputFormat::Kind::JsonObject;
  } else if (!mime_type_.empty() && mime_type_ != "text/plain") {
    losses_.refused("responseMimeType");
  }
}

}  // namespace drover::translate
