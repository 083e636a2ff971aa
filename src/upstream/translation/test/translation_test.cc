#include "upstream/translation/translation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::upstream {
namespace {

using namespace std::chrono_literals;
using translate::Form;

constexpr std::string_view kCall = "toolu_0123456789";

TEST(ReasoningMemory, KeepsThoughtsForTheirClientAndCall) {
  ReasoningMemory memory;
  const Instant now{};
  memory.keep(1, {.call_id = std::string(kCall), .thoughts = "t"}, now);
  EXPECT_EQ(memory.find(1, kCall, now), "t");
  EXPECT_EQ(memory.find(2, kCall, now), std::nullopt) << "another client's";
  EXPECT_EQ(memory.find(1, "toolu_9999999999", now), std::nullopt);
  EXPECT_EQ(memory.find(1, kCall, now + ReasoningMemory::kKept), std::nullopt) << "too old";
}

TEST(ReasoningMemory, KeepsNothingForIdsThatComeAgain) {
  ReasoningMemory memory;
  memory.keep(1, {.call_id = "call_1", .thoughts = "t"}, Instant{});
  EXPECT_EQ(memory.find(1, "call_1", Instant{}), std::nullopt);
  EXPECT_EQ(memory.bytes(), 0U);
}

TEST(ReasoningMemory, ForgetsTheOldestFirstAndHoldsNoMoreThanItMay) {
  ReasoningMemory memory(100);
  const auto id = [](int number) { return "toolu_000000000" + std::to_string(number); };
  for (int number = 0; number < 9; ++number) {
    memory.keep(1, {.call_id = id(number), .thoughts = std::string(30, 'x')}, Instant{} + number * 1s);
    EXPECT_LE(memory.bytes(), 100U);
  }
  EXPECT_EQ(memory.find(1, id(5), Instant{} + 9s), std::nullopt);
  EXPECT_NE(memory.find(1, id(8), Instant{} + 9s), std::nullopt);
  memory.keep(1, {.call_id = id(8), .thoughts = std::string(101, 'x')}, Instant{});
  EXPECT_LE(memory.bytes(), 100U) << "one that is longer than all may be is not kept";
}

TEST(ReasoningMemory, CountsAnIdThatComesAgainOnce) {
  ReasoningMemory memory(100);
  for (int time = 0; time < 50; ++time) {
    memory.keep(1, {.call_id = std::string(kCall), .thoughts = std::string(60, 'x')}, Instant{} + time * 1s);
  }
  EXPECT_EQ(memory.bytes(), 60U);
  EXPECT_NE(memory.find(1, kCall, Instant{} + 50s), std::nullopt);
}

class Translations : public ::testing::Test {
 protected:
  Translations() {
    request_.api = dialect::Api::Chat;
    request_.fields =
        "user-agent: me\r\nOpenAI-Beta: x\r\nContent-Type: application/json; charset=utf-8\r\nx-mine: 1\r\n";
    request_.body.begin(budget_, nullptr, 0);
    EXPECT_TRUE(request_.body.append(R"({"model":"m","messages":[{"role":"user","content":"hi"}]})"));
  }
  std::shared_ptr<const Translation> get(Form back, const std::string& model) {
    auto made = translator_.get(request_, back, model, {});
    EXPECT_TRUE(made.has_value());
    return made ? *made : nullptr;
  }
  MemoryBudget budget_{1 << 20};
  UpstreamRequest request_;
  Translator translator_;
};

TEST_F(Translations, AreMadeOnceForAttemptsAtTheSameForm) {
  const auto first = get(Form::Messages, "claude-sonnet-4-5");
  EXPECT_EQ(get(Form::Messages, "claude-sonnet-4-5"), first);
  EXPECT_NE(get(Form::Messages, "claude-opus-5"), first) << "another model may take something else";
  EXPECT_NE(get(Form::Responses, "claude-opus-5"), first);
}

TEST_F(Translations, AreChargedToTheMemoryOfReplaysUntilTheyGo) {
  const std::uint64_t before = budget_.used();
  auto made = get(Form::Messages, "claude-sonnet-4-5");
  EXPECT_GT(budget_.used(), before);
  translator_.forget();
  made.reset();
  EXPECT_EQ(budget_.used(), before);
}

TEST_F(Translations, FailWithoutMemoryAndBlameNobody) {
  MemoryBudget small(request_.body.view().size() + 8);
  UpstreamRequest request;
  request.api = dialect::Api::Chat;
  request.body.begin(small, nullptr, 0);
  ASSERT_TRUE(request.body.append(R"({"model":"m","messages":[]})"));
  const auto made = translator_.get(request, Form::Messages, "claude-sonnet-4-5", {});
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().kind, made.error().code == "replay_memory" ? ErrorKind::LocalResource : ErrorKind::BadRequest);
}

TEST_F(Translations, TakeAlongWhatHeadFieldsMeanToAnyProvider) {
  std::string fields;
  append_translated_fields(request_, *get(Form::Messages, "claude-sonnet-4-5"), fields);
  EXPECT_EQ(fields,
            "user-agent: me\r\nx-mine: 1\r\ncontent-type: application/json\r\nanthropic-version: 2023-06-01\r\n");
}

TEST_F(Translations, AreRefusedForOtherProvidersOnlyWhereAnotherOneMayTakeThem) {
  const auto made = translator_.get(request_, Form::Messages, "m", {.policy = core::Translate::Off});
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().retry, RetryClass::OtherProvider);
  EXPECT_EQ(made.error().scope, ErrorScope::Request);
  EXPECT_EQ(made.error().status, 0) << "no upstream has answered";
}

}  // namespace
}  // namespace drover::upstream
