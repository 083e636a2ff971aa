#include "dialect/request/request_inspector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dialect/dialect.h"
#include "dialect/request/id_mark.h"

namespace drover::dialect {
namespace {

using testing::HasSubstr;

constexpr std::string_view kJson = "application/json";

Result<Inspection> inspect(Api api, std::string_view body, std::string_view type = kJson) {
  return openai().inspect(api, type, body);
}

Inspection chat(std::string_view body) {
  const Result<Inspection> result = inspect(Api::Chat, body);
  EXPECT_TRUE(result.has_value()) << (result.has_value() ? "" : result.error().message);
  return result.value_or(Inspection{});
}

std::string refusal(Api api, std::string_view body, std::string_view type = kJson) {
  const Result<Inspection> result = inspect(api, body, type);
  return result.has_value() ? "accepted" : result.error().code;
}

TEST(Inspector, ReadsTheModelAndWhereItStands) {
  constexpr std::string_view kBody = R"({"messages":[],"model" : "gpt-4o","stream":true})";
  const Inspection read = chat(kBody);
  EXPECT_TRUE(read.has_model);
  EXPECT_EQ(read.model, "gpt-4o");
  EXPECT_EQ(kBody.substr(read.model_begin, read.model_end - read.model_begin), "\"gpt-4o\"");
  EXPECT_TRUE(read.model_is_json);
  EXPECT_TRUE(read.stream);
}

TEST(Inspector, ReadsTheSameInSlices) {
  const std::string body = R"({"model":"m","stream":true,"user":"u","messages":[{"role":"user","content":"hi"}]})";
  const Inspection whole = chat(body);
  for (std::size_t slice = 1; slice < body.size(); ++slice) {
    const auto inspector = openai().inspector(Api::Chat, kJson, body);
    while (!inspector->step(slice).value()) {
    }
    const Inspection read = inspector->take();
    EXPECT_EQ(read.model, whole.model);
    EXPECT_EQ(read.affinity, whole.affinity);
    EXPECT_EQ(read.model_begin, whole.model_begin);
  }
}

TEST(Inspector, G4_ReadsTheModelBehindEscapes) {
  EXPECT_EQ(chat(R"({"mod\u0065l":"gpt\u002d4o"})").model, "gpt-4o");
}

TEST(Inspector, G4_RefusesASecondModel) {
  EXPECT_EQ(refusal(Api::Chat, R"({"model":"a","model":"b"})"), "duplicate_key");
  EXPECT_EQ(refusal(Api::Chat, R"({"model":"a","mod\u0065l":"b"})"), "duplicate_key");
  EXPECT_EQ(refusal(Api::Chat, R"({"model":"a","MODEL":"b"})"), "ambiguous_key");
}

TEST(Inspector, G4_TakesNoModelFromANestedObject) {
  EXPECT_EQ(chat(R"({"metadata":{"model":"x"},"model":"y"})").model, "y");
  EXPECT_FALSE(chat(R"({"metadata":{"model":"x"}})").has_model);
}

TEST(Inspector, G7_KeepsOddNumbersAndBoundsTheEstimate) {
  EXPECT_EQ(chat(R"({"max_tokens":9223372036854775808,"x":1e400,"y":-0})").output_tokens_estimate, kMaxOutputEstimate);
  EXPECT_EQ(chat(R"({"max_tokens":-5})").output_tokens_estimate, 0);
  EXPECT_EQ(chat(R"({"max_tokens":"many"})").output_tokens_estimate, 0);
  EXPECT_EQ(chat(R"({"max_completion_tokens":100,"n":3})").output_tokens_estimate, 300);
  EXPECT_EQ(chat(R"({"max_tokens":10,"n":10000})").output_tokens_estimate, 1280);
}

TEST(Inspector, G10_IgnoresFieldsThatWouldSteerAKey) {
  const Inspection read =
      chat(R"({"model":"m","api_base":"http://evil","base_url":"http://evil","extra_headers":{"a":"b"}})");
  EXPECT_EQ(read.model, "m");
  EXPECT_EQ(read.repeat, Repeat::Free);
}

TEST(Inspector, G11_TakesUnknownFields) {
  EXPECT_EQ(chat(R"({"model":"m","future":{"x":[1]}})").model, "m");
}

TEST(Inspector, G12_RefusesWrongTypesOfWhatRoutes) {
  for (const std::string_view body :
       {R"({"stream":"true"})", R"({"stream":1})", R"({"stream":[true]})", R"({"model":1})", R"({"model":["a"]})",
        R"({"model":""})", R"({"store":"no"})", R"({"background":0})", R"({"stream_options":true})"}) {
    EXPECT_EQ(refusal(Api::Chat, body), "wrong_type") << body;
  }
}

TEST(Inspector, G12_LeavesOtherWrongTypesToTheProvider) {
  EXPECT_EQ(refusal(Api::Chat, R"({"model":"m","n":10000,"messages":[],"temperature":"hot"})"), "accepted");
}

TEST(Inspector, G12_RefusesAnEmptyBodyAndWhatIsNoObject) {
  for (const std::string_view body : {"", " ", "[]", "\"model\"", "null", "1"}) {
    const Result<Inspection> result = inspect(Api::Chat, body);
    ASSERT_FALSE(result.has_value()) << body;
    EXPECT_EQ(result.error().status, 400);
    EXPECT_EQ(result.error().code, "invalid_json");
  }
}

TEST(Inspector, G12_RefusesAWrongContentType) {
  for (const std::string_view type :
       {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}) {
    const Result<Inspection> result = inspect(Api::Chat, "{}", type);
    ASSERT_FALSE(result.has_value()) << type;
    EXPECT_EQ(result.error().status, 415);
    EXPECT_EQ(result.error().kind, ErrorKind::Unsupported);
    EXPECT_THAT(result.error().message, HasSubstr("application/json"));
  }
}

TEST(Inspector, TakesNullForAbsent) {
  const Inspection read =
      chat(R"({"model":null,"stream":null,"store":null,"conversation":null,"stream_options":null})");
  EXPECT_FALSE(read.has_model);
  EXPECT_FALSE(read.stream);
  EXPECT_EQ(read.repeat, Repeat::Free);
}

TEST(Inspector, RefusesModelNamesThatWouldHarmALog) {
  EXPECT_EQ(refusal(Api::Chat, R"({"model":"a\nb"})"), "bad_model");
  EXPECT_EQ(refusal(Api::Chat, R"({"model":"a\u0000b"})"), "bad_model");
  EXPECT_EQ(refusal(Api::Chat, R"({"model":")" + std::string(513, 'a') + "\"}"), "bad_model");
  EXPECT_EQ(refusal(Api::Chat, R"({"model":")" + std::string(512, 'a') + "\"}"), "accepted");
}

TEST(Inspector, ReadsStreamOptions) {
  constexpr std::string_view kBody = R"({"stream_options": {"include_usage":true} ,"stream":true})";
  const Inspection read = chat(kBody);
  EXPECT_TRUE(read.asks_usage);
  EXPECT_TRUE(read.has_stream_options);
  EXPECT_EQ(kBody.substr(read.stream_options_begin, read.stream_options_end - read.stream_options_begin),
            R"({"include_usage":true})");
  EXPECT_FALSE(chat(R"({"stream_options":{"include_usage":false}})").asks_usage);
  EXPECT_FALSE(chat(R"({"stream_options":{"x":{"include_usage":true}}})").asks_usage);
}

TEST(Inspector, KnowsWhatMayBeExecutedTwice) {
  const auto repeat = [](Api api, std::string_view body) { return inspect(api, body).value().repeat; };
  for (const Api api :
       {Api::Chat, Api::Completions, Api::Embeddings, Api::Moderations, Api::Rerank, Api::Messages, Api::CountTokens}) {
    EXPECT_EQ(repeat(api, "{}"), Repeat::Free);
  }
  EXPECT_EQ(repeat(Api::Chat, R"({"store":true})"), Repeat::NotExecuted);
  EXPECT_EQ(repeat(Api::Chat, R"({"background":true})"), Repeat::NotExecuted);
  EXPECT_EQ(repeat(Api::Chat, R"({"conversation":"conv_1"})"), Repeat::NotExecuted);
  EXPECT_EQ(repeat(Api::Images, "{}"), Repeat::NotExecuted);
  EXPECT_EQ(repeat(Api::Audio, "{}"), Repeat::NotExecuted);
  EXPECT_EQ(repeat(Api::OtherModel, "{}"), Repeat::NotExecuted);
  EXPECT_EQ(repeat(Api::Models, ""), Repeat::Free);
  EXPECT_EQ(repeat(Api::Pinned, "anything"), Repeat::Never);
}

TEST(Inspector, ResponsesAreStoredUnlessTheySayOtherwise) {
  const auto repeat = [](std::string_view body) { return inspect(Api::Responses, body).value().repeat; };
  EXPECT_EQ(repeat("{}"), Repeat::NotExecuted);
  EXPECT_EQ(repeat(R"({"store":null})"), Repeat::NotExecuted);
  EXPECT_EQ(repeat(R"({"store":true})"), Repeat::NotExecuted);
  EXPECT_EQ(repeat(R"({"store":false})"), Repeat::Free);
  EXPECT_EQ(repeat(R"({"store":false,"previous_response_id":"resp_1"})"), Repeat::NotExecuted);
  EXPECT_EQ(repeat(R"({"store":false,"background":true})"), Repeat::NotExecuted);
}

TEST(Inspector, KnowsWhatARequestGoesOnWith) {
  const auto continues = [](std::string_view body) { return inspect(Api::Responses, body).value().continues; };
  EXPECT_EQ(continues(R"({"previous_response_id":"resp_1"})"), id_mark("resp_1"));
  EXPECT_EQ(continues(R"({"conversation":"conv_1"})"), id_mark("conv_1"));
  EXPECT_EQ(continues(R"({"conversation":{"id":"conv_1"}})"), id_mark("conv_1"));
  EXPECT_EQ(continues(R"({"previous_response_id":null,"conversation":{}})"), 0U);
  EXPECT_EQ(continues(R"({"previous_response_id":7})"), 0U);
  EXPECT_EQ(continues("{}"), 0U);
}

TEST(OwnedId, IsWhatAPathIsAbout) {
  EXPECT_EQ(owned_id("/v1/responses/resp_1"), "resp_1");
  EXPECT_EQ(owned_id("/v1/responses/resp_1/input_items"), "resp_1");
  EXPECT_EQ(owned_id("/v1/responses/"), "");
  EXPECT_EQ(owned_id("/v1/files/file-1"), "file-1");
  EXPECT_EQ(owned_id("/v1/files/file-1/content"), "file-1");
  EXPECT_EQ(owned_id("/v1/messages/batches/msgbatch_1/results"), "msgbatch_1");
  EXPECT_EQ(owned_id("/v1/fine_tuning/jobs/ft-1"), "ft-1");
  EXPECT_EQ(owned_id("/v1/files"), "");
  EXPECT_EQ(owned_id("/v1/messages/batches"), "");
  EXPECT_EQ(owned_id("/v1/organization/users/u"), "");
}

TEST(NamedFile, IsWhatABatchOrATrainingIsMadeOf) {
  const auto named = [](std::string body) {
    const std::size_t size = body.size();
    body.append(kPadding, ' ');
    return std::string(named_file(std::string_view(body).substr(0, size)));
  };
  EXPECT_EQ(named(R"({"endpoint":"/v1/responses","input_file_id":"file-1"})"), "file-1");
  EXPECT_EQ(named(R"({"training_file":"file-2","model":"m"})"), "file-2");
  EXPECT_EQ(named(R"({"file_id":7})"), "");
  EXPECT_EQ(named("--boundary"), "");
  EXPECT_EQ(named(R"({"input_file_id":"file-1","x":")" + std::string(100'000, 'x') + "\"}"), "");
}

TEST(Inspector, PinnedBodiesAreNotRead) {
  EXPECT_EQ(refusal(Api::Pinned, "not json", "text/plain"), "accepted");
}

TEST(Inspector, OtherPathsWithABodyOfAnotherKindHaveNoModel) {
  const Result<Inspection> read = inspect(Api::OtherModel, "v=0", "application/sdp");
  ASSERT_TRUE(read.has_value());
  EXPECT_FALSE(read->has_model);
  EXPECT_EQ(refusal(Api::OtherModel, "{", kJson), "invalid_json");
}

TEST(Inspector, OtherPathsMayHaveNoBodyThoughTheySayJson) {
  const Result<Inspection> read = inspect(Api::OtherModel, "", kJson);
  ASSERT_TRUE(read.has_value());
  EXPECT_FALSE(read->has_model);
  EXPECT_NE(refusal(Api::Chat, "", kJson), "accepted");
}

TEST(Inspector, OnOtherPathsOnlyModelAndStreamMeanSomething) {
  EXPECT_EQ(refusal(Api::OtherModel, R"({"model":"m","Store":"eu","store":"eu","input":1,"input":2})"), "accepted");
  EXPECT_EQ(refusal(Api::OtherModel, R"({"model":"m","model":"n"})"), "duplicate_key");
  EXPECT_EQ(refusal(Api::OtherModel, R"({"stream":"yes"})"), "wrong_type");
}

TEST(Inspector, G12_ReadsTheModelOfAForm) {
  const std::string body =
      "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nRIFF\xFF\r\n"
      "--X\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
      "--X\r\nContent-Disposition: form-data; name=\"stream\"\r\n\r\nTrue\r\n--X--\r\n";
  const Result<Inspection> read = inspect(Api::Audio, body, "multipart/form-data; boundary=X");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->model, "whisper-1");
  EXPECT_FALSE(read->model_is_json);
  EXPECT_TRUE(read->stream);
  EXPECT_EQ(body.substr(read->model_begin, read->model_end - read->model_begin), "whisper-1");
}

TEST(Inspector, G12_RefusesFormsWithOddBoundariesOrValues) {
  EXPECT_EQ(refusal(Api::Audio, "--\r\n", "multipart/form-data; boundary="), "invalid_multipart");
  EXPECT_EQ(refusal(Api::Audio, "--X--", "multipart/form-data; boundary=Y"), "invalid_multipart");
  const auto form = [](std::string_view name, std::string_view value) {
    return "--X\r\nContent-Disposition: form-data; name=" + std::string(name) + "\r\n\r\n" + std::string(value) +
           "\r\n--X--";
  };
  EXPECT_EQ(refusal(Api::Audio, form("stream", "maybe"), "multipart/form-data; boundary=X"), "wrong_type");
  EXPECT_EQ(refusal(Api::Audio, form("model", "a\x01"), "multipart/form-data; boundary=X"), "bad_model");
  EXPECT_EQ(refusal(Api::Audio, form("model", "\xFF"), "multipart/form-data; boundary=X"), "bad_model");
  EXPECT_EQ(refusal(Api::Audio, form("model", std::string(600, 'a')), "multipart/form-data; boundary=X"), "bad_model");
}

TEST(Inspector, EstimatesTokensFromTextAndFromTokenIds) {
  EXPECT_NEAR(
      static_cast<double>(
          chat(R"({"messages":[{"role":"user","content":")" + std::string(400, ' ') + "\"}]}").input_tokens_estimate),
      106, 3);
  EXPECT_EQ(inspect(Api::Embeddings, R"({"input":[[1,2,3],[4,5]]})").value().input_tokens_estimate, 6);
}

TEST(Affinity, IsThePromptCacheKeyBeforeTheUserBeforeTheConversation) {
  const auto of = [](std::string_view body) { return chat(body).affinity; };
  EXPECT_EQ(of(R"({"prompt_cache_key":"k","user":"a"})"), of(R"({"user":"b","prompt_cache_key":"k"})"));
  EXPECT_NE(of(R"({"prompt_cache_key":"k"})"), of(R"({"user":"k"})"));
  EXPECT_EQ(of(R"({"user":"u","messages":[1]})"), of(R"({"user":"u","messages":[2]})"));
  EXPECT_EQ(of("{}"), 0U);
}

TEST(Affinity, StaysTheSameOverTheTurnsOfAConversation) {
  const std::string first = R"({"role":"system","content":"be kind"},{"role":"user","content":"hi"})";
  const std::string one = "{\"messages\":[" + first + "]}";
  const std::string two =
      "{\"messages\":[" + first + R"(,{"role":"assistant","content":"hello"},{"role":"user","content":"more"}]})";
  const std::string other = R"({"messages":[{"role":"system","content":"be kind"},{"role":"user","content":"ho"}]})";
  EXPECT_EQ(chat(one).affinity, chat(two).affinity);
  EXPECT_NE(chat(one).affinity, chat(other).affinity);
  EXPECT_NE(chat(one).affinity, 0U);
}

TEST(Affinity, LooksAtABoundedBeginning) {
  const std::string large(kMaxModelBytes * 1024, 'x');
  const std::string a = R"({"messages":[{"role":"user","content":")" + large + "a\"}]}";
  const std::string b = R"({"messages":[{"role":"user","content":")" + large + "b\"}]}";
  EXPECT_EQ(chat(a).affinity, chat(b).affinity);
}

TEST(Affinity, OfResponsesIsTheirInstructionsAndFirstInput) {
  const auto of = [](std::string_view body) { return inspect(Api::Responses, body).value().affinity; };
  EXPECT_EQ(of(R"({"instructions":"i","input":[{"role":"user","content":"a"}]})"),
            of(R"({"input":[{"role":"user","content":"a"},{"role":"user","content":"b"}],"instructions":"i"})"));
  EXPECT_NE(of(R"({"instructions":"i","input":"a"})"), of(R"({"instructions":"j","input":"a"})"));
}

TEST(Affinity, OfEmbeddingsIsNone) {
  EXPECT_EQ(inspect(Api::Embeddings, R"({"input":"x"})").value().affinity, 0U);
}

TEST(Inspector, ReadsWhichFileARequestNeeds) {
  EXPECT_EQ(
      inspect(Api::Chat, R"({"model":"m","messages":[{"content":[{"type":"file","file":{"file_id":"file-1"}}]}]})")
          .value()
          .continues,
      id_mark("file-1"));
  const Inspection both =
      inspect(Api::Responses, R"({"previous_response_id":"resp_1","input":[{"type":"input_file","file_id":"file-1"}]})")
          .value();
  EXPECT_EQ(both.continues, id_mark("resp_1"));
}

TEST(Inspector, ReadsTheLastSealedTextOfAResponse) {
  const Inspection read =
      inspect(Api::Responses, R"({"input":[{"encrypted_content":"one"},{"encrypted_content":"two"},{"content":"x"}]})")
          .value();
  EXPECT_EQ(read.sealed, id_mark("two"));
  EXPECT_EQ(read.continues, 0U);
  EXPECT_EQ(inspect(Api::Responses, R"({"input":"encrypted_content"})").value().sealed, 0U);
}

}  // namespace
}  // namespace drover::dialect
