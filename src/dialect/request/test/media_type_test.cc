#include "dialect/request/media_type.h"

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
  EXPECT_EQ(form_boundary("multipart/form-data;boundary=----WebKitFormBoundary7MA4YWxk ; charset=\"UTF-8\""),
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
        std::string("multipart/form-data; boundary=a; junk"), std::string("multipart/form-data; boundary=a;"),
        std::string("multipart/form-data; boundary =a"), std::string("multipart/form-data; boundary= a"),
        std::string("multipart/form-data; boundary=a, multipart/form-data; boundary=b"),
        std::string("multipart/form-data; boundary=\xE0\xB8\x81")}) {
    EXPECT_FALSE(form_boundary(odd).has_value()) << odd;
  }
}

TEST(FormBoundary, X3_RefusesParametersInWhichReadersFindAnotherBoundary) {
  for (const std::string_view odd :
       {"multipart/form-data; boundary=B; boundary*0=C", "multipart/form-data; boundary=B; boundary*=utf-8''C",
        "multipart/form-data; foo=\"; boundary=C; x=\"; boundary=B", "multipart/form-data; boundary=B; x=y",
        "multipart/form-data; boundary=B; charset=utf-7", "multipart/form-data; boundary=B; charset=cp037",
        "multipart/form-data; boundary=B; charset=utf-8; charset=utf-16", "multipart/form-data;\tboundary=B",
        "multipart/form-data; boundary=\"B\\\"; boundary=\"C\""}) {
    EXPECT_FALSE(form_boundary(odd).has_value()) << odd;
  }
}

TEST(MediaType, X3_KnowsCharactersSetsThatReadTheSameBytesDifferently) {
  for (const std::string_view plain : {"application/json", "application/json; charset=utf-8",
                                       "application/json;charset=\"UTF-8\"", "text/plain; charset=us-ascii"}) {
    EXPECT_FALSE(has_odd_charset(plain)) << plain;
  }
  for (const std::string_view odd : {"application/json; charset=utf-7", "application/json; charset=utf-16",
                                     "application/json; charset=utf-8; charset=utf-7",
                                     "application/json; x=charset; charset=utf-7", "application/json; charset =utf-7",
                                     "application/json; charset*=utf-8''utf-7", "application/json charset=utf-7"}) {
    EXPECT_TRUE(has_odd_charset(odd)) << odd;
  }
}

}  // namespace
}  // namespace drover::dialect
