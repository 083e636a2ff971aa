#include "gateway/admin/api/values.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "base/glob.h"
#include "base/printable.h"
#include "config/yaml/report.h"
#include "dialect/api_name.h"
#include "directory/principal_path.h"
#include "gateway/access/networks.h"
#include "gateway/admin/api/times.h"

namespace drover::gateway::admin {
namespace {

namespace json = boost::json;

std::string_view view_of(const json::string& text) {
  return {text.data(), text.size()};
}

bool has_controls(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string bytes_text(std::size_t count) {
  return std::to_string(count) + " bytes";
}

/// Nothing after wrong().
std::optional<std::string_view> plain_text(const json::value& value, std::string_view field, Reading& reading,
                                           std::size_t most) {
  const json::string* const text = value.if_string();
  if (text == nullptr) {
    reading.wrong(std::string(field), "this must be a text");
  } else if (text->empty()) {
    reading.wrong(std::string(field), "this must not be empty");
  } else if (text->size() > most) {
    reading.wrong(std::string(field), "this has more than " + bytes_text(most));
  } else if (has_controls(view_of(*text))) {
    reading.wrong(std::string(field), "this holds control characters");
  } else {
    return view_of(*text);
  }
  return std::nullopt;
}

std::string item_of(std::string_view field, std::size_t at) {
  return std::string(field) + "[" + std::to_string(at) + "]";
}

/// Reads each item with `check`, which says what is wrong with a text; empty: nothing.
template <class Check>
void read_list(const json::value& value, std::string_view field, Reading& reading, std::size_t most_items,
               std::size_t most_bytes, std::vector<std::string>& out, Check check) {
  const json::array* const list = value.if_array();
  if (list == nullptr) return reading.wrong(std::string(field), "this must be a list of texts");
  if (list->size() > most_items) {
    return reading.wrong(std::string(field), "this has more than " + std::to_string(most_items) + " items");
  }
  std::vector<std::string> read;
  for (std::size_t at = 0; at < list->size(); ++at) {
    const auto text = plain_text((*list)[at], item_of(field, at), reading, most_bytes);
    if (!text) return;
    if (std::string why = check(*text); !why.empty()) return reading.wrong(item_of(field, at), std::move(why));
    if (std::ranges::find(read, *text) != read.end()) {
      return reading.wrong(item_of(field, at), "this is in the list already");
    }
    read.emplace_back(*text);
  }
  out = std::move(read);
}

template <class Range>
std::string joined_words(const Range& words) {
  std::string out;
  for (const auto& word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

}  // namespace

std::string shown_name(std::string_view name) {
  std::string quoted = config::shown(name);
  return quoted == "'" + std::string(name) + "'" ? std::string(name) : quoted;
}

void read_name(const json::value& value, std::string_view field, Reading& reading, std::string& out) {
  const auto text = plain_text(value, field, reading, kMaxNameBytes);
  if (!text) return;
  if (text->front() == ' ' || text->back() == ' ') {
    return reading.wrong(std::string(field), "a name has no spaces at its ends");
  }
  if (text->starts_with("dk_") || text->starts_with("key_")) {
    return reading.wrong(std::string(field), "a name does not begin as a key or an id does (dk_, key_)");
  }
  out = *text;
}

void read_owner(const json::value& value, std::string_view field, Reading& reading, std::string& out) {
  if (const auto text = plain_text(value, field, reading, kMaxOwnerBytes)) out = *text;
}

void read_path(const json::value& value, std::string_view field, Reading& reading, std::string& out) {
  const json::string* const text = value.if_string();
  if (text != nullptr && (text->empty() || directory::is_principal_path(view_of(*text)))) {
    out = view_of(*text);
    return;
  }
  reading.wrong(std::string(field),
                "this must be a path such as acme/search: at most 8 segments of letters, digits, "
                "'.', '_', '-', '@', and 200 bytes");
}

void read_flag(const json::value& value, std::string_view field, Reading& reading, bool& out) {
  if (!value.is_bool()) return reading.wrong(std::string(field), "this must be true or false");
  out = value.get_bool();
}

void read_metadata(const json::value& value, std::string_view field, Reading& reading, std::string& out) {
  if (!value.is_object()) return reading.wrong(std::string(field), "this must be an object");
  std::string text = json::serialize(value);
  if (text.size() > kMaxMetadataBytes) {
    return reading.wrong(std::string(field), "this has more than " + bytes_text(kMaxMetadataBytes) + " as JSON");
  }
  out = std::move(text);
}

void read_moment(const json::value& value, std::string_view field, Reading& reading, WallTime& out) {
  const json::string* const text = value.if_string();
  const auto time = text != nullptr ? parse_time(view_of(*text)) : std::nullopt;
  if (!time) return reading.wrong(std::string(field), "this must be a time such as 2026-12-31T23:59:59Z");
  if (*time <= reading.now()) return reading.wrong(std::string(field), "this time is past");
  out = *time;
}

void read_from_now(const json::value& value, std::string_view field, Reading& reading, WallTime& out) {
  const json::string* const text = value.if_string();
  const auto span = text != nullptr ? parse_span(view_of(*text)) : std::nullopt;
  if (!span || span->count() == 0) {
    return reading.wrong(std::string(field), "this must be a span such as 24h or 30d, at most 400d");
  }
  out = reading.now() + *span;
}

void read_models(const json::value& value, std::string_view field, Reading& reading, std::vector<std::string>& out) {
  read_list(value, field, reading, kMaxPatterns, kMaxModelBytes, out, [](std::string_view text) -> std::string {
    if (text.find(' ') != std::string_view::npos) return "no model has spaces in its name";
    return misplaced_star(text) ? "only a star at the end stands for any rest" : "";
  });
}

void read_apis(const json::value& value, std::string_view field, Reading& reading, std::vector<std::string>& out) {
  static const std::vector<std::string_view> known = [] {
    std::vector<std::string_view> words;
    for (int at = 0; at <= static_cast<int>(dialect::Api::Pinned); ++at) {
      words.push_back(dialect::api_name(static_cast<dialect::Api>(at)));
    }
    return words;
  }();
  read_list(value, field, reading, kMaxListed, kMaxProviderBytes, out, [](std::string_view text) -> std::string {
    if (std::ranges::find(known, text) != known.end()) return {};
    return "there is no such API; there are " + joined_words(known);
  });
}

void read_providers(const json::value& value, std::string_view field, Reading& reading, std::vector<std::string>& out) {
  read_list(value, field, reading, kMaxListed, kMaxProviderBytes, out, [](std::string_view text) -> std::string {
    return text.find(' ') == std::string_view::npos ? "" : "no provider has spaces in its name";
  });
}

void read_networks(const json::value& value, std::string_view field, Reading& reading, std::vector<std::string>& out) {
  read_list(value, field, reading, kMaxListed, kMaxProviderBytes, out, [](std::string_view text) -> std::string {
    return parse_network(text) ? "" : "this must be an address or a block such as 10.0.0.0/8 or 2001:db8::/32";
  });
}

void read_tags(const json::value& value, std::string_view field, Reading& reading, std::vector<std::string>& out) {
  read_list(value, field, reading, kMaxTags, kMaxTagBytes, out, [](std::string_view) { return std::string(); });
}

json::array texts_json(const std::vector<std::string>& texts) {
  json::array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

json::value moment_json(WallTime time) {
  if (time == kNeverExpires) return nullptr;
  return json::string(time_text(time));
}

json::value metadata_json(const std::string& text) {
  boost::system::error_code trouble;
  json::value value = json::parse(text, trouble);
  if (trouble || !value.is_object()) return json::object();
  return value;
}

}  // namespace drover::gateway::admin
