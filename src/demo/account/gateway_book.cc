#include "demo/account/gateway_book.h"

#include <boost/json.hpp>
#include <charconv>
#include <optional>

#include "demo/load/course.h"
#include "demo/load/load_client.h"

namespace drover::demo {
namespace {

namespace json = boost::json;

Error not_a_record(std::size_t number) {
  return {.kind = ErrorKind::BadConfig,
          .code = "bad_access_log",
          .message = "line " + std::to_string(number) + " of the access log is no record of a request"};
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

/// "key-3/1" → 2, "claude/1:claude-sonnet-5-5" → kClaude
std::optional<std::size_t> key_of(std::string_view target) {
  if (target.starts_with(kClaudeName)) return kClaude;
  static constexpr std::string_view kName = "key-";
  if (!target.starts_with(kName)) return std::nullopt;
  target.remove_prefix(kName.size());
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(target.data(), target.data() + target.size(), number);
  if (problem != std::errc{} || end == target.data() || number == 0) return std::nullopt;
  return number - 1;
}

std::optional<GatewayAttempt> attempt_of(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  const json::object& object = value.get_object();
  const std::optional<std::size_t> key = key_of(text_of(object, "target"));
  const std::string_view outcome = text_of(object, "class");
  if (!key || outcome.empty()) return std::nullopt;
  GatewayAttempt attempt{.key = *key, .outcome = std::string(outcome)};
  const json::value* status = object.if_contains("status");
  if (status != nullptr && status->is_int64()) attempt.status = static_cast<int>(status->get_int64());
  return attempt;
}

std::optional<GatewayLine> line_of(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !value.is_object()) return std::nullopt;
  GatewayLine line{.request = request_number(text_of(value.get_object(), "id"))};
  const json::value* attempts = value.get_object().if_contains("attempts");
  if (attempts == nullptr || !attempts->is_array()) return std::nullopt;
  for (const json::value& item : attempts->get_array()) {
    std::optional<GatewayAttempt> attempt = attempt_of(item);
    if (!attempt) return std::nullopt;
    line.attempts.push_back(*std::move(attempt));
  }
  return line;
}

}  // namespace

Result<std::vector<GatewayLine>> read_access_log(std::string_view text) {
  std::vector<GatewayLine> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.empty()) continue;
    std::optional<GatewayLine> line = line_of(one);
    if (!line) return fail(not_a_record(number));
    if (line->request != kNoRequest) lines.push_back(*std::move(line));
  }
  return lines;
}

}  // namespace drover::demo
