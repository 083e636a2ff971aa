#include "dialect/error_facts.h"

#include "dialect/json_bytes.h"
#include "dialect/json_reader.h"

namespace drover::dialect {
namespace {

using Kind = JsonReader::Kind;

/// Longest `details` array walked; Google sends up to about five.
constexpr int kMaxDetails = 16;

void set_code(std::string_view raw, ErrorFacts& facts) {
  if (const auto number = raw_integer(raw)) {
    facts.number = *number;
    return;
  }
  const auto text = raw_string(raw);
  if (!text.has_value() || text->empty()) return;
  if (const auto number = raw_integer(*text);
      number.has_value() && text->find_first_not_of("0123456789") == text->npos) {
    facts.number = *number;
  }
  facts.code = *text;
}

void set_text(std::string_view raw, std::string_view& out) {
  if (const auto text = raw_string(raw); text.has_value() && !text->empty()) out = *text;
}

void read_detail(std::string_view raw, ErrorFacts& facts) {
  JsonReader reader(raw);
  std::string_view key;
  if (reader.kind() != Kind::Object || !reader.enter()) return;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == "reason" || key == "error_code" || key == "code") set_text(value, facts.detail);
    if (key == "retryDelay") set_text(value, facts.retry_delay);
    if (key == "msg" || key == "message") set_text(value, facts.message);
  }
}

void read_details(std::string_view raw, ErrorFacts& facts) {
  JsonReader reader(raw);
  if (reader.kind() == Kind::Object) return read_detail(raw, facts);
  if (reader.kind() != Kind::Array || !reader.enter()) return;
  for (int count = 0; count < kMaxDetails && reader.next_element(); ++count) read_detail(reader.take(), facts);
}

void read_member(std::string_view key, std::string_view value, ErrorFacts& facts) {
  if (key == "code") {
    set_code(value, facts);
  } else if (key == "type") {
    set_text(value, facts.type);
  } else if (key == "status") {
    if (const auto number = raw_integer(value)) {
      if (facts.number == 0) facts.number = *number;
    } else if (facts.type.empty()) {
      set_text(value, facts.type);
    }
  } else if (key == "message") {
    // Mistral puts an object with the detail there.
    kind_of(value) == Kind::String ? set_text(value, facts.message) : read_details(value, facts);
  } else if (key == "details" || key == "innererror") {
    const std::string_view message = facts.message;
    read_details(value, facts);
    if (!message.empty()) facts.message = message;
  }
}

void read_object(std::string_view raw, ErrorFacts& facts) {
  JsonReader reader(raw);
  std::string_view key;
  if (reader.kind() != Kind::Object || !reader.enter()) return;
  while (reader.next_member(key)) read_member(key, reader.take(), facts);
}

void read_top(std::string_view body, ErrorFacts& facts) {
  JsonReader reader(body);
  if (reader.kind() == Kind::Array) {
    if (!reader.enter() || !reader.next_element()) return;
  }
  std::string_view key;
  if (reader.kind() != Kind::Object || !reader.enter()) return;
  ErrorFacts flat;
  while (reader.next_member(key)) {
    // A cut body: an error object that has no end is read as far as it goes.
    if (key == "error" && reader.kind() == Kind::Object) {
      JsonReader inner = reader;
      std::string_view inner_key;
      if (!inner.enter()) return;
      while (inner.next_member(inner_key)) read_member(inner_key, inner.take(), facts);
      reader.take();
      continue;
    }
    const std::string_view value = reader.take();
    if (key == "error" && kind_of(value) == Kind::String) {
      set_text(value, facts.message);
    } else if (key == "detail") {
      kind_of(value) == Kind::String ? set_text(value, flat.message) : read_details(value, flat);
    } else if (key == "__type") {
      set_text(value, flat.type);
    } else {
      read_member(key, value, flat);
    }
  }
  // What stands beside `error` counts where `error` itself says nothing; {"type":"error"} is an envelope's name.
  if (facts.code.empty() && facts.number == 0) {
    facts.code = flat.code;
    facts.number = flat.number;
  }
  if (facts.type.empty() && flat.type != "error") facts.type = flat.type;
  if (facts.message.empty()) facts.message = flat.message;
  if (facts.detail.empty()) facts.detail = flat.detail;
}

}  // namespace

ErrorFacts read_error_value(std::string_view raw) {
  ErrorFacts facts;
  if (kind_of(raw) == Kind::String) {
    set_text(raw, facts.message);
  } else {
    read_object(raw, facts);
  }
  return facts;
}

ErrorFacts read_error_facts(std::string_view body) {
  ErrorFacts facts;
  body = body.substr(0, kErrorBytes);
  while (!body.empty() && is_json_space(body.front())) body.remove_prefix(1);
  if (body.empty()) return facts;
  if (body.front() == '<') {
    facts.html = true;
  } else if (body.front() == '{' || body.front() == '[') {
    read_top(body, facts);
  } else {
    facts.message = body;
  }
  return facts;
}

}  // namespace drover::dialect
