// drover.example.yaml is documentation that is tested: it must load, and it must name every key of the schema.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "config/schema.h"
#include "config/test/test_world.h"

namespace drover::config {
namespace {

/// Tests run in the root of the repository.
std::string example_text() {
  std::ifstream file("drover.example.yaml");
  return {std::istreambuf_iterator<char>(file), {}};
}

FakeWorld example_world() {
  FakeWorld in;
  in.variables = {{"HOLYSHEEP_KEYS", "canary-1,canary-2"},
                  {"OPENAI_API_KEY", "canary-3"},
                  {"ANTHROPIC_KEY", "canary-6"},
                  {"GEMINI_KEY", "canary-8"},
                  {"INHOUSE_KEY", "canary-4"},
                  {"WEB_KEY", "canary-client-0001"},
                  {"DROVER_ADMIN_TOKEN", "canary-admin-token-0000001"}};
  in.files["/run/secrets/holysheep-2"] = {.text = "canary-5\n"};
  in.files["/run/secrets/batch"] = {.text = "canary-client-0002\n"};
  for (const char* path : {"/etc/drover/server.pem", "/etc/drover/server-key.pem", "/etc/drover/clients.pem",
                           "/etc/drover/inhouse-ca.pem"}) {
    in.files[path] = {.text = "-----BEGIN CERTIFICATE-----\n"};
  }
  return in;
}

/// "key:" as a whole word, in the settings or in a comment beside them.
bool mentions(const std::string& text, std::string_view key) {
  const std::string wanted = std::string(key) + ":";
  for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
    const char before = at == 0 ? '\n' : text[at - 1];
    if (before == ' ' || before == '\n') return true;
  }
  return false;
}

TEST(Example, LoadsWithoutMistakesOrWarnings) {
  const Settings settings = loaded(example_text(), example_world());
  EXPECT_EQ(settings.warnings, std::vector<std::string>{});
  EXPECT_EQ(settings.plan->routes.size(), 6U);
  EXPECT_EQ(describe(settings).find("no effect"), std::string::npos);
}

TEST(Example, MentionsEveryKeyOfTheSchema) {
  const std::string text = example_text();
  for (const schema::Shape* shape : schema::kAll) {
    for (const std::string_view key : shape->keys) EXPECT_TRUE(mentions(text, key)) << shape->name << ": " << key;
  }
}

TEST(Example, ShowsTheDefaultsOfThePolicies) {
  const Settings example = loaded(example_text(), example_world());
  const Settings defaults = loaded(one_provider(""));
  const auto policies = [](const Settings& settings) {
    const std::string text = describe(settings);
    const std::size_t from = text.find("\ntimeouts: ");
    return text.substr(from, text.find('\n', text.find("\nlimits: ", from) + 1) - from);
  };
  EXPECT_EQ(policies(example), policies(defaults));
}

}  // namespace
}  // namespace drover::config
