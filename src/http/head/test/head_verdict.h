// The decision of a head reader as text: equal texts are equal verdicts. For tests and fuzz targets only.
#pragma once

#include <string>
#include <string_view>

#include "http/head/head_reader.h"

namespace drover::http {

inline std::string describe(const Fields& fields, const Framing& framing, bool keep_alive, std::size_t size) {
  std::string text = std::to_string(size) + (keep_alive ? " keep " : " close ") +
                     std::to_string(static_cast<int>(framing.kind)) + " " + std::to_string(framing.length);
  for (const Field& field : fields) text.append("|").append(field.name).append("=").append(field.value);
  return text;
}

inline std::string describe(const RequestHead& head) {
  std::string text = describe(head.fields, head.framing, head.keep_alive, head.size);
  text.append("|").append(head.method).append(" ").append(head.target).append(" ").append(head.host);
  return text + (head.version == Version::Http11 ? " 1.1" : " 1.0") + (head.expect_continue ? " expects" : "");
}

inline std::string describe(const ResponseHead& head) {
  std::string text = describe(head.fields, head.framing, head.keep_alive, head.size);
  text.append("|").append(head.reason);
  return text + " " + std::to_string(head.status) + (head.version == Version::Http11 ? " 1.1" : " 1.0");
}

/// Reads on with `bytes` and returns the verdict's text, "" while there is none. The bytes are moved to fresh memory
/// first, as a growing buffer moves.
inline std::string read_on(RequestHeadReader& reader, std::string_view bytes) {
  const std::string moved(bytes);
  RequestHead head;
  const auto state = reader.read(moved, head);
  if (!state) return state.error().code + " " + std::to_string(state.error().status) + state.error().message;
  return *state == HeadState::NeedMore ? "" : describe(head);
}

inline std::string read_on(ResponseHeadReader& reader, std::string_view bytes) {
  const std::string moved(bytes);
  ResponseHead head;
  const auto state = reader.read(moved, ResponseHeadReader::Asked::Other, head);
  if (!state) return state.error().code + " " + std::to_string(state.error().status) + state.error().message;
  return *state == HeadState::NeedMore ? "" : describe(head);
}

}  // namespace drover::http
