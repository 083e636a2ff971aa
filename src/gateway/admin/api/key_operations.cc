#include "gateway/admin/api/key_operations.h"

#include "gateway/admin/api/fields.h"

namespace drover::gateway::admin {
namespace {

using directory::Key;

std::string shown_json(const Key& key) {
  return boost::json::serialize(to_json(key));
}

Or<void> commit(Desk& desk, Change change, const KeyDone& done, int status, const Telling& told) {
  if (desk.call.idempotency) {
    change.remembered = desk.call.idempotency;
    change.remembered->status = status;
    change.remembered->body = told({.key = done.key});
  }
  change.key = done.key;
  const Result<void> committed = desk.records.commit(change);
  if (!committed) return refuse(fault_of(committed.error()));
  return {};
}

bool may_try_again(const Fault& fault, const Call& call, int tries) {
  return fault.type == "conflict" && call.if_match.empty() && tries + 1 < kChangeTries;
}

}  // namespace

std::string etag_of(std::uint64_t version) {
  return "\"v" + std::to_string(version) + "\"";
}

bool names_version(std::string_view field, std::uint64_t version) {
  const std::string wanted = etag_of(version);
  while (!field.empty()) {
    const std::size_t comma = std::min(field.find(','), field.size());
    std::string_view each = field.substr(0, comma);
    while (each.starts_with(' ') || each.starts_with('\t')) each.remove_prefix(1);
    while (each.ends_with(' ') || each.ends_with('\t')) each.remove_suffix(1);
    if (each.starts_with("W/")) each.remove_prefix(2);
    if (each == "*" || each == wanted) return true;
    field.remove_prefix(std::min(comma + 1, field.size()));
  }
  return false;
}

Or<void> check_version(const Call& call, std::uint64_t version) {
  if (call.if_match.empty() || names_version(call.if_match, version)) return {};
  return refuse({.status = 412,
                 .type = "version_mismatch",
                 .message = "the record has another version than If-Match names; read it again"});
}

KeyEdit setting(const boost::json::object& fields, WallTime now) {
  return [&fields, now](Key& key) -> Or<void> {
    Reading reading(now);
    apply(fields, reading, key);
    if (!reading.good()) return refuse(reading.take_fault());
    return {};
  };
}

Or<Key> find_key(Desk& desk, std::string_view id) {
  auto found = desk.records.key(id);
  if (!found) return refuse(fault_of(found.error()));
  if (!*found) return refuse(not_found("key"));
  return **std::move(found);
}

Or<KeyDone> create_key(Desk& desk, const KeyEdit& edit, int status, const Telling& told) {
  NewSecret secret = desk.makers.secret();
  Key key{.id = desk.makers.key_id(),
          .name = {},
          .principal = {},
          .digest = secret.digest,
          .shown = secret.shown,
          .created = desk.call.now,
          .changed = desk.call.now};
  if (auto edited = edit(key); !edited) return refuse(std::move(edited.error()));
  if (key.name.empty()) key.name = key.id;
  KeyDone done{.key = std::move(key), .secret = std::move(secret.text)};
  Change change{.audit = {.at = desk.call.now,
                          .who = desk.call.who,
                          .what = "key.create",
                          .object = done.key.id,
                          .after = shown_json(done.key)}};
  if (auto committed = commit(desk, std::move(change), done, status, told); !committed) {
    return refuse(std::move(committed.error()));
  }
  return done;
}

Or<KeyDone> change_key(Desk& desk, std::string_view id, std::string_view what, const KeyEdit& edit,
                       const Telling& told) {
  for (int tries = 0;; ++tries) {
    auto before = find_key(desk, id);
    if (!before) return refuse(std::move(before.error()));
    if (auto current = check_version(desk.call, before->version); !current) return refuse(std::move(current.error()));
    if (before->archived) {
      return refuse({.status = 409, .type = "key_archived", .message = "this key was deleted; make another"});
    }
    KeyDone done{.key = *before};
    if (auto edited = edit(done.key); !edited) return refuse(std::move(edited.error()));
    done.key.version = before->version + 1;
    done.key.changed = desk.call.now;
    Change change{.expected = before->version,
                  .audit = {.at = desk.call.now,
                            .who = desk.call.who,
                            .what = std::string(what),
                            .object = done.key.id,
                            .before = shown_json(*before),
                            .after = shown_json(done.key)}};
    auto committed = commit(desk, std::move(change), done, 200, told);
    if (committed) return done;
    if (!may_try_again(committed.error(), desk.call, tries)) return refuse(std::move(committed.error()));
  }
}

Or<KeyDone> rotate_key(Desk& desk, std::string_view id, std::chrono::seconds grace, const KeyEdit& edit,
                       const Telling& told) {
  NewSecret secret = desk.makers.secret();
  const auto rotate = [&](Key& key) -> Or<void> {
    if (auto edited = edit(key); !edited) return edited;
    key.former.reset();
    if (grace.count() > 0) {
      key.former = Key::Former{.digest = key.digest, .shown = key.shown, .until = desk.call.now + grace};
    }
    key.digest = secret.digest;
    key.shown = secret.shown;
    return {};
  };
  auto done = change_key(desk, id, "key.rotate", rotate, told);
  if (done) done->secret = std::move(secret.text);
  return done;
}

Or<KeyDone> delete_key(Desk& desk, std::string_view id, const Telling& told) {
  auto key = find_key(desk, id);
  if (!key) return refuse(std::move(key.error()));
  if (key->archived) return KeyDone{.key = *std::move(key)};
  const auto archive = [](Key& each) -> Or<void> {
    each.archived = true;
    each.former.reset();
    return {};
  };
  return change_key(desk, id, "key.delete", archive, told);
}

}  // namespace drover::gateway::admin
