#include "dialect/request/multipart_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace drover::dialect {
namespace {

using testing::HasSubstr;

constexpr std::array<std::string_view, 2> kNames = {"model", "stream"};
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

std::string part(std::string_view head, std::string_view content) {
  return "--b\r\n" + std::string(head) + "\r\n\r\n" + std::string(content) + "\r\n";
}
std::string field(std::string_view name, std::string_view value) {
  return part("Content-Disposition: form-data; name=\"" + std::string(name) + "\"", value);
}
std::string file(std::string_view content) {
  return part("Content-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\nContent-Type: audio/mpeg", content);
}
constexpr std::string_view kEnd = "--b--\r\n";

std::string refusal(std::string_view body) {
  MultipartScan scan(body, "b", kNames);
  const Result<bool> done = scan.step(kAll);
  return done.has_value() ? "accepted" : done.error().message;
}

TEST(MultipartScan, G12_FindsTheModelBeforeAndAfterTheFile) {
  for (const std::string& body : {field("model", "whisper-1") + file("ID3\r\n--c\r\n") + std::string(kEnd),
                                  file("\0\xFF\r\n\r\n--") + field("model", "whisper-1") + std::string(kEnd)}) {
    MultipartScan scan(body, "b", kNames);
    ASSERT_EQ(scan.step(kAll), true);
    ASSERT_TRUE(scan.field(0).has_value());
    EXPECT_EQ(scan.field(0)->of(body), "whisper-1");
    EXPECT_FALSE(scan.field(1).has_value());
  }
}

TEST(MultipartScan, FindsTheSameWhereverItPauses) {
  const std::string body = file(
                               "\r\r\n-\r\n--\r\n--a\r\n--bb"  // near misses; the last one would be a doubtful boundary
                               "x") +
                           field("model", "m") + field("stream", "true") + std::string(kEnd);
  const std::string good =
      file("\r\r\n-\r\n--\r\n--a\r\n-b") + field("model", "m") + field("stream", "true") + std::string(kEnd);
  for (std::size_t slice = 1; slice <= good.size(); ++slice) {
    MultipartScan scan(good, "b", kNames);
    Result<bool> done = false;
    while (done.has_value() && !*done) done = scan.step(slice);
    ASSERT_TRUE(done.has_value()) << done.error().message << " in slices of " << slice;
    EXPECT_EQ(scan.field(0)->of(good), "m");
    EXPECT_EQ(scan.field(1)->of(good), "true");
    MultipartScan doubtful(body, "b", kNames);
    done = false;
    while (done.has_value() && !*done) done = doubtful.step(slice);
    EXPECT_FALSE(done.has_value()) << slice;
  }
}

TEST(MultipartScan, TakesAnEmptyField) {
  const std::string body = field("model", "") + std::string(kEnd);
  MultipartScan scan(body, "b", kNames);
  ASSERT_EQ(scan.step(kAll), true);
  EXPECT_EQ(scan.field(0)->of(body), "");
}

TEST(MultipartScan, RefusesEveryCut) {
  const std::string body = field("model", "m") + file("abc") + "--b--";
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_NE(refusal(std::string_view(body).substr(0, size)), "accepted") << size;
  }
  EXPECT_EQ(refusal(body), "accepted");
}

TEST(MultipartScan, G4_RefusesTheSameRoutedFieldTwice) {
  const std::string body = field("model", "a") + field("model", "b") + std::string(kEnd);
  MultipartScan scan(body, "b", kNames);
  const Result<bool> done = scan.step(kAll);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, "duplicate_key");
  EXPECT_EQ(done.error().status, 400);
}

TEST(MultipartScan, G12_RefusesARoutedFieldThatReadersWouldReadDifferently) {
  const std::string end(kEnd);
  EXPECT_THAT(refusal(part("Content-Disposition: form-data; name=\"model\"; filename=\"m\"", "x") + end),
              HasSubstr("as a file"));
  EXPECT_THAT(
      refusal(part("Content-Disposition: form-data; name=\"model\"\r\nContent-Transfer-Encoding: base64", "x") + end),
      HasSubstr("encoded"));
  EXPECT_THAT(refusal("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n--b--\r\n"),
              HasSubstr("no content"));
}

TEST(MultipartScan, G12_RefusesDoubtfulHeads) {
  const std::string end(kEnd);
  EXPECT_THAT(refusal("junk\r\n" + field("model", "m") + end), HasSubstr("does not begin"));
  EXPECT_THAT(refusal(field("model", "m") + "--b--\r\njunk"), HasSubstr("follows its end"));
  EXPECT_THAT(refusal("--b x\r\n\r\n\r\n--b--"), HasSubstr("line end"));
  EXPECT_THAT(refusal(part("X-Y: z", "") + end), HasSubstr("no Content-Disposition"));
  EXPECT_THAT(refusal("--b\r\n\r\n\r\n--b--"), HasSubstr("no Content-Disposition"));
  EXPECT_THAT(refusal(part("Content-Disposition: attachment; name=\"model\"", "m") + end), HasSubstr("not form-data"));
  EXPECT_THAT(refusal(part("Content-Disposition: form-data", "m") + end), HasSubstr("no name"));
  EXPECT_THAT(refusal(part("Content-Disposition: form-data; name=a; name=b", "m") + end), HasSubstr("two names"));
  EXPECT_THAT(refusal(part("Content-Disposition: form-data; name*=utf-8''model", "m") + end), HasSubstr("disagree"));
  EXPECT_THAT(refusal(part("Content-Disposition: form-data; name=\"model", "m") + end), HasSubstr("cannot be read"));
  EXPECT_THAT(
      refusal(part("Content-Disposition: form-data; name=a\r\ncontent-disposition: form-data; name=model", "m") + end),
      HasSubstr("two Content-Dispositions"));
  EXPECT_THAT(refusal(part("Content-Disposition: form-data; name=a\r\n folded", "m") + end), HasSubstr("folded"));
  EXPECT_THAT(refusal(part("no colon", "m") + end), HasSubstr("without a colon"));
  EXPECT_THAT(refusal(part("Content-Disposition: form-data; filename=\"f\"; name=a", "m") + end),
              HasSubstr("before its file's"));
  EXPECT_THAT(refusal(part("Content-Disposition: form-data;\nname=model", "m") + end), HasSubstr("control character"));
}

/// Heads beside an honest `model` in which form readers in use find another one.
class SecondModel : public testing::TestWithParam<const char*> {};

TEST_P(SecondModel, X3_IsRefusedHoweverItIsSpelt) {
  for (const bool last : {true, false}) {
    const std::string honest = field("model", "m");
    const std::string other = part(GetParam(), "other-m");
    EXPECT_NE(refusal((last ? honest + other : other + honest) + std::string(kEnd)), "accepted") << GetParam();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Heads, SecondModel,
    testing::Values(
        "Content-Disposition: form-data; name= \"model\"", "Content-Disposition: form-data; name=\t\"model\"",
        "Content-Disposition: form-data; name =\"model\"",
        "Content-Disposition: form-data; name=\"x\"; name*0=\"mod\"; name*1=\"el\"",
        "Content-Disposition: form-data; name=\"x\"; name*0*=utf-8''mod; name*1*=el",
        "Content-Disposition: form-data; name=\"model \"", "Content-Disposition: form-data; name=\" model\"",
        "Content-Disposition: form-data; name=\"MODEL\"", "Content-Disposition: form-data; name=\"model[]\"",
        "Content-Disposition: form-data; name=\"model[0]\"", "Content-Disposition: form-data; name=\"mod%65l\"",
        "Content-Disposition: form-data; name=\"model\xC2\xA0\"",
        "Content-Disposition : form-data; name=\"model\"\r\nContent-Disposition: form-data; name=\"y\"",
        "Content-Disposition: form-data;\x0cname=\"model\"; name=\"y\"",
        "Content-Disposition: form-data;\x0bname=\"model\"; name=\"y\"",
        "Content-Disposition: form-data;\xa0name=\"model\"; name=\"y\"",
        "Content-Disposition: form-data; foo=\"; name=model\"; name=\"x\"",
        "Content-Disposition: form-data; filename=\"; name=model\"; name=\"x\"",
        "Content-Disposition: form-data; name=\"x\"; filename=\"; name=model\"",
        "Content-Disposition: form-data; name=\"x\\\"; name=\"model\"",
        "Content-Disposition: form-data; name=\"x\"; filename=\"a\\\"; name=\"model\"",
        "Content-Disposition: form-data, form-data; name=\"model\"",
        "Content-Disposition: form-data; name=\"_charset_\"",
        "Content-Disposition: form-data; name=\"x\"\r\nContent-Type: multipart/mixed; boundary=c"));

TEST(MultipartScan, X3_CountsOtherSpellingsOfANameAsIt) {
  const std::string body = field(" Model", "m") + std::string(kEnd);
  MultipartScan scan(body, "b", kNames);
  ASSERT_EQ(scan.step(kAll), true);
  EXPECT_EQ(scan.field(0)->of(body), "m");
}

TEST(MultipartScan, X3_RefusesABoundaryBehindAnotherLineEnd) {
  for (const std::string_view line_end : {"\n", "\r", "x", "\r\r", "\n\n"}) {
    const std::string inner =
        "x" + std::string(line_end) + "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nother-m";
    EXPECT_NE(refusal(field("model", "m") + file(inner) + std::string(kEnd)), "accepted");
  }
}

TEST(MultipartScan, X3_RefusesARoutedFieldInAnotherCharacterSet) {
  EXPECT_THAT(
      refusal(part("Content-Disposition: form-data; name=\"model\"\r\nContent-Type: text/plain; charset=utf-7", "m") +
              std::string(kEnd)),
      HasSubstr("encoded"));
  EXPECT_EQ(
      refusal(part("Content-Disposition: form-data; name=\"model\"\r\nContent-Type: text/plain;charset=UTF-8", "m") +
              std::string(kEnd)),
      "accepted");
}

TEST(MultipartScan, TakesWhatClientsSend) {
  EXPECT_EQ(refusal(part("Content-Disposition: form-data; name=\"file\"; filename=\"a b.mp3\"; "
                         "filename*=utf-8''a%20b.mp3\r\nContent-Type: audio/mpeg\r\nContent-Length: 3",
                         "abc") +
                    part("content-disposition: form-data;name=model", "m") +
                    part("Content-Disposition: form-data; name=\"timestamp_granularities[]\"", "word") +
                    part("Content-Disposition: form-data; name=\"image[]\"; filename=\"\xE0\xB8\x81.png\"", "x") +
                    std::string(kEnd)),
            "accepted");
}

TEST(MultipartScan, BoundsTheHeadOfAPart) {
  const std::string fits = part("Content-Disposition: form-data; name=x\r\nX-Long: " + std::string(8000, 'a'), "v");
  EXPECT_EQ(refusal(fits + std::string(kEnd)), "accepted");
  const std::string over = part("Content-Disposition: form-data; name=x\r\nX-Long: " + std::string(9000, 'a'), "v");
  EXPECT_THAT(refusal(over + std::string(kEnd)), HasSubstr("over 8 KiB"));
}

TEST(MultipartScan, BoundsTheNumberOfParts) {
  std::string body;
  for (std::size_t n = 0; n < MultipartScan::kMaxParts; ++n) body += field("x" + std::to_string(n), "v");
  EXPECT_EQ(refusal(body + std::string(kEnd)), "accepted");
  EXPECT_THAT(refusal(body + field("y", "v") + std::string(kEnd)), HasSubstr("256 parts"));
}

TEST(MultipartScan, CountsTextWithoutFiles) {
  const std::string body = field("prompt", "four") + file(std::string(100'000, 'x')) + std::string(kEnd);
  MultipartScan scan(body, "b", kNames);
  ASSERT_EQ(scan.step(kAll), true);
  EXPECT_EQ(scan.text_bytes(), 4U);
}

}  // namespace
}  // namespace drover::dialect
