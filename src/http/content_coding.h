// Content codings (RFC 9110 section 8.4): which one an answer is in, whether a client accepts it, and reading gzip and
// deflate piece by piece within limits. Not transfer codings (body.h), and nothing is ever compressed here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/head.h"

namespace drover::http {

enum class Coding : std::uint8_t {
  Identity,
  Gzip,
  Deflate,
  Other,  ///< br, zstd, several on top of each other: cannot be read here
};

struct ContentCoding {
  Coding kind = Coding::Identity;
  bool accepted = true;  ///< the client said that it can read it
};

/// The coding of an answer with these fields, for a client that sent this Accept-Encoding. A client that sent none is
/// taken at its silence: by the letter it accepts everything (section 12.5.3), but those that can read a coding say so.
[[nodiscard]] ContentCoding content_coding(const Fields& answer, std::string_view accept_encoding);

/// Most bytes handed out at once.
inline constexpr std::size_t kDecodedPiece = 16 * 1024;
/// Most bytes unfolded of one body: a few times what the largest real answers have (pictures in base64).
inline constexpr std::uint64_t kMaxDecodedBytes = 256 * 1024 * 1024;
/// Most bytes unfolded for each byte received, once kDecodedGrace bytes have come out. JSON and events fold to a fifth
/// or a twentieth; a bomb reaches 1,000.
inline constexpr std::uint64_t kMaxDecodedRatio = 100;
inline constexpr std::uint64_t kDecodedGrace = 1024 * 1024;

/// Error::code of a body that passed one of these limits.
inline constexpr std::string_view kCodingBomb = "content_coding_bomb";

class ContentDecoder {
 public:
  /// `coding`: Gzip or Deflate (with or without zlib's frame: senders disagree).
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

 private:
  struct State;
  [[nodiscard]] bool begin();

  Coding coding_;
  std::unique_ptr<State> state_;
  std::string input_;
  std::size_t at_ = 0;  ///< how much of input_ is used
  std::uint64_t coded_ = 0;
  std::uint64_t decoded_ = 0;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace drover::http
