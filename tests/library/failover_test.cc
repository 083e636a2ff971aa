// The gateway's faults against the library, from the gateway's own table: with three keys or servers and one that
// fails, no caller sees a failure.
#include "integration/fault_table.h"
#include "library/library_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;

/// Nine calls in turns, so that the bad one is met again and again; the number of extra attempts that it took.
int ask_nine_times(lib::Client& client, Form form) {
  int extra = 0;
  for (int call = 0; call < 9; ++call) {
    if (form == Form::Plain) {
      const auto reply = client.chat(hello());
      EXPECT_TRUE(reply) << reply.error().to_string();
      if (reply) extra += reply->origin.attempts - 1;
    } else {
      lib::ChatStream stream = client.stream(hello());
      EXPECT_FALSE(text_of(stream).empty());
      EXPECT_EQ(stream.error(), nullptr) << stream.error()->to_string();
      extra += stream.origin().attempts - 1;
    }
  }
  return extra;
}

class LibraryWithOneBadServer : public ::testing::TestWithParam<Case> {};

TEST_P(LibraryWithOneBadServer, IsSeenByNoCaller) {
  MockProvider mock(mock_settings(3));
  mock.fault("port=1:" + std::string(GetParam().fault));
  lib::Client client = client_of(providers({mock.url(0), mock.url(1), mock.url(2)}, "round_robin", kShort));
  EXPECT_GE(ask_nine_times(client, GetParam().form), 1);
}

INSTANTIATE_TEST_SUITE_P(Faults, LibraryWithOneBadServer, ::testing::ValuesIn(kOneBadServer), case_name);

class LibraryWithOneBadKey : public ::testing::TestWithParam<Case> {};

TEST_P(LibraryWithOneBadKey, IsSeenByNoCaller) {
  MockProvider mock;
  mock.fault("key=" + std::string(kKeyTwo) + ":" + GetParam().fault);
  lib::Client client = client_of(one_provider({mock.url()}, {kKeyOne, kKeyTwo, kKeyThree}, kShort));
  EXPECT_GE(ask_nine_times(client, GetParam().form), 1);
}

INSTANTIATE_TEST_SUITE_P(Faults, LibraryWithOneBadKey, ::testing::ValuesIn(kOneBadKey), case_name);

class LibraryCutStream : public ::testing::TestWithParam<const char*> {};

TEST_P(LibraryCutStream, EndsWithAnErrorBehindWhatWasRead) {
  MockProvider mock;
  mock.fault(GetParam());
  lib::Client client =
      client_of(one_provider({mock.url()}, {kKeyOne, kKeyTwo, kKeyThree}, "timeouts: { idle: 200ms }\n"));
  lib::ChatStream stream = client.stream(hello());
  EXPECT_FALSE(text_of(stream).empty());
  ASSERT_NE(stream.error(), nullptr);
  EXPECT_FALSE(stream.error()->message.empty());
  EXPECT_EQ(mock.requests(), 1U);
}

INSTANTIATE_TEST_SUITE_P(B14_B19_C12_C13, LibraryCutStream, ::testing::ValuesIn(kCutStreams));

TEST(LibraryFailover, J1_AllKeysRateLimitedIsToldWithTheShortestWait) {
  MockProvider mock;
  mock.fault("key=" + std::string(kKeyOne) + ":429:retry-after=40");
  mock.fault("key=" + std::string(kKeyTwo) + ":429:retry-after=20");
  lib::Client client = client_of(one_provider({mock.url()}, {kKeyOne, kKeyTwo}));
  for (int call = 0; call < 2; ++call) {  // the first learns it, the second knows it
    const auto reply = client.chat(hello());
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, lib::ErrorKind::RateLimited);
    EXPECT_EQ(reply.error().status, 429);
    ASSERT_TRUE(reply.error().retry_after);
    EXPECT_GE(*reply.error().retry_after, 15s);
    EXPECT_LE(*reply.error().retry_after, 25s);
  }
  EXPECT_EQ(mock.requests(), 2U);
}

TEST(LibraryFailover, C6_TheCallersOwnMistakeIsToldWithEverythingTheServerSaid) {
  MockProvider mock;
  mock.fault("400:code=bad_thing");
  lib::Client client = client_of(one_provider({mock.url()}, {kKeyOne, kKeyTwo, kKeyThree}));
  const auto reply = client.chat(hello());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, lib::ErrorKind::UserError);
  EXPECT_EQ(reply.error().status, 400);
  EXPECT_EQ(reply.error().provider_status, 400);
  EXPECT_EQ(reply.error().body, mock.last().body);
  EXPECT_FALSE(reply.error().fields.empty());
  EXPECT_EQ(reply.error().attempts, 1);
  EXPECT_THAT(reply.error().target, HasSubstr("one/"));
  EXPECT_EQ(mock.requests(), 1U);
}

TEST(LibraryFailover, C5_RejectedKeysAreToldWithWhatTheProviderSaid) {
  MockProvider mock;
  mock.fault("401");
  lib::Client client = client_of(one_provider({mock.url()}, {kKeyOne, kKeyTwo}));
  const auto reply = client.chat(hello());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, "upstream_auth");
  EXPECT_EQ(reply.error().provider_status, 401);
  EXPECT_EQ(reply.error().body, mock.last().body);
}

TEST(LibraryFailover, A1_AllRefusingIsAnErrorWithItsAttempts) {
  lib::Client client =
      client_of(providers({refusing_url(), refusing_url()}, "round_robin", "retry: { same_target: 0 }\n"));
  const auto reply = client.chat(hello());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, lib::ErrorKind::Connect);
  EXPECT_EQ(reply.error().attempts, 2);
  EXPECT_EQ(reply.error().provider_status, 0);
}

}  // namespace
}  // namespace drover::test
