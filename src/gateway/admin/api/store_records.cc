#include "gateway/admin/api/store_records.h"

#include <algorithm>

#include "gateway/admin/api/pages.h"

namespace drover::gateway::admin {
namespace {

/// Records that are read from the store at once.
constexpr std::size_t kReadAtOnce = 1000;

/// Reads records until the page is full, the end is there or enough were looked at.
template <class Record, class Read, class Id, class Wanted>
Result<RecordPage<Record>> scan(std::string_view after, std::size_t most, Read read, Id id, Wanted wanted) {
  RecordPage<Record> page{.next = std::string(after)};
  for (std::size_t scanned = 0; scanned < kMaxScanned;) {
    auto some = read(page.next);
    if (!some) return fail(std::move(some.error()));
    for (Record& record : *some) {
      if (page.records.size() == most) return page;
      page.next = id(record);
      if (wanted(record)) page.records.push_back(std::move(record));
    }
    scanned += some->size();
    if (some->size() < kReadAtOnce) {
      page.next.clear();
      return page;
    }
  }
  return page;
}

std::string json_or_null(const std::string& text) {
  return text.empty() ? std::string("null") : text;
}

std::string json_or_nothing(std::string text) {
  return text == "null" ? std::string() : std::move(text);
}

}  // namespace

Result<std::optional<directory::Key>> StoreRecords::key(std::string_view id) {
  return store_.key(std::string(id));
}

Result<std::optional<directory::Key>> StoreRecords::key_named(std::string_view name) {
  return store_.key_named(std::string(name));
}

Result<std::optional<directory::Key>> StoreRecords::key_with(const directory::Digest& digest) {
  return store_.key_with(digest);
}

Result<KeyPage> StoreRecords::keys(const KeyFilter& filter, std::string_view after, std::size_t most) {
  using State = KeyFilter::State;
  const bool by_name = !filter.name.empty() && filter.state != State::Archived && filter.state != State::All;
  if (by_name) {  // at most one key, found by the name's index
    auto key = store_.key_named(filter.name);
    if (!key) return fail(std::move(key.error()));
    KeyPage page;
    if (*key && (*key)->id > after && takes(filter, **key)) page.records.push_back(**std::move(key));
    return page;
  }
  return scan<directory::Key>(
      after, most, [&](const std::string& from) { return store_.keys_behind(from, kReadAtOnce); },
      [](const directory::Key& key) -> const std::string& { return key.id; },
      [&](const directory::Key& key) { return takes(filter, key); });
}

Result<std::optional<directory::Principal>> StoreRecords::principal(std::string_view path) {
  return store_.principal(std::string(path));
}

Result<PrincipalPage> StoreRecords::principals(std::string_view under, std::string_view after, std::size_t most) {
  return scan<directory::Principal>(
      after, most, [&](const std::string& from) { return store_.principals_behind(from, kReadAtOnce); },
      [](const directory::Principal& each) -> const std::string& { return each.path; },
      [&](const directory::Principal& each) {
        return !each.archived && (under.empty() || is_below(each.path, under));
      });
}

Result<AuditPage> StoreRecords::audit(std::string_view object, std::uint64_t before, std::size_t most) {
  AuditPage page{.next = before};
  for (std::size_t scanned = 0; scanned < kMaxScanned;) {
    auto some = store_.audit(static_cast<std::int64_t>(page.next), kReadAtOnce);
    if (!some) return fail(std::move(some.error()));
    for (store::AuditEntry& each : *some) {
      if (page.entries.size() == most) return page;
      page.next = static_cast<std::uint64_t>(each.number);
      if (!object.empty() && each.object != object) continue;
      page.entries.push_back({.number = page.next,
                              .entry = {.at = each.at,
                                        .who = std::move(each.who),
                                        .what = std::move(each.action),
                                        .object = std::move(each.object),
                                        .before = json_or_nothing(std::move(each.before)),
                                        .after = json_or_nothing(std::move(each.after))}});
    }
    scanned += some->size();
    if (some->size() < kReadAtOnce) {
      page.next = 0;
      return page;
    }
  }
  return page;
}

Result<std::optional<Remembered>> StoreRecords::remembered(std::string_view key) {
  auto found = store_.remembered(std::string(key), now_);
  if (!found) return fail(std::move(found.error()));
  if (!*found) return std::nullopt;
  store::Remembered& known = **found;
  return Remembered{.key = std::move(known.id),
                    .fingerprint = std::move(known.request),
                    .status = known.status,
                    .body = std::move(known.answer)};
}

Result<void> StoreRecords::commit(const Change& change) {
  store::Write write;
  if (change.key) write.keys.push_back({.key = *change.key, .expected = change.expected});
  if (change.principal) write.principals.push_back({.principal = *change.principal, .expected = change.expected});
  write.audit.push_back({.who = change.audit.who,
                         .action = change.audit.what,
                         .object = change.audit.object,
                         .before = json_or_null(change.audit.before),
                         .after = json_or_null(change.audit.after)});
  if (change.remembered) {
    write.remember = store::Remembered{.id = change.remembered->key,
                                       .request = change.remembered->fingerprint,
                                       .status = change.remembered->status,
                                       .answer = change.remembered->body};
  }
  return store_.write(write, change.audit.at);
}

}  // namespace drover::gateway::admin
