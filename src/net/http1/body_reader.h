// Takes the framing off a body in place: the contents of all chunks that arrived together become one piece.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.h"
#include "http/body/body.h"

namespace drover::net {

struct Unframed {
  std::size_t content = 0;   ///< bytes of content, moved together at the front of the input
  std::size_t consumed = 0;  ///< bytes of the input used; less than all only when the body is finished
  bool finished = false;
};

/// Decodes in place. Errors: as BodyDecoder::decode.
[[nodiscard]] Result<Unframed> unframe(http::BodyDecoder& decoder, std::span<char> input);

}  // namespace drover::net
