// LiteLLM's seven calls for keys (and unblock), so that scripts which were written for it work.
#include <algorithm>
#include <boost/json/array.hpp>

#include "base/sha256.h"
#include "gateway/admin/api/key_operations.h"
#include "gateway/admin/api/litellm/litellm_fields.h"
#include "gateway/admin/api/pages.h"
#include "gateway/admin/api/routes.h"

namespace drover::gateway::admin {
namespace {

namespace json = boost::json;
using directory::Key;

/// Keys of one call of /key/delete.
constexpr std::size_t kMaxDeleted = 100;
/// Keys that a list counts; LiteLLM's pages are by number, so the ones before are read as well.
constexpr std::size_t kMaxCounted = 100'000;

Reply told_fault(const Fault& fault) {
  return fault_reply(fault, Form::Litellm);
}

std::string key_text(const KeyDone& done) {
  json::object out = litellm_json(done.key);
  out["key"] = nullptr;
  if (!done.secret.empty()) out["key"] = done.secret;
  return json::serialize(out);
}

Reply told(const Or<KeyDone>& done) {
  return done ? json_reply(200, key_text(*done) + "\n") : told_fault(done.error());
}

/// The id of the key that a text names: by its secret, its id or its name.
Or<std::string> id_of(Desk& desk, std::string_view text, std::string_view field) {
  auto found = text.starts_with("dk_")    ? desk.records.key_with(sha256(text))
               : text.starts_with("key_") ? desk.records.key(text)
                                          : desk.records.key_named(text);
  if (!found) return refuse(fault_of(found.error()));
  if (!*found) {
    Fault fault = not_found("key");
    fault.field = field;
    return refuse(std::move(fault));
  }
  return (*found)->id;
}

/// The same for a field of the body, or for the path.
Or<std::string> named_key(Desk& desk) {
  if (!desk.call.path.empty()) return id_of(desk, desk.call.path.front(), "key");
  const json::value* const value = desk.call.body.if_contains("key");
  const json::string* const text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr || text->empty()) return refuse({.message = "the key is missing", .field = "key"});
  return id_of(desk, std::string_view(text->data(), text->size()), "key");
}

KeyEdit edit_of(const Desk& desk) {
  return [&call = desk.call](Key& key) -> Or<void> {
    Reading reading(call.now);
    apply_litellm(call.body, reading, key);
    if (!reading.good()) return refuse(reading.take_fault());
    return {};
  };
}

Reply set_blocked_here(Desk& desk, bool blocked) {
  for (const auto& member : desk.call.body) {
    if (member.key() != "key") return told_fault({.message = "this call has key, and nothing else", .field = "key"});
  }
  const auto id = named_key(desk);
  if (!id) return told_fault(id.error());
  const auto edit = [blocked](Key& key) -> Or<void> {
    key.blocked = blocked;
    return {};
  };
  return told(change_key(desk, *id, blocked ? "key.block" : "key.unblock", edit, key_text));
}

/// The ids of a list of texts under `field`.
Or<void> read_named(Desk& desk, std::string_view field, std::vector<std::string>& ids) {
  const json::value* const value = desk.call.body.if_contains(field);
  if (value == nullptr || value->is_null()) return {};
  const json::array* const list = value->if_array();
  if (list == nullptr || list->size() > kMaxDeleted) {
    return refuse({.message = "this must be a list of at most 100 texts", .field = std::string(field)});
  }
  for (const json::value& each : *list) {
    const json::string* const text = each.if_string();
    if (text == nullptr || text->empty()) {
      return refuse({.message = "this must be a list of texts", .field = std::string(field)});
    }
    auto id = id_of(desk, std::string_view(text->data(), text->size()), field);
    if (!id) return refuse(std::move(id.error()));
    ids.push_back(*std::move(id));
  }
  return {};
}

std::string query_text(const Call& call, std::string_view name) {
  const auto found = call.query.find(name);
  return found == call.query.end() ? std::string() : found->second;
}

/// All keys that the filter takes, up to kMaxCounted.
Or<std::vector<Key>> all_keys(Desk& desk, const KeyFilter& filter) {
  std::vector<Key> out;
  std::string after;
  do {
    auto found = desk.records.keys(filter, after, kLargestPage);
    if (!found) return refuse(fault_of(found.error()));
    after = found->next;
    std::ranges::move(found->records, std::back_inserter(out));
  } while (!after.empty() && out.size() < kMaxCounted);
  return out;
}

}  // namespace

Reply litellm_generate(Desk& desk) {
  return told(create_key(desk, edit_of(desk), 200, key_text));
}

Reply litellm_update(Desk& desk) {
  const auto id = named_key(desk);
  return id ? told(change_key(desk, *id, "key.update", edit_of(desk), key_text)) : told_fault(id.error());
}

Reply litellm_delete(Desk& desk) {
  for (const auto& member : desk.call.body) {
    if (member.key() != "keys" && member.key() != "key_aliases") {
      return told_fault({.message = "this call has keys and key_aliases, and nothing else", .field = "keys"});
    }
  }
  std::vector<std::string> ids;
  for (const std::string_view field : {"keys", "key_aliases"}) {
    if (auto read = read_named(desk, field, ids); !read) return told_fault(read.error());
  }
  if (ids.empty()) return told_fault({.message = "no key is named", .field = "keys"});
  json::array deleted;
  Call each = desk.call;
  each.idempotency.reset();  // several changes: deleting again changes nothing
  Desk one{.records = desk.records, .makers = desk.makers, .call = each};
  for (const std::string& id : ids) {
    const auto done = delete_key(one, id, key_text);
    if (!done) return told_fault(done.error());
    deleted.emplace_back(id);
  }
  return json_reply(200, json::serialize(json::object{{"deleted_keys", std::move(deleted)}}) + "\n");
}

Reply litellm_info(Desk& desk) {
  const std::string named = query_text(desk.call, "key");
  if (named.empty()) return told_fault({.message = "the key is missing", .field = "key"});
  const auto id = id_of(desk, named, "key");
  if (!id) return told_fault(id.error());
  const auto key = find_key(desk, *id);
  if (!key) return told_fault(key.error());
  return json_reply(200, json::serialize(json::object{{"key", key->id}, {"info", litellm_json(*key)}}) + "\n");
}

Reply litellm_list(Desk& desk) {
  const auto page = number_in(desk.call, "page", 1, kMaxCounted);
  const auto size = number_in(desk.call, "size", 10, kLargestPage);
  if (!page) return told_fault(page.error());
  if (!size) return told_fault(size.error());
  const KeyFilter filter{.under = query_text(desk.call, "team_id"),
                         .name = query_text(desk.call, "key_alias"),
                         .owner = query_text(desk.call, "user_id"),
                         .now = desk.call.now};
  const auto all = all_keys(desk, filter);
  if (!all) return told_fault(all.error());
  const bool whole = query_text(desk.call, "return_full_object") == "true";
  json::array keys;
  for (std::size_t at = (*page - 1) * *size; at < std::min<std::size_t>(all->size(), *page * *size); ++at) {
    if (whole) {
      keys.push_back(litellm_json((*all)[at]));
    } else {
      keys.emplace_back((*all)[at].id);
    }
  }
  json::object out{{"keys", std::move(keys)},
                   {"total_count", all->size()},
                   {"current_page", *page},
                   {"total_pages", (all->size() + *size - 1) / *size}};
  return json_reply(200, json::serialize(out) + "\n");
}

Reply litellm_block(Desk& desk) {
  return set_blocked_here(desk, true);
}

Reply litellm_unblock(Desk& desk) {
  return set_blocked_here(desk, false);
}

Reply litellm_regenerate(Desk& desk) {
  const auto id = named_key(desk);
  if (!id) return told_fault(id.error());
  std::chrono::seconds grace{0};
  if (const json::value* const value = desk.call.body.if_contains("grace_period");
      value != nullptr && !value->is_null()) {
    const json::string* const text = value->if_string();
    const auto span = text == nullptr ? std::nullopt : litellm_span(std::string_view(text->data(), text->size()));
    if (!span || *span > kLongestGrace) {
      return told_fault({.message = "this must be a duration such as 24h, at most 90d", .field = "grace_period"});
    }
    grace = *span;
  }
  return told(rotate_key(desk, *id, grace, edit_of(desk), key_text));
}

}  // namespace drover::gateway::admin
