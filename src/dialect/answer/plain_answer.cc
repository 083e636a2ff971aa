#include "dialect/answer/plain_answer.h"

#include "dialect/answer/price_facts.h"
#include "dialect/failure/failures.h"
#include "dialect/json/json_reader.h"

namespace drover::dialect {
namespace {

/// The member that the rules name: stepped over, or walked through.
std::string_view take_own(const PlainRules& rules, JsonReader& reader, AnswerMembers& members) {
  if (rules.walk == nullptr) return reader.take();
  rules.walk(reader, members);
  return members.own;
}

AnswerMembers read_members(const PlainRules& rules, std::string_view body) {
  AnswerMembers members;
  JsonReader reader(body);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return members;
  while (reader.next_member(key)) {
    const bool own = key == rules.own;
    const std::string_view value = own ? take_own(rules, reader, members) : reader.take();
    if (own) members.own = value;
    if (key == "error") {
      if (raw_truthy(value)) members.error = value;
    } else if (key == "usage") {
      members.usage = value;
    } else if (key == "service_tier") {
      members.service_tier = value;
    } else if (key == "status") {
      members.status = value;
    } else if (key == "object") {
      members.object = value;
    } else if (key == "stop_reason") {
      members.stop_reason = value;
    } else if (key == "choices" || key == "data" || key == "output" || key == "content" || key == "results" ||
               key == "text") {
      members.answer = value;
    }
  }
  members.readable = reader.at_end();
  return members;
}

Error page_instead() {
  Error page = failed_by_shape("unexpected_content_type", "the provider answered with a page instead of JSON");
  page.kind = ErrorKind::WrongContentType;
  page.scope = ErrorScope::Server;
  return page;
}

/// What is wrong with a body that is no answer, when it says nothing about that itself.
Error shape_of(const AnswerMembers& members) {
  if (members.status == "\"failed\"") return failed_by_shape("failed_answer", "the provider says that it failed");
  if (!members.readable)
    return failed_by_shape("unreadable_answer", "the provider's answer is not the JSON it should be");
  if (members.own.empty())
    return failed_by_shape("unexpected_answer", "the provider's answer has nothing of what was asked for");
  return failed_by_shape("empty_answer", "the provider answered without saying anything");
}

/// A 200 that is no answer, by what it says of itself under any name, else by its shape.
Error no_answer(const PlainRules& rules, std::string_view body, const AnswerMembers& members,
                const FailureRules* own_rules) {
  if (body.starts_with('<')) return page_instead();
  ErrorFacts facts = read_error_facts(body);
  const bool speaks = facts.failed && members.status != "\"failed\"";
  const bool nameless = facts.code.empty() && facts.detail.empty() && !speaks;
  if (facts.message.empty()) facts.message = body;  // an operator's rule may know a text anywhere in it
  Error failure = rules.classify_inside(facts, own_rules);
  if (!nameless) return failure;
  Error shape = shape_of(members);
  failure.code = std::move(shape.code);
  failure.message = std::move(shape.message);
  return failure;
}

/// An answer in which the provider says that it broke off.
Error broken_off(const PlainRules& rules, const AnswerMembers& members, const FailureRules* own_rules) {
  for (const std::string_view error : {members.broken, members.error}) {
    if (!error.empty()) return rules.classify_inside(read_error_value(error), own_rules);
  }
  return failed_by_shape("provider_stopped", "the provider broke the answer off with an error");
}

void note_usage(const PlainRules& rules, const AnswerMembers& members, Usage& usage) {
  usage.tier = service_tier(members.service_tier);
  rules.read_usage(members.usage, usage);
}

/// Of an answer that may have any shape: it is read for its usage, and for an error that stands in its place.
std::optional<Error> read_any(const PlainRules& rules, std::string_view body, AnswerState& state) {
  if (!body.starts_with('{')) return std::nullopt;
  const AnswerMembers members = read_members(rules, body);
  if (!raw_truthy(members.answer) && (!members.error.empty() || rules.flat_errors)) {
    const ErrorFacts facts = read_error_facts(body);
    if (!members.error.empty() || facts.failed) return rules.classify_inside(facts, state.rules);
  }
  if (rules.note_made != nullptr) rules.note_made(body, state);
  note_usage(rules, members, state.usage);
  return std::nullopt;
}

}  // namespace

std::optional<Error> read_front(const PlainRules& rules, std::string_view front, AnswerState& state) {
  if (rules.own.empty()) return std::nullopt;
  front = without_lead(front);
  const AnswerMembers members = read_members(rules, front);
  const bool failed = members.status == "\"failed\"" || (members.own.empty() && !members.error.empty());
  if (failed) return no_answer(rules, front, members, state.rules);
  if (rules.note_made != nullptr) rules.note_made(front, state);
  return std::nullopt;
}

std::optional<Error> read_plain(const PlainRules& rules, std::string_view body, AnswerState& state) {
  if (body.size() > kMaxAnswerRead) return std::nullopt;
  body = without_lead(body);  // DeepSeek's keep-alive
  if (rules.own.empty()) return read_any(rules, body, state);

  const AnswerMembers members = read_members(rules, body);
  const bool is_answer = rules.is_answer != nullptr ? rules.is_answer(members) : raw_truthy(members.own);
  if (!members.readable || !is_answer) return no_answer(rules, body, members, state.rules);
  note_usage(rules, members, state.usage);
  if (members.broken_off) return broken_off(rules, members, state.rules);
  if (rules.note_made != nullptr) rules.note_made(body, state);
  if (rules.says_nothing != nullptr && empty_fails(state) && rules.says_nothing(body)) return said_nothing();
  return std::nullopt;
}

}  // namespace drover::dialect
