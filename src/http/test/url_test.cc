#include "http/url.h"

#include <gtest/gtest.h>

#include <string>

namespace drover::http {
namespace {

using namespace std::string_literals;

std::string target_code(std::string_view target) {
  const auto parsed = parse_target(target);
  if (parsed) return "";
  EXPECT_EQ(parsed.error().status, 400);
  EXPECT_EQ(parsed.error().kind, ErrorKind::BadRequest);
  return parsed.error().code;
}

std::string base_url_message(std::string_view text) {
  const auto parsed = parse_base_url(text);
  if (parsed) return "";
  EXPECT_EQ(parsed.error().kind, ErrorKind::BadConfig);
  return parsed.error().message;
}

TEST(TargetPath, TakesPathAndQueryApart) {
  const auto found = parse_target("/v1/models/gpt-4o?limit=5&x=%20");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->path, "/v1/models/gpt-4o");
  EXPECT_EQ(found->query, "limit=5&x=%20");
  EXPECT_EQ(parse_target("/")->path, "/");
  EXPECT_EQ(parse_target("/a?")->query, "");
  EXPECT_EQ(parse_target("/a??b")->query, "?b");
}

TEST(TargetPath, E11_ReadsTheAbsoluteForm) {
  EXPECT_EQ(parse_target("http://host:81/v1/x?q")->path, "/v1/x");
  EXPECT_EQ(parse_target("HTTPS://host/v1/x?q")->query, "q");
  EXPECT_EQ(parse_target("http://host")->path, "/");
  EXPECT_EQ(parse_target("http://host?q=1")->query, "q=1");
  EXPECT_EQ(target_code("http:///v1"), "bad_target");
  EXPECT_EQ(target_code("http://user@host/v1"), "bad_target");
}

TEST(TargetPath, RefusesAsteriskAndAuthorityForm) {
  for (const char* target : {"*", "host:443", "", "v1/models", "ftp://host/", "?q"}) {
    EXPECT_EQ(target_code(target), "target_form") << target;
  }
}

TEST(TargetPath, AcceptsWhatModelNamesAndClientsNeed) {
  for (const char* target :
       {"/v1/models/ft:gpt-4o:org::id", "/v1/models/meta-llama%20x", "/v1/models/a%3Ab", "/v1/models/%E6%A8%A1", "/v1/",
        "/openai/deployments/x/chat/completions?api-version=2024-10-21", "/v1/responses/r?include[]=a&include%5B%5D=b",
        "/v1beta/models/gemini:generateContent?alt=sse", "/v1/x;p=1", "/v1/...", "/v1/.hidden", "/v1/a..b", "/v1/@x"}) {
    EXPECT_EQ(target_code(target), "") << target;
  }
}

TEST(TargetPath, E13_RefusesEverySecondSpellingOfAPath) {
  for (const char* target : {"//",
                             "//v1",
                             "/v1//models",
                             "/v1/models//",
                             "/./",
                             "/v1/.",
                             "/..",
                             "/v1/../admin",
                             "/v1/..;/admin",
                             "/v1/.;x/a",
                             "/v1/%2e%2e/admin",
                             "/v1/%2E/a",
                             "/v1/.%2e/a",
                             "/v1%2fadmin",
                             "/v1%2Fadmin",
                             "/v1%5cadmin",
                             "/v1\\admin",
                             "/v1/%00",
                             "/v1/%0d%0a",
                             "/v1/%7f",
                             "/v1/..%3b/a",
                             "/v1/%3f",
                             "/v1/%23",
                             "/v1/%252e",
                             "/v1/%63hat",
                             "/v1/%7Euser",
                             "http://h//a",
                             "http://h/../a"}) {
    EXPECT_EQ(target_code(target), "bad_target") << target;
  }
}

TEST(TargetPath, X8_RefusesWhatSomeServersFoldToADotSegmentOrASlash) {
  for (const char* target :
       {"/v1/files/..%20/x", "/v1/%20../x", "/v1/.%20./x", "/v1/..%20;a/x", "/v1/.%20", "/v1/%C2%A0../x",
        "/v1/%c0%ae%c0%ae/x", "/v1/..%c0%af/x", "/v1/%ff", "/v1/%e2%82", "/v1/%ed%a0%80", "/v1/%f4%90%80%80",
        "/v1/%ef%bc%8e%ef%bc%8e/x", "/v1/..%ef%bc%8fx", "/v1/a%e2%88%95b"}) {
    EXPECT_EQ(target_code(target), "bad_target") << target;
  }
  EXPECT_EQ(target_code("/v1/models/my%20model..%20x"), "");
  EXPECT_EQ(target_code("/v1/models/%E0%B9%84%E0%B8%97%E0%B8%A2"), "");
}

TEST(TargetPath, E13_RefusesBytesThatDoNotBelongInATarget) {
  for (const std::string& target :
       {"/v1#f"s, "/v1?q#f"s, "/\xc3\xa9"s, "/a b"s, "/a\0"s, "/a\x01"s, "/a<b"s, "/a\"b"s, "/a{b}"s, "/a|b"s, "/a^b"s,
        "/a`b"s, "/a[b]"s, "/a?b c"s, "/a?\xc3\xa9"s, "/a?\\"s, "/a?<"s}) {
    EXPECT_EQ(target_code(target), "bad_target") << target;
  }
}

TEST(TargetPath, E13_RefusesBrokenEscapes) {
  for (const char* target : {"/%", "/%4", "/%4x", "/%x4", "/a%", "/a?%", "/a?%4", "/a?%zz", "/a?%00", "/a?b=%2"}) {
    EXPECT_EQ(target_code(target), "bad_target") << target;
  }
}

TEST(BaseUrl, TakesAnHttpsUrlApart) {
  const auto url = parse_base_url("https://api.Example.com/v1/");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "api.example.com");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->path_prefix, "/v1");
  EXPECT_EQ(url->authority, "api.example.com");
}

TEST(BaseUrl, NamesThePortInTheAuthorityOnlyWhenItIsNotTheDefault) {
  EXPECT_EQ(parse_base_url("http://10.0.0.5:8000/v1")->authority, "10.0.0.5:8000");
  EXPECT_EQ(parse_base_url("http://h:80")->authority, "h");
  EXPECT_EQ(parse_base_url("http://h:443")->authority, "h:443");
  EXPECT_EQ(parse_base_url("https://h:443")->authority, "h");
}

TEST(BaseUrl, KeepsIpv6InBracketsInTheAuthorityOnly) {
  const auto url = parse_base_url("HTTP://[::1]:8080");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->authority, "[::1]:8080");
  EXPECT_EQ(url->path_prefix, "");
}

TEST(Unescape, F5_UndoesOneLayer) {
  EXPECT_EQ(*unescape("a%2Fb%3ac%20d"), "a/b:c d");
  EXPECT_EQ(*unescape("a%252Fb"), "a%2Fb");
  EXPECT_EQ(*unescape(""), "");
  for (const char* wrong : {"%", "%2", "%zz", "%00", "%1f", "%7f", "%ff", "%c0%af"}) {
    EXPECT_EQ(unescape(wrong).error().code, "bad_target") << wrong;
  }
}

TEST(BaseUrl, LeavesTheSlashesAtTheEndOut) {
  EXPECT_EQ(parse_base_url("http://h/")->path_prefix, "");
  EXPECT_EQ(parse_base_url("http://h/a/b///")->path_prefix, "/a/b");
}

TEST(BaseUrl, SaysWhatIsWrong) {
  EXPECT_NE(base_url_message("api.example.com").find("http://"), std::string::npos);
  EXPECT_NE(base_url_message("ftp://h").find("http://"), std::string::npos);
  EXPECT_NE(base_url_message("").find("http://"), std::string::npos);
  EXPECT_NE(base_url_message("http://").find("no host"), std::string::npos);
  EXPECT_NE(base_url_message("http://:80/v1").find("no host"), std::string::npos);
  EXPECT_NE(base_url_message("http://h:0").find("port"), std::string::npos);
  EXPECT_NE(base_url_message("http://h:70000").find("port"), std::string::npos);
  EXPECT_NE(base_url_message("http://h?key=x").find("query"), std::string::npos);
  EXPECT_NE(base_url_message("http://h/#x").find("fragment"), std::string::npos);
  EXPECT_NE(base_url_message("http://u:p@h/").find("user info"), std::string::npos);
  EXPECT_NE(base_url_message("http://h/a//b").find("empty segment"), std::string::npos);
  EXPECT_NE(base_url_message("http://h/../a").find("dot segment"), std::string::npos);
  EXPECT_NE(base_url_message("http://h h/").find("host"), std::string::npos);
  EXPECT_NE(base_url_message("http://h/a b").find("path"), std::string::npos);
}

TEST(BaseUrl, H2_RepeatsNoCredentialInItsMessage) {
  EXPECT_EQ(base_url_message("http://user:sk-canary@h/").find("canary"), std::string::npos);
  EXPECT_EQ(base_url_message("http://h/v1?key=sk-canary").find("canary"), std::string::npos);
}

}  // namespace
}  // namespace drover::http
