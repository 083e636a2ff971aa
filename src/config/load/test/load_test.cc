#include <gmock/gmock.h>

#include "config/test/test_world.h"

namespace drover::config {
namespace {

using testing::ElementsAre;

TEST(Load, TellsAllMistakesAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(mistakes("provders: {}\n"
                       "providers:\n"
                       "  one: { url: https://one, keys: [ { env: MISSING } ] }\n"
                       "models:\n"
                       "  m: { targets: [ two ], strategy: p2c }\n"
                       "retry: { walk: 0 }\n"),
              ElementsAre("f:1:1: unknown key 'provders'; did you mean 'providers'?",
                          "f:3:8: providers.one: base_url is missing; write base_url: https://api.example.com/v1",
                          "f:3:10: providers.one: unknown key 'url'; did you mean 'base_url'?",
                          "f:3:43: providers.one.keys[0].env: environment variable 'MISSING' is not set; set it before "
                          "drover starts",
                          "f:5:19: models.m.targets[0]: there is no provider called 'two'; known: one",
                          "f:5:26: models.m: unknown key 'strategy'; did you mean 'balance'?",
                          "f:6:16: retry.walk: expected a whole number from 1 to 64, not '0'"));
}

TEST(Load, RefusesATextThatIsNoMap) {
  EXPECT_THAT(mistakes("hello"), ElementsAre("f:1:1: expected a map such as providers: { ... }, not 'hello'"));
  EXPECT_THAT(mistakes("- a"), ElementsAre("f:1:1: expected a map such as providers: { ... }, not a list"));
}

TEST(Load, DoesNotBlameARefusedValueTwice) {
  EXPECT_THAT(mistakes(one_provider("drain: !x 3s\nretry: { walk: &a 3 }\nhealth: *a\n")),
              ElementsAre("f:2:8: tags (!name) are not supported; remove the tag",
                          "f:3:16: anchors (&name) are not supported; write the value where it is used",
                          "f:4:9: aliases (*name) are not supported; write the value out"));
}

TEST(Load, H13_ReadsAFileThroughTheEnvironment) {
  FakeWorld in = world();
  in.files["drover.yaml"] = {.text = one_provider("drain: 1s\n")};
  in.files["big.yaml"] = {.text = std::string((std::size_t{1} << 20) + 1, '#')};
  EXPECT_EQ(load_file("drover.yaml", in.environment()).value().drain, std::chrono::seconds(1));
  EXPECT_EQ(load_file("none.yaml", in.environment()).error().at(0).to_string(), "none.yaml: does not exist");
  EXPECT_EQ(load_file("big.yaml", in.environment()).error().at(0).to_string(),
            "big.yaml: is larger than 1048576 bytes");
}

TEST(Load, H13_WarnsWhenEverybodyCanChangeTheFile) {
  FakeWorld in = world();
  in.files["drover.yaml"] = {.text = one_provider(""), .mode = 0666};
  EXPECT_THAT(load_file("drover.yaml", in.environment()).value().warnings,
              ElementsAre("drover.yaml: everybody can change this file; chmod 600 it"));
}

TEST(Load, BuildsAPlanThatFindsItsRoutes) {
  const Settings settings = loaded(one_provider("models: { a: { targets: [ one ] }, \"*\": { targets: [ one ] } }"));
  EXPECT_EQ(settings.plan->route_for("a")->name, "a");
  EXPECT_EQ(settings.plan->route_for("b")->name, "*");
}

}  // namespace
}  // namespace drover::config
