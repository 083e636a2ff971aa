#include "config/yaml/suggest.h"

#include <algorithm>
#include <array>
#include <utility>

#include "config/yaml/letters.h"

namespace drover::config {
namespace {

constexpr std::size_t kWordBytes = 64;

/// Names of our keys in other gateways, in SDKs and by habit.
constexpr std::array<std::pair<std::string_view, std::string_view>, 63> kSynonyms = {{
    {"policy", "balance"},
    {"strategy", "balance"},
    {"routing_strategy", "balance"},
    {"lb_policy", "balance"},
    {"load_balancing", "balance"},
    {"algorithm", "balance"},
    {"method", "balance"},
    {"api_key", "keys"},
    {"api_keys", "keys"},
    {"apikey", "keys"},
    {"credentials", "keys"},
    {"tokens", "keys"},
    {"url", "base_url"},
    {"api_base", "base_url"},
    {"endpoint", "base_url"},
    {"host", "base_url"},
    {"urls", "servers"},
    {"endpoints", "servers"},
    {"hosts", "servers"},
    {"backends", "targets"},
    {"upstreams", "targets"},
    {"deployments", "targets"},
    {"providers", "targets"},
    {"model_list", "models"},
    {"routes", "models"},
    {"aliases", "models"},
    {"upstream", "providers"},
    {"upstreams", "providers"},
    {"fallbacks", "fallback"},
    {"failover", "fallback"},
    {"bind", "listen"},
    {"port", "listen"},
    {"address", "listen"},
    {"workers", "threads"},
    {"max_retries", "same_target"},
    {"retries", "same_target"},
    {"num_retries", "same_target"},
    {"retries", "retry"},
    {"initial_backoff", "backoff"},
    {"max_attempts", "walk"},
    {"attempts", "walk"},
    {"timeout", "timeouts"},
    {"request_timeout", "total"},
    {"connect_timeout", "connect"},
    {"send_timeout", "send"},
    {"write_timeout", "send"},
    {"read_timeout", "idle"},
    {"ttft", "first_content"},
    {"first_token", "first_content"},
    {"first_byte", "head"},
    {"health_check", "health"},
    {"healthcheck", "health"},
    {"path", "probe"},
    {"threshold", "eject_after"},
    {"cooldown", "eject_for"},
    {"rpm", "requests_per_minute"},
    {"rpd", "requests_per_day"},
    {"tpm", "input_tokens_per_minute"},
    {"tokens_per_minute", "input_tokens_per_minute"},
    {"max_concurrent", "concurrent"},
    {"max_body_size", "body"},
    {"users", "clients"},
    {"grace_period", "drain"},
}};

std::string folded(std::string_view word) {
  std::string out = lowered(word.substr(0, kWordBytes));
  std::ranges::replace(out, '-', '_');
  return out;
}

/// A typing mistake changes about one letter in three; a word with more changes is another word.
std::size_t tolerance(std::string_view word) {
  return std::clamp<std::size_t>(word.size() / 3, 1, 3);
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, kWordBytes);
  b = b.substr(0, kWordBytes);
  using Row = std::array<std::size_t, kWordBytes + 1>;
  Row before_last{};
  Row last{};
  Row row{};
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + cost});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string wanted = folded(word);
  std::optional<std::string> best;
  std::size_t best_distance = tolerance(wanted) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(wanted, folded(candidate));
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = candidate;
  }
  return best;
}

std::optional<std::string> nearest_key(std::string_view word, std::span<const std::string_view> keys) {
  std::vector<std::string> words(keys.begin(), keys.end());
  std::vector<std::string> meanings = words;
  for (const auto& [synonym, key] : kSynonyms) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) continue;
    words.emplace_back(synonym);
    meanings.emplace_back(key);
  }
  const auto found = nearest(word, words);
  if (!found) return std::nullopt;
  const auto at = std::find(words.begin(), words.end(), *found) - words.begin();
  return meanings[static_cast<std::size_t>(at)];
}

}  // namespace drover::config
