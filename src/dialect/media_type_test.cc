#include "dialect/media_type.h"

#include <gtest/gtest.h>

namespace drover::dialect {
namespace {

TEST(MediaType, KnowsJsonInItsSpellings) {
  for (const std::string_view yes :
       {"application/json", "application/json; charset=utf-8", "Application/JSON ;x=y", "application/vnd.api+json"}) {
    EXPECT_TRUE(is_json_type(yes)) << yes;
  }
  for (const std::string_view no : {"", "text/plain", "application/jsonp", "text/html; x=application/json", "+json"}) {
    EXPECT_FALSE(is_json_type(no)) << no;
  }
}

TEST(MediaType, KnowsForms) {
  EXPECT_TRUE(is_form_type("multipart/form-data; boundary=x"));
  EXPECT_TRUE(is_form_type("Multipart/Form-Data"));
  EXPECT_FALSE(is_form_type("multipart/mixed; boundary=x"));
}

TEST(FormBoundary, ReadsItBareAndQuoted) {
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(form_boundary("multipart/form-data; charset=utf-8; Boundary=\"a b:c\""), "a b:c");
  EXPECT_EQ(form_boundary("multipart/form-data;boundary=----WebKitFormBoundary7MA4YWxk ; x=\"y;z\""),
            "----WebKitFormBoundary7MA4YWxk");
}

TEST(FormBoundary, G12_RefusesOddBoundaries) {
  const std::string longest(70, 'a');
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=" + longest), longest);
  for (const std::string& odd :
       {std::string("multipart/form-data"), std::string("multipart/form-data; boundary="),
        std::string("multipart/form-data; boundary=\"\""), "multipart/form-data; boundary=" + std::string(71, 'a'),
        std::string("multipart/form-data; boundary=a; boundary=b"), std::string("multipart/form-data; boundary=\"a"),
        std::string("multipart/form-data; boundary=\"a \""), std::string("multipart/form-data; boundary=a\x01z"),
        std::string("multipart/form-data; boundary=\"a\\\"b\""), std::string("multipart/form-data; boundary=\"a\"b"),
        std::string("multipart/form-data; boundary=a; junk"),
        std::string("multipart/form-data; boundary=\xE0\xB8\x81")}) {
    EXPECT_FALSE(form_boundary(odd).has_value()) << odd;
  }
}

}  // namespace
}  // namespace drover::dialect
