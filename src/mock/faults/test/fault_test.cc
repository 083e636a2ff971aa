#include "mock/faults/fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::mock {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Fault fault(std::string_view text) {
  Result<Fault> read = parse_fault(text);
  EXPECT_TRUE(read.has_value()) << text << ": " << (read ? "" : read.error().message);
  return read.value_or(Fault{});
}

std::string refusal(std::string_view text) {
  const Result<Fault> read = parse_fault(text);
  EXPECT_FALSE(read.has_value()) << text;
  return read ? "" : read.error().message;
}

TEST(ParseFault, ReadsScopeKindAndOptions) {
  const Fault read = fault("key=sk-mock-2:429:retry-after=7");
  EXPECT_EQ(read.kind, FaultKind::Status);
  EXPECT_EQ(read.status, 429);
  EXPECT_EQ(read.scope.key, "sk-mock-2");
  EXPECT_EQ(read.come_back.retry_after, "7");
}

TEST(ParseFault, ReadsSeveralOptionsInOneSegmentOrMany) {
  EXPECT_EQ(fault("cut:after=5,how=reset"), fault("cut:after=5:how=reset"));
  EXPECT_EQ(fault("cut:after=5,how=reset").how, CutHow::Reset);
}

TEST(ParseFault, ReadsTimes) {
  const Fault read = fault("500:p=0.1:skip=2:count=3:from=10s:for=5s");
  EXPECT_DOUBLE_EQ(read.times.probability, 0.1);
  EXPECT_EQ(read.times.skip, 2U);
  EXPECT_EQ(read.times.count, 3U);
  EXPECT_EQ(read.times.from, Duration(10s));
  EXPECT_EQ(read.times.lasts, Duration(5s));
}

TEST(ParseFault, C2_ReadsEveryFormOfRetryAfter) {
  EXPECT_EQ(fault("429:retry-after-date=7s").come_back.imf_date, Duration(7s));
  EXPECT_EQ(fault("429:retry-after-rfc850=-10s").come_back.rfc850_date, Duration(-10s));
  EXPECT_EQ(fault("429:retry-after-asctime=1h").come_back.asctime_date, Duration(1h));
  EXPECT_EQ(fault("429:retry-after-ms=1500").come_back.milliseconds, "1500");
  EXPECT_EQ(fault("429:reset=6m0s").come_back.reset, "6m0s");
  EXPECT_EQ(fault("429:retry-after=soon").come_back.retry_after, "soon");
  EXPECT_EQ(fault("429:retry-after=none").come_back, ComeBack{});
}

TEST(ParseFault, WritesTheFormItReads) {
  for (const char* text :
       {"cut:after=5:how=reset", "500:p=0.1", "model=gpt-4o*:slow:factor=10", "refuse:from=1s:for=2s",
        "path=/v1/chat:drip:every=2ms", "port=1:reset-on-accept:count=3", "wrong-length:by=-5",
        "429:code=insufficient_quota:retry-after=7:retry-after-date=7s:retry-after-ms=900:reset=1s",
        "503:body=html:retry-after-rfc850=1s:retry-after-asctime=2s:skip=1", "502:body=empty",
        "cut:after=1:how=clean"}) {
    EXPECT_EQ(fault_text(fault(text)), text);
    EXPECT_EQ(fault(fault_text(fault(text))), fault(text));
  }
}

TEST(ParseFault, H3_ShowsOnlyTheEndOfAKey) {
  EXPECT_EQ(fault_text(fault("key=sk-secret-abcd:401")), "key=*abcd:401");
}

TEST(ParseFault, AnUnknownKindListsTheKinds) {
  EXPECT_THAT(refusal("explode"), HasSubstr("the kinds are refuse, reset-on-accept"));
  EXPECT_THAT(refusal("key=a"), HasSubstr("the kinds are"));
  EXPECT_THAT(refusal("200"), HasSubstr("status from 400 to 599"));
}

TEST(ParseFault, AnUnknownOptionListsTheOptions) {
  EXPECT_THAT(refusal("cut:factor=3"), HasSubstr("it takes: after how key"));
  EXPECT_THAT(refusal("429:after=3"), HasSubstr("retry-after-ms"));
}

TEST(ParseFault, WhatStrikesOnAcceptCannotKnowAKey) {
  for (const char* text : {"key=a:refuse", "path=/v1:accept-hang", "model=m:reset-on-accept"}) {
    EXPECT_THAT(refusal(text), HasSubstr("before a request can be read"));
  }
  EXPECT_EQ(fault("port=2:refuse").scope.port, 2U);
}

TEST(ParseFault, AClosedPortTakesNoProbability) {
  EXPECT_THAT(refusal("refuse:p=0.5"), HasSubstr("refuses everybody"));
  EXPECT_THAT(refusal("refuse:count=5"), HasSubstr("refuses everybody"));
}

TEST(ParseFault, AnEarlyAnswerCannotKnowTheModel) {
  EXPECT_THAT(refusal("model=m:early-413"), HasSubstr("the model"));
}

TEST(ParseFault, RefusesBadValuesWithTheReason) {
  EXPECT_THAT(refusal("500:p=2"), HasSubstr("from 0 to 1"));
  EXPECT_THAT(refusal("500:count=-1"), HasSubstr("whole number"));
  EXPECT_THAT(refusal("500:from=-1s"), HasSubstr("negative"));
  EXPECT_THAT(refusal("500:for=soon"), HasSubstr("not a time"));
  EXPECT_THAT(refusal("cut:after=x"), HasSubstr("whole number"));
  EXPECT_THAT(refusal("cut:how=badly"), HasSubstr("middle, clean or reset"));
  EXPECT_THAT(refusal("500:body=xml"), HasSubstr("json, html or empty"));
  EXPECT_THAT(refusal("slow:factor=-1"), HasSubstr("factor"));
  EXPECT_THAT(refusal("drip:every=x"), HasSubstr("not a time"));
  EXPECT_THAT(refusal("wrong-length:by=x"), HasSubstr("whole number"));
  EXPECT_THAT(refusal("port=x:hang"), HasSubstr("whole number"));
  EXPECT_THAT(refusal("key=:hang"), HasSubstr("needs a value"));
  EXPECT_THAT(refusal("hang:hang"), HasSubstr("not an option"));
  EXPECT_THAT(refusal("429:retry-after-date=x"), HasSubstr("not a time"));
  EXPECT_THAT(refusal("429:retry-after=a\r\nb"), HasSubstr("printable"));
  EXPECT_THAT(refusal("500:code=a\nb"), HasSubstr("printable"));
  EXPECT_THAT(refusal(std::string(2000, 'a')), HasSubstr("1024"));
}

}  // namespace
}  // namespace drover::mock
