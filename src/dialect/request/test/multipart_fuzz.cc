// Any bytes as a form: no crash, the same verdict and the same fields in slices. The first line of the input is the
// Content-Type, the rest the body.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "dialect/dialect.h"
#include "dialect/request/media_type.h"
#include "dialect/request/multipart_scan.h"

namespace {

using namespace drover;
using namespace drover::dialect;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::array<std::string_view, 2> kNames = {"model", "stream"};

void compare_slices(std::string_view body, std::string_view boundary, std::size_t slice) {
  MultipartScan whole(body, boundary, kNames);
  const Result<bool> verdict = whole.step(std::numeric_limits<std::size_t>::max());
  require(!verdict.has_value() || *verdict);
  MultipartScan sliced(body, boundary, kNames);
  Result<bool> done = false;
  while (done.has_value() && !*done) done = sliced.step(slice);
  require(done.has_value() == verdict.has_value());
  if (!done.has_value()) return;
  for (std::size_t index = 0; index < kNames.size(); ++index) {
    const auto a = whole.field(index);
    const auto b = sliced.field(index);
    require(a.has_value() == b.has_value());
    if (!a.has_value()) continue;
    require(a->of(body) == b->of(body));
    require(a->of(body).find("\r\n--" + std::string(boundary)) == std::string_view::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const std::size_t line = std::min(input.find('\n'), size);
  const std::string_view type = input.substr(0, line);
  const std::string_view body = input.substr(std::min(line + 1, size));
  (void)openai().inspect(Api::Audio, type, body);
  const auto boundary = form_boundary(type);
  if (boundary.has_value()) compare_slices(body, *boundary, 1 + size % 5);
  return 0;
}
