#include "http/body/body.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace drover::http {
namespace {

using namespace std::string_literals;

/// How a body was decoded: its content, the bytes used, and how it ended.
struct Decoded {
  std::string content;
  std::size_t consumed = 0;
  bool finished = false;
  std::string code;
  friend bool operator==(const Decoded&, const Decoded&) = default;
};

/// Feeds one more part. The decoder must consume every byte.
void feed(BodyDecoder& decoder, std::string_view part, Decoded& all) {
  while (!part.empty() && !all.finished && all.code.empty()) {
    const auto piece = decoder.decode(part);
    if (!piece) {
      EXPECT_EQ(piece.error().status, 400);
      EXPECT_EQ(piece.error().kind, ErrorKind::BadRequest);
      all.code = piece.error().code;
      return;
    }
    EXPECT_TRUE(piece->consumed > 0 || piece->finished) << "no progress";
    EXPECT_LE(piece->consumed, part.size());
    all.content.append(piece->content);
    all.consumed += piece->consumed;
    all.finished = piece->finished;
    EXPECT_EQ(decoder.finished(), piece->finished);
    part.remove_prefix(piece->consumed);
  }
}

Decoded decode_in_two(Framing framing, std::string_view bytes, std::size_t cut) {
  BodyDecoder decoder(framing);
  Decoded all;
  feed(decoder, bytes.substr(0, cut), all);
  feed(decoder, bytes.substr(std::min(cut, bytes.size())), all);
  return all;
}

/// Decodes the whole bytes, and checks that every cut and single bytes give the same result. `consumed` is not compared
/// after an error: it then only says how far a call came.
Decoded decode(Framing framing, std::string_view bytes) {
  Decoded whole = decode_in_two(framing, bytes, bytes.size());
  if (!whole.code.empty()) whole.consumed = 0;
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    Decoded parts = decode_in_two(framing, bytes, cut);
    if (!parts.code.empty()) parts.consumed = 0;
    EXPECT_EQ(parts, whole) << "cut at " << cut << " of " << bytes.substr(0, 60);
  }
  BodyDecoder decoder(framing);
  Decoded dribbled;
  for (const char& byte : bytes) feed(decoder, {&byte, 1}, dribbled);
  if (!dribbled.code.empty()) dribbled.consumed = 0;
  EXPECT_EQ(dribbled, whole) << "byte by byte";
  return whole;
}

Decoded chunked(std::string_view bytes) {
  return decode({.kind = BodyKind::Chunked}, bytes);
}

TEST(BodyDecoder, HasNothingToReadWithoutABody) {
  BodyDecoder decoder(Framing{});
  EXPECT_TRUE(decoder.finished());
  const auto piece = decoder.decode("GET");
  ASSERT_TRUE(piece);
  EXPECT_TRUE(piece->finished);
  EXPECT_EQ(piece->consumed, 0u);
  EXPECT_TRUE(BodyDecoder{}.finished());
}

TEST(BodyDecoder, TakesExactlyTheLength) {
  const Decoded all = decode({.kind = BodyKind::Length, .length = 5}, "helloGET / HTTP/1.1");
  EXPECT_EQ(all.content, "hello");
  EXPECT_EQ(all.consumed, 5u);
  EXPECT_TRUE(all.finished);
}

TEST(BodyDecoder, IsFinishedAtOnceWithLengthZero) {
  EXPECT_TRUE((BodyDecoder{Framing{.kind = BodyKind::Length, .length = 0}}.finished()));
}

TEST(BodyDecoder, B13_DoesNotTakeACloseForTheEndOfALength) {
  BodyDecoder decoder(Framing{.kind = BodyKind::Length, .length = 5});
  ASSERT_TRUE(decoder.decode("hell"));
  EXPECT_FALSE(decoder.closed());
  ASSERT_TRUE(decoder.decode("o"));
  EXPECT_TRUE(decoder.closed());
}

TEST(BodyDecoder, B9_TakesEverythingUntilTheClose) {
  BodyDecoder decoder(Framing{.kind = BodyKind::UntilClose});
  const auto piece = decoder.decode("0\r\n\r\n");
  ASSERT_TRUE(piece);
  EXPECT_EQ(piece->content, "0\r\n\r\n");
  EXPECT_FALSE(piece->finished);
  EXPECT_TRUE(decoder.closed());
  EXPECT_TRUE(decoder.finished());
}

TEST(BodyDecoder, TakesTheChunksOff) {
  const Decoded all = chunked("5\r\nhello\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\nGET");
  EXPECT_EQ(all.content, "helloabcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(all.consumed, "5\r\nhello\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n"s.size());
  EXPECT_TRUE(all.finished);
}

TEST(BodyDecoder, GivesViewsIntoTheInput) {
  BodyDecoder decoder(Framing{.kind = BodyKind::Chunked});
  const std::string input = "5\r\nhello\r\n";
  const auto piece = decoder.decode(input);
  ASSERT_TRUE(piece);
  EXPECT_EQ(piece->content.data(), input.data() + 3);
  EXPECT_EQ(piece->consumed, 8u);
}

TEST(BodyDecoder, SurvivesTheCutInsideTheLastLineEnd) {
  BodyDecoder decoder(Framing{.kind = BodyKind::Chunked});
  const auto first = decoder.decode("0\r\n\r");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->consumed, 4u);
  EXPECT_FALSE(first->finished);
  const auto second = decoder.decode("\n");
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->finished);
}

TEST(BodyDecoder, B14_DoesNotTakeACloseForTheEndOfChunks) {
  const std::string bytes = "5\r\nhello\r\n0\r\n\r\n";
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    BodyDecoder decoder(Framing{.kind = BodyKind::Chunked});
    Decoded all;
    feed(decoder, std::string_view(bytes).substr(0, cut), all);
    EXPECT_FALSE(decoder.closed()) << cut;
  }
}

TEST(BodyDecoder, B15_RefusesBadChunkSizes) {
  for (const char* bad : {"\r\n", "x\r\n", "0x5\r\nhello", "-1\r\n", "+5\r\n", " 5\r\n", "5 \r\nhello", "5 ;a\r\n",
                          "\t5\r\n", "5\nhello", "5\r\r\n", "5\r\r;", ";a\r\n", "00000000000000005\r\nhello",
                          "fffffffffffffffff\r\n", "5\rhello", "5\x0b\r\n"}) {
    EXPECT_EQ(chunked(bad).code, "bad_chunk") << bad;
  }
}

TEST(BodyDecoder, B15_ReadsASizeOfSixteenDigits) {
  BodyDecoder decoder(Framing{.kind = BodyKind::Chunked});
  const auto piece = decoder.decode("ffffffffffffffff\r\nabc");
  ASSERT_TRUE(piece);
  EXPECT_EQ(piece->content, "abc");
  EXPECT_EQ(chunked("0000000000000005\r\nhello\r\n0\r\n\r\n").content, "hello");
}

TEST(BodyDecoder, B15_RefusesJunkBehindTheData) {
  for (const char* bad :
       {"5\r\nhelloX\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\rX", "5\r\nhello\r\r\n", "5\r\nhello0\r\n\r\n"}) {
    const Decoded all = chunked(bad);
    EXPECT_EQ(all.code, "bad_chunk") << bad;
    EXPECT_EQ(all.content, "hello") << "content before the fault is the same at every cut";
  }
}

TEST(BodyDecoder, E9_DropsExtensions) {
  EXPECT_EQ(chunked("5;a=b;c=\"d;\\\"e\"\r\nhello\r\n0;last\r\n\r\n").content, "hello");
}

TEST(BodyDecoder, E9_RefusesLineEndsAndControlsInExtensions) {
  for (const std::string& bad :
       {"5;a=\"\r\nhello"s, "5;a=\"b\\\r\nhello"s, "5;a\nhello"s, "5;a\r;"s, "5;\0\r\n"s, "5;a\x7f\r\n"s}) {
    EXPECT_EQ(chunked(bad).code, "bad_chunk") << bad;
  }
}

TEST(BodyDecoder, E9_BoundsOneLongExtension) {
  const std::string start = "5;";
  const auto code = [&start](std::size_t size) {
    BodyDecoder decoder(Framing{.kind = BodyKind::Chunked});
    Decoded all;
    feed(decoder, start + std::string(size, 'a') + "\r\nhello\r\n0\r\n\r\n", all);
    return all.code;
  };
  EXPECT_EQ(code(kMaxChunkOverhead - 1), "");
  EXPECT_EQ(code(kMaxChunkOverhead), "chunk_overhead");
  EXPECT_EQ(code(1 << 20), "chunk_overhead");
}

TEST(BodyDecoder, E9_RefusesManySmallChunksWithLongExtensions) {
  BodyDecoder decoder(Framing{.kind = BodyKind::Chunked});
  const std::string chunk = "1;" + std::string(100, 'e') + "\r\nx\r\n";
  Decoded all;
  std::size_t chunks = 0;
  for (; all.code.empty() && chunks < 1000; ++chunks) feed(decoder, chunk, all);
  EXPECT_EQ(all.code, "chunk_overhead");
  EXPECT_EQ(chunks, kMaxChunkOverhead / 100 + 1);
}

TEST(BodyDecoder, E9_LetsExtensionsGrowWithTheData) {
  BodyDecoder decoder(Framing{.kind = BodyKind::Chunked});
  const std::string chunk = "80;" + std::string(100, 'e') + "\r\n" + std::string(128, 'x') + "\r\n";
  Decoded all;
  for (int chunks = 0; chunks < 1000; ++chunks) feed(decoder, chunk, all);
  EXPECT_EQ(all.code, "");
  EXPECT_EQ(all.content.size(), 128'000u);
}

TEST(BodyDecoder, C15_ReadsAnyNumberOfOneByteChunks) {
  BodyDecoder decoder(Framing{.kind = BodyKind::Chunked});
  Decoded all;
  for (int chunks = 0; chunks < 100'000; ++chunks) feed(decoder, "1\r\nx\r\n", all);
  EXPECT_EQ(all.code, "");
  EXPECT_EQ(all.content.size(), 100'000u);
}

TEST(BodyDecoder, E10_B16_ReadsAndDropsTrailers) {
  const Decoded all = chunked("1\r\nx\r\n0\r\nContent-Length: 5\r\nAuthorization: Bearer a\r\nHost: b\r\n\r\nrest");
  EXPECT_EQ(all.content, "x");
  EXPECT_TRUE(all.finished);
}

TEST(BodyDecoder, E10_RefusesMalformedTrailers) {
  for (const std::string& bad :
       {"0\r\n\n"s, "0\r\n folded: a\r\n\r\n"s, "0\r\nname\r\n\r\n"s, "0\r\nname : a\r\n\r\n"s, "0\r\n: a\r\n\r\n"s,
        "0\r\na: b\n\r\n"s, "0\r\na: b\rc\r\n\r\n"s, "0\r\na: \0\r\n\r\n"s, "0\r\n\rX"s, "0\r\na\xff: b\r\n\r\n"s,
        "0\r\nGET / HTTP/1.1\r\n"s}) {
    EXPECT_EQ(chunked(bad).code, "bad_trailer") << bad;
  }
}

TEST(BodyDecoder, B16_BoundsTheTrailers) {
  const auto code = [](std::size_t size) {
    BodyDecoder decoder(Framing{.kind = BodyKind::Chunked});
    Decoded all;
    feed(decoder, "0\r\na:" + std::string(size, 'b') + "\r\n\r\n", all);
    return all.code;
  };
  EXPECT_EQ(code(kMaxTrailerBytes - 5), "");
  EXPECT_EQ(code(kMaxTrailerBytes), "bad_trailer");
}

TEST(BodyDecoder, StaysRefusedAfterAnError) {
  BodyDecoder decoder(Framing{.kind = BodyKind::Chunked});
  ASSERT_FALSE(decoder.decode("x"));
  const auto again = decoder.decode("5\r\nhello");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "bad_chunk");
  EXPECT_FALSE(decoder.closed());
}

TEST(BodyDecoder, NeedsNoInputToSayThatItWaits) {
  BodyDecoder decoder(Framing{.kind = BodyKind::Chunked});
  const auto piece = decoder.decode("");
  ASSERT_TRUE(piece);
  EXPECT_EQ(piece->consumed, 0u);
  EXPECT_FALSE(piece->finished);
}

TEST(ChunkHeader, WritesTheSizeInHexadecimal) {
  EXPECT_EQ(ChunkHeader(1).text(), "1\r\n");
  EXPECT_EQ(ChunkHeader(0x1a2b).text(), "1a2b\r\n");
  EXPECT_EQ(ChunkHeader(SIZE_MAX).text(), "ffffffffffffffff\r\n");
}

TEST(ChunkHeader, IsReadBackByTheDecoder) {
  std::string bytes;
  for (const std::size_t size : {1u, 15u, 16u, 255u, 256u}) {
    bytes.append(ChunkHeader(size).text()).append(size, 'x').append(kCrLf);
  }
  const Decoded all = chunked(bytes.append(kLastChunk));
  EXPECT_EQ(all.content.size(), 543u);
  EXPECT_TRUE(all.finished);
}

}  // namespace
}  // namespace drover::http
