#include "mock/answers/schema_instance.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>

namespace drover::mock {
namespace {

std::string instance(std::string_view schema) {
  const auto made = schema_instance(boost::json::parse(schema));
  return made ? boost::json::serialize(*made) : "unfit";
}

TEST(SchemaInstance, HasWhatIsRequiredAndOnlyThat) {
  EXPECT_EQ(
      instance(R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["b"]})"),
      R"({"b":42})");
  EXPECT_EQ(instance(R"({"type":"object","properties":{"a":{"type":"boolean"}}})"), R"({"a":true})");
  EXPECT_EQ(instance(R"({"properties":{"a":{"items":{"type":"string"}}}})"), R"({"a":[]})");
  EXPECT_EQ(instance("true"), R"("mock")");
}

TEST(SchemaInstance, FollowsReferences) {
  EXPECT_EQ(instance(R"({"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"object","properties":{"x":{"$ref":"#/$defs/n"}},
                         "required":["x"]},"n":{"enum":["one","two"]}}})"),
            R"({"x":"one"})");
  EXPECT_EQ(instance(R"({"$ref":"#/nowhere"})"), R"("mock")");
}

TEST(SchemaInstance, ChoosesAnAlternativeAndAddsUpWhatMustAllHold) {
  EXPECT_EQ(instance(R"({"anyOf":[{"type":"null"},{"type":"integer"}]})"), "42");
  EXPECT_EQ(instance(R"({"type":["null","boolean"]})"), "true");
  EXPECT_EQ(instance(R"({"allOf":[{"properties":{"a":{"const":1}},"required":["a"]},
                                  {"properties":{"b":{"const":2}},"required":["b"]}]})"),
            R"({"a":1,"b":2})");
}

TEST(SchemaInstance, EndsWhereASchemaPointsToItself) {
  const std::string list = instance(
      R"({"type":"object","properties":{"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["next"]})");
  EXPECT_TRUE(list.find("{\"next\":null}") != std::string::npos) << list;
  EXPECT_LT(instance(R"({"$ref":"#"})").size(), 100U);
  EXPECT_LT(
      instance(R"({"type":"object","properties":{"a":{"$ref":"#"},"b":{"$ref":"#"}},"required":["a","b"]})").size(),
      1'000'000U);
  EXPECT_LT(instance(R"({"type":"array","minItems":100,"items":{"$ref":"#"}})").size(), 1'000'000U);
}

TEST(SchemaInstance, KeepsTheBoundsOfNumbers) {
  EXPECT_EQ(instance(R"({"type":"integer","minimum":100})"), "100");
  EXPECT_EQ(instance(R"({"type":"integer","maximum":7})"), "7");
  EXPECT_EQ(instance(R"({"type":"integer","exclusiveMinimum":99,"multipleOf":7})"), "105");
  EXPECT_EQ(instance(R"({"type":"integer","exclusiveMaximum":0})"), "-1");
  EXPECT_EQ(boost::json::parse(instance(R"({"type":"number","minimum":0,"maximum":1})")).to_number<double>(), 0.5);
  EXPECT_EQ(boost::json::parse(instance(R"({"type":"number","exclusiveMinimum":10})")).to_number<double>(), 11);
}

TEST(SchemaInstance, KeepsTheBoundsAndFormatsOfTexts) {
  EXPECT_EQ(instance(R"({"type":"string","maxLength":2})"), R"("mo")");
  EXPECT_EQ(instance(R"({"type":"string","minLength":6})"), R"("mockmock")");
  EXPECT_EQ(instance(R"({"type":"string","minLength":6,"maxLength":6})"), R"("mockmo")");
  EXPECT_EQ(instance(R"({"type":"string","format":"date-time"})"), R"("2026-01-01T00:00:00Z")");
  EXPECT_EQ(instance(R"({"type":"string","format":"uuid"})"), R"("00000000-0000-4000-8000-000000000000")");
}

TEST(SchemaInstance, HasAsManyDifferentItemsAsAListMustHave) {
  EXPECT_EQ(instance(R"({"type":"array","minItems":3,"uniqueItems":true,"items":{"type":"integer"}})"), "[42,43,44]");
  EXPECT_EQ(instance(R"({"type":"array","minItems":2,"items":{"enum":["a","b"]}})"), R"(["a","b"])");
  EXPECT_EQ(instance(R"({"type":"array","prefixItems":[{"type":"boolean"},{"type":"null"}]})"), "[true,null]");
}

TEST(SchemaInstance, FitsSimplePatternsAndSaysWhereItCannot) {
  EXPECT_EQ(instance(R"({"type":"string","pattern":"^[A-Z]{2}-\\d{3}$"})"), R"("AA-000")");
  EXPECT_EQ(instance(R"({"type":"string","pattern":"^[a-z]+$","minLength":3})"), R"("aaa")");
  EXPECT_EQ(instance(R"({"type":"array","minItems":2,"items":{"type":"string","pattern":"^x[0-9]$"}})"),
            R"(["x0","x1"])");
  EXPECT_EQ(instance(R"({"type":"object","properties":{"a":{"type":"string","pattern":"^(?=a)b$"}}})"), "unfit");
  EXPECT_EQ(instance(R"({"type":"string","pattern":7})"), R"("mock")");
}

TEST(SchemaInstance, SurvivesWhatIsNoSchema) {
  for (const char* schema :
       {"null", "7", "[]", R"({"type":7})", R"({"type":[]})", R"({"enum":[]})", R"({"required":7})",
        R"({"type":"object","properties":7,"required":[1]})", R"({"type":"array","minItems":-3})",
        R"({"type":"array","minItems":1e300})", R"({"type":"integer","minimum":1e300})",
        R"({"type":"string","minLength":1e300})", R"({"anyOf":[]})", R"({"allOf":7})"}) {
    EXPECT_LT(instance(schema).size(), 100'000U) << schema;
  }
}

}  // namespace
}  // namespace drover::mock
