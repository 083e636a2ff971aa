#include "upstream/translation/wire_api.h"

#include <gtest/gtest.h>

#include "upstream/translation/report.h"

namespace drover::upstream {
namespace {

using core::DialectKind;
using dialect::Api;

core::Provider openai(std::vector<std::string> apis = {}) {
  return {.name = "o", .apis = std::move(apis)};
}
core::Provider anthropic() {
  return {.name = "a", .dialect = DialectKind::Anthropic};
}
core::Provider google(std::vector<std::string> apis = {}) {
  return {.name = "g", .dialect = DialectKind::Gemini, .apis = std::move(apis)};
}

/// "chat", "chat translated", or "none".
std::string wire(Api api, DialectKind dialect, const core::Provider& provider, std::string_view model = "m",
                 bool no_responses = false) {
  const auto found = wire_api(api, dialect, provider, model, no_responses);
  if (!found) return "none";
  const auto form = form_of(found->api);
  return std::string(form ? to_string(*form) : "itself") + (found->translated ? " translated" : "");
}

TEST(WireApi, IsTheClientsOwnWhereTheProviderHasIt) {
  EXPECT_EQ(wire(Api::Chat, DialectKind::OpenAi, openai()), "chat");
  EXPECT_EQ(wire(Api::Responses, DialectKind::OpenAi, openai()), "responses");
  EXPECT_EQ(wire(Api::Messages, DialectKind::Anthropic, anthropic()), "messages");
  EXPECT_EQ(wire(Api::Embeddings, DialectKind::OpenAi, openai()), "itself");
}

TEST(WireApi, IsAnotherWhereItHasThat) {
  EXPECT_EQ(wire(Api::Chat, DialectKind::OpenAi, anthropic()), "messages translated");
  EXPECT_EQ(wire(Api::Responses, DialectKind::OpenAi, anthropic()), "messages translated");
  EXPECT_EQ(wire(Api::Messages, DialectKind::Anthropic, openai()), "chat translated");
  EXPECT_EQ(wire(Api::Responses, DialectKind::OpenAi, openai({"chat"})), "chat translated");
  EXPECT_EQ(wire(Api::Chat, DialectKind::OpenAi, openai({"responses"})), "responses translated");
  EXPECT_EQ(wire(Api::Messages, DialectKind::Anthropic, openai({"responses"})), "responses translated");
}

TEST(WireApi, IsGenerateWhereTheProviderSpeaksGemini) {
  EXPECT_EQ(wire(Api::Generate, DialectKind::Gemini, google()), "gemini");
  EXPECT_EQ(wire(Api::Chat, DialectKind::OpenAi, google()), "gemini translated");
  EXPECT_EQ(wire(Api::Responses, DialectKind::OpenAi, google({"generate"})), "gemini translated");
  EXPECT_EQ(wire(Api::Messages, DialectKind::Anthropic, google()), "gemini translated");
  EXPECT_EQ(wire(Api::Chat, DialectKind::OpenAi, google({"embeddings"})), "none");
  EXPECT_EQ(wire(Api::Generate, DialectKind::Gemini, openai()), "chat translated");
  EXPECT_EQ(wire(Api::Generate, DialectKind::Gemini, openai({"responses"})), "responses translated");
  EXPECT_EQ(wire(Api::Generate, DialectKind::Gemini, anthropic()), "messages translated");
  EXPECT_EQ(wire(Api::CountTokens, DialectKind::Gemini, google({"generate"})), "itself");
  EXPECT_EQ(wire(Api::CountTokens, DialectKind::Gemini, google({"embeddings"})), "none");
}

TEST(WireApi, IsResponsesForModelsThatUseToolsWithReasoningOnlyThere) {
  EXPECT_EQ(wire(Api::Messages, DialectKind::Anthropic, openai(), "gpt-5.4"), "responses translated");
  EXPECT_EQ(wire(Api::Messages, DialectKind::Anthropic, openai({"chat"}), "gpt-5.4"), "chat translated");
  EXPECT_EQ(wire(Api::Messages, DialectKind::Anthropic, openai(), "gpt-5.4", /*no_responses=*/true), "chat translated");
}

TEST(WireApi, IsChatWhereTheServerHasShownThatItLacksResponses) {
  EXPECT_EQ(wire(Api::Responses, DialectKind::OpenAi, openai(), "m", /*no_responses=*/true), "chat translated");
}

TEST(WireApi, IsGooglesEmbeddingsForOpenAisOnly) {
  EXPECT_EQ(wire(Api::Embeddings, DialectKind::OpenAi, google()), "itself translated");
  EXPECT_EQ(wire(Api::Embeddings, DialectKind::OpenAi, google({"generate"})), "none");
  EXPECT_EQ(wire(Api::Embeddings, DialectKind::Gemini, google()), "itself");
  EXPECT_EQ(wire(Api::Embeddings, DialectKind::Gemini, openai()), "none");
}

TEST(WireApi, IsNoneForWhatIsNoConversation) {
  EXPECT_EQ(wire(Api::Embeddings, DialectKind::OpenAi, anthropic()), "none");
  EXPECT_EQ(wire(Api::CountTokens, DialectKind::Anthropic, openai()), "none");
  EXPECT_EQ(wire(Api::Chat, DialectKind::OpenAi, openai({"embeddings"})), "none");
}

TEST(TranslationReport, TellsEachWayWithItsLosses) {
  core::Plan plan;
  plan.providers = {openai(), anthropic()};
  plan.targets = {{.provider = {0}, .model = "gpt-4o"}, {.provider = {1}, .model = "claude-sonnet-4-5"}};
  plan.pools = {{.model = "m", .targets = {core::TargetId{0}, core::TargetId{1}}}};
  plan.routes = {{.name = "m", .pools = {core::PoolId{0}}}};
  const std::vector<std::string> lines = translation_report(plan);
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_TRUE(lines[0].starts_with("m: chat at a as messages (claude-sonnet-4-5), drops ")) << lines[0];
  EXPECT_NE(lines[0].find("seed"), std::string::npos);
  EXPECT_TRUE(lines[1].starts_with("m: responses at a as messages")) << lines[1];
  EXPECT_TRUE(lines[2].starts_with("m: messages at o as chat (gpt-4o)")) << lines[2];
  EXPECT_TRUE(lines[3].starts_with("m: gemini at o as chat (gpt-4o)")) << lines[3];
  EXPECT_TRUE(lines[4].starts_with("m: gemini at a as messages (claude-sonnet-4-5)")) << lines[4];
  plan.routes[0].translate = core::Translate::Off;
  EXPECT_TRUE(translation_report(plan).empty());
}

}  // namespace
}  // namespace drover::upstream
