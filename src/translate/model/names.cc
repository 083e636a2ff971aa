#include "translate/model/names.h"

#include <algorithm>

#include "base/sha256.h"

namespace drover::translate {
namespace {

constexpr std::size_t kOpenAiName = 64;
constexpr std::size_t kClaudeName = 128;
constexpr std::size_t kChatId = 40;
constexpr std::size_t kResponsesId = 64;
constexpr std::size_t kClaudeId = 128;  // not documented; longer ones were never seen
constexpr std::size_t kOpenAiUser = 64;
/// Digits of the digest that keeps changed names apart, and the line before them.
constexpr std::size_t kDigits = 8;

constexpr bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// Google takes a name only if it begins with a letter or a low line.
bool begins_name(std::string_view name) {
  if (name.empty()) return false;
  const char first = name.front();
  return (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_';
}

bool fits(std::string_view name, std::size_t most) {
  return name.size() <= most && std::ranges::all_of(name, is_name_letter);
}

/// As much of `name` as there is room for, with a digest of the whole behind it.
std::string shortened(std::string_view name, std::size_t most) {
  std::string made(name.substr(0, most - kDigits - 1));
  std::ranges::replace_if(made, [](char c) { return !is_name_letter(c); }, '_');
  return made + "_" + hex(sha256(name), kDigits / 2);
}

}  // namespace

Text ToolNames::sent(Form form, Text name, Conversation& conversation) {
  const std::size_t most = form == Form::Messages ? kClaudeName : kOpenAiName;  // Google's limit is OpenAI's
  const bool begins_well = form != Form::Gemini || begins_name(name.escaped);
  if (begins_well && fits(name.escaped, most)) return name;
  const std::string_view made =
      conversation.keep(begins_well ? shortened(name.escaped, most) : "_" + shortened(name.escaped, most - 1));
  changed_.try_emplace(std::string(made), name.escaped);
  return {made};
}

Text ToolNames::original(Text sent) const {
  const auto at = changed_.find(sent.escaped);
  return at != changed_.end() ? Text{at->second} : sent;
}

Text sent_id(Form form, Text id, Conversation& conversation) {
  const std::size_t most = form == Form::Chat ? kChatId : form == Form::Responses ? kResponsesId : kClaudeId;
  if (fits(id.escaped, most)) return id;
  return {conversation.keep(shortened(id.escaped, most))};
}

Text sent_user(Form form, Text user, Conversation& conversation) {
  if (form == Form::Messages || user.escaped.size() <= kOpenAiUser) return user;
  return {conversation.keep(hex(sha256(plain(user))))};
}

}  // namespace drover::translate
