#include "config/load/url_hint.h"

#include <algorithm>
#include <array>

namespace drover::config {
namespace {

struct Known {
  std::string_view host;  ///< with a dot in front: every host below it
  std::string_view path;  ///< where it serves OpenAI's API; empty: at the root
};

constexpr std::array<Known, 14> kHosts = {{{"api.openai.com", "/v1"},
                                           {"api.holysheep.ai", "/v1"},
                                           {"api.anthropic.com", "/v1"},
                                           {"openrouter.ai", "/api/v1"},
                                           {"generativelanguage.googleapis.com", "/v1beta/openai"},
                                           {".openai.azure.com", "/openai/v1"},
                                           {".services.ai.azure.com", "/openai/v1"},
                                           {"api.groq.com", "/openai/v1"},
                                           {"api.mistral.ai", "/v1"},
                                           {"api.together.xyz", "/v1"},
                                           {"api.fireworks.ai", "/inference/v1"},
                                           {"api.x.ai", "/v1"},
                                           {"api.deepseek.com", ""},
                                           {"api.perplexity.ai", ""}}};

/// Hosts that offer nothing in Anthropic's shape.
constexpr std::array<std::string_view, 5> kOpenAiOnly = {"api.openai.com", "api.groq.com", "api.mistral.ai",
                                                         "api.together.xyz", "generativelanguage.googleapis.com"};

constexpr std::string_view kGoogle = "generativelanguage.googleapis.com";
constexpr std::string_view kGoogleAsOpenAi = "/openai";

struct Parts {
  std::string_view host;
  std::string_view path;
};

Parts parts_of(std::string_view url) {
  url.remove_prefix(std::min(url.find("://") + 3, url.size()));
  const std::size_t slash = std::min(url.find('/'), url.size());
  const std::string_view authority = url.substr(0, slash);
  const std::size_t port = authority.find(':', authority.find(']') == std::string_view::npos ? 0 : authority.find(']'));
  return {.host = authority.substr(0, port), .path = url.substr(slash)};
}

const Known* known(std::string_view host) {
  const auto found = std::ranges::find_if(kHosts, [&](const Known& each) {
    return each.host.starts_with('.') ? host.ends_with(each.host) : host == each.host;
  });
  return found == kHosts.end() ? nullptr : &*found;
}

/// Google serves its own API and one in OpenAI's shape below it.
std::optional<std::string> as_gemini(const Parts& parts) {
  if (parts.path.ends_with(kGoogleAsOpenAi) || parts.path.ends_with("/openai/v1")) {
    return "this looks like a service in OpenAI's dialect; remove dialect: gemini, or write the URL without /openai";
  }
  const bool others = parts.host == "api.openai.com" || parts.host == "api.anthropic.com";
  if (others) return "this service does not speak Gemini's dialect; change dialect: gemini";
  return std::nullopt;
}

std::optional<std::string> as_openai(std::string_view url, const Parts& parts) {
  const bool anthropics_root = parts.host == "api.anthropic.com" && parts.path.empty();
  if (anthropics_root || parts.path.ends_with("/anthropic") || parts.path.ends_with("/anthropic/v1")) {
    return "this looks like a service in Anthropic's dialect; did you forget dialect: anthropic?" +
           std::string(anthropics_root ? " (what Anthropic has in OpenAI's shape is at https://api.anthropic.com/v1)"
                                       : "");
  }
  if (parts.host == kGoogle && parts.path.find(kGoogleAsOpenAi) == std::string_view::npos) {
    return "this looks like a service in Gemini's dialect; did you forget dialect: gemini? (what it has in OpenAI's "
           "shape is at https://generativelanguage.googleapis.com/v1beta/openai)";
  }
  if (!parts.path.empty()) return std::nullopt;
  const Known* const host = known(parts.host);
  if (host != nullptr && host->path.empty()) return std::nullopt;
  // In a private network servers may serve from their root, and their operators know them.
  const bool anybodys = url.starts_with("https://") && parts.host.find('.') != std::string_view::npos;
  if (host == nullptr && !anybodys) return std::nullopt;
  const std::string whole = std::string(url) + std::string(host != nullptr ? host->path : "/v1");
  if (host != nullptr) return "this service has its API under a path; write " + whole;
  return "most services have their API under a path, and this URL has none; is it " + whole + "?";
}

}  // namespace

std::optional<std::string> url_suspicion(std::string_view url, core::DialectKind dialect) {
  const Parts parts = parts_of(url);
  if (dialect == core::DialectKind::OpenAi) return as_openai(url, parts);
  if (dialect == core::DialectKind::Gemini) return as_gemini(parts);
  if (std::ranges::find(kOpenAiOnly, parts.host) == kOpenAiOnly.end()) return std::nullopt;
  return "this service speaks OpenAI's dialect; remove dialect: anthropic";
}

}  // namespace drover::config
