#include "http/head/header_rules.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace drover::http {
namespace {

using namespace std::string_literals;

Fields fields_of(std::initializer_list<Field> list) {
  Fields fields;
  for (const Field& field : list) EXPECT_TRUE(fields.push_back(field));
  return fields;
}

bool crosses_alone(std::string_view name, Direction direction) {
  const Fields fields = fields_of({{name, "v"}});
  return crosses(fields, fields[0], direction);
}

std::string crossing(std::initializer_list<Field> list, Direction direction) {
  std::string out;
  append_crossing(fields_of(list), direction, out);
  return out;
}

TEST(HeaderRules, LetsUnknownFieldsCrossBothWays) {
  for (const char* name : {"Content-Type",
                           "Accept",
                           "User-Agent",
                           "anthropic-version",
                           "anthropic-beta",
                           "OpenAI-Beta",
                           "x-anything",
                           "idempotency-key",
                           "X-Client-Request-Id",
                           "Content-Encoding",
                           "retry-after",
                           "x-ratelimit-remaining-tokens",
                           "openai-processing-ms",
                           "request-id",
                           "date",
                           "iffy",
                           "secret",
                           "anthropic-ratelimit-tokens-reset",
                           "te-x",
                           "a",
                           "warp-10"}) {
    EXPECT_TRUE(crosses_alone(name, Direction::Upstream)) << name;
    EXPECT_TRUE(crosses_alone(name, Direction::Downstream)) << name;
  }
}

TEST(HeaderRules, EndsHopByHopFieldsBothWays) {
  for (const char* name : {"Connection", "CONTENT-LENGTH", "transfer-encoding", "Trailer", "TE", "Host", "Keep-Alive",
                           "Upgrade", "Expect", "Proxy-Authorization", "proxy-authenticate", "Proxy-Connection",
                           "HTTP2-Settings", "X-Request-Id", "x-drover-target", "Content-MD5"}) {
    EXPECT_FALSE(crosses_alone(name, Direction::Upstream)) << name;
    EXPECT_FALSE(crosses_alone(name, Direction::Downstream)) << name;
  }
}

TEST(HeaderRules, H3_KeepsTheClientsCredentialsFromTheProvider) {
  for (const char* name : {"Authorization", "X-Api-Key", "api-key", "x-goog-api-key", "Cookie", "OpenAI-Organization",
                           "OpenAI-Project", "anthropic-workspace-id", "x-goog-user-project"}) {
    EXPECT_FALSE(crosses_alone(name, Direction::Upstream)) << name;
  }
}

TEST(HeaderRules, E22_DropsWhatAClientSaysAboutItself) {
  for (const char* name : {"X-Forwarded-For", "x-forwarded-host", "Forwarded", "X-Real-IP", "Via", "traceparent",
                           "tracestate", "x-internal-user", "Origin", "Referer", "Sec-Fetch-Site", "cf-connecting-ip",
                           "True-Client-IP", "x-stainless-lang", "X-Original-URL", "X-HTTP-Method-Override"}) {
    EXPECT_FALSE(crosses_alone(name, Direction::Upstream)) << name;
  }
}

TEST(HeaderRules, X8_DropsWhatAServerMayTakeForTheWordOfAProxyOrAKey) {
  for (const char* name : {"Remote-User",
                           "X-Remote-User",
                           "WL-Proxy-Client-IP",
                           "X-ProxyUser-Ip",
                           "X-Original-Method",
                           "X-Forwarded",
                           "X-Authorization",
                           "X-Amz-Security-Token",
                           "X-Forwarded-Client-Cert",
                           "X-Original-Forwarded-For",
                           "X-Remote-Addr",
                           "X-Auth-Request-User",
                           "X-MS-CLIENT-PRINCIPAL",
                           "X-Amzn-Oidc-Data",
                           "X-Goog-Authenticated-User-Email",
                           "X-Envoy-Original-Path",
                           "Ssl-Client-Cert",
                           "X-SSL-Client-S-DN",
                           "X-WEBAUTH-USER",
                           "Ocp-Apim-Subscription-Key"}) {
    EXPECT_FALSE(crosses_alone(name, Direction::Upstream)) << name;
  }
}

TEST(HeaderRules, X8_DropsOrdersToProxiesAndBrowsersOnTheWayDown) {
  for (const char* name :
       {"X-Accel-Redirect", "X-Accel-Buffering", "X-Accel-Expires", "X-Sendfile", "X-LIGHTTPD-send-file",
        "Clear-Site-Data", "Refresh", "Service-Worker-Allowed", "SourceMap", "X-SourceMap", "Surrogate-Control",
        "X-Reproxy-URL", "Content-Security-Policy", "Speculation-Rules"}) {
    EXPECT_FALSE(crosses_alone(name, Direction::Downstream)) << name;
    if (std::string_view(name) != "Refresh") continue;
    EXPECT_TRUE(crosses_alone(name, Direction::Upstream)) << name;
  }
}

TEST(HeaderRules, X4_ReservedNamesEndHereInAnyCase) {
  const std::vector<std::string> reserved = {"x-provider-key", "x-team"};
  std::string out;
  append_crossing(fields_of({{"X-Provider-Key", "a"}, {"x-team", "b"}, {"X-Team-B", "c"}}), Direction::Upstream, out,
                  reserved);
  EXPECT_EQ(out, "X-Team-B: c\r\n");
}

TEST(HeaderRules, DropsAFieldFromThePlaceOnThatItIsGiven) {
  std::string text = "/x-a: pathX-A: 1\r\nx-a: 2\r\nX-B: 3\r\n";
  drop_field(text, "x-a", 10);
  EXPECT_EQ(text, "/x-a: pathX-B: 3\r\n");
}

TEST(HeaderRules, E24_DropsRangesAndConditions) {
  for (const char* name : {"Range", "If-Range", "If-None-Match", "if-modified-since", "Accept-Encoding"}) {
    EXPECT_FALSE(crosses_alone(name, Direction::Upstream)) << name;
  }
}

TEST(HeaderRules, E17_DropsNamesWithAnUnderscoreOnTheWayUp) {
  EXPECT_FALSE(crosses_alone("x_forwarded_for", Direction::Upstream));
  EXPECT_FALSE(crosses_alone("x_user", Direction::Upstream));
  EXPECT_TRUE(crosses_alone("x_user", Direction::Downstream));
}

TEST(HeaderRules, KeepsTheAccountAndTheProvidersHostFromTheClient) {
  for (const char* name : {"Set-Cookie", "Alt-Svc", "openai-organization", "openai-project",
                           "anthropic-organization-id", "Strict-Transport-Security", "Server", "CF-Ray",
                           "cf-cache-status", "report-to", "NEL", "Access-Control-Allow-Origin"}) {
    EXPECT_FALSE(crosses_alone(name, Direction::Downstream)) << name;
  }
}

TEST(HeaderRules, E16_DropsNominatedFields) {
  const std::string out = crossing({{"Connection", "close, X-Trick ,content-type"},
                                    {"x-trick", "1"},
                                    {"Content-Type", "text/plain"},
                                    {"connection", "x-other"},
                                    {"X-Other", "2"},
                                    {"X-Kept", "3"}},
                                   Direction::Upstream);
  EXPECT_EQ(out, "X-Kept: 3\r\n");
}

TEST(HeaderRules, E16_TakesEverythingAsNominatedPastTheLimit) {
  std::string options;
  for (int at = 0; at < 40; ++at) options += "o" + std::to_string(at) + ",";
  EXPECT_EQ(crossing({{"Connection", options}, {"X-Kept", "3"}}, Direction::Upstream), "");
}

TEST(HeaderRules, WritesWhatCrossesAsItWasSpelt) {
  const std::string out = crossing(
      {{"Host", "a"}, {"anthropic-Beta", "x"}, {"Authorization", "Bearer k"}, {"anthropic-beta", "y"}, {"X-Empty", ""}},
      Direction::Upstream);
  EXPECT_EQ(out, "anthropic-Beta: x\r\nanthropic-beta: y\r\nX-Empty: \r\n");
}

TEST(HeaderRules, AppendsBehindWhatIsThere) {
  std::string out = "GET / HTTP/1.1\r\n";
  append_crossing(fields_of({{"A", "b"}}), Direction::Downstream, out);
  EXPECT_EQ(out, "GET / HTTP/1.1\r\nA: b\r\n");
}

TEST(HeaderRules, B25_E23_LetsNoLineEndThrough) {
  for (const std::string& value : {"a\r\nX: y"s, "a\nb"s, "a\rb"s, "a\0b"s, "0123456789abcdef\n"s}) {
    EXPECT_EQ(crossing({{"X-A", value}, {"X-B", "ok"}}, Direction::Downstream), "X-B: ok\r\n");
    EXPECT_EQ(crossing({{value, "v"}}, Direction::Upstream), "");
  }
  EXPECT_EQ(crossing({{"", "v"}}, Direction::Downstream), "");
}

TEST(DropRateLimits, TakesOutWhatOneKeyHasLeft) {
  std::string lines =
      "X-RateLimit-Remaining-Tokens: 1\r\nContent-Type: a\r\nanthropic-ratelimit-unified-status: x\r\nRateLimit: r\r\n"
      "retry-after: 3\r\nx-rate-limit-reset-tokens: 4\r\nRateLimit-Policy: p\r\nX-Rate: x\r\n";
  drop_rate_limits(lines);
  EXPECT_EQ(lines, "Content-Type: a\r\nretry-after: 3\r\nX-Rate: x\r\n");
}

TEST(DropRateLimits, LeavesTheFamilyThatIsKept) {
  std::string lines =
      "X-RateLimit-Remaining-Tokens: 1\r\nAnthropic-RateLimit-Unified-Status: x\r\n"
      "anthropic-ratelimit-tokens-limit: 2\r\n";
  drop_rate_limits(lines, "anthropic-ratelimit-unified-");
  EXPECT_EQ(lines, "Anthropic-RateLimit-Unified-Status: x\r\n");
}

}  // namespace
}  // namespace drover::http
