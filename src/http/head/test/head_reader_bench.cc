// The cost of one head: a typical SDK request of about 500 bytes and a provider's answer, whole and byte by byte.
#include <benchmark/benchmark.h>

#include <string>

#include "http/head/head_reader.h"
#include "http/head/header_rules.h"

namespace drover::http {
namespace {

const std::string kRequest =
    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept-Encoding: gzip, deflate\r\n"
    "Connection: keep-alive\r\nAccept: application/json\r\nContent-Type: application/json\r\n"
    "User-Agent: OpenAI/Python 3.3.1\r\nX-Stainless-Lang: python\r\nX-Stainless-Package-Version: 3.3.1\r\n"
    "X-Stainless-OS: Linux\r\nX-Stainless-Arch: x64\r\nAuthorization: Bearer sk-0123456789abcdef0123456789abcdef\r\n"
    "X-Stainless-Retry-Count: 0\r\nX-Stainless-Read-Timeout: 600\r\nContent-Length: 250\r\n\r\n";

const std::string kAnswer =
    "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 20:00:00 GMT\r\nContent-Type: application/json\r\n"
    "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\nopenai-processing-ms: 312\r\n"
    "x-ratelimit-remaining-requests: 9999\r\nx-ratelimit-reset-tokens: 6ms\r\nx-request-id: req_0123456789\r\n\r\n";

void ReadRequestHead(benchmark::State& state) {
  RequestHeadReader reader;
  RequestHead head;
  for (auto _ : state) {
    auto result = reader.read(kRequest, head);
    benchmark::DoNotOptimize(result);
    reader.reset();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kRequest.size()));
}
BENCHMARK(ReadRequestHead);

void ReadRequestHeadByteByByte(benchmark::State& state) {
  RequestHeadReader reader;
  RequestHead head;
  for (auto _ : state) {
    for (std::size_t seen = 1; seen <= kRequest.size(); ++seen) {
      auto result = reader.read(std::string_view(kRequest).substr(0, seen), head);
      benchmark::DoNotOptimize(result);
    }
    reader.reset();
  }
}
BENCHMARK(ReadRequestHeadByteByByte);

void ReadResponseHead(benchmark::State& state) {
  ResponseHeadReader reader;
  ResponseHead head;
  for (auto _ : state) {
    auto result = reader.read(kAnswer, ResponseHeadReader::Asked::Other, head);
    benchmark::DoNotOptimize(result);
    reader.reset();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kAnswer.size()));
}
BENCHMARK(ReadResponseHead);

void AppendCrossingUpstream(benchmark::State& state) {
  RequestHead head;
  RequestHeadReader reader;
  if (!reader.read(kRequest, head)) state.SkipWithError("the head is refused");
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_crossing(head.fields, Direction::Upstream, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(AppendCrossingUpstream);

}  // namespace
}  // namespace drover::http
