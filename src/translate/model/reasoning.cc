#include "translate/model/reasoning.h"

#include <array>

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

}  // namespace drover::translate
