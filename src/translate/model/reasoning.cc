#include "translate/model/reasoning.h"

#include <array>

#include "translate/model/base64.h"

namespace drover::translate {
namespace {

struct Kind {
  std::string_view word;
  Maker maker;
  bool sealed;
};

constexpr std::string_view kMark = "drover.";
/// None of the words begins another, and none holds a dot.
constexpr auto kKinds = std::to_array<Kind>({
    {"anthropic-signed", Maker::Anthropic, false},
    {"anthropic-sealed", Maker::Anthropic, true},
    {"openai", Maker::OpenAi, true},
    {"google", Maker::Google, true},
});

}  // namespace

void append_carried(const Carried& carried, std::string& out) {
  for (const Kind& kind : kKinds) {
    if (kind.maker != carried.maker || kind.sealed != carried.sealed) continue;
    out.append(kMark).append(kind.word).append(".");
    // An id with a dot would be cut at the wrong place; it is the maker's name only, and may be left out.
    if (carried.id.find('.') == std::string_view::npos) out += carried.id;
    out.append(".").append(carried.seal);
    return;
  }
}

std::optional<Carried> read_carried(std::string_view text) {
  if (!text.starts_with(kMark)) return std::nullopt;
  text.remove_prefix(kMark.size());
  for (const Kind& kind : kKinds) {
    if (!text.starts_with(kind.word) || text.substr(kind.word.size(), 1) != ".") continue;
    text.remove_prefix(kind.word.size() + 1);
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    return Carried{kind.maker, kind.sealed, text.substr(0, dot), text.substr(dot + 1)};
  }
  return std::nullopt;
}

void append_carried_bytes(const Carried& carried, std::string& out) {
  std::string text;
  append_carried(carried, text);
  append_base64(text, out);
}

std::optional<Carried> read_carried_bytes(std::string_view text, std::string& scratch) {
  // "drover." in base64; the last digit depends on what follows.
  if (!text.starts_with("ZHJvdmVyL")) return std::nullopt;
  // It comes from outside: it has to be what can stand inside a JSON string.
  scratch = "\"";
  if (!append_from_base64(text, scratch)) return std::nullopt;
  scratch += '"';
  if (!is_json(scratch)) return std::nullopt;
  scratch.pop_back();
  scratch.erase(0, 1);
  return read_carried(scratch);
}

Maker maker_of_details(std::string_view format) {
  if (format == kClaudeDetails) return Maker::Anthropic;
  if (format == kResponsesDetails) return Maker::OpenAi;
  return format == kGeminiDetails ? Maker::Google : Maker::Nobody;
}

}  // namespace drover::translate
