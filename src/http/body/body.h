// Body framing: takes the transfer coding off bytes that arrive, and puts ours on bytes that leave. Pure, exact to the
// byte.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "http/head/head.h"

namespace drover::http {

/// Most bytes of chunk extensions in one body, plus one byte for each byte of data before them. One-byte chunks with
/// long extensions are an attack; Go, Node and H2O cap them too. Size lines are not counted: a stream of one-byte
/// chunks without extensions is legal, and costs its sender more than us.
inline constexpr std::size_t kMaxChunkOverhead = 16 * 1024;
/// Most hexadecimal digits of a chunk size: 64 bits.
inline constexpr std::uint32_t kMaxChunkSizeDigits = 16;
/// Most bytes of trailers; they are read and dropped.
inline constexpr std::size_t kMaxTrailerBytes = 8 * 1024;

/// Decodes one body.
class BodyDecoder {
 public:
  BodyDecoder() = default;
  explicit BodyDecoder(Framing framing);

  struct Piece {
    std::size_t consumed = 0;  ///< bytes of the input used up
    std::string_view content;  ///< a view into the input; may be empty while framing is consumed
    bool finished = false;     ///< the body ended with this piece; the bytes after `consumed` are not part of it
  };

  /// Takes the next bytes. Call again with the rest until no bytes are left or the body is finished. Never copies, and
  /// consumes at least one byte of a non-empty input until the body is finished. An error is final.
  /// Errors: kind BadRequest, status 400, code "bad_chunk" | "chunk_overhead" | "bad_trailer" (a reader of an
  /// upstream's answer turns them into BadResponse).
  [[nodiscard]] Result<Piece> decode(std::string_view input);

  /// The peer has closed. Returns true when that is a legal end (UntilClose, or already finished).
  [[nodiscard]] bool closed();
  [[nodiscard]] bool finished() const;

 private:
  enum class State : std::uint8_t {
    Data,
    SizeFirst,  ///< before the first digit of a chunk size
    Size,
    Extension,
    ExtensionQuoted,
    ExtensionEscaped,  ///< after a backslash inside quotes
    SizeLf,
    DataCr,
    DataLf,
    TrailerStart,
    TrailerName,
    TrailerValue,
    TrailerLf,
    EndLf,
    Done,
    Failed,
  };

  [[nodiscard]] Piece take_data(std::string_view input, std::size_t at);
  [[nodiscard]] State after(char byte);
  [[nodiscard]] State after_size_byte(char byte);
  [[nodiscard]] State after_extension_byte(char byte);
  [[nodiscard]] State after_trailer_byte(char byte);
  [[nodiscard]] State refuse(std::string_view code);

  Framing framing_{};
  State state_ = State::Done;
  std::uint64_t remaining_ = 0;        ///< bytes left of the whole body (Length) or of the current chunk (Chunked)
  std::uint64_t data_seen_ = 0;        ///< content given out so far
  std::uint64_t extension_bytes_ = 0;  ///< in the whole body
  std::uint32_t size_digits_ = 0;
  std::uint32_t trailer_bytes_ = 0;
  std::string_view fault_{};  ///< code of the error, after a failure
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
