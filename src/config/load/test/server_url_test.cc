#include "config/load/server_url.h"

#include <gtest/gtest.h>

namespace drover::config {
namespace {

std::string fault(std::string_view text) {
  const auto url = check_server_url(text);
  return url ? "accepted as " + url->text : url.error().message;
}

TEST(ServerUrl, NormalisesSchemeHostAndSlashes) {
  const auto url = check_server_url("HTTPS://API.Example.com:8443/V1/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->text, "https://api.example.com:8443/V1");
  EXPECT_EQ(url->authority, "api.example.com:8443");
  EXPECT_TRUE(url->tls);
  EXPECT_FALSE(url->local);
}

TEST(ServerUrl, AcceptsAddressesOfBothFamilies) {
  EXPECT_EQ(fault("http://10.0.0.5:8000/v1"), "accepted as http://10.0.0.5:8000/v1");
  EXPECT_EQ(fault("http://[::1]:8000"), "accepted as http://[::1]:8000");
}

TEST(ServerUrl, KnowsWhichHostsArePrivate) {
  for (const char* text : {"http://localhost:1", "http://127.0.0.1", "http://10.1.2.3", "http://172.16.0.1",
                           "http://192.168.1.1", "http://[::1]:1", "http://vllm:8000", "http://a.internal"}) {
    EXPECT_TRUE(check_server_url(text).value().local) << text;
  }
  for (const char* text : {"http://8.8.8.8", "http://172.32.0.1", "http://api.example.com", "http://[2001:db8::1]"}) {
    EXPECT_FALSE(check_server_url(text).value().local) << text;
  }
}

TEST(ServerUrl, RefusesOtherSchemesAndNone) {
  const std::string expected = "the URL does not begin with https:// or http://";
  EXPECT_EQ(fault("api.example.com/v1"), expected);
  EXPECT_EQ(fault("ftp://example.com"), expected);
  EXPECT_EQ(fault(""), expected);
  EXPECT_EQ(fault("https:/example.com"), expected);
}

TEST(ServerUrl, RefusesUserInformationWithoutRepeatingIt) {
  EXPECT_EQ(fault("https://user:pass@example.com"), "the URL holds a user name or password");
}

TEST(ServerUrl, RefusesQueriesFragmentsAndOddCharacters) {
  EXPECT_EQ(fault("https://example.com/v1?key=1"), "the URL has a query or fragment");
  EXPECT_EQ(fault("https://example.com/v1#a"), "the URL has a query or fragment");
  EXPECT_EQ(fault("https://exa mple.com"), "the URL holds spaces or characters outside ASCII");
  EXPECT_EQ(fault("https://example.com/\r\nX: y"), "the URL holds spaces or characters outside ASCII");
  EXPECT_EQ(fault("https://example.com\\v1"), "the URL holds a character no URL may have");
  EXPECT_EQ(fault("https://" + std::string(3000, 'a')), "the URL is longer than 2,048 bytes");
}

TEST(ServerUrl, RefusesHostsAndPortsThatCannotBe) {
  for (const char* text : {"https://", "https:///v1", "https://[::1", "https://[]", "https://[1::2::3]:1",
                           "https://a..b", "https://ex%61mple.com"}) {
    EXPECT_EQ(fault(text), "the URL has no valid host") << text;
  }
  for (const char* text : {"https://a:", "https://a:0", "https://a:65536", "https://a:x", "https://a:1:2"}) {
    EXPECT_EQ(fault(text), "the URL's port is not from 1 to 65535") << text;
  }
}

TEST(ServerUrl, RefusesAPathThatNamesAnEndpoint) {
  EXPECT_EQ(fault("https://a/v1/chat/completions"), "the URL ends in /chat/completions, which clients add themselves");
  EXPECT_EQ(fault("https://a/v1/models/"), "the URL ends in /models, which clients add themselves");
}

TEST(ServerUrl, RefusesEmptyAndDotSegments) {
  for (const char* text : {"https://a//v1", "https://a/./v1", "https://a/v1/.."}) {
    EXPECT_EQ(fault(text), "the URL's path has empty or dot segments") << text;
  }
}

}  // namespace
}  // namespace drover::config
