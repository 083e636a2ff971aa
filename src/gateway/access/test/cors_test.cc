#include "gateway/access/cors.h"

#include <gmock/gmock.h>

namespace drover::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

http::Fields fields_of(std::initializer_list<http::Field> list) {
  http::Fields fields;
  for (const http::Field& field : list) EXPECT_TRUE(fields.push_back(field));
  return fields;
}

config::Settings listing(std::vector<std::string> origins) {
  config::Settings settings;
  settings.origins = std::move(origins);
  return settings;
}

TEST(Cors, K7_KnowsTheOriginsThatAreListedAndNoOther) {
  const config::Settings settings = listing({"https://app.example.com", "app://obsidian.md"});
  EXPECT_EQ(listed_origin(settings, fields_of({{"Origin", "https://app.example.com"}})), "https://app.example.com");
  EXPECT_EQ(listed_origin(settings, fields_of({{"origin", "app://obsidian.md"}})), "app://obsidian.md");
  for (const char* origin : {"https://app.example.com.evil", "https://app.example.com:444", "http://app.example.com",
                             "null", "", "https://app.example.com/", "https://xapp.example.com", "*"}) {
    EXPECT_EQ(listed_origin(settings, fields_of({{"Origin", origin}})), "") << origin;
  }
  EXPECT_EQ(listed_origin(settings, fields_of({{"Origin", "app://obsidian.md"}, {"Origin", "app://obsidian.md"}})), "");
  EXPECT_EQ(listed_origin(listing({}), fields_of({{"Origin", "app://obsidian.md"}})), "");
  EXPECT_EQ(listed_origin(listing({"*"}), fields_of({{"Origin", "null"}})), "null");
  EXPECT_EQ(listed_origin(listing({"*"}), fields_of({{"Origin", "x" + std::string(301, 'x')}})), "");
}

TEST(Cors, K7_SaysOnEveryAnswerThatItDependsOnTheOrigin) {
  std::string lines;
  append_cors(listing({"app://x"}), fields_of({}), lines);
  EXPECT_EQ(lines, "Vary: Origin\r\n");
  append_cors(listing({"app://x"}), fields_of({{"Origin", "app://x"}}), lines);
  EXPECT_THAT(lines, HasSubstr("Access-Control-Allow-Origin: app://x\r\n"));
  std::string none;
  append_cors(listing({}), fields_of({{"Origin", "app://x"}}), none);
  EXPECT_EQ(none, "");
}

TEST(Cors, K7_APreflightGetsBackWhatItAskedForWithinBounds) {
  std::string lines;
  append_preflight(fields_of({{"Access-Control-Request-Headers", "authorization,x-stainless-os"},
                              {"Access-Control-Request-Private-Network", "true"}}),
                   lines);
  EXPECT_THAT(lines, HasSubstr("Access-Control-Allow-Headers: authorization,x-stainless-os\r\n"));
  EXPECT_THAT(lines, HasSubstr("Access-Control-Allow-Private-Network: true\r\n"));
  for (const std::string& names : {std::string(kMaxAskedFields + 1, 'a'), std::string("a\"b"), std::string("a;b")}) {
    std::string refused;
    append_preflight(fields_of({{"Access-Control-Request-Headers", names}}), refused);
    EXPECT_THAT(refused, Not(HasSubstr("Allow-Headers")));
    EXPECT_THAT(refused, Not(HasSubstr("Private-Network")));
  }
}

}  // namespace
}  // namespace drover::gateway
