// The cost of taking chunk framing off: per chunk of a stream of tokens, and per chunk of a large body.
#include <benchmark/benchmark.h>

#include <string>

#include "http/body/body.h"

namespace drover::http {
namespace {

void DecodeChunks(benchmark::State& state) {
  constexpr int kChunks = 64;
  const auto size = static_cast<std::size_t>(state.range(0));
  std::string body;
  for (int at = 0; at < kChunks; ++at) body.append(ChunkHeader(size).text()).append(size, 'x').append(kCrLf);
  body.append(kLastChunk);
  for (auto _ : state) {
    BodyDecoder decoder(Framing{.kind = BodyKind::Chunked});
    for (std::string_view rest = body; !rest.empty();) {
      const auto piece = decoder.decode(rest);
      if (!piece) break;
      benchmark::DoNotOptimize(piece->content.data());
      rest.remove_prefix(piece->consumed);
    }
  }
  state.SetItemsProcessed(state.iterations() * kChunks);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(DecodeChunks)->Arg(1)->Arg(200)->Arg(16 * 1024);

}  // namespace
}  // namespace drover::http
