#include <gmock/gmock.h>

#include "config/test/test_world.h"

namespace drover::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kClients = "clients: [ { name: web, key: { value: client-key-0123456789 } } ]\n";

TEST(Origins, K7_AreListedExactlyInLowerCase) {
  EXPECT_THAT(loaded(one_provider("origins: [ \"https://App.Example.com\", app://obsidian.md, http://tauri.localhost, "
                                  "\"http://localhost:3000\", \"http://[::1]:80\", chrome-extension://abc ]\n"))
                  .origins,
              ElementsAre("https://app.example.com", "app://obsidian.md", "http://tauri.localhost",
                          "http://localhost:3000", "http://[::1]:80", "chrome-extension://abc"));
  EXPECT_TRUE(loaded(one_provider("")).origins.empty());
}

TEST(Origins, K7_AnyPageNeedsAKey) {
  for (const char* open : {"\"*\"", "\"null\""}) {
    const std::string list = "origins: [ " + std::string(open) + " ]\n";
    EXPECT_THAT(mistakes(one_provider(list)), ElementsAre(HasSubstr("every web page could then spend your keys")))
        << open;
    EXPECT_EQ(loaded(one_provider(list + kClients)).origins.size(), 1U) << open;
  }
}

TEST(Origins, K7_WhatIsNoOriginIsAMistake) {
  for (const char* wrong : {"app.example.com", "https://", "://x", "https://a/path", "https://*.example.com",
                            "https://a b", "https://user@host", "https://a?b"}) {
    EXPECT_THAT(mistakes(one_provider("origins: [ \"" + std::string(wrong) + "\" ]\n")),
                ElementsAre(HasSubstr("an origin such as")))
        << wrong;
  }
  EXPECT_THAT(mistakes(one_provider("origins: [ \"https://app.example.com/\" ]\n")),
              ElementsAre(HasSubstr("write https://app.example.com")));
  EXPECT_THAT(mistakes(one_provider("origins: [ app://x, app://X ]\n")), ElementsAre(HasSubstr("in the list already")));
  std::string many = "origins: [ app://x0";
  for (int at = 1; at < 65; ++at) many += ", app://x" + std::to_string(at);
  EXPECT_THAT(mistakes(one_provider(many + " ]\n")), ElementsAre(HasSubstr("more than 64 origins")));
}

}  // namespace
}  // namespace drover::config
