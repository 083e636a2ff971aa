// The calls for principals, and the audit log.
#include "directory/principal_path.h"
#include "gateway/admin/api/fields.h"
#include "gateway/admin/api/key_operations.h"
#include "gateway/admin/api/pages.h"
#include "gateway/admin/api/routes.h"
#include "gateway/admin/api/values.h"

namespace drover::gateway::admin {
namespace {

namespace json = boost::json;
using directory::Principal;

/// What a change of a principal without a record does.
enum class Missing : std::uint8_t { IsFault, IsMade };

struct PrincipalChange {
  std::string_view what;
  Missing missing = Missing::IsFault;
};

Reply told_principal(const Principal& principal) {
  return json_reply(200, json::serialize(to_json(principal)) + "\n", "ETag: " + etag_of(principal.version) + "\r\n");
}

Or<Principal> find_principal(Desk& desk, std::string_view path) {
  if (!directory::is_principal_path(path)) return refuse(not_found("principal"));
  auto found = desk.records.principal(path);
  if (!found) return refuse(fault_of(found.error()));
  if (!*found || (*found)->archived) return refuse(not_found("principal"));
  return **std::move(found);
}

/// One try. The record's own version goes on where it was archived, so that an old ETag never fits again.
template <class Edit>
Or<Principal> try_change(Desk& desk, std::string_view path, const PrincipalChange& how, const Edit& edit) {
  auto found = desk.records.principal(path);
  if (!found) return refuse(fault_of(found.error()));
  const bool there = *found && !(*found)->archived;
  if (!there && how.missing == Missing::IsFault) return refuse(not_found("principal"));
  if (!there && !desk.call.if_match.empty()) {
    return refuse({.status = 412, .type = "version_mismatch", .message = "there is no record of this principal"});
  }
  Principal next{.path = std::string(path), .created = desk.call.now};
  if (there) next = **found;
  if (there) {
    if (auto current = check_version(desk.call, next.version); !current) return refuse(std::move(current.error()));
  }
  const std::string before = there ? json::serialize(to_json(next)) : std::string();
  if (auto edited = edit(next); !edited) return refuse(std::move(edited.error()));
  const std::uint64_t expected = *found ? (*found)->version : 0;
  next.version = expected + 1;
  next.changed = desk.call.now;
  std::string after = json::serialize(to_json(next));
  Change change{.principal = next,
                .expected = expected,
                .audit = {.at = desk.call.now,
                          .who = desk.call.who,
                          .what = there || how.missing == Missing::IsFault ? std::string(how.what) : "principal.create",
                          .object = next.path,
                          .before = before,
                          .after = after}};
  if (desk.call.idempotency) {
    change.remembered = desk.call.idempotency;
    change.remembered->body = std::move(after);
  }
  const Result<void> committed = desk.records.commit(change);
  if (!committed) return refuse(fault_of(committed.error()));
  return next;
}

template <class Edit>
Reply change_principal(Desk& desk, const PrincipalChange& how, const Edit& edit) {
  const std::string& path = desk.call.path.front();
  if (!directory::is_principal_path(path)) {
    return fault_reply(
        {.message = "the path has at most 8 segments of letters, digits, '.', '_', '-', '@', and 200 bytes",
         .field = "path"});
  }
  for (int tries = 0;; ++tries) {
    const auto done = try_change(desk, path, how, edit);
    if (done) return told_principal(*done);
    const bool again = done.error().type == "conflict" && desk.call.if_match.empty() && tries + 1 < kChangeTries;
    if (!again) return fault_reply(done.error());
  }
}

}  // namespace

Reply list_principals(Desk& desk) {
  const auto page = page_of(desk.call);
  if (!page) return fault_reply(page.error());
  const auto under = desk.call.query.find("under");
  const auto found = desk.records.principals(under == desk.call.query.end() ? std::string_view() : under->second,
                                             page->after, page->most);
  if (!found) return fault_reply(fault_of(found.error()));
  json::value next = nullptr;
  if (!found->next.empty()) next = found->next;
  return list_reply(found->records, [](const Principal& each) { return to_json(each); }, std::move(next));
}

Reply get_principal(Desk& desk) {
  const auto principal = find_principal(desk, desk.call.path.front());
  if (!principal) return fault_reply(principal.error());
  if (!desk.call.if_none_match.empty() && names_version(desk.call.if_none_match, principal->version)) {
    return {.status = 304, .fields = "ETag: " + etag_of(principal->version) + "\r\n", .body = {}};
  }
  return told_principal(*principal);
}

Reply patch_principal(Desk& desk) {
  const auto edit = [&](Principal& principal) -> Or<void> {
    Reading reading(desk.call.now);
    apply(desk.call.body, reading, principal);
    if (!reading.good()) return refuse(reading.take_fault());
    return {};
  };
  return change_principal(desk, {.what = "principal.update", .missing = Missing::IsMade}, edit);
}

Reply remove_principal(Desk& desk) {
  const auto edit = [](Principal& principal) -> Or<void> {
    principal.archived = true;
    return {};
  };
  return change_principal(desk, {.what = "principal.delete"}, edit);
}

Reply list_audit(Desk& desk) {
  const auto page = page_of(desk.call);
  if (!page) return fault_reply(page.error());
  const auto before = number_in(desk.call, "before", 0, std::uint64_t{1} << 62U);
  if (!before) return fault_reply(before.error());
  const auto object = desk.call.query.find("object");
  const auto found =
      desk.records.audit(object == desk.call.query.end() ? std::string_view() : object->second, *before, page->most);
  if (!found) return fault_reply(fault_of(found.error()));
  const auto write = [](const Audited& each) {
    const AuditEntry& entry = each.entry;
    const auto side = [](const std::string& text) { return text.empty() ? json::value(nullptr) : metadata_json(text); };
    return json::object{{"number", each.number},     {"at", moment_json(entry.at)}, {"who", entry.who},
                        {"what", entry.what},        {"object", entry.object},      {"before", side(entry.before)},
                        {"after", side(entry.after)}};
  };
  json::value next = nullptr;
  if (found->next > 0) next = found->next;
  return list_reply(found->entries, write, std::move(next));
}

}  // namespace drover::gateway::admin
