#include "http/body/content_coding.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>

#include "http/body/test/folded_test_kit.h"

namespace drover::http {
namespace {

using namespace testing;

struct Unfolded {
  std::string text;
  std::string trouble;
  bool complete = false;
};

Unfolded unfolded(Coding coding, std::initializer_list<std::string_view> pieces) {
  ContentDecoder decoder(coding);
  Unfolded result;
  for (const std::string_view piece : pieces) {
    decoder.feed(piece);
    for (;;) {
      const auto part = decoder.next();
      if (!part) {
        result.trouble = part.error().code;
        return result;
      }
      if (part->empty()) break;
      result.text.append(*part);
    }
  }
  result.complete = decoder.complete();
  return result;
}

std::string long_text() {
  std::string text;
  for (int line = 0; line < 5000; ++line) text += "line " + std::to_string(line * 7919) + "\n";
  return text;
}

TEST(ContentDecoder, ReadsGzipAndBothFormsOfDeflateWhereverTheyAreCut) {
  const std::string text = R"({"id":"c1","object":"chat.completion"})";
  for (const auto& [coding, frame] :
       {std::pair(Coding::Gzip, kGzip), std::pair(Coding::Deflate, kZlib), std::pair(Coding::Deflate, kRaw)}) {
    const std::string coded = folded(text, frame);
    for (std::size_t cut = 0; cut <= coded.size(); ++cut) {
      const std::string_view all = coded;
      const Unfolded result = unfolded(coding, {all.substr(0, cut), all.substr(cut)});
      ASSERT_EQ(result.text, text) << cut;
      ASSERT_TRUE(result.complete) << cut;
    }
  }
}

TEST(ContentDecoder, HandsOutMoreThanOnePieceOfALongText) {
  const Unfolded result = unfolded(Coding::Gzip, {folded(long_text(), kGzip)});
  EXPECT_TRUE(result.text == long_text());
  EXPECT_TRUE(result.complete);
}

TEST(ContentDecoder, K6_ReadsZstdWhereverItIsCut) {
  const std::string text = R"({"model":"gpt-4o","messages":[]})";
  const std::string coded = zstd_folded(text);
  for (std::size_t cut = 0; cut <= coded.size(); ++cut) {
    const std::string_view all = coded;
    const Unfolded result = unfolded(Coding::Zstd, {all.substr(0, cut), all.substr(cut)});
    ASSERT_EQ(result.text, text) << cut;
    ASSERT_TRUE(result.complete) << cut;
  }
  const Unfolded long_one = unfolded(Coding::Zstd, {zstd_folded(long_text())});
  EXPECT_TRUE(long_one.text == long_text() && long_one.complete);
}

TEST(ContentDecoder, K6_ReadsSeveralFramesOfZstd) {
  const std::string skippable(
      "\x50\x2a\x4d\x18\x03\x00\x00\x00"
      "abc",
      11);
  const Unfolded result = unfolded(Coding::Zstd, {zstd_folded("one "), skippable, zstd_folded("two")});
  EXPECT_EQ(result.text, "one two");
  EXPECT_TRUE(result.complete);
}

TEST(ContentDecoder, K6_SaysThatACutZstdBodyIsNotComplete) {
  const std::string coded = zstd_folded("some text that is long enough to be cut anywhere");
  for (std::size_t kept = 0; kept < coded.size(); ++kept) {
    EXPECT_FALSE(unfolded(Coding::Zstd, {std::string_view(coded).substr(0, kept)}).complete) << kept;
  }
}

TEST(ContentDecoder, K6_RefusesBrokenZstdBombsAndWideWindows) {
  EXPECT_EQ(unfolded(Coding::Zstd, {"{\"not\":\"zstd\"}"}).trouble, "content_coding_broken");
  EXPECT_EQ(unfolded(Coding::Zstd, {zstd_folded("x") + "tail"}).trouble, "content_coding_broken");
  std::string flipped = zstd_folded("some text with a checksum");
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  EXPECT_EQ(unfolded(Coding::Zstd, {flipped}).trouble, "content_coding_broken");
  EXPECT_EQ(unfolded(Coding::Zstd, {zstd_folded(std::string(64 * 1024 * 1024, '0'))}).trouble, kCodingBomb);
  EXPECT_TRUE(unfolded(Coding::Zstd, {zstd_folded("x", kZstdWindowLog)}).complete);
  EXPECT_EQ(unfolded(Coding::Zstd, {zstd_folded("x", kZstdWindowLog + 1)}).trouble, "content_coding_broken");
}

TEST(ContentDecoder, ReadsSeveralMembersOfGzip) {
  const Unfolded result = unfolded(Coding::Gzip, {folded("one ", kGzip) + folded("two", kGzip)});
  EXPECT_EQ(result.text, "one two");
  EXPECT_TRUE(result.complete);
}

TEST(ContentDecoder, B22_SaysThatACutBodyIsNotComplete) {
  const std::string coded = folded("some text that is long enough to be cut anywhere", kGzip);
  for (std::size_t kept = 0; kept < coded.size(); ++kept) {
    EXPECT_FALSE(unfolded(Coding::Gzip, {std::string_view(coded).substr(0, kept)}).complete) << kept;
  }
}

TEST(ContentDecoder, B22_RefusesWhatIsNotWhatItClaimsToBe) {
  EXPECT_EQ(unfolded(Coding::Gzip, {"{\"not\":\"gzip\"}"}).trouble, "content_coding_broken");
  EXPECT_EQ(unfolded(Coding::Deflate, {"\xff\xff\xff\xff"}).trouble, "content_coding_broken");
  EXPECT_EQ(unfolded(Coding::Gzip, {folded("x", kGzip) + "tail"}).trouble, "content_coding_broken");
  EXPECT_EQ(unfolded(Coding::Deflate, {folded("x", kZlib) + "tail"}).trouble, "content_coding_broken");
}

TEST(ContentDecoder, B22_StopsABombByItsRatio) {
  const std::string bomb = folded(std::string(64 * 1024 * 1024, '0'), kGzip);
  const Unfolded result = unfolded(Coding::Gzip, {bomb});
  EXPECT_EQ(result.trouble, kCodingBomb);
  EXPECT_LT(result.text.size(), kDecodedGrace + kMaxDecodedRatio * bomb.size());
  EXPECT_LT(result.text.size(), 16U * 1024 * 1024);
}

TEST(ContentDecoder, TakesALittleTextOfAnyRatio) {
  const std::string zeros(kDecodedGrace, '0');
  EXPECT_TRUE(unfolded(Coding::Gzip, {folded(zeros, kGzip)}).complete);
}

ContentCoding coding_of(std::initializer_list<std::string_view> encodings, std::string_view accept) {
  Fields fields;
  for (const std::string_view encoding : encodings) EXPECT_TRUE(fields.push_back({"Content-Encoding", encoding}));
  return content_coding(fields, accept);
}

Coding request_of(std::initializer_list<std::string_view> encodings) {
  Fields fields;
  for (const std::string_view encoding : encodings) EXPECT_TRUE(fields.push_back({"content-encoding", encoding}));
  return request_coding(fields);
}

TEST(ContentCoding, K6_OfARequestIsOneLayerOfWhatIsRead) {
  EXPECT_EQ(request_of({}), Coding::Identity);
  EXPECT_EQ(request_of({"identity"}), Coding::Identity);
  EXPECT_EQ(request_of({""}), Coding::Identity);
  EXPECT_EQ(request_of({"ZSTD"}), Coding::Zstd);
  EXPECT_EQ(request_of({"identity, zstd"}), Coding::Zstd);
  EXPECT_EQ(request_of({"x-gzip"}), Coding::Gzip);
  EXPECT_EQ(request_of({"deflate"}), Coding::Deflate);
  for (const auto& other : {"br", "zstd, zstd", "gzip, zstd", "gzip;q=1", "compress", "aws-chunked", "zstd x"}) {
    EXPECT_EQ(request_of({other}), Coding::Other) << other;
  }
  EXPECT_EQ(request_of({"gzip", "gzip"}), Coding::Other);
  EXPECT_EQ(request_of({"identity", "br"}), Coding::Other);
}

TEST(ContentCoding, IsReadFromTheAnswersFields) {
  EXPECT_EQ(coding_of({}, "gzip").kind, Coding::Identity);
  EXPECT_EQ(coding_of({"identity"}, "").kind, Coding::Identity);
  EXPECT_EQ(coding_of({"GZIP"}, "").kind, Coding::Gzip);
  EXPECT_EQ(coding_of({"x-gzip"}, "").kind, Coding::Gzip);
  EXPECT_EQ(coding_of({"deflate"}, "").kind, Coding::Deflate);
  EXPECT_EQ(coding_of({"br"}, "").kind, Coding::Other);
  EXPECT_EQ(coding_of({"gzip, gzip"}, "").kind, Coding::Other);
  EXPECT_EQ(coding_of({"gzip", "br"}, "").kind, Coding::Other);
}

TEST(ContentCoding, IsAcceptedByClientsThatSaySo) {
  EXPECT_TRUE(coding_of({"gzip"}, "gzip, deflate").accepted);
  EXPECT_TRUE(coding_of({"gzip"}, "br;q=1.0, GZip;q=0.5").accepted);
  EXPECT_TRUE(coding_of({"br"}, "*").accepted);
  EXPECT_TRUE(coding_of({"gzip, br"}, "gzip, br").accepted);
  EXPECT_FALSE(coding_of({"gzip"}, "").accepted);
  EXPECT_FALSE(coding_of({"gzip"}, "identity").accepted);
  EXPECT_FALSE(coding_of({"gzip"}, "gzip;q=0").accepted);
  EXPECT_FALSE(coding_of({"gzip"}, "gzip; Q=0.000, *").accepted);
  EXPECT_FALSE(coding_of({"br"}, "gzip, *;q=0").accepted);
  EXPECT_FALSE(coding_of({"gzip, br"}, "gzip").accepted);
}

}  // namespace
}  // namespace drover::http
