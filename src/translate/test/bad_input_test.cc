// Input that is wrong, each kind with what comes of it.
#include "translate/model/limits.h"
#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

std::string history(std::string_view calls, std::string_view results) {
  return R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[)" +
         std::string(calls) + "]}" + std::string(results) + "]}";
}
std::string call(std::string_view id, std::string_view arguments = "{}") {
  return R"({"id":")" + std::string(id) + R"(","type":"function","function":{"name":"f","arguments":")" +
         std::string(arguments) + "\"}}";
}
std::string result(std::string_view id) {
  return R"(,{"role":"tool","tool_call_id":")" + std::string(id) + R"(","content":"1"})";
}
std::string to_claude(std::string_view body) {
  return refusal(Form::Chat, Form::Messages, kClaude, body);
}
std::string to_responses(std::string_view body) {
  return refusal(Form::Chat, Form::Responses, kGpt5, body);
}

TEST(BadInput, ArgumentsInTheHistoryThatAreNoJsonAreRefusedWhereAnObjectIsNeeded) {
  const std::string body = history(call("a", "{oops"), result("a"));
  EXPECT_EQ(to_claude(body), "invalid_tool_arguments");
  EXPECT_EQ(at(request(Form::Chat, Form::Responses, kGpt5, body), "input", "1", "arguments"), R"("{oops")");
  EXPECT_EQ(to_claude(history(call("a", "[1]"), result("a"))), "invalid_tool_arguments");
}

TEST(BadInput, AResultWithoutACallIsRefused) {
  EXPECT_EQ(to_claude(history(call("a"), result("a") + result("b"))), "tool_result_without_call");
  EXPECT_EQ(to_responses(R"({"model":"m","messages":[{"role":"tool","tool_call_id":"a","content":"1"}]})"),
            "tool_result_without_call");
}

TEST(BadInput, ACallWithoutAResultIsRefused) {
  EXPECT_EQ(to_claude(history(call("a"), "")), "tool_call_without_result");
  EXPECT_EQ(to_claude(history(call("a") + "," + call("b"),
                              result("a") + R"(,{"role":"user","content":"x"},{"role":"assistant","content":"y"})")),
            "tool_call_without_result");
}

TEST(BadInput, TwoCallsOfOneTurnWithOneIdAreRefused) {
  EXPECT_EQ(to_claude(history(call("a") + "," + call("a"), result("a"))), "duplicate_tool_call_id");
}

TEST(BadInput, AnIdThatIsUsedAgainInALaterTurnIsMadeUnique) {
  const std::string turn = R"(,{"role":"assistant","content":null,"tool_calls":[)" + call("a") + "]}" + result("a");
  const std::string made = request(Form::Chat, Form::Messages, kClaude, history(call("a"), result("a") + turn));
  EXPECT_EQ(at(made, "messages", "3", "content", "0", "id"), R"("a_2")");
  EXPECT_EQ(at(made, "messages", "4", "content", "0", "tool_use_id"), R"("a_2")");
}

TEST(BadInput, ACallWithoutAnIdIsRefused) {
  EXPECT_EQ(to_claude(history(call(""), result(""))), "missing_tool_call_id");
}

TEST(BadInput, AnIdWithOtherLettersIsChangedTheSameWayOnBothSides) {
  const std::string made = request(Form::Chat, Form::Messages, kClaude, history(call("call:1/x"), result("call:1/x")));
  const std::string id = at(made, "messages", "1", "content", "0", "id");
  EXPECT_EQ(id, at(made, "messages", "2", "content", "0", "tool_use_id"));
  EXPECT_EQ(id.find_first_of(":/"), std::string::npos);
}

TEST(BadInput, EmptyContentIsLeftOut) {
  const std::string made = request(
      Form::Chat, Form::Messages, kClaude,
      R"({"model":"m","messages":[{"role":"user","content":""},{"role":"user","content":[{"type":"text","text":""},{"type":"text","text":" \n"}]},{"role":"assistant","content":""},{"role":"user","content":"Hi"}]})");
  EXPECT_EQ(at(made, "messages"), R"([{"role":"user","content":[{"type":"text","text":"Hi"}]}])");
  EXPECT_EQ(to_claude(R"({"model":"m","messages":[{"role":"user","content":""}]})"), "empty_messages");
}

TEST(BadInput, UnknownRolesAndPartsAreRefused) {
  EXPECT_EQ(to_claude(R"({"model":"m","messages":[{"role":"narrator","content":"Hi"}]})"), "invalid_role");
  EXPECT_EQ(to_claude(R"({"model":"m","messages":[{"role":"user","content":[{"type":"hologram"}]}]})"),
            "unsupported_by_target");
  EXPECT_EQ(refusal(Form::Messages, Form::Chat, kGpt,
                    R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"hologram"}]}]})"),
            "unsupported_by_target");
}

TEST(BadInput, PartsInTheMessagesOfAnotherRoleAreRefused) {
  for (
      const std::string_view messages :
      {R"([{"role":"user","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]}])",
       R"([{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}])",
       R"([{"role":"user","content":[{"type":"thinking","thinking":"hm","signature":"S"}]}])"}) {
    EXPECT_EQ(refusal(Form::Messages, Form::Chat, kGpt,
                      R"({"model":"m","max_tokens":1,"messages":)" + std::string(messages) + "}"),
              "misplaced_part")
        << messages;
  }
}

TEST(BadInput, WhatIsNoConversationIsRefused) {
  for (const std::string_view body :
       {"", "[]", "{", R"({"model":"m"})", R"({"model":"m","messages":[]})", R"({"model":"m","messages":"x"})",
        R"({"model":"m","messages":[1]})", R"({"messages":[],"messages":[]})",
        R"({"model":"m","messages":[{"role":"user","content":7}]})"}) {
    EXPECT_NE(to_claude(body), "") << body;
  }
}

TEST(BadInput, WrongTypesOfSettingsAreRefused) {
  for (const std::string_view field : {R"("temperature":"hot")", R"("max_tokens":"x")", R"("max_tokens":0)",
                                       R"("stop":7)", R"("reasoning_effort":"very")", R"("tools":{})",
                                       R"("tools":[{"type":"function","function":{"name":"f","parameters":"x"}}])",
                                       R"("tools":[{"type":"function","function":{}}])", R"("tool_choice":7)",
                                       R"("response_format":{"type":"json_schema","json_schema":{"name":"x"}})"}) {
    EXPECT_NE(to_claude(R"({"model":"m","messages":[{"role":"user","content":"Hi"}],)" + std::string(field) + "}"), "")
        << field;
  }
}

TEST(BadInput, TenThousandToolsAreCarriedInLinearTime) {
  std::string tools;
  for (int n = 0; n < 10'000; ++n)
    tools += std::string(n == 0 ? "" : ",") + R"({"type":"function","function":{"name":"tool.)" + std::to_string(n) +
             R"("}})";
  const std::string made =
      request(Form::Chat, Form::Messages, kClaude,
              R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"tools":[)" + tools + "]}");
  EXPECT_EQ(count(at(made, "tools")), 10'000U);
}

TEST(BadInput, MoreToolsThanAreAcceptedAreRefused) {
  std::string tools;
  for (std::size_t n = 0; n <= kMaxTools; ++n) tools += std::string(n == 0 ? "" : ",") + R"({"name":"f"})";
  EXPECT_EQ(to_claude(R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"functions":[)" + tools + "]}"),
            "too_many_tools");
}

TEST(BadInput, NamesThatTwoToolsWouldShareStayApart) {
  const std::string made = request(
      Form::Chat, Form::Messages, kClaude,
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"a.b"}},{"type":"function","function":{"name":"a/b"}}]})");
  EXPECT_NE(at(made, "tools", "0", "name"), at(made, "tools", "1", "name"));
}

TEST(BadInput, ASchemaThatRefersToItselfIsCarried) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"next":{"$ref":"#"}},"$defs":{"a":{"$ref":"#/$defs/a"}}})";
  const std::string made = request(
      Form::Chat, Form::Messages, kClaude,
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":)" +
          std::string(kSchema) + "}}}");
  EXPECT_THAT(made, HasSubstr(R"("next":{"$ref":"#"})"));
}

TEST(BadInput, ASchemaThatIsNestedTooDeepIsRefused) {
  std::string schema = R"({"type":"string"})";
  for (int n = 0; n < 80; ++n) schema = R"({"type":"array","items":)" + schema + "}";
  EXPECT_EQ(
      to_claude(
          R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":)" +
          schema + "}}}"),
      "unsupported_by_target");
}

TEST(BadInput, NoTextOfTheClientsIsInAnError) {
  const auto made = try_request(
      Form::Chat, Form::Messages, kClaude,
      R"({"model":"m","messages":[{"role":"s3cret","content":"s3cret"}],"tools":[{"type":"function","function":{"name":"s3cret","parameters":7}}]})");
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message, Not(HasSubstr("s3cret")));
}

TEST(BadInput, AFirstMessageOfTheAssistantsIsPrecededByOneOfTheUsers) {
  const std::string made =
      request(Form::Chat, Form::Messages, kClaude,
              R"({"model":"m","messages":[{"role":"assistant","content":"Yo"},{"role":"user","content":"Hi"}]})");
  EXPECT_EQ(at(made, "messages", "0", "role"), R"("user")");
}

TEST(BadInput, WhiteSpaceAtTheEndOfAPrefillIsCut) {
  const std::string made = request(
      Form::Chat, Form::Messages, kClaude,
      R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"The \\n\n \t"}]})");
  EXPECT_EQ(at(made, "messages", "1", "content", "0", "text"), R"("The \\n")");
  EXPECT_EQ(
      refusal(Form::Chat, Form::Messages, "claude-opus-5",
              R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"The"}]})"),
      "unsupported_by_target");
}

}  // namespace
}  // namespace drover::translate
