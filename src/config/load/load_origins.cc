// Origins: the web pages that may use the gateway from a browser.
#include <algorithm>

#include "config/load/draft.h"
#include "config/yaml/letters.h"
#include "config/yaml/scalar.h"

namespace drover::config {
namespace {

/// Most origins: more than one gateway serves. Each answer to a page looks through them.
constexpr std::size_t kMaxOrigins = 64;

constexpr std::string_view kExpected = "an origin such as https://app.example.com or app://obsidian.md";

/// Whether the text is "scheme://host[:port]" and no more, as browsers write an origin.
bool is_origin(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == 0 || scheme == text.npos || text.size() > kMaxOriginBytes) return false;
  const auto in_scheme = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  const auto in_host = [&](char c) { return in_scheme(c) || c == '_' || c == ':' || c == '[' || c == ']'; };
  const std::string_view host = text.substr(scheme + 3);
  return std::ranges::all_of(text.substr(0, scheme), in_scheme) && !host.empty() && std::ranges::all_of(host, in_host);
}

std::string hint(std::string_view text) {
  if (text.find("://") == text.npos) return "write it with its scheme: https://" + std::string(text);
  std::string_view bare = text;
  while (bare.ends_with('/')) bare.remove_suffix(1);
  if (is_origin(bare)) return "write " + std::string(bare);
  return "write scheme, host and port only, without a path and without wildcards";
}

}  // namespace

void load_origins(const Section& top, Draft& draft) {
  const auto origins = top.find("origins");
  if (!origins) return;
  std::vector<std::string>& known = draft.settings.origins;
  for (const Value& each : origins->list("[ https://app.example.com ]")) {
    const auto text = each.text(kExpected);
    if (!text) continue;
    const std::string origin = lowered(*text);
    // Any page, or any page without an origin of its own, may use it: only a key then keeps strangers out.
    const bool open = origin == kAnyOrigin || origin == kNoOrigin;
    if (open && !top.has("clients")) {
      each.wrong("without 'clients' every web page could then spend your keys",
                 "list the clients and their keys under 'clients', or name the origins");
    } else if (!open && !is_origin(origin)) {
      each.unexpected(kExpected, hint(origin));
    } else if (std::ranges::find(known, origin) != known.end()) {
      each.wrong(shown(origin) + " is in the list already", "remove one");
    } else if (known.size() == kMaxOrigins) {
      each.wrong("there are more than 64 origins", "remove some, or use \"*\" with 'clients'");
    } else {
      known.push_back(origin);
    }
  }
}

}  // namespace drover::config
