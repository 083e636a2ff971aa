// The calls for keys under /admin/v1/keys.
#include <boost/json/array.hpp>
#include <charconv>

#include "gateway/admin/api/fields.h"
#include "gateway/admin/api/key_operations.h"
#include "gateway/admin/api/pages.h"
#include "gateway/admin/api/routes.h"
#include "gateway/admin/api/times.h"

namespace drover::gateway::admin {
namespace {

namespace json = boost::json;
using directory::Key;

std::string text_of_key(const KeyDone& done) {
  return json::serialize(to_json(done.key));
}

/// With the secret, or null where it was told before.
std::string text_with_secret(const KeyDone& done) {
  json::object object = to_json(done.key);
  object["secret"] = nullptr;
  if (!done.secret.empty()) object["secret"] = done.secret;
  return json::serialize(object);
}

Reply told_key(int status, const Or<KeyDone>& done, const Telling& told) {
  if (!done) return fault_reply(done.error());
  return json_reply(status, told(*done) + "\n", "ETag: " + etag_of(done->key.version) + "\r\n");
}

Or<KeyFilter> filter_of(const Call& call) {
  using State = KeyFilter::State;
  constexpr auto kStates = std::to_array<std::pair<std::string_view, State>>({{"not_archived", State::NotArchived},
                                                                              {"active", State::Active},
                                                                              {"blocked", State::Blocked},
                                                                              {"expired", State::Expired},
                                                                              {"archived", State::Archived},
                                                                              {"all", State::All}});
  const auto in = [&](std::string_view name) {
    const auto found = call.query.find(name);
    return found == call.query.end() ? std::string() : found->second;
  };
  KeyFilter filter{
      .under = in("principal"), .name = in("name"), .owner = in("owner"), .tag = in("tag"), .now = call.now};
  const std::string state = in("state");
  if (state.empty()) return filter;
  for (const auto& [word, value] : kStates) {
    if (word != state) continue;
    filter.state = value;
    return filter;
  }
  return refuse(
      {.message = "the state is one of not_archived, active, blocked, expired, archived, all", .field = "state"});
}

}  // namespace

bool takes(const KeyFilter& filter, const Key& key) {
  using State = KeyFilter::State;
  const bool expired = key.expires <= filter.now;
  switch (filter.state) {
    case State::NotArchived:
      if (key.archived) return false;
      break;
    case State::Active:
      if (key.archived || key.blocked || expired) return false;
      break;
    case State::Blocked:
      if (key.archived || !key.blocked) return false;
      break;
    case State::Expired:
      if (key.archived || !expired) return false;
      break;
    case State::Archived:
      if (!key.archived) return false;
      break;
    case State::All: break;
  }
  if (!filter.under.empty() && !is_below(key.principal, filter.under)) return false;
  if (!filter.name.empty() && key.name != filter.name) return false;
  if (!filter.owner.empty() && key.owner != filter.owner) return false;
  return filter.tag.empty() || std::ranges::find(key.tags, filter.tag) != key.tags.end();
}

Reply list_keys(Desk& desk) {
  const auto filter = filter_of(desk.call);
  if (!filter) return fault_reply(filter.error());
  const auto page = page_of(desk.call);
  if (!page) return fault_reply(page.error());
  const auto found = desk.records.keys(*filter, page->after, page->most);
  if (!found) return fault_reply(fault_of(found.error()));
  json::value next = nullptr;
  if (!found->next.empty()) next = found->next;
  return list_reply(found->records, [](const Key& key) { return to_json(key); }, std::move(next));
}

Reply post_key(Desk& desk) {
  return told_key(201, create_key(desk, setting(desk.call.body, desk.call.now), 201, text_with_secret),
                  text_with_secret);
}

Reply get_key(Desk& desk) {
  auto key = find_key(desk, desk.call.path.front());
  if (!key) return fault_reply(key.error());
  const std::string etag = "ETag: " + etag_of(key->version) + "\r\n";
  if (!desk.call.if_none_match.empty() && names_version(desk.call.if_none_match, key->version)) {
    return {.status = 304, .fields = etag, .body = {}};
  }
  return json_reply(200, text_of_key({.key = *std::move(key)}) + "\n", etag);
}

Reply patch_key(Desk& desk) {
  return told_key(
      200, change_key(desk, desk.call.path.front(), "key.update", setting(desk.call.body, desk.call.now), text_of_key),
      text_of_key);
}

Reply remove_key(Desk& desk) {
  return told_key(200, delete_key(desk, desk.call.path.front(), text_of_key), text_of_key);
}

Reply post_rotate(Desk& desk) {
  std::chrono::seconds grace = kUsualGrace;
  for (const auto& member : desk.call.body) {
    const std::string_view name(member.key().data(), member.key().size());
    if (name != "grace")
      return fault_reply({.message = "a rotation has grace, and nothing else", .field = shown_name(name)});
    if (member.value().is_null()) continue;
    const auto* text = member.value().if_string();
    const auto span = text == nullptr ? std::nullopt : parse_span(std::string_view(text->data(), text->size()));
    if (!span || *span > kLongestGrace) {
      return fault_reply({.message = "this must be a span from 0s to 90d, such as 24h", .field = "grace"});
    }
    grace = *span;
  }
  const auto nothing_else = [](Key&) -> Or<void> { return {}; };
  return told_key(200, rotate_key(desk, desk.call.path.front(), grace, nothing_else, text_with_secret),
                  text_with_secret);
}

namespace {

Reply set_blocked(Desk& desk, bool blocked) {
  const auto edit = [blocked](Key& key) -> Or<void> {
    key.blocked = blocked;
    return {};
  };
  return told_key(200,
                  change_key(desk, desk.call.path.front(), blocked ? "key.block" : "key.unblock", edit, text_of_key),
                  text_of_key);
}

}  // namespace

Reply post_block(Desk& desk) {
  return set_blocked(desk, true);
}

Reply post_unblock(Desk& desk) {
  return set_blocked(desk, false);
}

Reply post_increase(Desk& desk) {
  const auto edit = [&](Key& key) -> Or<void> {
    Reading reading(desk.call.now);
    std::optional<directory::Increase> increase;
    read_increase(json::value(desk.call.body), "increase", reading, increase);
    if (!reading.good()) return refuse(reading.take_fault());
    key.increase = increase;
    return {};
  };
  return told_key(200, change_key(desk, desk.call.path.front(), "key.increase", edit, text_of_key), text_of_key);
}

}  // namespace drover::gateway::admin
