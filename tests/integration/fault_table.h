// The faults that a caller must not notice, as data: the gateway and the library are tested with the same list.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace drover::test {

enum class Form : std::uint8_t { Plain, Streamed };

struct Case {
  const char* name;
  const char* fault;
  Form form;
};

inline std::string case_name(const ::testing::TestParamInfo<Case>& of) {
  return std::string(of.param.name) + (of.param.form == Form::Plain ? "Plain" : "Streamed");
}

/// Short timeouts, so that a missing head costs little time; the defaults are minutes.
inline constexpr const char* kShort = "timeouts: { connect: 1s, head: 150ms, first_content: 300ms }\n";

/// Faults of one of three servers.
inline constexpr Case kOneBadServer[] = {
    {"A1_Refuses", "refuse", Form::Plain},
    {"A1_Refuses", "refuse", Form::Streamed},
    {"A3_AcceptsAndHangs", "accept-hang", Form::Plain},
    {"A3_AcceptsAndHangs", "accept-hang", Form::Streamed},
    {"ResetsOnAccept", "reset-on-accept", Form::Plain},
    {"ResetsOnAccept", "reset-on-accept", Form::Streamed},
    {"A3_Hangs", "hang", Form::Plain},
    {"A3_Hangs", "hang", Form::Streamed},
    {"Resets", "reset", Form::Plain},
    {"Resets", "reset", Form::Streamed},
    {"Closes", "close", Form::Plain},
    {"Closes", "close", Form::Streamed},
    {"B1_SaysNonsense", "bad-head", Form::Plain},
    {"B1_SaysNonsense", "bad-head", Form::Streamed},
};

/// Faults of one of three keys.
inline constexpr Case kOneBadKey[] = {
    {"C5_401", "401", Form::Plain},
    {"C5_401", "401", Form::Streamed},
    {"C1_429", "429:retry-after=7", Form::Plain},
    {"C1_429", "429:retry-after=7", Form::Streamed},
    {"C1_429WithoutTime", "429", Form::Plain},
    {"C1_429WithoutTime", "429", Form::Streamed},
    {"C8_500", "500", Form::Plain},
    {"C8_500", "500", Form::Streamed},
    {"C8_503", "503", Form::Plain},
    {"C8_503", "503", Form::Streamed},
    {"C8_529", "529", Form::Plain},
    {"C8_529", "529", Form::Streamed},
    {"C9_ErrorIn200", "error-in-200", Form::Plain},
    {"C9_ErrorIn200", "error-in-200", Form::Streamed},
    {"C10_WebPage", "html", Form::Plain},
    {"C10_WebPage", "html", Form::Streamed},
    {"A3_Hangs", "hang", Form::Plain},
    {"A3_Hangs", "hang", Form::Streamed},
    {"Resets", "reset", Form::Plain},
    {"Resets", "reset", Form::Streamed},
    {"B13_BodyCut", "cut", Form::Plain},
    {"C11_ErrorFirst", "error-first", Form::Streamed},
    {"ErrorAfterLifecycle", "error-after-lifecycle", Form::Streamed},
    {"C19_PlainForStream", "other-form", Form::Streamed},
    {"C19_StreamForPlain", "other-form", Form::Plain},
};

/// Streams that break after their first content: the client is told, and nothing is sent twice.
inline constexpr const char* kCutStreams[] = {"cut:after=3",   "cut:after=3:how=reset", "cut:after=3:how=clean",
                                              "stall:after=3", "error-mid:after=3",     "incomplete"};

}  // namespace drover::test
