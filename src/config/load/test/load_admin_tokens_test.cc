#include <gmock/gmock.h>

#include "base/sha256.h"
#include "config/test/test_world.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

FakeWorld with_tokens() {
  FakeWorld in = world();
  in.variables["ADMIN_A"] = "canary-admin-token-aaaaaaaa";
  in.variables["ADMIN_B"] = "canary-admin-token-bbbbbbbb";
  in.variables["SHORT"] = "canary-too-short";
  return in;
}

TEST(LoadAdminTokens, ATokenHasANameARoleAndADigest) {
  const Settings settings = loaded(one_provider("admin_tokens:\n"
                                                "  - { name: a, role: read, env: ADMIN_A }\n"
                                                "  - { name: b, role: all, env: ADMIN_B }\n"),
                                   with_tokens());
  ASSERT_EQ(settings.admin_tokens.size(), 2U);
  EXPECT_EQ(settings.admin_tokens[0].role, AdminRole::Read);
  EXPECT_EQ(settings.admin_tokens[1].role, AdminRole::All);
  EXPECT_EQ(settings.admin_tokens[1].digest, sha256("canary-admin-token-bbbbbbbb"));
  EXPECT_THAT(describe(settings), Not(HasSubstr("canary")));
}

TEST(LoadAdminTokens, WithoutThemNobodyHasOne) {
  EXPECT_TRUE(loaded(one_provider("")).admin_tokens.empty());
}

TEST(LoadAdminTokens, MistakesAreTold) {
  const auto said = [](std::string_view token) {
    std::string out;
    for (const std::string& each :
         mistakes(one_provider("admin_tokens: [ " + std::string(token) + " ]\n"), with_tokens())) {
      out += each;
    }
    return out;
  };
  EXPECT_THAT(said("{ name: a, role: read, env: SHORT }"), HasSubstr("fewer than 24 characters"));
  EXPECT_THAT(said("{ name: a, role: root, env: ADMIN_A }"), HasSubstr("read, keys, all"));
  EXPECT_THAT(said("{ name: a, env: ADMIN_A }"), HasSubstr("role is missing"));
  EXPECT_THAT(said("{ role: read, env: ADMIN_A }"), HasSubstr("name is missing"));
  EXPECT_THAT(said("{ name: a, role: read, env: ADMIN_A }, { name: a, role: read, env: ADMIN_B }"),
              HasSubstr("called 'a' too"));
  EXPECT_THAT(said("{ name: a, role: read, env: ADMIN_A }, { name: b, role: all, env: ADMIN_A }"),
              HasSubstr("same token as 'a'"));
  EXPECT_THAT(said("{ name: a, role: read }"), HasSubstr("no env, file or value"));
  for (const char* each : {"{ name: a, role: read, env: SHORT }", "{ name: a, role: read, value: canary-short }"}) {
    EXPECT_THAT(said(each), Not(HasSubstr("canary")));
  }
}

TEST(LoadAdminTokens, AClientsKeyIsNoAdminToken) {
  const std::string text = one_provider(
      "clients: [ { name: web, key: { env: ADMIN_A } } ]\n"
      "admin_tokens: [ { name: a, role: read, env: ADMIN_A } ]\n");
  EXPECT_THAT(mistakes(text, with_tokens()), ElementsAre(HasSubstr("also the key of a client")));
}

TEST(LoadAdminTokens, WarnsWhereTokensAreOfNoUseOrTravelUnencrypted) {
  const std::string tokens = "admin_tokens: [ { name: a, role: read, env: ADMIN_A } ]\n";
  EXPECT_THAT(loaded(one_provider("admin: off\n" + tokens), with_tokens()).warnings,
              ElementsAre(HasSubstr("which is off")));
  EXPECT_THAT(loaded(one_provider("admin: 0.0.0.0:8081\n" + tokens), with_tokens()).warnings,
              testing::Contains(HasSubstr("tokens travel unencrypted")));
}

}  // namespace
}  // namespace drover::config
