// The head of an upstream's answer: every cut gets the same verdict, the status is in range, and a body comes only
// where one may.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/head/test/head_verdict.h"
#include "http/test/fuzz_require.h"

namespace {

using namespace drover;
using namespace drover::http;
using Asked = ResponseHeadReader::Asked;

std::string verdict_in_steps(std::string_view bytes, std::size_t step) {
  ResponseHeadReader reader;
  std::string verdict = read_on(reader, bytes.substr(0, 0));
  for (std::size_t seen = 0; seen < bytes.size() && verdict.empty();) {
    seen = std::min(seen + step, bytes.size());
    verdict = read_on(reader, bytes.substr(0, seen));
  }
  return verdict;
}

void check(std::string_view bytes, Asked asked) {
  ResponseHead head;
  const auto state = ResponseHeadReader{}.read(bytes, asked, head);
  if (!state) {
    require(state.error().kind == ErrorKind::BadResponse && state.error().status == 502, "the upstream is to blame");
    require(state.error().code.starts_with("upstream_"), "the code names the upstream");
    return;
  }
  if (*state == HeadState::NeedMore) return;
  require(head.status >= 100 && head.status <= 599, "the status is in range");
  require(head.size <= bytes.size() && head.size <= kMaxHeadBytes, "the size is the input's");
  const bool bodiless = asked == Asked::Head || head.status < 200 || head.status == 204 || head.status == 304;
  require(!bodiless || head.framing.kind == BodyKind::None, "no body where none may be");
  require(head.framing.kind != BodyKind::UntilClose || !head.keep_alive,
          "a close-delimited answer ends its connection");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = verdict_in_steps(bytes, size + 1);
  // Each step copies the bytes so far, so a long input gets longer steps.
  require(whole == verdict_in_steps(bytes, size / 16 + 3), "a few cuts change nothing");
  if (size <= 512) require(whole == verdict_in_steps(bytes, 1), "one byte at a time changes nothing");
  for (const Asked asked : {Asked::Other, Asked::Head, Asked::Connect}) check(bytes, asked);
  return 0;
}
