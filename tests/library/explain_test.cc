// Asking a Client why a call went where it went.
#include <future>

#include "library/library_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;

std::string first_then_second(const MockProvider& mock) {
  return "health: { probe: off, eject_after: 1 }\nretry: { same_target: 0 }\nproviders:\n  first: { base_url: \"" +
         mock.url(0) + "\", keys: [ { value: " + kKeyOne + " } ] }\n  second: { base_url: \"" + mock.url(1) +
         "\", keys: [ { value: " + kKeyTwo +
         " } ] }\nmodels: { gpt-4o: { targets: [ first, { provider: second, priority: 1 } ] } }\n";
}

TEST(Explanation, TellsTheAttemptsOfACallThatWasSaved) {
  MockProvider mock(mock_settings(2));
  mock.fault("key=" + std::string(kKeyOne) + ":429:retry-after=30");
  lib::Client client = client_of(first_then_second(mock));
  const auto reply = client.chat(hello());
  ASSERT_TRUE(reply.ok()) << reply.error().to_string();
  ASSERT_FALSE(reply->origin.request_id.empty());
  const auto why = client.explain(reply->origin.request_id);
  ASSERT_TRUE(why.ok()) << why.error().to_string();
  EXPECT_EQ(why->request_id, reply->origin.request_id);
  EXPECT_EQ(why->model, "gpt-4o");
  EXPECT_EQ(why->status, 200);
  EXPECT_EQ(why->ended_by, "answered");
  EXPECT_EQ(why->error, "");
  ASSERT_EQ(why->attempts.size(), 2U);
  EXPECT_EQ(why->attempts[0].target, "first/1");
  EXPECT_EQ(why->attempts[0].failure, "rate_limited");
  EXPECT_EQ(why->attempts[0].status, 429);
  EXPECT_EQ(why->attempts[0].retry_after, std::chrono::seconds(30));
  EXPECT_EQ(why->attempts[1].failure, "");
  EXPECT_GT(why->took.count(), 0);

  // What took the key out names the call that met it, and the next call passes it over.
  const lib::TargetStatus target = client.status().targets.at(0);
  EXPECT_EQ(target.request_id, why->request_id);
  EXPECT_THAT(target.cause, HasSubstr("retry-after 30 s, request " + why->request_id));
  const auto next = client.chat(hello());
  ASSERT_TRUE(next.ok());
  const auto after = client.explain(next->origin.request_id);
  ASSERT_TRUE(after.ok());
  ASSERT_EQ(after->skipped.size(), 1U);
  EXPECT_EQ(after->skipped[0].target, "first/1");
  EXPECT_EQ(after->skipped[0].bar, "cooling");
}

TEST(Explanation, TellsAFailureWithEveryTarget) {
  MockProvider mock(mock_settings(2));
  mock.fault("500");
  lib::Client client = client_of(first_then_second(mock));
  const auto reply = client.chat(hello());
  ASSERT_FALSE(reply.ok());
  const auto why = client.explain(reply.error().request_id);
  ASSERT_TRUE(why.ok()) << why.error().to_string();
  EXPECT_EQ(why->error, "server_error");
  EXPECT_EQ(why->ended_by, "nothing_left");
  ASSERT_EQ(why->candidates.size(), 2U);
  EXPECT_EQ(why->candidates[0].bar, "tried");
}

TEST(Explanation, IsThereForStreamsAndHooks) {
  MockProvider mock(mock_settings(2));
  std::promise<std::string> heard;
  lib::Hooks hooks;
  hooks.call = [&heard](const lib::CallRecord& record) { heard.set_value(record.request_id); };
  lib::Client client = client_of(first_then_second(mock), hooks);
  lib::ChatStream stream = client.stream(hello());
  EXPECT_FALSE(text_of(stream).empty());
  const std::string id = stream.origin().request_id;
  const auto why = client.explain(id);
  ASSERT_TRUE(why.ok()) << why.error().to_string();
  EXPECT_TRUE(why->streamed);
  EXPECT_TRUE(why->first_content.has_value());
  EXPECT_EQ(heard.get_future().get(), id);
}

TEST(Explanation, OfWhatIsNotKeptIsAnError) {
  MockProvider mock(mock_settings(2));
  lib::Client client = client_of(first_then_second(mock));
  for (const std::string& id :
       {std::string(), std::string("req_nobody"), std::string(10'000, 'x'), std::string(3, '\0')}) {
    const auto why = client.explain(id);
    ASSERT_FALSE(why.ok());
    EXPECT_EQ(why.error().kind, lib::ErrorKind::NotFound);
    EXPECT_EQ(why.error().code, "not_kept");
  }
}

}  // namespace
}  // namespace drover::test
