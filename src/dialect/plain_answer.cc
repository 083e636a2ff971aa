#include "dialect/plain_answer.h"

#include "dialect/failures.h"
#include "dialect/json_bytes.h"
#include "dialect/json_reader.h"

namespace drover::dialect {
namespace {

struct PlainAnswer {
  std::string_view error;   ///< a truthy one
  std::string_view answer;  ///< choices, data, output, content or results, whichever comes last
  std::string_view own;     ///< the member that the rules name
  std::string_view usage;
  std::string_view status;
  bool readable = false;
};

PlainAnswer read_members(std::string_view own, std::string_view body) {
  PlainAnswer plain;
  JsonReader reader(body);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return plain;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == own) plain.own = value;
    if (key == "error") {
      if (raw_truthy(value)) plain.error = value;
    } else if (key == "usage") {
      plain.usage = value;
    } else if (key == "status") {
      plain.status = value;
    } else if (key == "choices" || key == "data" || key == "output" || key == "content" || key == "results" ||
               key == "text") {
      plain.answer = value;
    }
  }
  plain.readable = reader.at_end();
  return plain;
}

Error page_instead() {
  Error page = failed_by_shape("unexpected_content_type", "the provider answered with a page instead of JSON");
  page.kind = ErrorKind::WrongContentType;
  page.scope = ErrorScope::Server;
  return page;
}

}  // namespace

std::optional<Error> read_plain(const PlainRules& rules, std::string_view body, AnswerState& state) {
  if (body.size() > kMaxAnswerRead) return std::nullopt;
  while (!body.empty() && is_json_space(body.front())) body.remove_prefix(1);  // DeepSeek's keep-alive
  const bool must_be_json = !rules.own.empty();
  if (!must_be_json && !body.starts_with('{')) return std::nullopt;

  const PlainAnswer plain = read_members(rules.own, body);
  if (!plain.error.empty() && !raw_truthy(plain.answer))
    return rules.classify_inside(read_error_facts(body), state.rules);
  if (!must_be_json) {
    if (rules.note_made != nullptr) rules.note_made(body, state);
    rules.read_usage(plain.usage, state.usage);
    return std::nullopt;
  }
  if (body.starts_with('<')) return page_instead();
  if (!plain.readable)
    return failed_by_shape("unreadable_answer", "the provider's answer is not the JSON it should be");
  if (plain.status == "\"failed\"") return failed_by_shape("failed_answer", "the provider says that it failed");
  if (plain.own.empty()) {
    return failed_by_shape("unexpected_answer", "the provider's answer has nothing of what was asked for");
  }
  rules.read_usage(plain.usage, state.usage);
  if (rules.note_made != nullptr) rules.note_made(body, state);
  if (rules.empty_is_failure && !state.usage.known && !raw_truthy(plain.own)) {
    return failed_by_shape("empty_answer", "the provider answered without saying anything");
  }
  if (rules.says_nothing != nullptr && empty_fails(state) && rules.says_nothing(body)) return said_nothing();
  return std::nullopt;
}

}  // namespace drover::dialect
