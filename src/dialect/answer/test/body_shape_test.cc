#include "dialect/answer/body_shape.h"

#include <gtest/gtest.h>

#include <string>

namespace drover::dialect {
namespace {

using enum BodyShape;

TEST(BodyShape, K12_IsToldByTheFirstBytes) {
  for (const std::string_view json : {"{", "[", "\n\n {\"a\":1}", "\xEF\xBB\xBF{}"}) {
    EXPECT_EQ(shape_of_body(json), Json) << json;
  }
  for (const std::string_view events : {"data: x", "event: x", "id: 1", "retry: 1", ": ping",
                                        "\xEF\xBB\xBF"
                                        "data:"}) {
    EXPECT_EQ(shape_of_body(events), Events) << events;
  }
  for (const std::string_view page : {"<html>", " <!doctype html>"}) EXPECT_EQ(shape_of_body(page), Page);
  for (const std::string_view text : {"upstream error", "17", "null", "datum", "\"x\""}) {
    EXPECT_EQ(shape_of_body(text), Text) << text;
  }
}

TEST(BodyShape, K12_WaitsForAByteThatTells) {
  for (const std::string_view few :
       {"", " ", "\xEF", "\xEF\xBB", "\xEF\xBB\xBF", "d", "data", "event", "retry", "\n i"}) {
    EXPECT_EQ(shape_of_body(few), Unknown) << few;
  }
}

}  // namespace
}  // namespace drover::dialect
