// Which route, may the client, and whose is it: decided from a small configuration, without a gateway.
#include "gateway/routing/routing.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "config/test/test_world.h"
#include "dialect/request/id_mark.h"
#include "gateway/process/snapshot.h"
#include "gateway/routing/model_access.h"

namespace drover::gateway {
namespace {

using dialect::Api;

/// Providers by name: "all" (OpenAI's dialect, keys 1 and 2, the pin is 2), "few" (the same dialect, embeddings alone)
/// and "claude" (Anthropic's). Clients: "any", "models" (m and both), "few" (the provider few), "star" ("*").
constexpr std::string_view kThreeProviders = R"(
providers:
  all: { base_url: https://all.example/v1, pin: second, keys: [ { name: first, value: canary-0001 }, { name: second, value: canary-0002 } ] }
  few: { base_url: https://few.example/v1, apis: [ embeddings ], keys: [ { value: canary-0003 } ] }
  claude: { dialect: anthropic, base_url: https://claude.example, keys: [ { value: canary-0004 } ] }
models:
  m: { targets: [ all ] }
  e: { targets: [ few ] }
  both: { targets: [ all, claude ] }
  apart: { targets: [ claude ], translate: off }
  counted: { targets: [ few ] }
  dall-e-2: { targets: [ all ] }
clients:
  - { name: any, key: { value: client-canary-1 } }
  - { name: models, key: { value: client-canary-2 }, models: [ m, both ] }
  - { name: few, key: { value: client-canary-3 }, providers: [ few ] }
  - { name: star, key: { value: client-canary-4 }, models: [ "*" ] }
)";

/// One request, and how it is routed.
class Asks {
 public:
  Asks(Api api, std::string path, core::DialectKind speaks = core::DialectKind::OpenAi) {
    request_.method = "POST";
    request_.path = std::move(path);
    request_.api = api;
    request_.speaks = speaks;
    request_.dialect = &upstream::dialect_of(speaks);
  }

  Asks& model(std::string name) {
    inspection().has_model = true;
    inspection().model = std::move(name);
    return *this;
  }
  Asks& deployment(std::string name) {
    named_ = std::move(name);
    return *this;
  }
  Asks& client(std::string_view name) {
    client_ = name;
    return *this;
  }
  Asks& held_by(Holder holder) {
    holder_ = holder;
    return *this;
  }
  Asks& body(std::string_view text) {
    request_.body.begin(*memory_, nullptr, text.size());
    EXPECT_TRUE(request_.body.append(text));
    return *this;
  }
  [[nodiscard]] dialect::Inspection& inspection() { return request_.inspection; }
  [[nodiscard]] const core::Plan& plan() const { return *made_.plan; }

  /// The code of the error; empty: the request may go.
  std::string decide() {
    const config::ClientKey* client = nullptr;
    for (const config::ClientKey& known : settings_.clients) {
      if (known.name == client_) client = &known;
    }
    const core::ProviderSet* within = client != nullptr && client->providers ? &*client->providers : nullptr;
    fences_ = upstream::RouteFences(plan(), request_.speaks, within);
    const auto pin = made_.pins[static_cast<std::size_t>(request_.speaks)];
    const RoutingFacts facts{.plan = &plan(), .fences = &fences_, .pin = pin ? &plan().routes[pin->index()] : nullptr};
    const auto decided =
        decide_route(facts, {.client = client, .request = &request_, .named = named_}, holder_, routing);
    return decided ? std::string() : decided.error().code;
  }
  [[nodiscard]] std::uint64_t needs() const { return needed_object({.request = &request_, .named = named_}); }
  [[nodiscard]] std::string route() const { return routing.route == nullptr ? "" : routing.route->name; }
  [[nodiscard]] bool may_go_to(std::string_view provider) const {
    for (std::uint32_t at = 0; at < plan().providers.size(); ++at) {
      if (plan().providers[at].name == provider) return routing.fence.admits(core::ProviderId{at});
    }
    ADD_FAILURE() << "no provider " << provider;
    return false;
  }
  [[nodiscard]] core::Owner account_of(std::string_view key) const {
    for (std::uint32_t at = 0; at < plan().keys.size(); ++at) {
      if (plan().keys[at].name == key) return {.key = at};
    }
    ADD_FAILURE() << "no key " << key;
    return {};
  }

  Routing routing;

 private:
  config::Settings settings_ = config::loaded(kThreeProviders);
  GatewayPlan made_ = gateway_plan(settings_);
  std::unique_ptr<upstream::MemoryBudget> memory_ = std::make_unique<upstream::MemoryBudget>(1 << 20);
  upstream::UpstreamRequest request_;
  upstream::RouteFences fences_;
  std::string named_;
  std::string_view client_;
  Holder holder_;
};

Asks chat(std::string model) {
  Asks asks(Api::Chat, "/v1/chat/completions");
  asks.model(std::move(model));
  return asks;
}
Asks file(core::DialectKind speaks = core::DialectKind::OpenAi) {
  return Asks(Api::Pinned, "/v1/files/file-1", speaks);
}

TEST(Routing, LeadsAModelToItsRouteAndToTheProvidersThatOfferTheApi) {
  Asks asks = chat("m");
  EXPECT_EQ(asks.decide(), "");
  EXPECT_EQ(asks.route(), "m");
  EXPECT_TRUE(asks.may_go_to("all"));
  EXPECT_FALSE(asks.may_go_to("few"));
  EXPECT_FALSE(asks.routing.owner.known());
  EXPECT_FALSE(asks.routing.pinned || asks.routing.counts_here);
}

TEST(Routing, KnowsOnlyTheModelsOfTheConfiguration) {
  Asks asks = chat("gpt-x");
  EXPECT_EQ(asks.decide(), "model_not_found");
  EXPECT_EQ(asks.routing.route, nullptr);
}

TEST(Routing, LeadsNoNameToAPin) {
  EXPECT_EQ(chat(std::string(1, kInternalRoute) + "pin0").decide(), "model_not_found");
}

TEST(Routing, RefusesAModelThatIsNotOnTheClientsListAndStillTellsItsRoute) {
  Asks asks = chat("e");
  EXPECT_EQ(asks.client("models").decide(), "model_not_allowed");
  EXPECT_EQ(asks.route(), "e");
  EXPECT_EQ(chat("m").client("models").decide(), "");
  EXPECT_EQ(chat("m").client("star").decide(), "");
}

TEST(Routing, KeepsALimitedClientToItsProviders) {
  Asks inside(Api::Embeddings, "/v1/embeddings");
  EXPECT_EQ(inside.model("e").client("few").decide(), "");
  EXPECT_TRUE(inside.may_go_to("few"));
  EXPECT_FALSE(inside.may_go_to("all"));
  Asks outside(Api::Embeddings, "/v1/embeddings");
  EXPECT_EQ(outside.model("m").client("few").decide(), "api_not_offered");
}

TEST(Routing, RefusesASecondModelOfALimitedClientInBodyAndPath) {
  for (const std::string_view client : {"models", "few"}) {
    EXPECT_EQ(chat("m").deployment("both").client(client).decide(), "path_not_allowed") << client;
  }
  for (const std::string_view client : {"any", "star"}) {
    Asks asks = chat("m");
    EXPECT_EQ(asks.deployment("both").client(client).decide(), "") << client;
    EXPECT_EQ(asks.route(), "m") << client;
  }
  Asks hidden = chat("m");
  hidden.inspection().names_other_models = true;
  EXPECT_EQ(hidden.client("models").decide(), "model_not_allowed");
}

TEST(Routing, FindsNoRouteForAnApiThatNobodyBehindTheModelOffers) {
  EXPECT_EQ(chat("e").decide(), "api_not_offered");
}

TEST(Routing, CrossesDialectsOnlyWhereTheModelIsTranslated) {
  Asks crosses(Api::Messages, "/v1/messages", core::DialectKind::Anthropic);
  EXPECT_EQ(crosses.model("m").decide(), "");
  EXPECT_TRUE(crosses.may_go_to("all"));
  EXPECT_EQ(chat("apart").decide(), "model_in_other_dialect");
}

TEST(Routing, CountsTokensHereWhereNoProviderOfTheModelDoes) {
  Asks asks(Api::CountTokens, "/v1/messages/count_tokens", core::DialectKind::Anthropic);
  EXPECT_EQ(asks.model("counted").decide(), "");
  EXPECT_TRUE(asks.routing.counts_here);
  Asks there(Api::CountTokens, "/v1/messages/count_tokens", core::DialectKind::Anthropic);
  EXPECT_EQ(there.model("apart").decide(), "");
  EXPECT_FALSE(there.routing.counts_here);
}

TEST(Routing, TakesTheModelFromThePathWhereTheBodyNamesNone) {
  Asks asks(Api::Chat, "/v1/chat/completions");
  EXPECT_EQ(asks.deployment("m").decide(), "");
  EXPECT_EQ(asks.routing.model, "m");
  EXPECT_EQ(asks.route(), "m");
}

TEST(Routing, ChoosesTheApisDefaultWhereTheModelMayBeLeftOut) {
  Asks asks(Api::Images, "/v1/images/variations");
  EXPECT_EQ(asks.decide(), "");
  EXPECT_EQ(asks.routing.model, "dall-e-2");
  EXPECT_FALSE(asks.routing.model_may_be_missing);
}

TEST(Routing, DemandsAModelWhereTheApiDoes) {
  EXPECT_EQ(Asks(Api::Chat, "/v1/chat/completions").decide(), "missing_model");
  Asks several(Api::Audio, "/v1/audio/speech");
  EXPECT_EQ(several.decide(), "missing_model");
}

TEST(Routing, SendsAPathWithoutAModelToThePinnedKey) {
  Asks asks = file();
  EXPECT_EQ(asks.decide(), "");
  EXPECT_TRUE(asks.routing.pinned);
  EXPECT_EQ(asks.routing.owner, asks.account_of("second"));
}

TEST(Routing, SendsAPathWithoutAModelToTheAccountThatHoldsItsObject) {
  Asks asks = file();
  const core::Owner holds = asks.account_of("first");
  EXPECT_EQ(asks.held_by({.state = Holder::State::Known, .owner = holds}).decide(), "");
  EXPECT_EQ(asks.routing.owner, holds);
  EXPECT_EQ(file().held_by({.state = Holder::State::Gone}).decide(), "owner_gone");
}

TEST(Routing, KeepsLimitedClientsFromPathsThatNameNoModel) {
  EXPECT_EQ(file().client("models").decide(), "path_not_allowed");
  EXPECT_EQ(file().client("few").decide(), "path_not_allowed");  // the pin is another provider's
  EXPECT_EQ(file().client("any").decide(), "");
}

TEST(Routing, BindsARequestToTheAccountThatStoresWhatItContinues) {
  Asks asks = chat("m");
  asks.inspection().continues = 7;
  EXPECT_EQ(asks.needs(), 7U);
  const core::Owner holds = asks.account_of("first");
  EXPECT_EQ(asks.held_by({.state = Holder::State::Known, .owner = holds}).decide(), "");
  EXPECT_EQ(asks.routing.owner, holds);
  Asks unknown = chat("m");
  unknown.inspection().continues = 7;
  EXPECT_EQ(unknown.decide(), "");
  EXPECT_EQ(unknown.routing.owner, unknown.account_of("second"));
  Asks gone = chat("m");
  gone.inspection().continues = 7;
  EXPECT_EQ(gone.held_by({.state = Holder::State::Gone}).decide(), "owner_gone");
}

TEST(Routing, BindsSealedReasoningToItsAccountInItsOwnDialectAlone) {
  Asks asks = chat("both");
  asks.inspection().sealed = 9;
  EXPECT_EQ(asks.needs(), 9U);
  core::Owner holds = asks.account_of("first");
  EXPECT_EQ(asks.held_by({.state = Holder::State::Known, .owner = holds}).decide(), "");
  holds.dialect = static_cast<std::uint32_t>(core::DialectKind::OpenAi);
  EXPECT_EQ(asks.routing.owner, holds);
  Asks unknown = chat("both");
  unknown.inspection().sealed = 9;
  EXPECT_EQ(unknown.decide(), "");
  EXPECT_FALSE(unknown.routing.owner.known());
}

TEST(Routing, NeedsTheObjectOfThePathOrTheFileOfTheBodyOnlyWithoutAModel) {
  EXPECT_EQ(file().needs(), dialect::id_mark("file-1"));
  Asks batch(Api::Pinned, "/v1/batches");
  EXPECT_EQ(batch.body(R"({"input_file_id":"file-2"})").needs(), dialect::id_mark("file-2"));
  EXPECT_EQ(chat("m").needs(), 0U);
}

}  // namespace
}  // namespace drover::gateway
