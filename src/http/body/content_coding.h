// Content codings (RFC 9110 section 8.4): which one a body is in, whether a client accepts it, and reading gzip,
// deflate and zstd piece by piece within limits. Not transfer codings (body.h), and nothing is ever compressed here.
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
  Zstd,   ///< of requests only
  Other,  ///< br, several on top of each other, zstd of an answer: cannot be read here
};

struct ContentCoding {
  Coding kind = Coding::Identity;
  bool accepted = true;  ///< the client said that it can read it
};

/// The coding of an answer with these fields, for a client that sent this Accept-Encoding. A client that sent none is
/// taken at its silence: by the letter it accepts everything (section 12.5.3), but those that can read a coding say so.
[[nodiscard]] ContentCoding content_coding(const Fields& answer, std::string_view accept_encoding);

/// The coding of a request with these fields.
[[nodiscard]] Coding request_coding(const Fields& request);
/// What requests may come in, the best first, as the value of an Accept-Encoding field.
inline constexpr std::string_view kRequestCodings = "zstd, gzip, deflate";

/// Most bytes handed out at once.
inline constexpr std::size_t kDecodedPiece = 16 * 1024;
/// Most bytes unfolded of one body: a few times what the largest real answers have (pictures in base64).
inline constexpr std::uint64_t kMaxDecodedBytes = 256 * 1024 * 1024;
/// Most bytes unfolded for each byte received, once kDecodedGrace bytes have come out. JSON and events fold to a fifth
/// or a twentieth; a bomb reaches 1,000.
inline constexpr std::uint64_t kMaxDecodedRatio = 100;
inline constexpr std::uint64_t kDecodedGrace = 1024 * 1024;

/// Largest window of zstd, as RFC 9659 has it for content codings. Of that much memory, what has been unfolded is used.
inline constexpr int kZstdWindowLog = 23;
inline constexpr std::uint64_t kZstdWindow = std::uint64_t{1} << kZstdWindowLog;
/// About what a decoder needs beside that.
inline constexpr std::uint64_t kDecoderBytes = 128 * 1024;

/// Error::code of a body that passed one of these limits.
inline constexpr std::string_view kCodingBomb = "content_coding_bomb";

class ContentDecoder {
 public:
  /// `coding`: Zstd, Gzip or Deflate (with or without zlib's frame: senders disagree).
  explicit ContentDecoder(Coding coding);
  ~ContentDecoder();
  ContentDecoder(const ContentDecoder&) = delete;
  ContentDecoder& operator=(const ContentDecoder&) = delete;

  /// Gives it more of the body, which is copied. Only after next() came back empty.
  void feed(std::string_view coded);
  /// The next unfolded bytes, at most kDecodedPiece, valid until the next call. Empty: feed more.
  /// Errors: BadResponse with code kCodingBomb, or "content_coding_broken" when it is not what it claims to be.
  [[nodiscard]] Result<std::string_view> next();
  /// Whether the body may end here.
  [[nodiscard]] bool complete() const;
  [[nodiscard]] Coding coding() const { return coding_; }
  /// Bytes that it was given.
  [[nodiscard]] std::uint64_t fed() const { return coded_ + (input_.size() - at_); }

 private:
  struct State;
  enum class Took : std::uint8_t { Some, FrameEnded, Broken };
  struct Step {
    Took took = Took::Some;
    std::size_t used = 0;  ///< of what was offered
    std::size_t made = 0;
    bool more = false;  ///< of what is at hand more can be made without further input
  };
  [[nodiscard]] bool begin();
  [[nodiscard]] Step inflate_some(std::string_view offered);
  [[nodiscard]] Step unfold_zstd(std::string_view offered);
  [[nodiscard]] bool next_member();

  Coding coding_;
  std::unique_ptr<State> state_;
  std::string input_;
  std::size_t at_ = 0;  ///< how much of input_ is used
  std::uint64_t coded_ = 0;
  std::uint64_t decoded_ = 0;
  bool begun_ = false;
  bool ended_ = false;
  bool more_ = false;
};

}  // namespace drover::http
