// Shared by the tests of the head readers: one-line readings, and the check that no cut changes a verdict.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "http/head_reader.h"

namespace drover::http {

/// Everything a reading decided, as text; equal texts are equal verdicts.
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

/// Reads on with `bytes`; the text of the verdict, "" while there is none. The bytes are moved to fresh memory first,
/// as a growing buffer moves.
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

/// One verdict for the bytes whole, in two parts at every cut, and byte by byte.
template <class Reader>
void expect_same_at_every_cut(std::string_view bytes) {
  Reader whole_reader;
  const std::string whole = read_on(whole_reader, bytes);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Reader reader;
    std::string verdict = read_on(reader, bytes.substr(0, cut));
    if (verdict.empty()) verdict = read_on(reader, bytes);
    ASSERT_EQ(verdict, whole) << "cut at " << cut << " of " << bytes.substr(0, 80);
  }
  Reader dribbled;
  std::string verdict;
  for (std::size_t seen = 0; seen <= bytes.size() && verdict.empty(); ++seen) {
    verdict = read_on(dribbled, bytes.substr(0, seen));
  }
  ASSERT_EQ(verdict, whole) << "byte by byte " << bytes.substr(0, 80);
}

inline void expect_same_request_at_every_cut(std::string_view bytes) {
  expect_same_at_every_cut<RequestHeadReader>(bytes);
}
inline void expect_same_answer_at_every_cut(std::string_view bytes) {
  expect_same_at_every_cut<ResponseHeadReader>(bytes);
}

/// The head of bytes that must be a complete valid one. `bytes` must outlive it (string literals do).
inline RequestHead request(std::string_view bytes) {
  RequestHead head;
  EXPECT_EQ(RequestHeadReader{}.read(bytes, head), HeadState::Complete) << bytes;
  return head;
}

inline ResponseHead answer(std::string_view bytes, ResponseHeadReader::Asked asked = ResponseHeadReader::Asked::Other) {
  ResponseHead head;
  EXPECT_EQ(ResponseHeadReader{}.read(bytes, asked, head), HeadState::Complete) << bytes;
  return head;
}

/// The error that bytes are refused with; code "" when they are accepted or unfinished.
inline Error error_of(std::string_view bytes) {
  RequestHead head;
  auto state = RequestHeadReader{}.read(bytes, head);
  return state ? Error{} : std::move(state.error());
}

inline std::string code_of(std::string_view bytes) {
  return error_of(bytes).code;
}

inline std::string answer_code_of(std::string_view bytes) {
  ResponseHead head;
  const auto state = ResponseHeadReader{}.read(bytes, ResponseHeadReader::Asked::Other, head);
  return state ? "" : state.error().code;
}

}  // namespace drover::http
