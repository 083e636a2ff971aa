#include "dialect/redact.h"

#include <algorithm>
#include <array>

namespace drover::dialect {
namespace {

/// How keys of known providers begin. Found only at the start of a word.
constexpr std::array<std::string_view, 9> kKeyPrefixes = {"sk-", "sk_",   "gsk_", "xai-", "AIza",
                                                          "cr_", "pplx-", "r8_",  "fw_"};
/// A word with such a beginning is a key from this length on: "sk-learn" is none.
constexpr std::size_t kShortestKey = 12;
/// Shortest piece of the secret that is taken out when it stands beside a mask. Four is what fingerprints show.
constexpr std::size_t kShortestPiece = 4;

bool is_token_char(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '*' ||
         c == '+' || c == '/' || c == '=' || c == '~';
}

bool has_mask(std::string_view word) {
  return word.find('*') != std::string_view::npos || word.find("..") != std::string_view::npos;
}

/// A masked word of which a piece is the beginning or the end of the secret.
bool is_masked_secret(std::string_view word, std::string_view secret) {
  if (secret.size() < kShortestPiece || !has_mask(word)) return false;
  const std::string_view front = word.substr(0, std::min(word.find_first_of("*."), word.size()));
  const std::size_t last = word.find_last_of("*.");
  const std::string_view back = word.substr(last == std::string_view::npos ? word.size() : last + 1);
  const bool front_known = front.size() >= kShortestPiece && secret.starts_with(front);
  const bool back_known = back.size() >= kShortestPiece && secret.ends_with(back);
  return front_known || back_known;
}

bool looks_like_key(std::string_view word) {
  if (word.size() < kShortestKey) return false;
  const bool known =
      std::ranges::any_of(kKeyPrefixes, [&](std::string_view prefix) { return word.starts_with(prefix); });
  if (!known) return false;
  // A sentence's words have no digits and no masks behind "sk-"; keys do.
  return has_mask(word) || std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; }) ||
         word.size() >= 2 * kShortestKey;
}

bool is_bearer(std::string_view word) {
  constexpr std::string_view kBearer = "bearer";
  return word.size() == kBearer.size() &&
         std::ranges::equal(word, kBearer, {}, [](char c) { return static_cast<char>(c | 0x20); });
}

/// Appends `word` or, if it may not be shown, the mark in its place. A full stop that ends a sentence stays.
void append_word(std::string_view word, std::string_view secret, bool after_bearer, std::string& out) {
  std::string_view tail;
  if (word.size() > 1 && word.ends_with('.') && !word.ends_with("..")) {
    tail = word.substr(word.size() - 1);
    word.remove_suffix(1);
  }
  const bool hide = after_bearer || looks_like_key(word) || is_masked_secret(word, secret);
  out += hide ? kRedacted : word;
  out += tail;
}

std::string without_literal(std::string_view body, std::string_view secret) {
  std::string out;
  out.reserve(body.size());
  if (secret.size() < kShortestPiece) return std::string(body);
  while (true) {
    const std::size_t at = body.find(secret);
    out += body.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += kRedacted;
    body.remove_prefix(at + secret.size());
  }
}

}  // namespace

std::string redact(std::string_view body, std::string_view secret) {
  const std::string plain = without_literal(body, secret);
  std::string out;
  out.reserve(plain.size());
  bool after_bearer = false;
  for (std::size_t at = 0; at < plain.size();) {
    if (plain[at] == '\\') {  // an escape of JSON: the letter behind it is not the beginning of a word
      const std::size_t size = std::min<std::size_t>(plain.compare(at, 2, "\\u") == 0 ? 6 : 2, plain.size() - at);
      out.append(plain, at, size);
      at += size;
      continue;
    }
    if (!is_token_char(plain[at])) {
      if (plain[at] != ' ' && plain[at] != ':') after_bearer = false;
      out.push_back(plain[at++]);
      continue;
    }
    const std::size_t begin = at;
    while (at < plain.size() && is_token_char(plain[at])) ++at;
    const std::string_view word = std::string_view(plain).substr(begin, at - begin);
    append_word(word, secret, after_bearer && word.size() >= 8, out);
    after_bearer = is_bearer(word);
  }
  return out;
}

}  // namespace drover::dialect
