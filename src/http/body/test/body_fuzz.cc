// A body gives the same content, end and error in any cut, and content in our own framing is read back unchanged.
// The first byte of an input picks the framing: 'L' and a length byte, 'C' chunked, 'U' until close.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/body/body.h"
#include "http/test/fuzz_require.h"

namespace {

using namespace drover;
using namespace drover::http;

struct Outcome {
  std::string content, code;
  std::size_t consumed = 0;  ///< 0 after an error, when it means nothing
  bool finished = false;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

void feed(BodyDecoder& decoder, std::string_view part, Outcome& outcome) {
  while (!part.empty() && !outcome.finished && outcome.code.empty()) {
    const auto piece = decoder.decode(part);
    if (!piece) {
      outcome.code = piece.error().code;
      outcome.consumed = 0;
      return;
    }
    require(piece->consumed <= part.size(), "no more is consumed than was offered");
    require(piece->consumed > 0 || piece->finished, "every call gets on");
    outcome.content.append(piece->content);
    outcome.consumed += piece->consumed;
    outcome.finished = piece->finished;
    part.remove_prefix(piece->consumed);
  }
}

Outcome decode(Framing framing, std::string_view bytes, std::size_t step) {
  BodyDecoder decoder(framing);
  Outcome outcome;
  outcome.finished = decoder.finished();
  for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size())))
    feed(decoder, bytes.substr(0, step), outcome);
  require(decoder.finished() == outcome.finished, "the decoder knows that it is finished");
  require(decoder.closed() == (outcome.finished || framing.kind == BodyKind::UntilClose),
          "a close is judged by framing");
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return 0;
  Framing framing{.kind = BodyKind::Chunked};
  if (bytes[0] == 'U') framing.kind = BodyKind::UntilClose;
  if (bytes[0] == 'L') framing = {.kind = BodyKind::Length, .length = bytes.size() > 1 ? data[1] : 0ULL};
  bytes.remove_prefix(1);

  const Outcome whole = decode(framing, bytes, bytes.size() + 1);
  require(whole == decode(framing, bytes, 1), "one byte at a time changes nothing");
  require(whole == decode(framing, bytes, 3), "three bytes at a time change nothing");

  std::string ours;
  if (!whole.content.empty()) ours.append(ChunkHeader(whole.content.size()).text()).append(whole.content).append(kCrLf);
  ours.append(kLastChunk);
  const Outcome again = decode({.kind = BodyKind::Chunked}, ours, 5);
  require(again.finished && again.content == whole.content && again.consumed == ours.size(),
          "our framing is read back");
  return 0;
}
