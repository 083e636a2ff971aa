#include "store/records/record_json.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/sha256.h"
#include "store/clean_text.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

namespace json = boost::json;
using directory::Action;
using directory::Digest;
using directory::Key;
using directory::Limit;
using directory::Principal;
using directory::Unit;
using money::WindowKind;

// Names that are written down, by the number of the enumerator. They are never changed, only added to.
constexpr std::array<std::string_view, 6> kUnits = {"requests", "tokens_in", "tokens_out", "tokens", "usd", "concurrent"};
constexpr std::array<std::string_view, 2> kActions = {"refuse", "tell"};
constexpr std::array<std::string_view, 8> kWindows = {"rolling", "hour", "day", "week", "month", "quarter", "year", "total"};

template <class Enum, std::size_t N>
std::string_view word_of(const std::array<std::string_view, N>& words, Enum value) {
  return words.at(static_cast<std::size_t>(value) % N);
}

// ---- writing

json::string text(std::string_view bytes) {
  const std::string clean = cleaned(bytes);
  return json::string(clean.data(), clean.size());
}

json::array texts(const std::vector<std::string>& list) {
  json::array array;
  for (const std::string& each : list) array.emplace_back(text(each));
  return array;
}

std::int64_t number_of(WallTime time) { return time.time_since_epoch().count(); }

json::object limit_object(const Limit& limit) {
  json::object object;
  object["unit"] = word_of(kUnits, limit.unit);
  object["amount"] = limit.amount;
  object["window"] = word_of(kWindows, limit.window.kind);
  object["span"] = limit.window.span.count();
  object["zone"] = text(limit.window.zone);
  object["action"] = word_of(kActions, limit.action);
  object["models"] = texts(limit.models);
  return object;
}

json::array limit_array(const std::vector<Limit>& limits) {
  json::array array;
  for (const Limit& limit : limits) array.emplace_back(limit_object(limit));
  return array;
}

// ---- reading: what is missing keeps its default, what is of another type makes the whole record wrong

class Reader {
 public:
  explicit Reader(const json::object& object) : object_(object) {}

  void read(std::string_view name, std::string& into) {
    const json::value* const value = find(name);
    if (value == nullptr) return;
    const json::string* const string = value->if_string();
    if (string == nullptr) return void(good_ = false);
    into.assign(string->data(), string->size());
  }
  void read(std::string_view name, std::int64_t& into) {
    const json::value* const value = find(name);
    if (value == nullptr) return;
    if (value->is_int64()) {
      into = value->get_int64();
    } else {
      good_ = false;
    }
  }
  void read(std::string_view name, std::uint64_t& into) {
    std::int64_t number = static_cast<std::int64_t>(into);
    read(name, number);
    if (number < 0) good_ = false;
    into = static_cast<std::uint64_t>(number);
  }
  void read(std::string_view name, WallTime& into) {
    std::int64_t number = number_of(into);
    read(name, number);
    into = WallTime(std::chrono::microseconds(number));
  }
  void read(std::string_view name, bool& into) {
    const json::value* const value = find(name);
    if (value == nullptr) return;
    if (value->is_bool()) {
      into = value->get_bool();
    } else {
      good_ = false;
    }
  }
  void read(std::string_view name, std::vector<std::string>& into) {
    for (const json::value& each : list(name)) {
      const json::string* const string = each.if_string();
      if (string == nullptr) return void(good_ = false);
      into.emplace_back(string->data(), string->size());
    }
  }
  void read(std::string_view name, Digest& into) {
    std::string digits;
    read(name, digits);
    good_ = good_ && digits.size() == 2 * into.size();
    for (std::size_t each = 0; good_ && each < into.size(); ++each) {
      const std::size_t high = kHex.find(digits[2 * each]);
      const std::size_t low = kHex.find(digits[2 * each + 1]);
      good_ = high != std::string_view::npos && low != std::string_view::npos;
      into[each] = static_cast<std::uint8_t>((high << 4U | low) & 0xffU);
    }
  }
  template <class Enum, std::size_t N>
  void read_word(std::string_view name, const std::array<std::string_view, N>& words, Enum& into) {
    std::string word(word_of(words, into));
    read(name, word);
    for (std::size_t each = 0; each < N; ++each) {
      if (words.at(each) == word) return void(into = static_cast<Enum>(each));
    }
    good_ = false;
  }
  /// Null: it is not there.
  const json::object* object(std::string_view name) {
    const json::value* const value = find(name);
    if (value == nullptr || value->is_null()) return nullptr;
    if (!value->is_object()) good_ = false;
    return value->if_object();
  }
  const json::array& list(std::string_view name) {
    static const json::array kNone;
    const json::value* const value = find(name);
    if (value == nullptr) return kNone;
    if (!value->is_array()) good_ = false;
    return value->is_array() ? value->get_array() : kNone;
  }
  void wrong() { good_ = false; }
  [[nodiscard]] bool good() const { return good_; }

 private:
  static constexpr std::string_view kHex = "0123456789abcdef";
  const json::value* find(std::string_view name) const { return object_.if_contains(name); }

  const json::object& object_;
  bool good_ = true;
};

void read_limits(Reader& from, std::vector<Limit>& into) {
  for (const json::value& each : from.list("limits")) {
    if (!each.is_object()) return from.wrong();
    Reader reader(each.get_object());
    Limit limit;
    std::int64_t span = 0;
    reader.read_word("unit", kUnits, limit.unit);
    reader.read("amount", limit.amount);
    reader.read_word("window", kWindows, limit.window.kind);
    reader.read("span", span);
    reader.read("zone", limit.window.zone);
    reader.read_word("action", kActions, limit.action);
    reader.read("models", limit.models);
    limit.window.span = std::chrono::seconds(span);
    if (!reader.good()) return from.wrong();
    into.push_back(std::move(limit));
  }
}

void read_former(Reader& from, Key& key) {
  const json::object* const object = from.object("former");
  if (object == nullptr) return;
  Reader reader(*object);
  Key::Former former;
  reader.read("digest", former.digest);
  reader.read("shown", former.shown);
  reader.read("until", former.until);
  if (!reader.good()) return from.wrong();
  key.former = std::move(former);
}

void read_increase(Reader& from, Key& key) {
  const json::object* const object = from.object("increase");
  if (object == nullptr) return;
  Reader reader(*object);
  directory::Increase increase;
  reader.read("amount", increase.amount.value);
  reader.read("until", increase.until);
  if (!reader.good()) return from.wrong();
  key.increase = increase;
}

std::unexpected<Error> damaged(std::string_view what) {
  return fail(store_error(kDamaged, "a " + std::string(what) + " in the store cannot be read"));
}

}  // namespace

std::string digest_text(const Digest& digest) { return hex(digest); }

std::string to_json(const Key& key) {
  json::object object;
  object["id"] = text(key.id);
  object["name"] = text(key.name);
  object["principal"] = text(key.principal);
  object["digest"] = digest_text(key.digest);
  object["shown"] = text(key.shown);
  if (key.former) {
    object["former"] = json::object{{"digest", digest_text(key.former->digest)},
                                    {"shown", text(key.former->shown)},
                                    {"until", number_of(key.former->until)}};
  }
  object["limits"] = limit_array(key.limits);
  if (key.increase) {
    object["increase"] = json::object{{"amount", key.increase->amount.value}, {"until", number_of(key.increase->until)}};
  }
  object["models"] = texts(key.models);
  object["apis"] = texts(key.apis);
  object["providers"] = texts(key.providers);
  object["networks"] = texts(key.networks);
  object["tags"] = texts(key.tags);
  object["owner"] = text(key.owner);
  object["metadata"] = text(key.metadata);
  object["blocked"] = key.blocked;
  object["expires"] = number_of(key.expires);
  object["archived"] = key.archived;
  object["created"] = number_of(key.created);
  object["changed"] = number_of(key.changed);
  object["version"] = key.version;
  return json::serialize(object);
}

std::string to_json(const Principal& principal) {
  json::object object;
  object["path"] = text(principal.path);
  object["limits"] = limit_array(principal.limits);
  object["blocked"] = principal.blocked;
  object["archived"] = principal.archived;
  object["metadata"] = text(principal.metadata);
  object["created"] = number_of(principal.created);
  object["changed"] = number_of(principal.changed);
  object["version"] = principal.version;
  return json::serialize(object);
}

Result<Key> key_from_json(std::string_view from) {
  boost::system::error_code trouble;
  const json::value value = json::parse(from, trouble);
  if (trouble || !value.is_object()) return damaged("key");
  Reader reader(value.get_object());
  Key key;
  reader.read("id", key.id);
  reader.read("name", key.name);
  reader.read("principal", key.principal);
  reader.read("digest", key.digest);
  reader.read("shown", key.shown);
  read_former(reader, key);
  read_limits(reader, key.limits);
  read_increase(reader, key);
  reader.read("models", key.models);
  reader.read("apis", key.apis);
  reader.read("providers", key.providers);
  reader.read("networks", key.networks);
  reader.read("tags", key.tags);
  reader.read("owner", key.owner);
  reader.read("metadata", key.metadata);
  reader.read("blocked", key.blocked);
  reader.read("expires", key.expires);
  reader.read("archived", key.archived);
  reader.read("created", key.created);
  reader.read("changed", key.changed);
  reader.read("version", key.version);
  if (!reader.good() || key.id.empty()) return damaged("key");
  return key;
}

Result<Principal> principal_from_json(std::string_view from) {
  boost::system::error_code trouble;
  const json::value value = json::parse(from, trouble);
  if (trouble || !value.is_object()) return damaged("principal");
  Reader reader(value.get_object());
  Principal principal;
  reader.read("path", principal.path);
  read_limits(reader, principal.limits);
  reader.read("blocked", principal.blocked);
  reader.read("archived", principal.archived);
  reader.read("metadata", principal.metadata);
  reader.read("created", principal.created);
  reader.read("changed", principal.changed);
  reader.read("version", principal.version);
  if (!reader.good()) return damaged("principal");
  return principal;
}

}  // namespace drover::store
