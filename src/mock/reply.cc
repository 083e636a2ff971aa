#include "mock/reply.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "base/random.h"

namespace drover::mock {
namespace {

// Some need escapes in JSON and some more than one byte in UTF-8, so that cuts fall in awkward places.
constexpr std::array<std::string_view, 32> kWords = {
    "the",      "coffee", "shop",       "opens",       "at",          "dawn",      "and",   "four",
    "baristas", "share",  "every",      "order",       "that",        "arrives",   "café",  "กาแฟ",
    "☕",       "🙂",     "\"quoted\"", "back\\slash", "line\nbreak", "tab\tstop", "naïve", "queue",
    "moves",    "on",     "when",       "one",         "of",          "them",      "falls", "ill."};

// How many bytes of a tool's arguments travel in one fragment.
constexpr std::size_t kFragmentBytes = 5;

std::vector<std::string> fragments(const std::string& text) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(at + kFragmentBytes, text.size());
    // A fragment is itself a JSON string: it must not end inside a UTF-8 character.
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    pieces.push_back(text.substr(at, end - at));
    at = end;
  }
  return pieces;
}

Choice talk(const Ask& ask, const Settings& settings, Random& random) {
  Choice choice;
  const double drawn = settings.answer_tokens.draw(random);
  std::int64_t wanted = std::clamp<std::int64_t>(static_cast<std::int64_t>(drawn), 1, kMaxAnswerTokens);
  if (ask.most_tokens && *ask.most_tokens < wanted) {
    wanted = *ask.most_tokens;
    choice.cut_short = true;
  }
  choice.tokens.reserve(static_cast<std::size_t>(wanted));
  for (std::int64_t at = 0; at < wanted; ++at) {
    const std::string_view word = kWords[random.below(kWords.size())];
    choice.tokens.push_back(at == 0 ? std::string(word) : " " + std::string(word));
  }
  return choice;
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
    if (ask.tool) {
      choice.argument_pieces = fragments(ask.tool->arguments);
    } else {
      choice = talk(ask, settings, random);
    }
    reply.output_tokens += static_cast<std::int64_t>(choice.tokens.size() + choice.argument_pieces.size());
    reply.choices.push_back(std::move(choice));
  }
  return reply;
}

std::string text_of(const Choice& choice) {
  std::string text;
  for (const std::string& token : choice.tokens) text += token;
  return text;
}

std::string arguments_of(const Choice& choice) {
  std::string text;
  for (const std::string& piece : choice.argument_pieces) text += piece;
  return text;
}

}  // namespace drover::mock
