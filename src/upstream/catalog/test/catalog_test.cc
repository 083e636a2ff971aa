#include "upstream/catalog/catalog.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace drover::upstream {
namespace {

core::Plan plan_of(std::string base_url, core::Auth auth = {}, core::DialectKind dialect = core::DialectKind::OpenAi) {
  core::Plan plan;
  core::Provider provider;
  provider.name = "acme";
  provider.dialect = dialect;
  provider.auth = std::move(auth);
  provider.headers = {{"X-Team", "a"}};
  plan.providers.push_back(std::move(provider));
  core::Server server;
  server.base_url = std::move(base_url);
  plan.servers.push_back(std::move(server));
  core::Key key;
  key.secret = Secret("sk-test");
  plan.keys.push_back(std::move(key));
  core::Target target;
  target.name = "acme/1";
  plan.targets.push_back(std::move(target));
  return plan;
}

Result<std::shared_ptr<const Catalog>> built(core::Plan plan) {
  TlsStore tls;
  return Catalog::build(std::make_shared<const core::Plan>(std::move(plan)), tls);
}

std::string path_at(const std::string& base_url, std::string_view path, std::string_view query = {}) {
  const auto catalog = built(plan_of(base_url));
  std::string out;
  append_upstream_path((*catalog)->endpoint(core::TargetId{0}), path, query, out);
  return out;
}

TEST(Catalog, LetsTheBaseUrlStandForTheClientsOwnVersion) {
  EXPECT_EQ(path_at("http://h/v1", "/v1/chat/completions"), "/v1/chat/completions");
  EXPECT_EQ(path_at("http://h/openai/v1", "/v1/models"), "/openai/v1/models");
  EXPECT_EQ(path_at("http://h", "/v1/chat/completions"), "/chat/completions");
}

TEST(Catalog, LetsAnyVersionInAGeminiBaseUrlStandForTheClients) {
  const auto path = [](const std::string& base_url, std::string_view client_path) {
    const auto catalog = built(plan_of(base_url, {}, core::DialectKind::Gemini));
    std::string out;
    append_upstream_path((*catalog)->endpoint(core::TargetId{0}), client_path, {}, out);
    return out;
  };
  EXPECT_EQ(path("http://h", "/v1beta/models/m:generateContent"), "/v1beta/models/m:generateContent");
  EXPECT_EQ(path("http://h", "/v1alpha/models/m:generateContent"), "/v1alpha/models/m:generateContent");
  EXPECT_EQ(path("http://h/v1beta", "/v1/models/m:generateContent"), "/v1beta/models/m:generateContent");
  EXPECT_EQ(path("http://h/v1/publishers/google", "/v1beta/models/m:countTokens"),
            "/v1/publishers/google/models/m:countTokens");
  EXPECT_EQ(path("http://h/gemini", "/v1beta/models/m:countTokens"), "/gemini/v1beta/models/m:countTokens");
}

TEST(Catalog, KeepsTheQuery) {
  EXPECT_EQ(path_at("http://h/v1", "/v1/files", "limit=2"), "/v1/files?limit=2");
}

TEST(Catalog, CutsOnlyAWholeVersionSegment) {
  EXPECT_EQ(path_at("http://h/v1", "/v1x/y"), "/v1/v1x/y");
}

TEST(Catalog, WritesTheCredentialAsTheProviderWantsIt) {
  const auto bearer = built(plan_of("http://h/v1"));
  EXPECT_EQ((*bearer)->endpoint(core::TargetId{0}).fields->reveal(),
            "Authorization: Bearer sk-test\r\nX-Team: a\r\nAccept-Encoding: identity\r\n");
  const auto header = built(plan_of("http://h/v1", {core::Auth::Kind::Header, "api-key"}));
  EXPECT_TRUE((*header)->endpoint(core::TargetId{0}).fields->reveal().starts_with("api-key: sk-test\r\n"));
  const auto none = built(plan_of("http://h/v1", {core::Auth::Kind::None, ""}));
  EXPECT_EQ((*none)->endpoint(core::TargetId{0}).fields->reveal().find("sk-test"), std::string_view::npos);
}

TEST(Catalog, K11_AddsTheProvidersQueryInPlaceOfTheClients) {
  core::Plan plan = plan_of("http://h/openai/deployments/d");
  plan.providers[0].query = {{"api-version", "2024-10-21"}, {"x", "a%20b"}};
  const auto catalog = built(std::move(plan));
  const Endpoint& endpoint = (*catalog)->endpoint(core::TargetId{0});
  const auto path = [&](std::string_view query) {
    std::string out;
    append_upstream_path(endpoint, "/v1/chat/completions", query, out);
    return out;
  };
  constexpr std::string_view kStart = "/openai/deployments/d/chat/completions?";
  EXPECT_EQ(path(""), std::string(kStart) + "api-version=2024-10-21&x=a%20b");
  EXPECT_EQ(path("limit=1"), std::string(kStart) + "limit=1&api-version=2024-10-21&x=a%20b");
  EXPECT_EQ(path("X=1&a=2&Api%2Dversion=9&x"), std::string(kStart) + "a=2&api-version=2024-10-21&x=a%20b");
  std::string own = "/models?limit=1";
  append_own_query(*endpoint.server, own);
  EXPECT_EQ(own, "/models?limit=1&api-version=2024-10-21&x=a%20b");
}

TEST(Catalog, NamesTheProviderOfABaseUrlThatCannotBeUsed) {
  const auto refused = built(plan_of("ftp://h"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::BadConfig);
  EXPECT_TRUE(refused.error().message.starts_with("provider 'acme': "));
}

TEST(Catalog, SpeaksEachProvidersDialect) {
  const core::TargetId first{0};
  EXPECT_EQ((*built(plan_of("http://h")))->endpoint(first).dialect, &dialect::openai());
  const auto other = built(plan_of("http://h", {}, core::DialectKind::Anthropic));
  ASSERT_TRUE(other);
  EXPECT_EQ((*other)->endpoint(first).dialect, &dialect::anthropic());
  const auto google = built(plan_of("http://h", {}, core::DialectKind::Gemini));
  EXPECT_EQ((*google)->endpoint(first).dialect, &dialect::gemini());
}

TEST(Catalog, KnowsWhereAndHowEachDialectIsAskedOnOurOwnAccount) {
  const auto server = [](const char* url, core::DialectKind dialect) {
    return (*built(plan_of(url, {}, dialect)))->server(core::ServerId{0});
  };
  EXPECT_EQ(server("http://h/v1", core::DialectKind::OpenAi).own_path_prefix, "/v1");
  EXPECT_EQ(server("http://h/openai", core::DialectKind::OpenAi).own_path_prefix, "/openai");
  EXPECT_EQ(server("http://h/openai", core::DialectKind::OpenAi).own_fields, "");
  EXPECT_EQ(server("http://h", core::DialectKind::Anthropic).own_path_prefix, "/v1");
  EXPECT_EQ(server("http://h/anthropic", core::DialectKind::Anthropic).own_path_prefix, "/anthropic/v1");
  EXPECT_EQ(server("http://h/v1", core::DialectKind::Anthropic).own_path_prefix, "/v1");
  EXPECT_EQ(server("http://h", core::DialectKind::Anthropic).own_fields, "anthropic-version: 2023-06-01\r\n");
  EXPECT_EQ(server("http://h", core::DialectKind::Gemini).own_path_prefix, "/v1beta");
  EXPECT_EQ(server("http://h/v1", core::DialectKind::Gemini).own_path_prefix, "/v1");
  EXPECT_EQ(server("http://h", core::DialectKind::Gemini).own_fields, "");
}

}  // namespace
}  // namespace drover::upstream
