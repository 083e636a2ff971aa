#include "dialect/failure/redact.h"

#include <algorithm>
#include <array>

#include "http/bytes.h"

namespace drover::dialect {
namespace {

/// How keys of known providers begin. Found only at the start of a word.
constexpr std::array<std::string_view, 10> kKeyPrefixes = {"sk-", "sk_",   "gsk_", "xai-", "AIza",
                                                           "cr_", "pplx-", "r8_",  "fw_",  "hf_"};
/// A word with such a beginning is a key from this length on: "sk-learn" is none.
constexpr std::size_t kShortestKey = 12;
/// Shortest piece of the secret that is taken out when it stands beside a mask. Four is what fingerprints show.
constexpr std::size_t kShortestPiece = 4;
/// So many characters in a row of the secret are taken out wherever they stand.
constexpr std::size_t kRun = 8;

bool is_token_char(char c) {
  return http::bytes_detail::is_alnum(static_cast<unsigned char>(c)) ||
         std::string_view("-_.*+/=~#").find(c) != std::string_view::npos;
}

/// What stands for left-out characters beside '*' and dots.
constexpr std::array<std::string_view, 4> kMasks = {"\xE2\x80\xA6", "\xE2\x80\xA2", "\xE2\x97\x8F", "\xC2\xB7"};

/// One character of the text: `size` bytes of it are written so.
struct Character {
  std::size_t size = 1;
  char plain = '\0';  ///< as part of a word ('*' for a mask); 0: it ends one
};

/// A JSON escape, unescaped; one of a character beyond ASCII is a mask or the end of a word.
Character escaped(std::string_view rest) {
  if (rest.size() < 2) return {};
  if (rest[1] == '/') return {2, '/'};
  if (rest[1] != 'u' || rest.size() < 6) return {2};
  unsigned code = 0;
  for (const char c : rest.substr(2, 4)) {
    if (http::hex_value(c) < 0) return {2};
    code = code << 4 | static_cast<unsigned>(http::hex_value(c));
  }
  if (code == 0x2026 || code == 0x2022 || code == 0x25cf || code == 0xb7) return {6, '*'};
  const char c = code < 0x80 ? static_cast<char>(code) : '\0';
  return {6, is_token_char(c) ? c : '\0'};
}

Character character_at(std::string_view text, std::size_t at) {
  if (text[at] == '\\') return escaped(text.substr(at));
  if (is_token_char(text[at])) return {1, text[at]};
  const auto mask = std::ranges::find_if(kMasks, [&](std::string_view m) { return text.substr(at).starts_with(m); });
  return mask == kMasks.end() ? Character{} : Character{mask->size(), '*'};
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = http::lower(c);
  return out;
}

bool has_mask(std::string_view word) {
  return word.find('*') != std::string_view::npos || word.find("..") != std::string_view::npos ||
         word.find("##") != std::string_view::npos;
}

/// The secret in lower case, and what of it is recognised.
class Recogniser {
 public:
  explicit Recogniser(std::string_view secret) : secret_(lowered(secret)) {}

  /// `word`: unescaped.
  [[nodiscard]] bool hides(std::string_view word) const {
    if (secret_.size() < kShortestPiece) return false;
    const std::string lower = lowered(word);
    return lower.find(secret_) != lower.npos || has_run(lower) || is_end(lower) || is_masked(lower);
  }

 private:
  [[nodiscard]] bool has_run(std::string_view word) const {
    if (secret_.size() < kRun) return false;
    for (std::size_t at = 0; at + kRun <= word.size(); ++at) {
      if (secret_.find(word.substr(at, kRun)) != secret_.npos) return true;
    }
    return false;
  }
  [[nodiscard]] bool is_end(std::string_view word) const {
    const bool has_digit = std::ranges::any_of(word, http::is_digit);
    return word.size() >= kShortestPiece && has_digit && secret_.ends_with(word);
  }
  /// A masked word of which a piece is the beginning or the end of the secret.
  [[nodiscard]] bool is_masked(const std::string& word) const {
    std::string masked = word;
    for (std::size_t at = masked.find("xxx"); at != masked.npos; at = masked.find("xxx", at)) {
      for (; at < masked.size() && masked[at] == 'x'; ++at) masked[at] = '*';
    }
    if (!has_mask(masked)) return false;
    const std::size_t first = std::min(masked.find_first_of("*.#"), masked.size());
    const std::string_view front = std::string_view(masked).substr(0, first);
    const std::size_t last = masked.find_last_of("*.#");
    const std::string_view back = std::string_view(masked).substr(last == masked.npos ? masked.size() : last + 1);
    const bool front_known = front.size() >= kShortestPiece && secret_.starts_with(front);
    const bool back_known = back.size() >= kShortestPiece && secret_.ends_with(back);
    return front_known || back_known;
  }

  std::string secret_;
};

bool looks_like_key(std::string_view word) {
  if (word.size() < kShortestKey) return false;
  const bool known =
      std::ranges::any_of(kKeyPrefixes, [&](std::string_view prefix) { return word.starts_with(prefix); });
  if (!known) return false;
  // A sentence's words have no digits and no masks behind "sk-"; keys do.
  return has_mask(word) || std::ranges::any_of(word, http::is_digit) || word.size() >= 2 * kShortestKey;
}

/// A run of characters of which a credential can be made, as written and as read.
struct Word {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string plain;
};

Word word_at(std::string_view body, std::size_t at) {
  Word word{.begin = at, .end = at, .plain = {}};
  while (word.end < body.size()) {
    const Character next = character_at(body, word.end);
    if (next.plain == '\0') break;
    word.plain.push_back(next.plain);
    word.end += next.size;
  }
  // A full stop that ends a sentence stays.
  if (word.plain.size() > 1 && word.plain.ends_with('.') && !word.plain.ends_with("..") && body[word.end - 1] == '.') {
    word.plain.pop_back();
    --word.end;
  }
  return word;
}

/// The secret itself may hold characters of which no word is made.
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
  const Recogniser recogniser(secret);
  const std::string plain = without_literal(body, secret);
  const std::string_view text = plain;
  std::string out;
  out.reserve(text.size());
  bool after_bearer = false;
  for (std::size_t at = 0; at < text.size();) {
    const Word word = word_at(text, at);
    if (word.plain.empty()) {
      const std::size_t size = std::max<std::size_t>(character_at(text, at).size, 1);
      if (text[at] != ' ' && text[at] != ':') after_bearer = false;
      out.append(text.substr(at, size));
      at += size;
      continue;
    }
    const bool hide =
        (after_bearer && word.plain.size() >= kRun) || looks_like_key(word.plain) || recogniser.hides(word.plain);
    out += hide ? kRedacted : text.substr(at, word.end - at);
    at = word.end;
    after_bearer = lowered(word.plain) == "bearer";
  }
  return out;
}

bool may_hold_credential(std::string_view text, std::string_view secret) {
  // Asked of the fields of every answer: it copies nothing.
  constexpr std::array<std::string_view, 2> kSigns = {"bearer", "sk-"};
  const auto alike = [](char a, char b) { return http::lower(a) == http::lower(b); };
  const auto has = [&](std::string_view sign) { return !std::ranges::search(text, sign, alike).empty(); };
  if (std::ranges::any_of(kSigns, has) || text.find('\\') != text.npos) return true;
  if (secret.size() < kShortestPiece) return false;
  return has(secret.substr(0, kShortestPiece)) || has(secret.substr(secret.size() - kShortestPiece));
}

}  // namespace drover::dialect
