// A request head from an attacker: every cut gets the same verdict, views stay inside the input, and no field that
// crosses the gateway can frame or split the message that it is written into.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/head/header_rules.h"
#include "http/head/test/head_verdict.h"
#include "http/test/fuzz_require.h"
#include "http/url.h"

namespace {

using namespace drover;
using namespace drover::http;

std::string verdict_in_steps(std::string_view bytes, std::size_t step) {
  RequestHeadReader reader;
  std::string verdict = read_on(reader, bytes.substr(0, 0));
  for (std::size_t seen = 0; seen < bytes.size() && verdict.empty();) {
    seen = std::min(seen + step, bytes.size());
    verdict = read_on(reader, bytes.substr(0, seen));
  }
  return verdict;
}

void check_views(std::string_view bytes, const RequestHead& head) {
  const auto inside = [bytes](std::string_view view) {
    return view.empty() || (view.data() >= bytes.data() && view.data() + view.size() <= bytes.data() + bytes.size());
  };
  require(head.size <= bytes.size() && head.size <= kMaxHeadBytes, "the size is the input's");
  require(inside(head.method) && inside(head.target) && inside(head.host), "first-line views are inside");
  for (const Field& field : head.fields) {
    require(inside(field.name) && inside(field.value), "field views are inside");
    require(field.value.find_first_of(std::string_view("\r\n\0", 3)) == field.value.npos, "no value can end a line");
  }
}

void check_crossing(const RequestHead& head) {
  for (const Direction direction : {Direction::Upstream, Direction::Downstream}) {
    std::string ours = "POST / HTTP/1.1\r\nHost: upstream\r\n";
    append_crossing(head.fields, direction, ours);
    ours += "\r\n";
    RequestHead crossed;
    const auto state = RequestHeadReader{}.read(ours, crossed);
    const bool too_large = !state && state.error().status == 431;
    require(too_large || (state && *state == HeadState::Complete), "what crosses is a valid head");
    if (too_large) return;
    require(crossed.size == ours.size(), "what crosses is one head");
    require(crossed.framing.kind == BodyKind::None && crossed.host == "upstream", "what crosses frames nothing");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = verdict_in_steps(bytes, size + 1);
  // Each step copies the bytes so far, so a long input gets longer steps.
  require(whole == verdict_in_steps(bytes, size / 16 + 3), "a few cuts change nothing");
  if (size <= 512) require(whole == verdict_in_steps(bytes, 1), "one byte at a time changes nothing");

  RequestHead head;
  const auto state = RequestHeadReader{}.read(bytes, head);
  if (!state || *state == HeadState::NeedMore) return 0;
  check_views(bytes, head);
  check_crossing(head);
  if (const auto target = parse_target(head.target)) {
    require(target->path.starts_with('/'), "a path begins with a slash");
    require(target->path.find("//") == std::string_view::npos, "a path has no empty segment");
    require(target->path.find("/../") == std::string_view::npos, "a path has no dot segment");
  }
  return 0;
}
