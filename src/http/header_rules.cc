#include "http/header_rules.h"

#include <algorithm>
#include <array>

#include "http/bytes.h"
#include "http/head_framing.h"

namespace drover::http {
namespace {

/// Where a known name ends.
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
    // what the gateway says itself
    {"x-request-id", kBoth},
    // digests: the model name in a request and the usage event of a stream may be edited
    {"content-digest", kBoth},
    {"content-md5", kBoth},
    {"digest", kBoth},
    {"repr-digest", kBoth},
    // the client's credentials and what it would bill to
    {"anthropic-workspace-id", kUpstream},
    {"api-key", kUpstream},
    {"authorization", kUpstream},
    {"cookie", kUpstream},
    {"cookie2", kUpstream},
    {"x-api-key", kUpstream},
    {"x-goog-api-key", kUpstream},
    {"x-goog-user-project", kUpstream},
    // the account behind a key
    {"anthropic-organization-id", kBoth},
    {"openai-organization", kBoth},
    {"openai-project", kBoth},
    // who and where the client is: a provider must not learn it, nor trust it
    {"baggage", kUpstream},
    {"client-ip", kUpstream},
    {"forwarded", kUpstream},
    {"origin", kUpstream},
    {"referer", kUpstream},
    {"traceparent", kUpstream},
    {"tracestate", kUpstream},
    {"true-client-ip", kUpstream},
    {"via", kUpstream},
    {"x-client-ip", kUpstream},
    {"x-cluster-client-ip", kUpstream},
    {"x-real-ip", kUpstream},
    // overrides of what was routed and authorised
    {"x-host", kUpstream},
    {"x-http-method", kUpstream},
    {"x-http-method-override", kUpstream},
    {"x-method-override", kUpstream},
    {"x-original-host", kUpstream},
    {"x-original-url", kUpstream},
    {"x-rewrite-url", kUpstream},
    // what would change the form of the answer: a coded or partial one hides errors and usage
    {"accept-encoding", kUpstream},
    {"range", kUpstream},
    // what speaks for the provider's host and its edge, not for ours
    {"alt-svc", kDownstream},
    {"nel", kDownstream},
    {"report-to", kDownstream},
    {"reporting-endpoints", kDownstream},
    {"server", kDownstream},
    {"set-cookie", kDownstream},
    {"set-cookie2", kDownstream},
    {"strict-transport-security", kDownstream},
});

constexpr std::array kPrefixRules = std::to_array<Rule>({
    {"access-control-", kDownstream},  // which web pages may read an answer is the gateway's to say
    {"cf-", kBoth},
    {"if-", kUpstream},
    {"proxy-", kBoth},
    {"sec-", kUpstream},
    {"x-drover-", kBoth},
    {"x-forwarded-", kUpstream},
    {"x-internal-", kUpstream},
    {"x-stainless-", kUpstream},  // read by the gateway; of no use to a provider
});

constexpr std::size_t kNone = kRules.size();
constexpr std::size_t kSlots = 512;

/// A place for each known name by its length and four of its letters; any other name mostly meets an empty one.
constexpr std::size_t slot_of(std::string_view name, std::size_t factor) {
  const auto letter = [name](std::size_t at) { return static_cast<std::size_t>(lower(name[at])); };
  const std::size_t inside = letter(name.size() / 2) * 7 + letter(name.size() / 4) * 13;
  return (name.size() * 31 + letter(0) * factor + inside + letter(name.size() - 1)) % kSlots;
}

struct RuleIndex {
  std::size_t factor = 0;
  std::array<std::uint8_t, kSlots> rules{};  ///< places in kRules; kNone where no name is
};

/// Looks for a factor with which no two names meet.
consteval RuleIndex index_rules() {
  static_assert(kNone < 256);
  for (std::size_t factor = 1; factor < kSlots; ++factor) {
    RuleIndex index{.factor = factor};
    index.rules.fill(kNone);
    bool meet = false;
    for (std::size_t at = 0; at < kRules.size() && !meet; ++at) {
      std::uint8_t& slot = index.rules[slot_of(kRules[at].name, factor)];
      meet = slot != kNone;
      slot = static_cast<std::uint8_t>(at);
    }
    if (!meet) return index;
  }
  return {};
}

constexpr RuleIndex kIndex = index_rules();
static_assert(kIndex.factor != 0, "add slots: no factor keeps the names apart");

/// The same for prefixes, by their first three letters.
constexpr std::size_t kPrefixSlots = 64;
constexpr std::size_t prefix_slot_of(std::string_view name) {
  const auto letter = [name](std::size_t at) { return static_cast<std::size_t>(lower(name[at])); };
  return (letter(0) * 5 + letter(1) * 3 + letter(2)) % kPrefixSlots;
}

consteval std::array<std::uint8_t, kPrefixSlots> index_prefixes() {
  std::array<std::uint8_t, kPrefixSlots> index{};
  index.fill(kPrefixRules.size());
  for (std::size_t at = 0; at < kPrefixRules.size(); ++at) {
    std::uint8_t& slot = index[prefix_slot_of(kPrefixRules[at].name)];
    if (slot != kPrefixRules.size()) throw "two prefixes meet: choose other factors";
    slot = static_cast<std::uint8_t>(at);
  }
  return index;
}
constexpr std::array<std::uint8_t, kPrefixSlots> kPrefixIndex = index_prefixes();

bool starts_with_ignoring_case(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && iequals(name.substr(0, prefix.size()), prefix);
}

/// The directions in which the table stops this name.
unsigned stops_of(std::string_view name) {
  if (name.empty()) return kBoth;
  const std::size_t place = kIndex.rules[slot_of(name, kIndex.factor)];
  if (place != kNone && iequals(kRules[place].name, name)) return kRules[place].stop;
  if (name.size() < 3) return 0;
  const std::size_t prefix = kPrefixIndex[prefix_slot_of(name)];
  const bool fits = prefix != kPrefixRules.size() && starts_with_ignoring_case(name, kPrefixRules[prefix].name);
  return fits ? unsigned{kPrefixRules[prefix].stop} : 0U;
}

/// The names that the Connection fields of one head nominate.
class Nominated {
 public:
  explicit Nominated(const Fields& fields) {
    if (!fields.may_have("connection")) return;
    for (const Field& field : fields) {
      if (field.name.size() != 10 || !iequals(field.name, "connection")) continue;
      for_each_option(field.value, [this](std::string_view option) { overflow_ |= !names_.push_back(option); });
    }
  }
  /// Past the limit everything counts as nominated. (Head readers refuse such heads.)
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

/// Whether nothing in the field can end its line.
bool is_one_line(const Field& field) {
  return skip(field.name, 0, kToken) == field.name.size() && skip_value(field.value, 0) == field.value.size();
}

}  // namespace

bool crosses(const Fields& fields, const Field& field, Direction direction) {
  return crosses(Nominated(fields), field, direction);
}

void append_crossing(const Fields& fields, Direction direction, std::string& out) {
  const Nominated nominated(fields);
  for (const Field& field : fields) {
    if (!crosses(nominated, field, direction) || !is_one_line(field)) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
}

void drop_field(std::string& lines, std::string_view name) {
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find("\r\n", at) + 2;
    if (end - at > name.size() && lines[at + name.size()] == ':' &&
        iequals(std::string_view(lines).substr(at, name.size()), name)) {
      lines.erase(at, end - at);
    } else {
      at = end;
    }
  }
}

}  // namespace drover::http
