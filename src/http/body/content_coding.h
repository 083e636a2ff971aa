// Content codings (RFC 9110 section 8.4): finds a body's coding, whether a client accepts it, and reads gzip, deflate
// and zstd in pieces within limits. Transfer codings are in body.h. Nothing is compressed here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/head/head.h"

namespace drover::http {

enum class Coding : std::uint8_t {
  Identity,
  Gzip,
  Deflate,
  Zstd,   ///< in requests only
  Other,  ///< cannot be read here: br, several codings of one body, zstd of an answer
};

struct ContentCoding {
  Coding kind = Coding::Identity;
  bool accepted = true;  ///< the client said that it reads this coding
};

/// The coding of an answer with these fields, for a client that sent this Accept-Encoding. A client without the field
/// accepts everything by the standard (section 12.5.3); here it accepts no coding, because clients that can read one
/// say so.
[[nodiscard]] ContentCoding content_coding(const Fields& answer, std::string_view accept_encoding);

/// The coding of a request with these fields.
[[nodiscard]] Coding request_coding(const Fields& request);
/// The codings that requests may have, the best first, as the value of an Accept-Encoding field.
inline constexpr std::string_view kRequestCodings = "zstd, gzip, deflate";

/// Most bytes that next() returns at once.
inline constexpr std::size_t kDecodedPiece = 16 * 1024;
/// Most decoded bytes of one body: a few times the size of the largest real answers (pictures in base64).
inline constexpr std::uint64_t kMaxDecodedBytes = 256 * 1024 * 1024;
/// Most decoded bytes for each byte received, after kDecodedGrace decoded bytes. JSON and events shrink to a fifth or a
/// twentieth; a bomb reaches 1,000.
inline constexpr std::uint64_t kMaxDecodedRatio = 100;
inline constexpr std::uint64_t kDecodedGrace = 1024 * 1024;

/// Largest zstd window, as RFC 9659 sets it for content codings. The decoder uses as much of that memory as it has
/// decoded.
inline constexpr int kZstdWindowLog = 23;
inline constexpr std::uint64_t kZstdWindow = std::uint64_t{1} << kZstdWindowLog;
/// About the memory that a decoder needs beside the window.
inline constexpr std::uint64_t kDecoderBytes = 128 * 1024;

/// Error::code of a body that exceeds one of these limits.
inline constexpr std::string_view kCodingBomb = "content_coding_bomb";

class ContentDecoder {
 public:
  /// `coding`: Zstd, Gzip or Deflate (with or without zlib's frame: senders disagree).
  explicit ContentDecoder(Coding coding);
  ~ContentDecoder();
  ContentDecoder(const ContentDecoder&) = delete;
  ContentDecoder& operator=(const ContentDecoder&) = delete;

  /// Takes more of the body and copies it. Call it only after next() has returned nothing.
  void feed(std::string_view coded);
  /// The next decoded bytes, at most kDecodedPiece, valid until the next call. Empty: call feed().
  /// Errors: BadResponse with code kCodingBomb, or "content_coding_broken" when the bytes are not in the coding.
  [[nodiscard]] Result<std::string_view> next();
  /// Whether the body may end here.
  [[nodiscard]] bool complete() const;
  [[nodiscard]] Coding coding() const { return coding_; }
  /// Bytes that feed() has taken.
  [[nodiscard]] std::uint64_t fed() const { return coded_ + (input_.size() - at_); }

 private:
  struct State;
  enum class Took : std::uint8_t { Some, FrameEnded, Broken };
  struct Step {
    Took took = Took::Some;
    std::size_t used = 0;  ///< bytes of the input that were used
    std::size_t made = 0;
    bool more = false;  ///< more output is ready without further input
  };
  [[nodiscard]] bool begin();
  [[nodiscard]] Step inflate_some(std::string_view offered);
  [[nodiscard]] Step unfold_zstd(std::string_view offered);
  [[nodiscard]] bool next_member();

  Coding coding_;
  std::unique_ptr<State> state_;
  std::string input_;
  std::size_t at_ = 0;  ///< bytes of input_ that are used
  std::uint64_t coded_ = 0;
  std::uint64_t decoded_ = 0;
  bool begun_ = false;
  bool ended_ = false;
  bool more_ = false;
};

}  // namespace drover::http
