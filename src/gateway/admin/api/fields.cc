#include "gateway/admin/api/fields.h"

#include <array>

namespace drover::gateway::admin {
namespace {

namespace json = boost::json;
using directory::Key;
using directory::Principal;

// Schemas that more than one field has.
constexpr std::string_view kText = R"({"type":"string"})";
constexpr std::string_view kTexts = R"({"type":"array","items":{"type":"string"}})";
constexpr std::string_view kFlag = R"({"type":"boolean"})";
constexpr std::string_view kMoment = R"({"type":["string","null"],"format":"date-time"})";
constexpr std::string_view kObject = R"({"type":"object"})";
constexpr std::string_view kLimitList = R"({"type":"array","items":{"$ref":"#/components/schemas/Limit"}})";
constexpr std::string_view kWhole = R"({"type":"integer","minimum":1})";

template <auto Read, auto Member, class Record>
void read_member(const json::value& value, std::string_view field, Reading& reading, Record& record) {
  Read(value, field, reading, record.*Member);
}

template <auto Member, class Record>
void clear_member(Record& record) {
  record.*Member = Record{}.*Member;
}

template <auto Member, class Record>
json::value text_member(const Record& record) {
  return json::string(record.*Member);
}
template <auto Member, class Record>
json::value texts_member(const Record& record) {
  return texts_json(record.*Member);
}
template <auto Member, class Record>
json::value moment_member(const Record& record) {
  return moment_json(record.*Member);
}
template <auto Member, class Record>
json::value plain_member(const Record& record) {
  return record.*Member;
}
template <class Record>
json::value limits_member(const Record& record) {
  return limits_json(record.limits);
}
template <class Record>
json::value metadata_member(const Record& record) {
  return metadata_json(record.metadata);
}

json::value former_json(const Key& key) {
  if (!key.former) return nullptr;
  return json::object{{"shown", key.former->shown}, {"until", moment_json(key.former->until)}};
}

constexpr auto kKeyFields = std::to_array<Field<Key>>({
    {"id", kText, "Names the key everywhere; no secret.", nullptr, nullptr, text_member<&Key::id>},
    {"name", R"({"type":"string","minLength":1,"maxLength":128})",
     "What people call it; no two keys that are not archived have the same.", read_member<read_name, &Key::name>,
     nullptr, text_member<&Key::name>},
    {"principal", R"({"type":["string","null"],"maxLength":200})",
     "Whose it is: a path such as acme/search; its limits count for the key too.",
     read_member<read_path, &Key::principal>, clear_member<&Key::principal>, text_member<&Key::principal>},
    {"shown", kText, "The ends of the secret: enough to tell keys apart.", nullptr, nullptr, text_member<&Key::shown>},
    {"former", R"({"type":["object","null"],"properties":{"shown":{"type":"string"},"until":{"type":"string"}}})",
     "The secret from before a rotation, which works until then.", nullptr, nullptr, former_json},
    {"limits", kLimitList, "What it may use.", read_member<read_limits, &Key::limits>, clear_member<&Key::limits>,
     limits_member<Key>},
    {"increase", R"({"anyOf":[{"$ref":"#/components/schemas/Increase"},{"type":"null"}]})",
     "More money for a while, on top of each limit in usd.", read_member<read_increase, &Key::increase>,
     clear_member<&Key::increase>, [](const Key& key) { return increase_json(key.increase); }},
    {"models", kTexts, "Names and globs that it may ask for; empty: all.", read_member<read_models, &Key::models>,
     clear_member<&Key::models>, texts_member<&Key::models>},
    {"apis", kTexts, "APIs that it may use (chat, responses, messages, embeddings, ...); empty: all.",
     read_member<read_apis, &Key::apis>, clear_member<&Key::apis>, texts_member<&Key::apis>},
    {"providers", kTexts, "Providers that its requests may reach; empty: all.",
     read_member<read_providers, &Key::providers>, clear_member<&Key::providers>, texts_member<&Key::providers>},
    {"networks", kTexts, "Addresses and blocks (CIDR) that its requests may come from; empty: all.",
     read_member<read_networks, &Key::networks>, clear_member<&Key::networks>, texts_member<&Key::networks>},
    {"tags", kTexts, "Of each of its requests in the ledger.", read_member<read_tags, &Key::tags>,
     clear_member<&Key::tags>, texts_member<&Key::tags>},
    {"owner", R"({"type":["string","null"],"maxLength":256})", "A person or a mail address.",
     read_member<read_owner, &Key::owner>, clear_member<&Key::owner>, text_member<&Key::owner>},
    {"metadata", kObject, "Anything; at most 8,192 bytes.", read_member<read_metadata, &Key::metadata>,
     clear_member<&Key::metadata>, metadata_member<Key>},
    {"blocked", kFlag, "It works for nobody until it is unblocked.", read_member<read_flag, &Key::blocked>,
     clear_member<&Key::blocked>, plain_member<&Key::blocked>},
    {"expires", kMoment, "From then on it does not work; null: never.", read_member<read_moment, &Key::expires>,
     clear_member<&Key::expires>, moment_member<&Key::expires>},
    {"expires_in", R"({"type":"string"})", "Instead of expires: a span such as 30d.",
     read_member<read_from_now, &Key::expires>, nullptr, nullptr},
    {"archived", kFlag, "It was deleted, and never works again.", nullptr, nullptr, plain_member<&Key::archived>},
    {"created", kMoment, "When it was made.", nullptr, nullptr, moment_member<&Key::created>},
    {"changed", kMoment, "When it was last changed.", nullptr, nullptr, moment_member<&Key::changed>},
    {"version", kWhole, "Grows with each change; the ETag.", nullptr, nullptr, plain_member<&Key::version>},
});

constexpr auto kPrincipalFields = std::to_array<Field<Principal>>({
    {"path", kText, "Its place in the tree: acme/search.", nullptr, nullptr, text_member<&Principal::path>},
    {"limits", kLimitList, "What all below it may use together.", read_member<read_limits, &Principal::limits>,
     clear_member<&Principal::limits>, limits_member<Principal>},
    {"blocked", kFlag, "No key below it works.", read_member<read_flag, &Principal::blocked>,
     clear_member<&Principal::blocked>, plain_member<&Principal::blocked>},
    {"metadata", kObject, "Anything; at most 8,192 bytes.", read_member<read_metadata, &Principal::metadata>,
     clear_member<&Principal::metadata>, metadata_member<Principal>},
    {"archived", kFlag, "It was deleted: it has no limits any more.", nullptr, nullptr,
     plain_member<&Principal::archived>},
    {"created", kMoment, "When it was made.", nullptr, nullptr, moment_member<&Principal::created>},
    {"changed", kMoment, "When it was last changed.", nullptr, nullptr, moment_member<&Principal::changed>},
    {"version", kWhole, "Grows with each change; the ETag.", nullptr, nullptr, plain_member<&Principal::version>},
});

template <class Record>
void apply_fields(const json::object& object, Reading& reading, Record& record, std::span<const Field<Record>> fields) {
  for (const auto& member : object) {
    const std::string_view name(member.key().data(), member.key().size());
    const auto found = std::ranges::find(fields, name, &Field<Record>::name);
    if (found == fields.end()) {
      reading.wrong(shown_name(name), "there is no such field");
    } else if (found->read == nullptr) {
      reading.wrong(std::string(name), "this cannot be set");
    } else if (!member.value().is_null()) {
      found->read(member.value(), name, reading, record);
    } else if (found->clear != nullptr) {
      found->clear(record);
    } else {
      reading.wrong(std::string(name), "this cannot be null");
    }
  }
}

template <class Record>
json::object write_fields(const Record& record, std::span<const Field<Record>> fields) {
  json::object out;
  for (const Field<Record>& field : fields) {
    if (field.write != nullptr) out[field.name] = field.write(record);
  }
  return out;
}

}  // namespace

std::span<const Field<Key>> key_fields() {
  return kKeyFields;
}
std::span<const Field<Principal>> principal_fields() {
  return kPrincipalFields;
}

void apply(const json::object& object, Reading& reading, Key& key) {
  if (object.contains("expires") && object.contains("expires_in")) {
    reading.wrong("expires_in", "keep one of expires and expires_in");
  }
  apply_fields(object, reading, key, key_fields());
}
void apply(const json::object& object, Reading& reading, Principal& principal) {
  apply_fields(object, reading, principal, principal_fields());
}

json::object to_json(const Key& key) {
  return write_fields(key, key_fields());
}
json::object to_json(const Principal& principal) {
  return write_fields(principal, principal_fields());
}

}  // namespace drover::gateway::admin
