#include "dialect/failure/error_facts.h"

#include <gtest/gtest.h>

#include <string>

namespace drover::dialect {
namespace {

TEST(ErrorFacts, ReadsOpenAisShape) {
  const ErrorFacts facts = read_error_facts(R"({"error":{"message":"m","type":"t","param":null,"code":"c"}})");
  EXPECT_EQ(facts.message, "m");
  EXPECT_EQ(facts.type, "t");
  EXPECT_EQ(facts.code, "c");
  EXPECT_EQ(facts.number, 0);
}

TEST(ErrorFacts, ReadsNumbersAsCodesAlsoInQuotes) {
  EXPECT_EQ(read_error_facts(R"({"error":{"code":503}})").number, 503);
  EXPECT_EQ(read_error_facts(R"({"error":{"code":"429"}})").number, 429);
  EXPECT_EQ(read_error_facts(R"({"error":{"code":"429"}})").code, "429");
  EXPECT_EQ(read_error_facts(R"({"error":{"status":400,"code":"content_filter"}})").number, 400);
}

TEST(ErrorFacts, ReadsStringsForErrors) {
  const ErrorFacts facts = read_error_facts(R"({"code":"c","error":"text"})");
  EXPECT_EQ(facts.message, "text");
  EXPECT_EQ(facts.code, "c");
}

TEST(ErrorFacts, ReadsFlatObjects) {
  const ErrorFacts facts = read_error_facts(R"({"object":"error","message":"m","type":"rate_limited","code":"1300"})");
  EXPECT_EQ(facts.message, "m");
  EXPECT_EQ(facts.type, "rate_limited");
  EXPECT_EQ(facts.code, "1300");
}

TEST(ErrorFacts, ReadsDetailsOfValidators) {
  EXPECT_EQ(read_error_facts(R"({"detail":"Not Found"})").message, "Not Found");
  EXPECT_EQ(read_error_facts(R"({"detail":[{"loc":["body"],"msg":"field required"}]})").message, "field required");
  EXPECT_EQ(read_error_facts(R"({"message":{"detail":[]},"code":1})").number, 1);
}

TEST(ErrorFacts, ReadsGooglesShapeAlsoInAnArray) {
  const ErrorFacts facts = read_error_facts(
      R"([{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"reason":"R"},{"retryDelay":"37s"}]}}])");
  EXPECT_EQ(facts.number, 429);
  EXPECT_EQ(facts.type, "RESOURCE_EXHAUSTED");
  EXPECT_EQ(facts.detail, "R");
  EXPECT_EQ(facts.retry_delay, "37s");
  EXPECT_EQ(facts.message, "m");
}

TEST(ErrorFacts, ReadsAnthropicsEnvelope) {
  const ErrorFacts facts = read_error_facts(
      R"({"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}})");
  EXPECT_EQ(facts.type, "rate_limit_error");
  EXPECT_EQ(facts.detail, "enforced_spend_limit_reached");
}

TEST(ErrorFacts, ReadsAzuresInnerError) {
  EXPECT_EQ(
      read_error_facts(R"({"error":{"code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}})")
          .detail,
      "ResponsibleAIPolicyViolation");
}

TEST(ErrorFacts, ReadsPagesAndText) {
  EXPECT_TRUE(read_error_facts(" <html>").html);
  EXPECT_EQ(read_error_facts("upstream connect error").message, "upstream connect error");
  EXPECT_TRUE(read_error_facts("").empty());
  EXPECT_TRUE(read_error_facts("{}").empty());
  EXPECT_TRUE(read_error_facts("[]").empty());
}

TEST(ErrorFacts, ReadsWhatStandsBeforeACut) {
  const ErrorFacts facts = read_error_facts(R"({"error":{"code":"insufficient_quota","message":"a very long)");
  EXPECT_EQ(facts.code, "insufficient_quota");
}

TEST(ErrorFacts, SurviveEveryCut) {
  const std::string whole =
      R"([{"error":{"code":429,"message":"m","details":[{"reason":"R"}]},"detail":[{"msg":"x"}]}])";
  for (std::size_t size = 0; size <= whole.size(); ++size)
    (void)read_error_facts(std::string_view(whole).substr(0, size));
}

}  // namespace
}  // namespace drover::dialect
