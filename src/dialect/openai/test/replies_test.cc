#include "dialect/openai/replies.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace drover::dialect::openai_detail {
namespace {

namespace json = boost::json;

TEST(ErrorBody, HasTheFourKeysOfTheDialect) {
  EXPECT_EQ(
      error_body({.status = 429, .code = "rate_limited", .message = "wait", .request_id = "r1"}),
      R"({"error":{"message":"wait","type":"rate_limit_error","param":null,"code":"rate_limited","request_id":"r1"}})");
}

TEST(ErrorBody, NamesTheTypeByTheStatus) {
  EXPECT_EQ(error_type(400), "invalid_request_error");
  EXPECT_EQ(error_type(401), "authentication_error");
  EXPECT_EQ(error_type(403), "permission_error");
  EXPECT_EQ(error_type(404), "not_found_error");
  EXPECT_EQ(error_type(413), "invalid_request_error");
  EXPECT_EQ(error_type(503), "service_unavailable_error");
  EXPECT_EQ(error_type(504), "timeout_error");
  EXPECT_EQ(error_type(502), "server_error");
}

TEST(ErrorBody, StaysJsonWhateverTheMessageHolds) {
  const json::value body =
      json::parse(error_body({.status = 500, .code = "\"", .message = "a\"\n\xFF\x01", .request_id = ""}));
  EXPECT_EQ(body.at("error").at("message").as_string(), "a\"\n?\x01");
}

TEST(ErrorEvent, OfAChatHasNoEventLineAndNoDone) {
  const std::string event = error_event(Api::Chat, {.status = 502, .code = "c", .message = "m", .request_id = ""});
  EXPECT_EQ(event, "data: {\"error\":{\"message\":\"m\",\"type\":\"server_error\",\"param\":null,\"code\":\"c\"}}\n\n");
}

TEST(ErrorEvent, OfResponsesIsFlatAndNested) {
  const std::string event = error_event(Api::Responses, {.status = 502, .code = "c", .message = "m", .request_id = ""});
  ASSERT_TRUE(event.starts_with("event: error\ndata: {"));
  ASSERT_TRUE(event.ends_with("}\n\n"));
  const json::value data = json::parse(std::string_view(event).substr(19, event.size() - 21));
  EXPECT_EQ(data.at("type").as_string(), "error");
  EXPECT_EQ(data.at("code").as_string(), "c");
  EXPECT_EQ(data.at("message").as_string(), "m");
  EXPECT_EQ(data.at("error").at("code").as_string(), "c");
}

TEST(ErrorEvent, IsReadAsAnErrorByThisDialect) {
  for (const Api api : {Api::Chat, Api::Responses, Api::Images}) {
    const std::string text = error_event(api, {.status = 503, .code = "c", .message = "m", .request_id = ""});
    const std::size_t data = text.find("data: ") + 6;
    const http::SseEvent event{
        .bytes = text,
        .name = text.starts_with("event: error") ? std::string_view("error") : std::string_view(),
        .data = std::string_view(text).substr(data, text.size() - data - 2),
        .data_lines = 1};
    AnswerState state;
    Error failure;
    EXPECT_EQ(openai().read_event(api, event, state, failure), EventKind::Error);
  }
}

TEST(ModelsBody, ListsNamesInTheOrderGiven) {
  EXPECT_EQ(models_body({"a", "b/c:d"}),
            R"({"object":"list","data":[{"id":"a","object":"model","created":0,"owned_by":"drover"},)"
            R"({"id":"b/c:d","object":"model","created":0,"owned_by":"drover"}]})");
  EXPECT_EQ(models_body({}), R"({"object":"list","data":[]})");
}

TEST(ModelBody, IsOneModel) {
  EXPECT_EQ(model_body("a"), R"({"id":"a","object":"model","created":0,"owned_by":"drover"})");
}

/// The data of the one event in `text`, which is of this name.
json::value data_of(const std::string& text, std::string_view name) {
  const std::string front = "event: " + std::string(name) + "\ndata: ";
  EXPECT_TRUE(text.starts_with(front) && text.ends_with("}\n\n")) << text;
  return json::parse(std::string_view(text).substr(front.size(), text.size() - front.size() - 2));
}

TEST(FailureEnd, OfAResponseIsAResponseThatHasFailed) {
  const ErrorReply reply{.status = 502, .code = "stream_incomplete", .message = "m\"\xFF", .request_id = "r1"};
  const json::value data = data_of(openai().failure_end(Api::Responses, reply), "response.failed");
  EXPECT_EQ(data.at("type").as_string(), "response.failed");
  EXPECT_TRUE(data.at("sequence_number").is_int64());
  const json::value& response = data.at("response");
  EXPECT_EQ(response.at("status").as_string(), "failed");
  EXPECT_EQ(response.at("id").as_string(), "resp_r1");
  EXPECT_EQ(response.at("error").at("code").as_string(), "server_error");
  EXPECT_EQ(response.at("error").at("message").as_string(), "m\"?");
  for (const Api api : {Api::Chat, Api::Completions, Api::Images, Api::Audio, Api::OtherModel}) {
    EXPECT_EQ(openai().failure_end(api, reply), "") << "their error event is the last";
  }
}

TEST(FailureEnd, SaysInOpenAisWordsWhetherToTryAgain) {
  const auto code = [](int status, std::string_view own) {
    const auto text =
        openai().failure_end(Api::Responses, {.status = status, .code = own, .message = "", .request_id = ""});
    return std::string(data_of(text, "response.failed").at("response").at("error").at("code").as_string());
  };
  EXPECT_EQ(code(400, "context_length_exceeded"), "context_length_exceeded");
  EXPECT_EQ(code(429, "limit_reached"), "rate_limit_exceeded");
  EXPECT_EQ(code(400, "content_policy"), "invalid_prompt");
  for (const int status : {0, 408, 409, 500, 502, 503, 504, 529})
    EXPECT_EQ(code(status, "c"), "server_error") << status;
}

TEST(FailureEnd, IsReadAsAFailureThatHasEnded) {
  for (const bool ended : {true, false}) {
    const ErrorReply reply{.status = 503, .code = "c", .message = "m", .request_id = ""};
    const std::string text = ended ? failed_response(reply) : error_event(Api::Responses, reply);
    const std::size_t data = text.find("data: ") + 6;
    AnswerState state;
    Error failure;
    const http::SseEvent event{.bytes = text,
                               .name = ended ? "response.failed" : "error",
                               .data = std::string_view(text).substr(data, text.size() - data - 2),
                               .data_lines = 1};
    EXPECT_EQ(openai().read_event(Api::Responses, event, state, failure), EventKind::Error);
    EXPECT_EQ(state.failure_ended, ended);
  }
}

}  // namespace
}  // namespace drover::dialect::openai_detail
