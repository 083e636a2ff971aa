// The records of the admin API in memory, for its tests: the same rules as the store's, and faults on demand.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "gateway/admin/api/admin_api.h"
#include "gateway/admin/api/pages.h"

namespace drover::gateway::admin {

class MemoryRecords final : public Records {
 public:
  using Key = directory::Key;
  using Principal = directory::Principal;

  std::map<std::string, Key, std::less<>> all_keys{};
  std::map<std::string, Principal, std::less<>> all_principals{};
  std::vector<Audited> entries{};
  std::map<std::string, Remembered, std::less<>> memory{};
  std::string away{};                           ///< the code of the error of every call
  std::function<void()> before_commit = [] {};  ///< what another administrator does meanwhile

  /// The ids of all keys.
  [[nodiscard]] std::vector<std::string> ids() const {
    std::vector<std::string> out;
    for (const auto& [id, key] : all_keys) out.push_back(id);
    return out;
  }

  Result<std::optional<Key>> key(std::string_view id) override {
    if (!away.empty()) return trouble();
    const auto found = all_keys.find(id);
    return found == all_keys.end() ? std::nullopt : std::optional<Key>(found->second);
  }
  Result<std::optional<Key>> key_named(std::string_view name) override {
    return first([&](const Key& key) { return !key.archived && key.name == name; });
  }
  Result<std::optional<Key>> key_with(const directory::Digest& digest) override {
    return first([&](const Key& key) { return key.digest == digest || (key.former && key.former->digest == digest); });
  }
  /// Looks at `scan` keys in one call.
  std::size_t scan = 7;
  Result<KeyPage> keys(const KeyFilter& filter, std::string_view after, std::size_t most) override {
    if (!away.empty()) return trouble();
    KeyPage page;
    std::size_t looked = 0;
    for (auto each = all_keys.upper_bound(after); each != all_keys.end(); ++each) {
      if (looked++ == scan || page.records.size() == most) return page;
      if (takes(filter, each->second)) page.records.push_back(each->second);
      page.next = each->first;
    }
    page.next.clear();
    return page;
  }
  Result<std::optional<Principal>> principal(std::string_view path) override {
    if (!away.empty()) return trouble();
    const auto found = all_principals.find(path);
    return found == all_principals.end() ? std::nullopt : std::optional<Principal>(found->second);
  }
  Result<PrincipalPage> principals(std::string_view under, std::string_view after, std::size_t most) override {
    if (!away.empty()) return trouble();
    PrincipalPage page;
    for (auto each = all_principals.upper_bound(after); each != all_principals.end(); ++each) {
      if (page.records.size() == most) return page;
      const bool wanted = !each->second.archived && (under.empty() || is_below(each->first, under));
      if (wanted) page.records.push_back(each->second);
      page.next = each->first;
    }
    page.next.clear();
    return page;
  }
  Result<AuditPage> audit(std::string_view object, std::uint64_t before, std::size_t most) override {
    if (!away.empty()) return trouble();
    AuditPage page;
    for (auto each = entries.rbegin(); each != entries.rend(); ++each) {
      const bool wanted = (object.empty() || each->entry.object == object) && (before == 0 || each->number < before);
      if (!wanted) continue;
      if (page.entries.size() == most) {
        page.next = page.entries.back().number;
        return page;
      }
      page.entries.push_back(*each);
    }
    return page;
  }
  Result<std::optional<Remembered>> remembered(std::string_view key) override {
    if (!away.empty()) return trouble();
    const auto found = memory.find(key);
    return found == memory.end() ? std::nullopt : std::optional<Remembered>(found->second);
  }
  Result<void> commit(const Change& change) override {
    before_commit();
    if (!away.empty()) return trouble();
    if (change.remembered && memory.contains(change.remembered->key)) return fault("idempotency_key_used");
    if (change.key) {
      const auto found = all_keys.find(change.key->id);
      if ((found == all_keys.end() ? 0 : found->second.version) != change.expected) return fault("version_conflict");
      for (const auto& [id, other] : all_keys) {
        const bool clashes = id != change.key->id && !other.archived && !change.key->archived;
        if (clashes && other.name == change.key->name) return fault("name_taken");
      }
      all_keys[change.key->id] = *change.key;
    }
    if (change.principal) {
      const auto found = all_principals.find(change.principal->path);
      if ((found == all_principals.end() ? 0 : found->second.version) != change.expected)
        return fault("version_conflict");
      all_principals[change.principal->path] = *change.principal;
    }
    entries.push_back({.number = entries.size() + 1, .entry = change.audit});
    if (change.remembered) memory[change.remembered->key] = *change.remembered;
    return {};
  }

 private:
  [[nodiscard]] static std::unexpected<Error> fault(std::string code) { return fail(Error{.code = std::move(code)}); }
  [[nodiscard]] std::unexpected<Error> trouble() const { return fault(away); }
  template <class Wanted>
  Result<std::optional<Key>> first(Wanted wanted) {
    if (!away.empty()) return trouble();
    for (const auto& [id, key] : all_keys) {
      if (wanted(key)) return std::optional<Key>(key);
    }
    return std::optional<Key>();
  }
};

/// The noon of a day, which is "now" in these tests.
inline constexpr WallTime kNoon = std::chrono::sys_days(std::chrono::year(2026) / 9 / 1) + std::chrono::hours(12);

/// An API over records in memory, with three tokens: "read-token", "keys-token", "all-token".
struct Office {
  MemoryRecords records{};
  int made = 0;
  WallTime now = kNoon;
  AdminApi api{{{"reader", sha256("read-token"), Role::Read},
                {"maker", sha256("keys-token"), Role::Keys},
                {"owner", sha256("all-token"), Role::All}},
               {.secret = [this] { return secret(); }, .key_id = [this] { return "key_" + numbered(16); }}};

  std::string numbered(std::size_t digits) {
    const std::string text = std::to_string(++made);
    return std::string(digits - text.size(), '0') + text;
  }
  NewSecret secret() {
    NewSecret out{.text = "dk_" + numbered(38), .digest = {}, .shown = {}};
    out.digest = sha256(out.text);
    out.shown = "dk_0000…" + out.text.substr(out.text.size() - 4);
    return out;
  }

  struct Answer {
    int status = 0;
    std::string fields;
    std::string text;
    boost::json::value json;

    [[nodiscard]] std::string at(std::string_view pointer) const {
      boost::system::error_code trouble;
      const auto* found = json.find_pointer(boost::json::string_view(pointer.data(), pointer.size()), trouble);
      if (found == nullptr) return "nothing at " + std::string(pointer) + " of " + text;
      if (const auto* string = found->if_string()) return std::string(string->data(), string->size());
      return boost::json::serialize(*found);
    }
  };

  Answer ask(ApiRequest request, std::string_view token = "all-token") {
    const std::string field = "Bearer " + std::string(token);
    if (request.authorization.empty()) request.authorization = field;
    auto done = api.handle(request, now);
    const Reply reply = done.index() == 0 ? std::get<Reply>(done) : std::get<Job>(done)(records);
    Answer answer{.status = reply.status, .fields = reply.fields, .text = reply.body, .json = nullptr};
    boost::system::error_code trouble;
    if (!reply.body.empty()) answer.json = boost::json::parse(reply.body, trouble);
    EXPECT_FALSE(trouble) << reply.body;
    return answer;
  }
  Answer get(std::string_view target, std::string_view token = "all-token") {
    return ask({.method = "GET", .target = target}, token);
  }
  Answer post(std::string_view target, std::string_view body = {}, std::string_view token = "all-token") {
    return ask({.method = "POST", .target = target, .body = body}, token);
  }
  Answer patch(std::string_view target, std::string_view body, std::string_view if_match = {}) {
    return ask({.method = "PATCH", .target = target, .if_match = if_match, .body = body});
  }
  Answer remove(std::string_view target) { return ask({.method = "DELETE", .target = target}); }
  /// Makes a key; its id.
  std::string key(std::string_view body = R"({"name":"web"})") { return post("/admin/v1/keys", body).at("/id"); }
};

}  // namespace drover::gateway::admin
