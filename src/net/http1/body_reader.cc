#include "net/http1/body_reader.h"

#include <cstring>
#include <string_view>
#include <utility>

namespace drover::net {

Result<Unframed> unframe(http::BodyDecoder& decoder, std::span<char> input) {
  Unframed all;
  while (all.consumed < input.size() && !all.finished) {
    std::string_view rest(input.data() + all.consumed, input.size() - all.consumed);
    Result<http::BodyDecoder::Piece> piece = decoder.decode(rest);
    if (!piece) return fail(std::move(piece.error()));
    if (!piece->content.empty()) {
      // Content never moves towards the end, because the framing before it is dropped.
      std::memmove(input.data() + all.content, piece->content.data(), piece->content.size());
      all.content += piece->content.size();
    }
    all.consumed += piece->consumed;
    all.finished = piece->finished;
    if (piece->consumed == 0) break;
  }
  return all;
}

}  // namespace drover::net
