#include "mock/answers/form.h"

#include <algorithm>
#include <string>

namespace drover::mock {
namespace {

/// name="x" in a Content-Disposition; empty: there is none.
std::string_view parameter(std::string_view head, std::string_view name) {
  const std::string wanted = " " + std::string(name) + "=\"";
  const std::size_t at = head.find(wanted);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = head.substr(at + wanted.size());
  return rest.substr(0, rest.find('"'));
}

}  // namespace

std::optional<FormPart> form_part(std::string_view content_type, std::string_view body, std::string_view name) {
  const std::size_t at = content_type.find("boundary=");
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view boundary = content_type.substr(at + 9);
  boundary = boundary.substr(0, boundary.find(';'));
  if (boundary.size() >= 2 && boundary.starts_with('"')) boundary = boundary.substr(1, boundary.find('"', 1) - 1);
  const std::string line = "--" + std::string(boundary);
  std::size_t begin = body.find(line);
  while (begin != std::string_view::npos) {
    const std::size_t end = body.find("\r\n" + line, begin);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view part = body.substr(begin, end - begin);
    const std::size_t head = part.find("\r\n\r\n");
    if (head != std::string_view::npos && parameter(part.substr(0, head), "name") == name) {
      return FormPart{.filename = parameter(part.substr(0, head), "filename"), .content = part.substr(head + 4)};
    }
    begin = end + 2;
  }
  return std::nullopt;
}

}  // namespace drover::mock
