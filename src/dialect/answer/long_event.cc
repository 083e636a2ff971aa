#include "dialect/answer/long_event.h"

#include <algorithm>
#include <string>

namespace drover::dialect {
namespace {

/// The value of a field's line; one space behind the colon does not count.
std::string_view value_of(std::string_view line, std::string_view field) {
  line.remove_prefix(field.size());
  if (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

}  // namespace

http::SseEvent long_event(std::string_view head) {
  constexpr std::string_view kName = "event:";
  constexpr std::string_view kData = "data:";
  http::SseEvent event{.bytes = head, .name = {}, .data = {}, .data_lines = 0};
  std::string_view rest = head;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with(kName)) event.name = value_of(line, kName);
    if (line.starts_with(kData) && event.data_lines == 0) {
      event.data = value_of(line, kData);
      event.data_lines = 1;
    }
  }
  return event;
}

bool begins_as_error(const http::SseEvent& event) {
  if (event.name == "error") return true;
  // {"error": … and {"type": "error", …, with any white space.
  std::string front;
  for (const char c : event.data.substr(0, 64)) {
    if (std::string_view(" \t\r\n").find(c) == std::string_view::npos) front.push_back(c);
  }
  return front.starts_with(R"({"error":{)") || front.starts_with(R"({"error":")") ||
         front.starts_with(R"({"type":"error")");
}

Error long_error() {
  return Error{.kind = ErrorKind::ServerError,
               .scope = ErrorScope::Target,
               .retry = RetryClass::OtherKey,
               .status = 502,
               .code = "upstream_error",
               .message = "The provider ended its stream with an error that is too long to be passed on."};
}

}  // namespace drover::dialect
