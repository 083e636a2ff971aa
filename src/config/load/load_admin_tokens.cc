// Who may use the admin API.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "config/load/draft.h"
#include "config/load/key_source.h"

namespace drover::config {
namespace {

/// Shorter tokens could be guessed, however slowly wrong ones are answered.
constexpr std::size_t kShortestToken = 24;
/// Each is compared at each request of the API.
constexpr std::size_t kMaxTokens = 64;

constexpr std::array<Choice<AdminRole>, 3> kRoles = {
    {{"read", AdminRole::Read}, {"keys", AdminRole::Keys}, {"all", AdminRole::All}}};

class TokensReader {
 public:
  explicit TokensReader(Draft& draft) : draft_(draft) {}

  void read(const Value& value) {
    const auto map = value.section(schema::kAdminToken);
    if (!map) return;
    AdminToken token;
    if (const auto name = map->find("name")) token.name = name->name().value_or("");
    if (!map->has("name")) value.wrong("name is missing", "write name: ops; the audit log says it");
    if (!map->has("role")) value.wrong("role is missing", "write role: read, keys or all");
    map->choice("role", token.role, kRoles);
    if (!token.name.empty() && !names_.insert(token.name).second) {
      value.wrong("another token is called '" + token.name + "' too", "give it another name");
    }
    read_token(*map, value, token);
    draft_.settings.admin_tokens.push_back(std::move(token));
  }

 private:
  void read_token(const Section& map, const Value& value, AdminToken& token) {
    const auto texts = read_credentials(map, draft_.environment, Several::One);
    if (texts.empty()) return;
    if (texts.front().size() < kShortestToken) {
      value.wrong("this token has fewer than 24 characters, so it could be guessed",
                  "make one with: openssl rand -base64 32");
    }
    token.digest = sha256(texts.front());
    const auto [same, is_new] = digests_.emplace(token.digest, token.name);
    if (!is_new) value.wrong("this is the same token as '" + same->second + "' has", "give each its own");
    if (std::ranges::find(draft_.settings.clients, token.digest, &ClientKey::digest) != draft_.settings.clients.end()) {
      value.wrong("this is also the key of a client", "give the admin API a token of its own");
    }
  }

  Draft& draft_;
  std::set<std::string> names_;
  std::map<Sha256Digest, std::string> digests_;
};

}  // namespace

void load_admin_tokens(const Section& top, Draft& draft) {
  const auto tokens = top.find("admin_tokens");
  if (!tokens) return;
  TokensReader reader(draft);
  const auto list = tokens->hidden().list("[ { name: ops, role: keys, env: ADMIN_TOKEN } ]");
  if (list.size() > kMaxTokens) tokens->wrong("there are more than 64 admin tokens", "remove some");
  for (const Value& each : list) reader.read(each);
  if (!draft.settings.admin) {
    draft.report.warn(tokens->place(), "admin_tokens: the admin API is on the address of 'admin', which is off");
  } else if (!draft.settings.admin->loopback() && !draft.settings.admin->tls) {
    draft.report.warn(tokens->place(), "admin_tokens: tokens travel unencrypted to " +
                                           draft.settings.admin->to_string() + "; give 'admin' a tls");
  }
}

}  // namespace drover::config
