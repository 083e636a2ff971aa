#include "client/interface/reply_json.h"

#include <gtest/gtest.h>

namespace drover::client {
namespace {

TEST(ReplyJson, ReadsTheFirstChoice) {
  v0::ChatReply reply;
  EXPECT_FALSE(read_chat(R"({"id":"c1","model":"gpt-4o-2024","choices":[{"index":0,"message":{"role":"assistant",)"
                         R"("content":"caf\u00e9\n"},"finish_reason":"stop"},{"message":{"content":"other"}}]})",
                         reply));
  EXPECT_EQ(reply.id, "c1");
  EXPECT_EQ(reply.model, "gpt-4o-2024");
  EXPECT_EQ(reply.text, "café\n");
  EXPECT_EQ(reply.finish_reason, "stop");
}

TEST(ReplyJson, ReadsToolCallsAndRefusals) {
  v0::ChatReply reply;
  EXPECT_FALSE(read_chat(R"({"choices":[{"message":{"content":null,"refusal":"no","tool_calls":[{"id":"t1",)"
                         R"("type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},)"
                         R"("finish_reason":"tool_calls"}]})",
                         reply));
  ASSERT_EQ(reply.tool_calls.size(), 1U);
  EXPECT_EQ(reply.tool_calls[0].id, "t1");
  EXPECT_EQ(reply.tool_calls[0].name, "f");
  EXPECT_EQ(reply.tool_calls[0].arguments, R"({"a":1})");
  EXPECT_EQ(reply.text, "");
  EXPECT_EQ(reply.refusal, "no");
}

TEST(ReplyJson, RefusesWhatHasNoChoices) {
  for (const char* json : {"", "null", "[]", "{}", R"({"choices":[]})", R"({"choices":{}})", R"({"choices":[{)"}) {
    v0::ChatReply reply;
    EXPECT_TRUE(read_chat(json, reply)) << json;
  }
}

TEST(ReplyJson, SurvivesShapesThatAreNotWhatTheyShouldBe) {
  for (const char* json : {R"({"choices":[1]})", R"({"choices":[{"message":7}]})",
                           R"({"choices":[{"message":{"content":{},"tool_calls":"x"}}]})",
                           R"({"choices":[{"message":{"tool_calls":[null,{"function":[]}]}}]})"}) {
    v0::ChatReply reply;
    EXPECT_FALSE(read_chat(json, reply)) << json;
    EXPECT_EQ(reply.text, "");
  }
}

TEST(ReplyJson, ReadsAnEventOfAStream) {
  v0::ChatEvent event;
  EXPECT_EQ(read_chat_event(R"({"choices":[{"delta":{"content":"hi","reasoning_content":"hm"},"finish_reason":null}]})",
                            event),
            EventMeaning::Content);
  EXPECT_EQ(event.text, "hi");
  EXPECT_EQ(event.reasoning, "hm");
  EXPECT_EQ(event.finish_reason, "");
}

TEST(ReplyJson, ReadsPiecesOfToolCalls) {
  v0::ChatEvent event;
  EXPECT_EQ(read_chat_event(R"({"choices":[{"delta":{"tool_calls":[{"index":1,"id":"t","function":)"
                            R"({"name":"f","arguments":"{"}}]},"finish_reason":"tool_calls"}]})",
                            event),
            EventMeaning::Content);
  ASSERT_EQ(event.tool_calls.size(), 1U);
  EXPECT_EQ(event.tool_calls[0].index, 1);
  EXPECT_EQ(event.tool_calls[0].arguments, "{");
  EXPECT_EQ(event.finish_reason, "tool_calls");
}

TEST(ReplyJson, TellsTheEndUsageAndErrorsFromContent) {
  v0::ChatEvent event;
  EXPECT_EQ(read_chat_event("[DONE]", event), EventMeaning::Done);
  EXPECT_EQ(read_chat_event(R"({"choices":[],"usage":{"prompt_tokens":1}})", event), EventMeaning::Silent);
  EXPECT_EQ(read_chat_event(R"({"error":{"message":"broke"}})", event), EventMeaning::Failure);
  EXPECT_EQ(read_chat_event(R"({"choices":[{"delta":{}}],"error":null})", event), EventMeaning::Content);
}

TEST(ReplyJson, LeavesAnUnreadableEventToTheCaller) {
  v0::ChatEvent event;
  EXPECT_EQ(read_chat_event("{\"choices\":[{", event), EventMeaning::Content);
  EXPECT_EQ(event.json, "{\"choices\":[{");
}

TEST(ReplyJson, ReadsVectorsInTheOrderOfTheirIndex) {
  v0::Embeddings embeddings;
  EXPECT_FALSE(read_embeddings(
      R"({"model":"e","data":[{"index":1,"embedding":[3]},{"index":0,"embedding":[0.5,-2e1]}]})", embeddings));
  EXPECT_EQ(embeddings.model, "e");
  ASSERT_EQ(embeddings.vectors.size(), 2U);
  EXPECT_EQ(embeddings.vectors[0], (std::vector<float>{0.5F, -20.0F}));
  EXPECT_EQ(embeddings.vectors[1], (std::vector<float>{3.0F}));
}

TEST(ReplyJson, RefusesWhatHasNoVectors) {
  for (const char* json : {"", "{}", R"({"data":{}})", R"({"data":[{"embedding":[1)"}) {
    v0::Embeddings embeddings;
    EXPECT_TRUE(read_embeddings(json, embeddings)) << json;
  }
}

}  // namespace
}  // namespace drover::client
