// Decoding a body ends within its limits for any bytes, and any cut of them gives the same result.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/body/content_coding.h"
#include "http/test/fuzz_require.h"

namespace {

using drover::http::Coding;

struct Unfolded {
  std::string text;
  bool broken = false;
  bool complete = false;
};

/// Decodes a body that comes in pieces of `piece` bytes.
Unfolded unfolded(Coding coding, std::string_view body, std::size_t piece) {
  drover::http::ContentDecoder decoder(coding);
  Unfolded out;
  while (!body.empty() && !out.broken) {
    decoder.feed(body.substr(0, piece));
    body.remove_prefix(std::min(piece, body.size()));
    for (;;) {
      const auto part = decoder.next();
      out.broken = !part;
      if (!part || part->empty()) break;
      drover::require(part->size() <= drover::http::kDecodedPiece, "a piece is within its limit");
      out.text.append(*part);
    }
  }
  out.complete = !out.broken && decoder.complete();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  constexpr Coding kCodings[] = {Coding::Zstd, Coding::Gzip, Coding::Deflate};
  const Coding coding = kCodings[data[0] % 3];
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Unfolded whole = unfolded(coding, body, body.size() + 1);
  const Unfolded cut = unfolded(coding, body, data[1] % 32 + std::size_t{1});
  drover::require(whole.complete == cut.complete, "a cut changes nothing about the end");
  drover::require(!whole.complete || whole.text == cut.text, "a cut changes nothing about the text");
  constexpr std::size_t kRoom = drover::http::kDecodedGrace + drover::http::kDecodedPiece;
  drover::require(whole.text.size() <= kRoom + drover::http::kMaxDecodedRatio * size, "the ratio is bounded");
  return 0;
}
