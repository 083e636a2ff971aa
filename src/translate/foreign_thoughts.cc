#include "translate/foreign_thoughts.h"

#include "translate/read/json_walk.h"

namespace drover::translate {
namespace {

constexpr std::string_view kOurSeal = "drover.";
/// How it begins in the bytes that Gemini's programs carry, which JSON has in base64.
constexpr std::string_view kOurSealInBytes = "ZHJvdmVyL";
/// Google's own word for a call that no Gemini has made.
constexpr std::string_view kNoSignatureValue = R"("skip_thought_signature_validator")";

std::string_view string_in(std::string_view object, std::string_view name) {
  return dialect::raw_string(dialect::raw_member(object, name)).value_or("");
}

bool is_foreign_block(std::string_view block) {
  const std::string_view type = string_in(block, "type");
  if (type == "redacted_thinking") return string_in(block, "data").starts_with(kOurSeal);
  if (type != "thinking") return false;
  const std::string_view signature = string_in(block, "signature");
  return signature.empty() || signature.starts_with(kOurSeal);
}

bool is_foreign_item(std::string_view item) {
  return string_in(item, "type") == "reasoning" && string_in(item, "encrypted_content").starts_with(kOurSeal);
}

/// Puts `kept` where `was` stands in `text`.
std::string replaced(std::string_view text, std::string_view was, std::string_view kept) {
  const auto begin = static_cast<std::size_t>(was.data() - text.data());
  std::string out(text.substr(0, begin));
  return out.append(kept).append(text.substr(begin + was.size()));
}

/// The array with what `keep` makes of each element; one of which nothing is left goes. Nothing: all stay as they are.
template <class Keep>
std::optional<std::string> cleaned(std::string_view array, const Keep& keep) {
  bool any = false;
  std::string kept = "[";
  for_elements(array, [&](std::string_view element) {
    const std::optional<std::string> left = keep(element);
    any = any || left.has_value();
    const std::string_view is = left ? std::string_view(*left) : element;
    if (is.empty()) return;
    if (kept.size() > 1) kept += ',';
    kept += is;
  });
  kept += ']';
  return any ? std::optional(std::move(kept)) : std::nullopt;
}

/// Empty: it goes. Nothing: it stays.
std::optional<std::string> without_block(std::string_view block) {
  return is_foreign_block(block) ? std::optional<std::string>("") : std::nullopt;
}
std::optional<std::string> without_item(std::string_view item) {
  return is_foreign_item(item) ? std::optional<std::string>("") : std::nullopt;
}
std::optional<std::string> without_thoughts(std::string_view message) {
  const std::string_view content = dialect::raw_member(message, "content");
  const auto kept = cleaned(content, without_block);
  if (!kept) return std::nullopt;
  return *kept == "[]" ? std::string() : replaced(message, content, *kept);
}

/// What another maker sealed goes. A call stays, as one of another maker's.
std::optional<std::string> without_seal(std::string_view part) {
  std::string_view seal = dialect::raw_member(part, "thoughtSignature");
  if (seal.empty()) seal = dialect::raw_member(part, "thought_signature");
  if (!dialect::raw_string(seal).value_or("").starts_with(kOurSealInBytes)) return std::nullopt;
  const auto has = [part](std::string_view name) { return dialect::raw_truthy(dialect::raw_member(part, name)); };
  if (has("thought")) return std::string();
  return replaced(part, seal, has("functionCall") || has("function_call") ? kNoSignatureValue : "null");
}
std::optional<std::string> without_seals(std::string_view content) {
  const std::string_view parts = dialect::raw_member(content, "parts");
  const auto kept = cleaned(parts, without_seal);
  if (!kept) return std::nullopt;
  return *kept == "[]" ? std::string() : replaced(content, parts, *kept);
}

/// Where a form has the turns of a conversation.
std::string_view history_of(Form form) {
  switch (form) {
    case Form::Chat: break;
    case Form::Messages: return "messages";
    case Form::Responses: return "input";
    case Form::Gemini: return "contents";
  }
  return {};
}

}  // namespace

bool may_hold_foreign_thoughts(Form form, std::string_view body) {
  if (form == Form::Gemini) return body.find(kOurSealInBytes) != std::string_view::npos;
  if (form != Form::Messages && form != Form::Responses) return false;
  if (body.find(kOurSeal) != std::string_view::npos) return true;
  return form == Form::Messages && body.find("\"thinking\"") != std::string_view::npos &&
         (body.find("\"signature\":\"\"") != std::string_view::npos ||
          body.find("\"signature\": \"\"") != std::string_view::npos);
}

std::optional<std::string> without_foreign_thoughts(Form form, std::string_view body) {
  const std::string_view history = dialect::raw_member(body, history_of(form));
  std::optional<std::string> kept;
  switch (form) {
    case Form::Chat: return std::nullopt;
    case Form::Messages: kept = cleaned(history, without_thoughts); break;
    case Form::Responses: kept = cleaned(history, without_item); break;
    case Form::Gemini: kept = cleaned(history, without_seals); break;
  }
  return kept ? std::optional(replaced(body, history, *kept)) : std::nullopt;
}

}  // namespace drover::translate
