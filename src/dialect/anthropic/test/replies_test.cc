#include "dialect/anthropic/replies.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "dialect/anthropic/error_type.h"

namespace drover::dialect::anthropic_detail {
namespace {

namespace json = boost::json;

TEST(AnthropicErrorBody, HasTheShapeOfTheDialect) {
  EXPECT_EQ(error_body({.status = 429, .code = "rate_limited", .message = "wait", .request_id = "r1"}),
            R"({"type":"error","error":{"type":"rate_limit_error","message":"wait",)"
            R"("details":{"error_code":"rate_limited"}},"request_id":"r1"})");
}

TEST(AnthropicErrorBody, NamesTheTypeByTheStatus) {
  EXPECT_EQ(error_type(400), "invalid_request_error");
  EXPECT_EQ(error_type(401), "authentication_error");
  EXPECT_EQ(error_type(403), "permission_error");
  EXPECT_EQ(error_type(404), "not_found_error");
  EXPECT_EQ(error_type(413), "request_too_large");
  EXPECT_EQ(error_type(415), "invalid_request_error");
  EXPECT_EQ(error_type(502), "api_error");
  EXPECT_EQ(error_type(503), "overloaded_error");
  EXPECT_EQ(error_type(504), "timeout_error");
  EXPECT_EQ(error_type(529), "overloaded_error");
}

TEST(AnthropicErrorBody, StaysJsonWhateverTheMessageHolds) {
  const json::value body =
      json::parse(error_body({.status = 500, .code = "\"", .message = "a\"\n\xFF\x01", .request_id = ""}));
  EXPECT_EQ(body.at("error").at("message").as_string(), "a\"\n?\x01");
}

TEST(AnthropicErrorEvent, IsReadAsAnErrorByThisDialect) {
  const std::string text = error_event({.status = 503, .code = "shutting_down", .message = "m", .request_id = "r"});
  http::SseScanner scanner;
  http::SseEvent event;
  ASSERT_TRUE(scanner.next(text, event));
  EXPECT_EQ(event.bytes.size(), text.size());
  EXPECT_EQ(event.name, "error");
  AnswerState state;
  Error failure;
  EXPECT_EQ(anthropic().read_event(Api::Messages, event, state, failure), EventKind::Error);
  EXPECT_EQ(failure.kind, ErrorKind::Overloaded);
}

TEST(AnthropicModels, AreOnePage) {
  const json::value page = json::parse(models_body({"a", "b"}));
  ASSERT_EQ(page.at("data").as_array().size(), 2U);
  EXPECT_EQ(page.at("data").at(0).at("id").as_string(), "a");
  EXPECT_EQ(page.at("data").at(0).at("type").as_string(), "model");
  EXPECT_EQ(page.at("data").at(0).at("display_name").as_string(), "a");
  EXPECT_FALSE(page.at("has_more").as_bool());
  EXPECT_EQ(page.at("first_id").as_string(), "a");
  EXPECT_EQ(page.at("last_id").as_string(), "b");
}

TEST(AnthropicModels, MayBeNone) {
  EXPECT_EQ(models_body({}), R"({"data":[],"has_more":false,"first_id":null,"last_id":null})");
}

TEST(AnthropicModels, OneHasADate) {
  EXPECT_EQ(model_body("m"), R"({"type":"model","id":"m","display_name":"m","created_at":"1970-01-01T00:00:00Z"})");
}

}  // namespace
}  // namespace drover::dialect::anthropic_detail
