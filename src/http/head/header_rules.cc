#include "http/head/header_rules.h"

#include <algorithm>
#include <array>
#include <span>

#include "http/bytes.h"
#include "http/head/head_framing.h"

namespace drover::http {
namespace {

/// The direction in which a known name is stopped.
enum Stop : std::uint8_t { kUpstream = 1, kDownstream = 2, kBoth = kUpstream | kDownstream };

struct Rule {
  std::string_view name;  ///< lower case
  Stop stop;
};

constexpr std::array kRules = std::to_array<Rule>({
    // hop-by-hop and framing, RFC 9110 section 7.6.1 and RFC 9112 section 6
    {"connection", kBoth},
    {"content-length", kBoth},
    {"expect", kBoth},
    {"host", kBoth},
    {"http2-settings", kBoth},
    {"keep-alive", kBoth},
    {"te", kBoth},
    {"trailer", kBoth},
    {"transfer-encoding", kBoth},
    {"upgrade", kBoth},
    // what the gateway writes itself
    {"x-request-id", kBoth},
    // digests: the gateway may edit the model's name in a request and the usage event of a stream
    {"content-digest", kBoth},
    {"content-md5", kBoth},
    {"digest", kBoth},
    {"repr-digest", kBoth},
    // the client's credentials, and the account that it wants billed
    {"anthropic-workspace-id", kUpstream},
    {"api-key", kUpstream},
    {"apikey", kUpstream},
    {"authorization", kUpstream},
    {"cookie", kUpstream},
    {"cookie2", kUpstream},
    {"ocp-apim-subscription-key", kUpstream},
    {"x-access-token", kUpstream},
    {"x-api-key", kUpstream},
    {"x-api-token", kUpstream},
    {"x-auth-key", kUpstream},
    {"x-auth-token", kUpstream},
    {"x-authorization", kUpstream},
    {"x-functions-key", kUpstream},
    {"x-goog-api-key", kUpstream},
    {"x-goog-user-project", kUpstream},
    {"x-hf-bill-to", kUpstream},
    {"x-ms-token-aad-access-token", kUpstream},
    {"x-vault-token", kUpstream},
    // the account behind a key
    {"anthropic-organization-id", kBoth},
    {"openai-organization", kBoth},
    {"openai-project", kBoth},
    // who the client is and where: a provider must not learn it, nor trust it
    {"baggage", kUpstream},
    {"b3", kUpstream},
    {"client-ip", kUpstream},
    {"fastly-client-ip", kUpstream},
    {"fly-client-ip", kUpstream},
    {"forwarded", kUpstream},
    {"forwarded-for", kUpstream},
    {"from", kUpstream},
    {"front-end-https", kUpstream},
    {"origin", kUpstream},
    {"referer", kUpstream},
    {"remote-addr", kUpstream},
    {"traceparent", kUpstream},
    {"tracestate", kUpstream},
    {"true-client-ip", kUpstream},
    {"uber-trace-id", kUpstream},
    {"via", kUpstream},
    {"x-appengine-user-ip", kUpstream},
    {"x-arr-clientcert", kUpstream},
    {"x-client-cert", kUpstream},
    {"x-client-ip", kUpstream},
    {"x-client-verify", kUpstream},
    {"x-cluster-client-ip", kUpstream},
    {"x-cloud-trace-context", kUpstream},
    {"x-forwarded", kUpstream},
    {"x-original-forwarded-for", kUpstream},
    {"x-original-remote-addr", kUpstream},
    {"x-proxyuser-ip", kUpstream},
    {"x-real-ip", kUpstream},
    {"x-remote-addr", kUpstream},
    {"x-remote-ip", kUpstream},
    {"x-ssl-cert", kUpstream},
    // the user that a proxy in front of a server names: a server that trusts the field would trust the client
    {"remote-groups", kUpstream},
    {"remote-name", kUpstream},
    {"remote-email", kUpstream},
    {"remote-user", kUpstream},
    {"x-authenticated-user", kUpstream},
    {"x-authenticated-userid", kUpstream},
    {"x-consumer-id", kUpstream},
    {"x-consumer-username", kUpstream},
    {"x-credential-username", kUpstream},
    {"x-remote-group", kUpstream},
    {"x-remote-user", kUpstream},
    {"x-webauth-user", kUpstream},
    // overrides of what was routed and authorised
    {"x-accel-internal", kUpstream},
    {"x-host", kUpstream},
    {"x-http-host-override", kUpstream},
    {"x-http-method", kUpstream},
    {"x-http-method-override", kUpstream},
    {"x-method-override", kUpstream},
    {"x-original-host", kUpstream},
    {"x-original-method", kUpstream},
    {"x-original-uri", kUpstream},
    {"x-original-url", kUpstream},
    {"x-override-url", kUpstream},
    {"x-rewrite-url", kUpstream},
    // fields that change the form of the answer: a coded or partial answer hides errors and usage
    {"accept-encoding", kUpstream},
    {"range", kUpstream},
    // fields about the provider's host and its edge, which do not hold for ours
    {"accept-ch", kDownstream},
    {"alt-svc", kDownstream},
    {"alt-used", kDownstream},
    {"clear-site-data", kDownstream},
    {"content-security-policy", kDownstream},
    {"content-security-policy-report-only", kDownstream},
    {"critical-ch", kDownstream},
    {"expect-ct", kDownstream},
    {"expect-staple", kDownstream},
    {"link", kDownstream},
    {"nel", kDownstream},
    {"no-vary-search", kDownstream},
    {"origin-agent-cluster", kDownstream},
    {"origin-trial", kDownstream},
    {"permissions-policy", kDownstream},
    {"feature-policy", kDownstream},
    {"public-key-pins", kDownstream},
    {"public-key-pins-report-only", kDownstream},
    {"refresh", kDownstream},
    {"report-to", kDownstream},
    {"reporting-endpoints", kDownstream},
    {"server", kDownstream},
    {"service-worker-allowed", kDownstream},
    {"set-cookie", kDownstream},
    {"set-cookie2", kDownstream},
    {"set-login", kDownstream},
    {"sourcemap", kDownstream},
    {"speculation-rules", kDownstream},
    {"strict-transport-security", kDownstream},
    {"supports-loading-mode", kDownstream},
    {"timing-allow-origin", kDownstream},
    {"x-sourcemap", kDownstream},
    // fields that a web server in front of us would obey: send a file, look elsewhere, buffer, cache
    {"edge-control", kDownstream},
    {"x-lighttpd-send-file", kDownstream},
    {"x-reproxy-url", kDownstream},
    {"x-sendfile", kDownstream},
    {"x-sendfile2", kDownstream},
    {"x-sendfile-type", kDownstream},
    {"x-lighttpd-kbytes-per-second", kDownstream},
});

constexpr std::array kPrefixRules = std::to_array<Rule>({
    {"access-control-", kDownstream},  // the gateway says which web pages may read an answer
    {"cf-", kBoth},
    {"if-", kUpstream},
    {"proxy-", kBoth},
    {"sec-", kUpstream},
    {"ssl-client-", kUpstream},
    {"surrogate-", kDownstream},
    {"wl-proxy-", kUpstream},  // WebLogic's X-Forwarded-For
    {"x-accel-", kDownstream},
    {"x-amz-security-", kUpstream},
    {"x-amzn-oidc-", kUpstream},
    {"x-auth-request-", kUpstream},
    {"x-b3-", kUpstream},
    {"x-drover-", kBoth},
    {"x-envoy-", kUpstream},
    {"x-forwarded-", kUpstream},
    {"x-goog-authenticated-", kUpstream},
    {"x-goog-iap-", kUpstream},
    {"x-internal-", kUpstream},
    {"x-ms-client-principal", kUpstream},
    {"x-ssl-client-", kUpstream},
    {"x-stainless-", kUpstream},  // read by the gateway; of no use to a provider
    {"x-litespeed-", kDownstream},
});

constexpr std::size_t letter(std::string_view name, std::size_t at) {
  return static_cast<std::size_t>(lower(name[at]));
}
/// The place of a name by its length and four of its letters. Most unknown names meet an empty place.
constexpr std::size_t place_of_name(std::string_view name) {
  const std::size_t inside = letter(name, name.size() / 2) * 7 + letter(name, name.size() / 4) * 13;
  return name.size() * 31 + letter(name, 0) * 57 + inside + letter(name, name.size() - 1);
}
/// The same for prefixes, by three letters.
constexpr std::size_t place_of_prefix(std::string_view name) {
  return letter(name, 0) * 5 + letter(name, 1) * 3 + letter(name, 2);
}

/// The rules in the order of their places, with the beginning of each place.
template <std::size_t Rules, std::size_t Slots>
struct RuleIndex {
  std::array<Rule, Rules> rules{};
  std::array<std::uint8_t, Slots + 1> begin{};

  [[nodiscard]] constexpr std::span<const Rule> at(std::size_t place) const {
    const std::size_t slot = place % Slots;
    return {rules.data() + begin[slot], rules.data() + begin[slot + 1]};
  }
};

template <std::size_t Slots, std::size_t Rules>
consteval RuleIndex<Rules, Slots> index_of(std::array<Rule, Rules> rules,
                                           std::size_t (*place_of)(std::string_view name)) {
  static_assert(Rules < 256);
  const auto slot_of = [place_of](const Rule& rule) { return place_of(rule.name) % Slots; };
  std::ranges::sort(rules, {}, slot_of);
  RuleIndex<Rules, Slots> index{.rules = rules};
  std::size_t rule = 0;
  for (std::size_t slot = 0; slot <= Slots; ++slot) {
    while (rule < Rules && slot_of(rules[rule]) < slot) ++rule;
    index.begin[slot] = static_cast<std::uint8_t>(rule);
  }
  return index;
}

constexpr auto kIndex = index_of<1024>(kRules, place_of_name);
constexpr auto kPrefixIndex = index_of<64>(kPrefixRules, place_of_prefix);

bool starts_with_ignoring_case(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && iequals(name.substr(0, prefix.size()), prefix);
}

/// The directions in which the table stops this name.
unsigned stops_of(std::string_view name) {
  if (name.empty()) return kBoth;
  for (const Rule& rule : kIndex.at(place_of_name(name))) {
    if (iequals(rule.name, name)) return rule.stop;
  }
  if (name.size() < 3) return 0;
  for (const Rule& rule : kPrefixIndex.at(place_of_prefix(name))) {
    if (starts_with_ignoring_case(name, rule.name)) return rule.stop;
  }
  return 0;
}

/// The names that the Connection fields of one head nominate as hop-by-hop.
class Nominated {
 public:
  explicit Nominated(const Fields& fields) {
    if (!fields.may_have("connection")) return;
    for (const Field& field : fields) {
      if (field.name.size() != 10 || !iequals(field.name, "connection")) continue;
      for_each_option(field.value, [this](std::string_view option) { overflow_ |= !names_.push_back(option); });
    }
  }
  /// Past the limit every name counts as nominated. (Head readers refuse such heads.)
  [[nodiscard]] bool has(std::string_view name) const {
    if (overflow_) return true;
    if (names_.empty()) return false;
    return std::ranges::any_of(names_, [name](std::string_view nominated) { return iequals(nominated, name); });
  }

 private:
  FixedVector<std::string_view, kMaxConnectionOptions> names_;
  bool overflow_ = false;
};

bool crosses(const Nominated& nominated, const Field& field, Direction direction) {
  const unsigned stop = direction == Direction::Upstream ? kUpstream : kDownstream;
  if ((stops_of(field.name) & stop) != 0 || nominated.has(field.name)) return false;
  return direction == Direction::Downstream || field.name.find('_') == field.name.npos;
}

/// Whether no byte of the field can end its line.
bool is_one_line(const Field& field) {
  return skip(field.name, 0, kToken) == field.name.size() && skip_value(field.value, 0) == field.value.size();
}

}  // namespace

bool crosses(const Fields& fields, const Field& field, Direction direction) {
  return crosses(Nominated(fields), field, direction);
}

void append_crossing(const Fields& fields, Direction direction, std::string& out,
                     std::span<const std::string> reserved) {
  const Nominated nominated(fields);
  const auto is_reserved = [reserved](std::string_view name) {
    return std::ranges::any_of(reserved, [name](const std::string& taken) { return iequals(taken, name); });
  };
  for (const Field& field : fields) {
    if (!crosses(nominated, field, direction) || !is_one_line(field) || is_reserved(field.name)) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
}

void drop_field(std::string& lines, std::string_view name, std::size_t from) {
  for (std::size_t at = from; at < lines.size();) {
    const std::size_t end = lines.find("\r\n", at) + 2;
    if (end - at > name.size() && lines[at + name.size()] == ':' &&
        iequals(std::string_view(lines).substr(at, name.size()), name)) {
      lines.erase(at, end - at);
    } else {
      at = end;
    }
  }
}

void drop_rate_limits(std::string& lines, std::string_view kept) {
  constexpr auto kFamilies = std::to_array<std::string_view>(
      {"x-ratelimit", "x-rate-limit", "ratelimit", "anthropic-ratelimit-", "x-tokenlimit", "x-ms-ratelimit"});
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find("\r\n", at) + 2;
    const std::string_view line = std::string_view(lines).substr(at, end - at);
    const bool limit = std::ranges::any_of(
        kFamilies, [line](std::string_view family) { return starts_with_ignoring_case(line, family); });
    if (limit && (kept.empty() || !starts_with_ignoring_case(line, kept))) {
      lines.erase(at, end - at);
    } else {
      at = end;
    }
  }
}

}  // namespace drover::http
