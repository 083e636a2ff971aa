// Body framing: takes the transfer coding off what arrives and puts ours on what leaves. Pure, byte by byte exact.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "http/head.h"

namespace drover::http {

/// Chunk extensions and size lines of one body may not exceed this many bytes in total, plus one byte of overhead for
/// each byte of data (a flood of one-byte chunks with long extensions is an attack; Go, Node and H2O cap it too).
inline constexpr std::size_t kMaxChunkOverhead = 16 * 1024;
/// Most bytes of trailers; they are read and dropped.
inline constexpr std::size_t kMaxTrailerBytes = 8 * 1024;

/// Decodes one body.
class BodyDecoder {
 public:
  BodyDecoder() = default;
  explicit BodyDecoder(Framing framing);

  struct Piece {
    std::size_t consumed = 0;     ///< bytes of the input used up
    std::string_view content;     ///< a view into the input; may be empty while framing is consumed
    bool finished = false;        ///< the body ended with this piece; bytes after `consumed` belong to what comes next
  };

  /// Takes the next bytes; call again with the rest until it consumes nothing or is finished. Never copies.
  /// Errors: kind BadRequest, status 400, code "bad_chunk" | "chunk_overhead" | "bad_trailer" (an upstream's reader
  /// turns them into BadResponse).
  [[nodiscard]] Result<Piece> decode(std::string_view input);

  /// The peer closed. True when that is a legal end (UntilClose, or already finished).
  [[nodiscard]] bool closed();
  [[nodiscard]] bool finished() const;

 private:
  enum class State : std::uint8_t { Data, Size, Extension, SizeLf, DataCr, DataLf, TrailerStart, Trailer, TrailerLf, EndLf, Done };

  Framing framing_{};
  State state_ = State::Done;
  std::uint64_t remaining_ = 0;  ///< of the whole body (Length) or the current chunk (Chunked)
  std::uint64_t data_seen_ = 0;
  std::uint64_t overhead_ = 0;
  std::uint32_t size_digits_ = 0;
  std::uint32_t trailer_bytes_ = 0;
};

/// "1a\r\n" for a chunk of `size` bytes, in place; the chunk's data and "\r\n" follow.
class ChunkHeader {
 public:
  explicit ChunkHeader(std::size_t size);
  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 20> text_{};
  std::size_t size_ = 0;
};

inline constexpr std::string_view kCrLf = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace drover::http
