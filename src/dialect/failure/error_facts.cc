#include "dialect/failure/error_facts.h"

#include <algorithm>

#include "dialect/json/json_bytes.h"
#include "dialect/json/json_reader.h"

namespace drover::dialect {
namespace {

using Kind = JsonReader::Kind;

/// Longest `details` array walked; Google sends up to about five.
constexpr int kMaxDetails = 16;
/// Numbers above are a provider's own codes, not statuses.
constexpr std::int64_t kLastStatus = 599;

template <std::size_t N>
bool is_one_of(std::string_view key, const std::array<std::string_view, N>& names) {
  return std::ranges::find(names, key) != names.end();
}

constexpr auto kMessages =
    std::to_array<std::string_view>({"message", "msg", "error_msg", "error_message", "errorMessage", "err_msg",
                                     "errmsg", "status_msg", "Message", "error_description", "title"});
/// Codes whose name says that they are an error's; 0 is none.
constexpr auto kErrorCodes =
    std::to_array<std::string_view>({"error_code", "errorCode", "err_code", "errcode", "status_code", "statusCode"});
constexpr auto kSpans = std::to_array<std::string_view>(
    {"retryDelay", "retry_delay", "resets_in_seconds", "reset_in_seconds", "retry_after", "retry_after_seconds",
     "retryAfter", "retryAfterSeconds", "resets_in", "reset_in", "reset_after", "reset_after_seconds", "wait_seconds"});
constexpr auto kTimes = std::to_array<std::string_view>({"resets_at", "reset_at", "resetsAt", "resetAt", "reset_time",
                                                         "resets_time", "resetTime", "retry_at", "available_at"});

/// The text of a string, or a number as it stands.
std::string_view plain(std::string_view raw) {
  if (kind_of(raw) == Kind::Number) return raw;
  return raw_string(raw).value_or("");
}

void set_text(std::string_view raw, std::string_view& out) {
  if (const auto text = raw_string(raw); text.has_value() && !text->empty()) out = *text;
}

void set_code(std::string_view raw, ErrorFacts& facts) {
  const std::string_view text = plain(raw);
  if (text.empty()) return;
  const auto number = raw_integer(text);
  const bool is_number = number.has_value() && text.find_first_not_of("0123456789") == text.npos;
  if (is_number) facts.number = *number;
  const bool is_status = is_number && *number != 0 && *number <= kLastStatus;
  if (!is_status || kind_of(raw) == Kind::String) facts.code = text;
}

bool names_failure(std::string_view word) {
  return word == "error" || word == "failed" || word == "failure" || word == "fail" || word.ends_with("_error") ||
         word.ends_with("Error") || word.ends_with("Exception");
}

/// When a limit ends, under one of the names for it.
bool read_end(std::string_view key, std::string_view value, ErrorFacts& facts) {
  if (is_one_of(key, kSpans)) {
    facts.retry_delay = plain(value);
  } else if (is_one_of(key, kTimes)) {
    facts.reset = plain(value);
  } else {
    return false;
  }
  return true;
}

/// The head fields of an answer behind the provider's (OpenRouter): X-RateLimit-Reset, unless something remains.
void read_headers(std::string_view raw, ErrorFacts& facts) {
  JsonReader reader(raw);
  std::string_view key;
  if (reader.kind() != Kind::Object || !reader.enter()) return;
  std::string_view reset;
  bool remains = false;
  while (reader.next_member(key)) {
    const std::string_view value = plain(reader.take());
    if (key.ends_with("Reset") || key.ends_with("reset")) reset = value;
    if (key.ends_with("Remaining") || key.ends_with("remaining")) remains = value != "0";
    if (key == "Retry-After" || key == "retry-after") facts.retry_delay = value;
  }
  if (!remains && !reset.empty()) facts.reset = reset;
}

void read_detail(std::string_view raw, ErrorFacts& facts) {
  JsonReader reader(raw);
  std::string_view key;
  if (reader.kind() != Kind::Object || !reader.enter()) return;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == "reason" || key == "error_code" || key == "code") set_text(value, facts.detail);
    if (key == "msg" || key == "message") set_text(value, facts.message);
    if (key == "headers") read_headers(value, facts);
    read_end(key, value, facts);
  }
}

void read_details(std::string_view raw, ErrorFacts& facts) {
  JsonReader reader(raw);
  if (reader.kind() == Kind::Object) return read_detail(raw, facts);
  if (reader.kind() != Kind::Array || !reader.enter()) return;
  for (int count = 0; count < kMaxDetails && reader.next_element(); ++count) read_detail(reader.take(), facts);
}

/// What stands deeper counts, but for the message where there is one already.
void read_beneath(std::string_view raw, ErrorFacts& facts) {
  const std::string_view message = facts.message;
  read_details(raw, facts);
  if (!message.empty()) facts.message = message;
}

void read_member(std::string_view key, std::string_view value, ErrorFacts& facts) {
  if (key == "code" || is_one_of(key, kErrorCodes)) {
    set_code(value, facts);
  } else if (key == "type" || key == "error_type" || key == "__type") {
    set_text(value, facts.type);
  } else if (key == "status") {
    if (const auto number = raw_integer(value)) {
      if (facts.number == 0) facts.number = *number;
    } else if (facts.type.empty()) {
      set_text(value, facts.type);
    }
  } else if (is_one_of(key, kMessages)) {
    if (!facts.message.empty() && key != "message") return;
    // Mistral puts an object with the detail there.
    kind_of(value) == Kind::String ? set_text(value, facts.message) : read_details(value, facts);
  } else if (key == "details" || key == "innererror" || key == "metadata" || key == "error") {
    read_beneath(value, facts);
  } else {
    read_end(key, value, facts);
  }
}

/// The members of an object that may have no end.
bool read_object(JsonReader reader, ErrorFacts& facts) {
  std::string_view key;
  if (!reader.enter()) return false;
  bool any = false;
  for (; reader.next_member(key); any = true) read_member(key, reader.take(), facts);
  return any;
}

/// `error` or the first of `errors`: an object, a list of them, a string or a number.
void read_error(JsonReader reader, ErrorFacts& facts) {
  if (reader.kind() == Kind::Array && (!reader.enter() || !reader.next_element())) return;
  if (reader.kind() == Kind::Object) {
    if (read_object(reader, facts)) facts.own = facts.failed = true;
    return;
  }
  const std::string_view value = reader.take();
  if (!raw_truthy(value)) return;
  facts.failed = true;
  if (kind_of(value) == Kind::String) set_text(value, facts.message);
  if (kind_of(value) == Kind::Number) set_code(value, facts);
}

/// MiniMax: {"status_code":0,"status_msg":""} in every answer.
void read_base_resp(std::string_view raw, ErrorFacts& flat) {
  const auto code = raw_integer(raw_member(raw, "status_code"));
  if (!code.has_value() || *code == 0) return;
  flat.failed = true;
  flat.type = "base_resp";
  (void)read_object(JsonReader(raw), flat);
}

/// A member that stands beside `error`, or instead of it.
void read_flat(std::string_view key, std::string_view value, ErrorFacts& flat) {
  if (key == "detail") {
    const bool is_text = kind_of(value) == Kind::String;
    is_text ? set_text(value, flat.message) : read_details(value, flat);
    if (raw_truthy(value)) flat.failed = true;
    if (!is_text && raw_truthy(value)) flat.own = true;
    return;
  }
  if (key == "base_resp") return read_base_resp(value, flat);
  if (key == "success" && value == "false") flat.failed = true;
  if (is_one_of(key, kErrorCodes) && raw_truthy(value) && plain(value) != "0" && plain(value) != "200") {
    flat.failed = true;
  }
  if (key == "object" || key == "type" || key == "status" || key == "__type") {
    if (names_failure(plain(value))) flat.failed = true;
  }
  read_member(key, value, flat);
}

void read_top(std::string_view body, ErrorFacts& facts) {
  JsonReader reader(body);
  if (reader.kind() == Kind::Array) {
    if (!reader.enter() || !reader.next_element()) return;
  }
  std::string_view key;
  if (reader.kind() != Kind::Object || !reader.enter()) return;
  facts.object = true;
  ErrorFacts flat;
  while (reader.next_member(key)) {
    if (key == "error" || key == "errors") {
      read_error(reader, facts);  // a copy of the cursor: in a cut body the value has no end, and is read all the same
      reader.take();
      continue;
    }
    read_flat(key, reader.take(), flat);
  }
  // What stands beside `error` counts where `error` itself says nothing; {"type":"error"} is an envelope's name.
  if (facts.code.empty() && facts.number == 0) {
    facts.code = flat.code;
    facts.number = flat.number;
  }
  if (facts.type.empty() && flat.type != "error") facts.type = flat.type;
  if (facts.message.empty()) facts.message = flat.message;
  if (facts.detail.empty()) facts.detail = flat.detail;
  if (facts.retry_delay.empty()) facts.retry_delay = flat.retry_delay;
  if (facts.reset.empty()) facts.reset = flat.reset;
  facts.failed = facts.failed || flat.failed;
  facts.own = facts.own || flat.own || !facts.code.empty() || !facts.type.empty() || !facts.detail.empty();
}

}  // namespace

ErrorFacts read_error_value(std::string_view raw) {
  ErrorFacts facts;
  read_error(JsonReader(raw), facts);
  return facts;
}

std::string_view without_lead(std::string_view body) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
  while (!body.empty() && is_json_space(body.front())) body.remove_prefix(1);
  return body;
}

ErrorFacts read_error_facts(std::string_view body) {
  ErrorFacts facts;
  body = without_lead(body);
  if (body.empty()) return facts;
  if (body.front() == '<') {
    facts.html = true;
  } else if (body.front() == '{' || body.front() == '[') {
    read_top(body, facts);
  } else {
    facts.message = raw_string(body).value_or(body).substr(0, kErrorBytes);
  }
  return facts;
}

}  // namespace drover::dialect
