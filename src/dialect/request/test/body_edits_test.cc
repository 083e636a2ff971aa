#include "dialect/request/body_edits.h"

#include <gtest/gtest.h>

#include <string>

namespace drover::dialect {
namespace {

std::string edited(std::string_view body, std::string_view model, UsageWish wish = UsageWish::Observe,
                   Api api = Api::Chat) {
  const Inspection read = openai().inspect(api, "application/json", body).value();
  const BodyEdits edits = body_edits(api, read, body, model, wish);
  const std::string out = apply_edits(body, edits);
  EXPECT_EQ(out.size(), edited_size(body, edits));
  return out;
}

TEST(BodyEdits, G7_ReplacingTheModelLeavesEveryOtherByte) {
  EXPECT_EQ(edited("\t{ \"x\":1e400,\"model\" :\"a\" , \"y\": -0.10,\"z\":\"\\u0041\"}\n", "much-longer-name"),
            "\t{ \"x\":1e400,\"model\" :\"much-longer-name\" , \"y\": -0.10,\"z\":\"\\u0041\"}\n");
}

TEST(BodyEdits, ChangeNothingWhereTheNameIsTheSame) {
  constexpr std::string_view kBody = R"({"model":"gpt\u002d4o"})";
  EXPECT_EQ(edited(kBody, "gpt-4o"), kBody);
}

TEST(BodyEdits, ChangeNothingWhereThereIsNoModel) {
  EXPECT_EQ(edited(R"({"a":1})", "m"), R"({"a":1})");
}

TEST(BodyEdits, EscapeTheNewName) {
  EXPECT_EQ(edited(R"({"model":"a"})", "b\"c\\"), R"({"model":"b\"c\\"})");
}

TEST(BodyEdits, ReplaceTheModelOfAFormBare) {
  const std::string body = "--X\r\nContent-Disposition: form-data; name=model\r\n\r\nold\r\n--X--\r\n";
  const Inspection read = openai().inspect(Api::Audio, "multipart/form-data; boundary=X", body).value();
  EXPECT_EQ(apply_edits(body, body_edits(Api::Audio, read, body, "new", UsageWish::Observe)),
            "--X\r\nContent-Disposition: form-data; name=model\r\n\r\nnew\r\n--X--\r\n");
}

/// What goes up when the path, or the gateway, names the model that the body leaves out.
std::string completed(std::string_view body, std::string_view model, Inspection read) {
  read.has_model = true;
  read.model = "named-elsewhere";
  return apply_edits(body, body_edits(Api::Chat, read, body, model, UsageWish::Ask));
}

TEST(BodyEdits, K11_PutInAModelThatTheBodyDoesNotName) {
  const auto json = [](std::string_view body) {
    return completed(body, "m\"1", openai().inspect(Api::Chat, "application/json", body).value());
  };
  EXPECT_EQ(json(R"( { "a":1})"), R"( {"model":"m\"1", "a":1})");
  EXPECT_EQ(json("{ }"), R"({"model":"m\"1" })");
  EXPECT_EQ(json(R"({"a":1,"model":null,"b":2})"), R"({"a":1,"model":"m\"1","b":2})");
  EXPECT_EQ(json(R"({"stream":true})"), R"({"model":"m\"1","stream_options":{"include_usage":true},"stream":true})");
}

TEST(BodyEdits, K11_PutInAModelAsTheFirstPartOfAForm) {
  const std::string body = "--X\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--X--\r\n";
  const Inspection read = openai().inspect(Api::Audio, "multipart/form-data; boundary=X", body).value();
  const std::string whole = completed(body, "m1", read);
  EXPECT_EQ(whole, "--X\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm1\r\n" + body);
  EXPECT_EQ(openai().inspect(Api::Audio, "multipart/form-data; boundary=X", whole).value().model, "m1");
}

TEST(BodyEdits, F4_LeaveTheChoiceToAProviderWithTheSameDefault) {
  constexpr std::string_view kBody = R"({"input":"x"})";
  Inspection read = openai().inspect(Api::Moderations, "application/json", kBody).value();
  read.model_may_be_missing = true;
  EXPECT_EQ(completed(kBody, "named-elsewhere", read), kBody);
  EXPECT_EQ(completed(kBody, "its-name-there", read), R"({"model":"its-name-there","input":"x"})");
}

TEST(BodyEdits, AskForUsageWhereTheClientDidNot) {
  EXPECT_EQ(edited(R"({"model":"m","stream":true})", "m", UsageWish::Ask),
            R"({"stream_options":{"include_usage":true},"model":"m","stream":true})");
}

TEST(BodyEdits, AskForUsageBesideOtherOptions) {
  EXPECT_EQ(edited(R"({"stream":true,"stream_options":{"include_obfuscation":false}})", "", UsageWish::Ask),
            R"({"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}})");
  EXPECT_EQ(edited(R"({"stream":true,"stream_options":{ }})", "", UsageWish::Ask),
            R"({"stream":true,"stream_options":{"include_usage":true }})");
  EXPECT_EQ(edited(R"({"stream":true,"stream_options":null})", "", UsageWish::Ask),
            R"({"stream":true,"stream_options":{"include_usage":true}})");
  EXPECT_EQ(edited(R"({"stream":true,"stream_options":{"include_usage":false}})", "", UsageWish::Ask),
            R"({"stream":true,"stream_options":{"include_usage":true}})");
}

TEST(BodyEdits, DoNotAskWhereItIsAskedOrHasNoPlace) {
  for (const std::string body :
       {R"({"stream":true,"stream_options":{"include_usage":true}})", R"({"stream":false})", "{}"}) {
    EXPECT_EQ(edited(body, "", UsageWish::Ask), body);
  }
  EXPECT_EQ(edited(R"({"stream":true})", "", UsageWish::Ask, Api::Responses), R"({"stream":true})");
  EXPECT_EQ(edited(R"({"stream":true})", "", UsageWish::Observe), R"({"stream":true})");
}

TEST(BodyEdits, DoBothInTheOrderOfTheBody) {
  EXPECT_EQ(edited(R"({"stream":true,"stream_options":{},"model":"a"})", "b", UsageWish::Ask),
            R"({"stream":true,"stream_options":{"include_usage":true},"model":"b"})");
  EXPECT_EQ(edited(R"({"model":"a","stream_options":{},"stream":true})", "b", UsageWish::Ask),
            R"({"model":"b","stream_options":{"include_usage":true},"stream":true})");
}

}  // namespace
}  // namespace drover::dialect
