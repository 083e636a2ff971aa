#include "config/load/key_source.h"

#include <algorithm>
#include <array>

#include "config/yaml/letters.h"

namespace drover::config {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_variable_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return !text.empty() && text.size() <= defaults::kNameBytes && letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// The variable's name for a message. A name that is not in capitals may be a key in the wrong place and is not shown.
std::string variable_shown(std::string_view name) {
  const bool capitals = std::ranges::none_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
  if (capitals || name.size() <= 16) return "'" + std::string(name) + "'";
  return "named here (not shown: it may be a key)";
}

/// Whether the credential can be one. `what` is the subject of the sentence: "environment variable 'A'". False after a
/// report.
bool usable(const std::string& credential, const std::string& what, const Value& where) {
  if (credential.empty()) {
    where.wrong(what + " is empty", "put the key there");
    return false;
  }
  if (credential.size() > defaults::kSecretBytes) {
    where.wrong(what + " is longer than " + std::to_string(defaults::kSecretBytes) + " bytes", "it is no key");
    return false;
  }
  if (is_placeholder(credential)) {
    where.wrong(what + " is a placeholder, not a key", "put the real key there");
    return false;
  }
  const bool visible = std::ranges::all_of(credential, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!visible) {
    where.wrong(what + " holds spaces, control characters or letters outside ASCII, which no key has",
                "check how it was copied");
  }
  return visible;
}

std::vector<std::string> from_variable(const Value& where, const Environment& environment, Several several) {
  const auto name = where.text("the name of an environment variable such as EXAMPLE_KEY");
  if (!name) return {};
  if (!is_variable_name(*name)) {
    where.wrong("this is not the name of an environment variable (not shown: it may be the key itself)",
                "write a name such as EXAMPLE_KEY and set that variable to the key");
    return {};
  }
  const std::string what = "environment variable " + variable_shown(*name);
  const auto content = environment.variable(*name);
  if (!content) {
    where.wrong(what + " is not set", "set it before drover starts");
    return {};
  }
  std::vector<std::string> out;
  std::string_view rest = *content;
  while (several == Several::CommaSeparated && rest.find(',') != std::string_view::npos) {
    const std::size_t comma = rest.find(',');
    if (const auto part = trimmed(rest.substr(0, comma)); !part.empty()) out.emplace_back(part);
    rest.remove_prefix(comma + 1);
  }
  if (const auto part = trimmed(rest); !part.empty() || out.empty()) out.emplace_back(part);
  for (const std::string& each : out) {
    if (!usable(each, what, where)) return {};
  }
  return out;
}

std::vector<std::string> from_file(const Value& where, const Environment& environment) {
  const auto path = where.text("a path such as /run/secrets/example");
  if (!path) return {};
  const bool is_path = path->find_first_of("/.") != std::string::npos;
  const std::string what = "file " + (is_path ? shown(*path) : std::string("named here"));
  const auto content = environment.read_file(*path, defaults::kSecretBytes + 2);
  if (!content) {
    where.wrong(what + " " + content.error());
    return {};
  }
  if ((content->mode & 0002U) != 0) {
    where.wrong(what + " can be changed by everybody", "chmod 600 it");
    return {};
  }
  if ((content->mode & 0004U) != 0) {
    where.report().warn(where.place(), where.path() + ": " + what + " can be read by everybody; chmod 600 it");
  }
  std::string text = content->text;
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (!usable(text, what, where)) return {};
  return {text};
}

std::vector<std::string> from_value(const Value& where) {
  const auto text = where.text("a key");
  if (!text || !usable(*text, "the key", where)) return {};
  where.report().warn(where.place(), where.path() +
                                         ": a key written into the configuration is read by everybody who reads the "
                                         "file; env or file keeps it out");
  return {*text};
}

}  // namespace

bool is_placeholder(std::string_view value) {
  constexpr std::array<std::string_view, 16> kWhole = {
      "changeme", "change-me", "change_me", "replaceme", "todo",   "tbd",      "none",  "null",
      "key",      "api-key",   "api_key",   "apikey",    "secret", "password", "dummy", "example"};
  constexpr std::array<std::string_view, 10> kInside = {"your-",    "your_", "yourkey",     "-here",    "_here",
                                                        "changeme", "...",   "placeholder", "replace-", "replace_"};
  std::string lower = lowered(trimmed(value));
  if (lower.starts_with('<') || lower.starts_with("${") || lower.starts_with("{{")) return true;
  if (std::ranges::any_of(kInside, [&](std::string_view part) { return lower.find(part) != std::string::npos; })) {
    return true;
  }
  while (lower.starts_with("sk-")) lower.erase(0, 3);
  std::erase_if(lower, [](char c) { return c == '-' || c == '_'; });
  if (std::ranges::find(kWhole, lower) != kWhole.end()) return true;
  // "sk-", "sk-xxxxxxxx", "********", "000000": empty, or one character repeated.
  return std::ranges::all_of(lower, [&](char c) { return c == lower.front(); });
}

std::vector<std::string> read_credentials(const Section& source, const Environment& environment, Several several) {
  constexpr std::array<std::string_view, 3> kSources = {"env", "file", "value"};
  const Value& map = source.map();
  const auto given = std::ranges::count_if(kSources, [&](std::string_view each) { return source.has(each); });
  if (given != 1) {
    map.wrong(given == 0 ? "this key has no env, file or value" : "this key has more than one of env, file and value",
              given == 0 ? "write { env: EXAMPLE_KEY }" : "keep one");
    return {};
  }
  if (const auto where = source.find("env")) return from_variable(where->hidden(), environment, several);
  if (const auto where = source.find("file")) return from_file(where->hidden(), environment);
  if (const auto where = source.find("value")) return from_value(where->hidden());
  return {};
}

}  // namespace drover::config
