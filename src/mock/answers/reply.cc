#include "mock/answers/reply.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "base/random.h"

namespace drover::mock {
namespace {

// Some words need escapes in JSON, and some more than one byte in UTF-8, so that cuts fall at awkward places.
constexpr std::array<std::string_view, 32> kWords = {
    "the",      "coffee", "shop",       "opens",       "at",          "dawn",      "and",   "four",
    "baristas", "share",  "every",      "order",       "that",        "arrives",   "café",  "กาแฟ",
    "☕",       "🙂",     "\"quoted\"", "back\\slash", "line\nbreak", "tab\tstop", "naïve", "queue",
    "moves",    "on",     "when",       "one",         "of",          "them",      "falls", "ill."};

// Bytes of a tool's arguments in one fragment.
constexpr std::size_t kFragmentBytes = 5;

std::vector<std::string> fragments(const std::string& text) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(at + kFragmentBytes, text.size());
    // A fragment is a JSON string of its own, so it must not end inside a UTF-8 character.
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    pieces.push_back(text.substr(at, end - at));
    at = end;
  }
  return pieces;
}

/// The choice with at most max_tokens of the tokens.
Choice said(const Ask& ask, std::vector<std::string> tokens) {
  Choice choice{.tokens = std::move(tokens), .calls = {}};
  if (ask.most_tokens && *ask.most_tokens < static_cast<std::int64_t>(choice.tokens.size())) {
    choice.tokens.resize(static_cast<std::size_t>(*ask.most_tokens));
    choice.cut_short = true;
  }
  return choice;
}

Choice talk(const Ask& ask, const Settings& settings, Random& random) {
  const double drawn = settings.answer_tokens.draw(random);
  auto wanted = std::clamp<std::int64_t>(static_cast<std::int64_t>(drawn), 1, kMaxAnswerTokens);
  const bool cut_short = ask.most_tokens && *ask.most_tokens < wanted;
  if (cut_short) wanted = *ask.most_tokens;
  std::vector<std::string> tokens;
  tokens.reserve(static_cast<std::size_t>(wanted));
  for (std::int64_t at = 0; at < wanted; ++at) {
    const std::string_view word = kWords[random.below(kWords.size())];
    tokens.push_back(at == 0 ? std::string(word) : " " + std::string(word));
  }
  return {.tokens = std::move(tokens), .calls = {}, .cut_short = cut_short};
}

/// The words of the text, each with the space before it.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

Choice echo(const Ask& ask) {
  if (ask.said.empty()) return said(ask, words_of("Hello from the mock."));
  const std::string_view answered[] = {"", "The tool answered: ", "The tools answered: "};
  const std::string who(answered[std::min<std::size_t>(ask.tools_answered, 2)]);
  return said(ask, words_of(who + ask.said));
}

}  // namespace

Reply make_reply(const Ask& ask, const Settings& settings) {
  Random random(settings.seed ^ ask.fingerprint);
  Reply reply;
  char id[20];
  std::snprintf(id, sizeof id, "%016llx", static_cast<unsigned long long>(random()));
  reply.id = id;
  for (std::uint64_t index = 0; index < ask.choices; ++index) {
    Choice choice;
    if (!ask.calls.empty()) {
      for (const Tool& tool : ask.calls) choice.calls.push_back(fragments(tool.arguments));
    } else if (ask.structured) {
      choice = said(ask, fragments(*ask.structured));
    } else {
      choice = settings.speech == Speech::Echo ? echo(ask) : talk(ask, settings, random);
    }
    reply.output_tokens += static_cast<std::int64_t>(choice.tokens.size());
    for (const std::vector<std::string>& pieces : choice.calls) {
      reply.output_tokens += static_cast<std::int64_t>(pieces.size());
    }
    if (ask.thinks) reply.output_tokens += static_cast<std::int64_t>(kThoughtPieces.size());
    reply.choices.push_back(std::move(choice));
  }
  return reply;
}

std::string text_of(const Choice& choice) {
  std::string text;
  for (const std::string& token : choice.tokens) text += token;
  return text;
}

}  // namespace drover::mock
