// Shared by the tests of the head readers: readings in one line, and the check that no cut changes a verdict.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "http/head/test/head_verdict.h"

namespace drover::http {

/// The verdict for the whole bytes. It is checked that two parts at every cut, and single bytes, get the same.
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

/// The head of bytes that are a complete valid one. `bytes` must outlive it (string literals do).
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

/// The error of refused bytes; code "" when they are accepted or unfinished.
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
